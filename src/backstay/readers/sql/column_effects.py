"""The effects of column and constraint definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.model.migrations import Effect
from backstay.readers.sql.types import SERIALS, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.postgast import Node
    from backstay.model.data import Name
    from backstay.readers.sql.naming import Naming

# Functions of PostgreSQL and its extensions that give another value at each call.
_VOLATILE = frozenset(
    """
    clock_timestamp gen_random_uuid gen_random_bytes nextval random random_normal setval timeofday
    uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7 gen_salt lastval currval
    """.split()  # noqa: SIM905 (easier to read)
)

_ADDED = {
    "CONSTR_PRIMARY": "add primary key",
    "CONSTR_UNIQUE": "add unique",
    "CONSTR_EXCLUSION": "add exclusion",
    "CONSTR_CHECK": "add check",
    "CONSTR_FOREIGN": "add foreign key",
    "CONSTR_NOTNULL": "add not null constraint",
}


def column_effects(
    node: Node, table: Name, naming: Naming, details: tuple[str, ...] = ()
) -> Iterator[Effect]:
    """Adding a column, and each constraint that its definition holds."""
    words = [*details]
    later = []
    for each in node.get("constraints", []):
        constraint = each["Constraint"]
        kind = constraint["contype"]
        if kind == "CONSTR_NOTNULL":
            words.append("not null")
        elif kind == "CONSTR_DEFAULT":
            words.append("default")
            if _is_volatile(constraint["raw_expr"], naming):
                words.append("volatile default")
        elif kind == "CONSTR_GENERATED":
            words.append("generated")
        elif kind == "CONSTR_IDENTITY":
            words.append("identity")
        elif kind in _ADDED:
            later.append(constraint)
    names = strings(node.get("typeName", {}).get("names", []))
    if len(names) == 1 and names[0] in SERIALS:
        words.append("serial")
    new = naming.type_text(node["typeName"]) if "typeName" in node else None
    yield Effect(what="add column", on=table, column=node["colname"], new=new, details=tuple(words))
    for constraint in later:
        yield constraint_effect(constraint, table, naming, node["colname"])


def constraint_effect(node: Node, table: Name, naming: Naming, column: str | None = None) -> Effect:
    """Adding a constraint."""
    words = []
    if node.get("skip_validation"):
        words.append("not valid")
    if "indexname" in node:
        words.append("using index")
    if node.get("deferrable"):
        words.append("deferrable")
    if column is None:
        keys = strings(node.get("fk_attrs") or node.get("keys") or [])
        column = keys[0] if len(keys) == 1 else None
    return Effect(
        what=_ADDED.get(node["contype"], "other"),
        on=table,
        column=column,
        other=naming.relation(node["pktable"]) if "pktable" in node else None,
        new=node.get("conname"),
        details=tuple(words),
    )


def _is_volatile(tree: Any, naming: Naming) -> bool:  # noqa: ANN401 (any part of a tree)
    """Whether an expression calls a function that gives another value at each call."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if type(part) is list:
            waiting += part
        elif type(part) is dict:
            called = strings(part.get("funcname", []))
            if called and (called[-1] in _VOLATILE or naming.is_volatile(called)):
                return True
            waiting += [each for each in part.values() if type(each) in (dict, list)]
    return False
