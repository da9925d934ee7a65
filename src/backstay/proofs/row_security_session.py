"""A session for which the policies let some rows through and hide others, found by trial.

What a policy compares with a setting tells which values the setting may have: those that stand in
the column on the other side. They are tried until some rows of the table show, and not all.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backstay.lab.expressions import column_of, name_of, nodes_of
from backstay.lab.quoting import identifier, relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.foreign.psycopg import Connection
    from backstay.model.data import Name
    from backstay.proofs.guarded_tables import Scene

_VALUES_A_COLUMN = 6
_MOST_TRIALS = 200


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a session, and how many of the table's rows the policies then let through.

    Attributes:
        found: "some" where they let some through and hide others; else all or none ever showed.
    """

    settings: dict[str, str]
    found: Literal["some", "all", "none"]
    visible: int
    total: int


def apply_settings(connection: Connection, settings: dict[str, str]) -> None:
    """Give a session its settings."""
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))


def find_session(
    connection: Connection, table: Name, choices: dict[str, tuple[str, ...]], total: int
) -> Session:
    """The first session that shows some of the table's rows, but not all.

    Args:
        connection: of the role that the policies are for, in autocommit mode.
        table: whose policies are in force.
        choices: values to try, by setting.
        total: how many rows the table has.
    """
    from backstay.foreign.psycopg import errors  # noqa: PLC0415 (slow to import)

    query = f"SELECT count(*) FROM {relation(table)}"  # noqa: S608
    others: dict[str, Session] = {}
    trials = itertools.islice(itertools.product(*choices.values()), _MOST_TRIALS)
    for values in trials:
        settings = dict(zip(choices, values, strict=True))
        apply_settings(connection, settings)
        try:
            row = connection.execute(query.encode()).fetchone()
        except (errors.DataError, errors.ProgrammingError):
            continue  # such as a text that is no uuid
        visible = row[0] if row else 0
        found: Literal["some", "all", "none"] = (
            "all" if visible == total else "some" if visible else "none"
        )
        session = Session(settings=settings, found=found, visible=visible, total=total)
        if found == "some":
            return session
        others.setdefault(found, session)
    nothing = Session(settings={}, found="none", visible=0, total=total)
    return others.get("none") or others.get("all") or nothing


def choices_for(connection: Connection, scene: Scene) -> dict[str, tuple[str, ...]]:
    """The settings that policies ask for, each with values from the columns it is compared with."""
    reach = _Reach(scene)
    wanted = dict.fromkeys(name for text in scene.texts for name in reach.settings_in(text))
    everywhere = [column for text in scene.texts for column in _columns_in(text)]
    choices = {}
    for setting in wanted:
        columns = list(reach.compared_with(partial(reach.asks_for, setting)))
        values = [
            value
            for column in dict.fromkeys(columns or everywhere)
            for value in _values_of(connection, scene, column)
        ]
        # Compared with nothing but constants, it is best left empty: no administrator, no secret.
        choices[setting] = tuple(dict.fromkeys((*values, "") if columns else ("", *values)))
    return choices


def columns_named(scene: Scene) -> tuple[str, ...]:
    """The columns that policies, functions and views name."""
    return tuple(dict.fromkeys(name for text in scene.texts for name in _columns_in(text)))


def columns_with_role_names(scene: Scene) -> tuple[str, ...]:
    """Columns that a policy compares with the name of the role that reads."""

    def names_role(side: Any) -> bool:  # noqa: ANN401 (a tree)
        kinds = ((kind, node.get("op", "")) for kind, node in nodes_of(side) if "Value" in kind)
        return any(kind == "SQLValueFunction" and "USER" in op for kind, op in kinds)

    return tuple(dict.fromkeys(_Reach(scene).compared_with(names_role)))


class _Reach:
    """What the texts of a scene ask for, functions followed."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._functions = {each.key: each for each in scene.functions}

    def asks_for(self, setting: str, tree: object) -> bool:
        """Whether a text asks for that setting."""
        return setting in self.settings_in(tree)

    def settings_in(self, tree: object) -> list[str]:
        """The settings that a text asks for."""
        found: list[str] = []
        for kind, node in nodes_of(tree):
            if kind != "FuncCall":
                continue
            name = name_of(node.get("funcname", []))
            if name.removeprefix("pg_catalog.") == "current_setting":
                constant = node.get("args", [{}])[0].get("A_Const", {})
                found.append(constant.get("sval", {}).get("sval", ""))
            function = self._functions.get(name) or self._functions.get(f"public.{name}")
            if function is not None:
                found += function.settings
        return [each for each in found if each]

    def compared_with(self, is_wanted: Callable[[Any], bool]) -> Iterator[str]:
        """Columns on the other side of comparisons with what is wanted."""
        for text in self._scene.texts:
            for kind, node in nodes_of(text):
                if kind != "A_Expr" or "lexpr" not in node:
                    continue
                left, right = node["lexpr"], node.get("rexpr")
                if is_wanted(right):
                    yield from _columns_in(left)
                if is_wanted(left):
                    yield from _columns_in(right)


def _columns_in(tree: object) -> list[str]:
    found = (column_of({kind: node}) for kind, node in nodes_of(tree) if kind == "ColumnRef")
    return [each for each in found if each is not None]


def _values_of(connection: Connection, scene: Scene, column: str) -> list[str]:
    """Values that a column of that name has, in any of the tables."""
    found: list[str] = []
    for table in scene.plan.tables:
        if all(each.name != column for each in table.columns):
            continue
        name = identifier(column)
        query = (
            f"SELECT {name}::text FROM {relation(table.name)} WHERE {name} IS NOT NULL "  # noqa: S608
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {_VALUES_A_COLUMN}"
        )
        found += [value for (value,) in connection.execute(query.encode()).fetchall()]
    return found
