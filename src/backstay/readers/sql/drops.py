"""DROP of anything, with IF EXISTS and CASCADE."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import (
    Index,
    Item,
    Relation,
    Routine,
    Sequence,
    Table,
    TypeUse,
    View,
)
from backstay.readers.sql.removal import drop
from backstay.readers.sql.types import qualified, strings, type_text, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

Finder = Callable[["Step", "Node"], "Item | None"]


def drop_statement(step: Step, node: Node) -> None:
    """DROP ... [IF EXISTS] names [CASCADE].

    Raises:
        NotApplied: there is no such thing, or something needs it.
    """
    finder = _FINDERS.get(node["removeType"])
    if finder is None:
        return
    found = []
    for each in node["objects"]:
        item = finder(step, each)
        if item is not None:
            found.append(item)
        elif not node.get("missing_ok"):
            raise NotApplied("what is to be dropped does not exist")
    drop(step.database, found, cascade=node.get("behavior") == "DROP_CASCADE")


def _parts(node: Node) -> list[str]:
    if "List" in node:
        return strings(node["List"]["items"])
    return strings([node]) or strings(node.get("TypeName", {}).get("names", []))


def _relation(*kinds: type[Relation], materialized: bool | None = None) -> Finder:
    def find(step: Step, node: Node) -> Item | None:
        parts = _parts(node)
        found = step.database.relation(*qualified(parts))
        if found is None:
            return None
        if not isinstance(found, kinds):
            raise NotApplied(f"{parts[-1]} is something else than is to be dropped")
        if isinstance(found, View) and materialized not in (None, found.materialized):
            raise NotApplied(f"{parts[-1]} is another kind of view")
        _refuse_parts(found)
        return found

    return find


def _refuse_parts(relation: Relation) -> None:
    if isinstance(relation, Index) and relation.constraint is not None:
        raise NotApplied(f"the index {relation.name} belongs to a constraint")
    if isinstance(relation, Index) and relation.parent is not None:
        raise NotApplied(f"the index {relation.name} belongs to that of the parent table")
    owner = relation.owner if isinstance(relation, Sequence) else None
    if owner is not None and owner.identity is not None:
        raise NotApplied(f"the sequence {relation.name} belongs to an identity column")


def _type(step: Step, node: Node) -> Item | None:
    found = step.database.type(*qualified(_parts(node)))
    if isinstance(found, Table | View):
        raise NotApplied(f"{found.name} is a table's type")
    return found


def _on_table(attribute: str) -> Finder:
    def find(step: Step, node: Node) -> Item | None:
        parts = _parts(node)
        schema, name = qualified(parts[:-1])
        relation = step.database.relation(schema, name)
        found: Item | None = getattr(relation, attribute, {}).get(parts[-1])
        return found

    return find


def _routine(*kinds: str) -> Finder:
    def find(step: Step, node: Node) -> Item | None:
        return find_routine(step, node["ObjectWithArgs"], kinds)

    return find


def find_routine(step: Step, node: Node, kinds: tuple[str, ...] = ()) -> Routine | None:
    """The function that a name with or without argument types means.

    Raises:
        NotApplied: the name alone does not tell.
    """
    found = step.database.routines_named(*qualified(strings(node["objname"])))
    if kinds:
        found = [routine for routine in found if routine.kind in kinds]
    if node.get("args_unspecified"):
        if len(found) > 1:
            raise NotApplied(f"there are several functions {found[0].name}")
        return found[0] if found else None
    wanted = [
        argument_text(type_use(each["TypeName"], step.database))
        for each in node.get("objargs", [])
        if "TypeName" in each
    ]
    return next(
        (each for each in found if [argument_text(use) for use in each.arguments] == wanted), None
    )


def argument_text(use: TypeUse) -> str:
    """An argument's type; length limits do not count."""
    return type_text(TypeUse(base=use.base, array=use.array))


def _extension(step: Step, node: Node) -> Item | None:
    return step.database.extensions.get(_parts(node)[-1])


def _schema(step: Step, node: Node) -> Item | None:
    return step.database.namespaces.get(_parts(node)[-1])


_FINDERS: dict[str, Finder] = {
    "OBJECT_TABLE": _relation(Table),
    "OBJECT_FOREIGN_TABLE": _relation(Table),
    "OBJECT_VIEW": _relation(View, materialized=False),
    "OBJECT_MATVIEW": _relation(View, materialized=True),
    "OBJECT_INDEX": _relation(Index),
    "OBJECT_SEQUENCE": _relation(Sequence),
    "OBJECT_TYPE": _type,
    "OBJECT_DOMAIN": _type,
    "OBJECT_TRIGGER": _on_table("triggers"),
    "OBJECT_POLICY": _on_table("policies"),
    "OBJECT_FUNCTION": _routine("function", "aggregate"),
    "OBJECT_PROCEDURE": _routine("procedure"),
    "OBJECT_ROUTINE": _routine(),
    "OBJECT_AGGREGATE": _routine("aggregate"),
    "OBJECT_EXTENSION": _extension,
    "OBJECT_SCHEMA": _schema,
}
