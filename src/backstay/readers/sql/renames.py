"""RENAME and SET SCHEMA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.drops import argument_text, find_routine
from backstay.readers.sql.items import (
    Column,
    Index,
    Relation,
    Routine,
    Sequence,
    Table,
    UserType,
    View,
)
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

_RELATIONS = {
    "OBJECT_TABLE",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_INDEX",
    "OBJECT_SEQUENCE",
    "OBJECT_FOREIGN_TABLE",
}

_ROUTINES = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"}


def rename(step: Step, node: Node) -> None:
    """ALTER ... RENAME.

    Raises:
        NotApplied: there is no such thing, or the new name is taken.
    """
    kind = node["renameType"]
    if kind in _RELATIONS:
        _rename_relation(step, node)
    elif kind in {"OBJECT_COLUMN", "OBJECT_ATTRIBUTE"}:
        _rename_column(step, node)
    elif kind == "OBJECT_TABCONSTRAINT":
        _rename_constraint(step, node)
    elif kind in {"OBJECT_TYPE", "OBJECT_DOMAIN"}:
        _rename_type(step, node)
    elif kind in _ROUTINES:
        _rename_routine(step, node)
    elif kind in {"OBJECT_TRIGGER", "OBJECT_POLICY"}:
        _rename_part(step, node, "triggers" if kind == "OBJECT_TRIGGER" else "policies")
    elif kind == "OBJECT_SCHEMA":
        _rename_schema(step, node)
    elif kind == "OBJECT_DOMCONSTRAINT":
        _rename_domain_check(step, node)


def _found(step: Step, node: Node) -> Relation | None:
    written = node["relation"]
    relation = step.database.relation(written.get("schemaname"), written["relname"])
    if relation is None and not node.get("missing_ok"):
        raise NotApplied(f"there is no {written['relname']}")
    return relation


def _rename_relation(step: Step, node: Node) -> None:
    relation = _found(step, node)
    if relation is None:
        return
    kind, new = node["renameType"], node["newname"]
    wrong_view = isinstance(relation, View) and relation.materialized != (kind == "OBJECT_MATVIEW")
    if (wrong_view or not isinstance(relation, View)) and kind in {"OBJECT_VIEW", "OBJECT_MATVIEW"}:
        raise NotApplied(f"{relation.name} is not such a view")
    if isinstance(relation, Index):
        rename_index(step, relation, new)
    else:
        step.database.rename_relation(relation, relation.schema, new)


def rename_index(step: Step, index: Index, new: str) -> None:
    """Rename an index, and the constraint that it serves."""
    if index.constraint is not None and new in index.constraint.table.constraints:
        raise NotApplied(f"{new} exists already")
    old = index.name
    step.database.rename_relation(index, index.schema, new)
    del index.table.indexes[old]
    index.table.indexes[new] = index
    if index.constraint is not None:
        step.database.rename_constraint(index.constraint, new)


def _rename_column(step: Step, node: Node) -> None:
    relation = _found(step, node)
    if relation is None:
        return
    old, new = node["subname"], node["newname"]
    column = step.database.column(relation, old, step.place())
    if isinstance(relation, Table) and column.inherited:
        raise NotApplied(f"{old} of {relation.name} is inherited")
    rename_column(column, new)


def rename_column(column: Column, new: str) -> None:
    """Rename a column in its table and in those that inherit it; order is kept."""
    relation, old = column.table, column.name
    if new in relation.columns:
        raise NotApplied(f"{relation.name} has a column {new} already")
    column.name = new
    relation.columns = {each.name: each for each in relation.columns.values()}
    if isinstance(relation, Table):
        for child in relation.children:
            if old in child.columns:
                rename_column(child.columns[old], new)


def _rename_constraint(step: Step, node: Node) -> None:
    table = step.table(node["relation"])
    old, new = node["subname"], node["newname"]
    constraint = table.constraints.get(old)
    if constraint is None:
        for column in table.columns.values():
            if column.not_null_name == old and not column.nullable:
                column.not_null_name = new
                return
        if table.implied:
            return
        raise NotApplied(f"{table.name} has no constraint {old}")
    if new in table.constraints:
        raise NotApplied(f"{table.name} has a constraint {new} already")
    if constraint.inherited:
        raise NotApplied(f"the constraint {old} of {table.name} is inherited")
    if constraint.index is not None:
        rename_index(step, constraint.index, new)
        return
    step.database.rename_constraint(constraint, new)
    for child in table.children:
        copy = child.constraints.get(old)
        if copy is not None and copy.inherited:
            step.database.rename_constraint(copy, new)


def _named(node: Node) -> list[str]:
    inner = node.get("object", {})
    if "List" in inner:
        return strings(inner["List"]["items"])
    return strings([inner]) or strings(inner.get("TypeName", {}).get("names", []))


def _rename_type(step: Step, node: Node) -> None:
    found = step.database.type(*qualified(_named(node)))
    if isinstance(found, UserType):
        step.database.rename_type(found, found.schema, node["newname"])
    elif found is not None and not isinstance(found, Table | View):
        step.database.rename_relation(found, found.schema, node["newname"])
    else:
        raise NotApplied("there is no such type")


def _rename_routine(step: Step, node: Node) -> None:
    routine = find_routine(step, node["object"]["ObjectWithArgs"])
    if routine is None:
        raise NotApplied("there is no such function")
    new = node["newname"]
    if new == routine.name:
        raise NotApplied(f"the function {new} exists already")
    _move_routine(step, routine, routine.schema, new)


def _move_routine(step: Step, routine: Routine, schema: str, name: str) -> None:
    if (schema, name) == (routine.schema, routine.name):
        return
    arguments = [argument_text(use) for use in routine.arguments]
    for other in step.database.routines.get((schema, name), ()):
        if [argument_text(use) for use in other.arguments] == arguments:
            raise NotApplied(f"the function {name} exists already")
    step.database.move_routine(routine, schema, name)


def _rename_part(step: Step, node: Node, attribute: str) -> None:
    relation = _found(step, node)
    parts = getattr(relation, attribute, {})
    old, new = node["subname"], node["newname"]
    if old not in parts:
        raise NotApplied(f"there is no {old}")
    if new == old and attribute == "triggers":
        return
    if new in parts:
        raise NotApplied(f"{new} exists already")
    part = parts.pop(old)
    part.name = new
    parts[new] = part


def _rename_schema(step: Step, node: Node) -> None:
    old, new = node["subname"], node["newname"]
    if new in step.database.namespaces:
        raise NotApplied(f"the schema {new} exists already")
    if old not in step.database.namespaces:
        raise NotApplied(f"there is no schema {old}")
    step.database.rename_schema(old, new)


def _rename_domain_check(step: Step, node: Node) -> None:
    found = step.database.type(*qualified(_named(node)))
    old = node["subname"]
    if not isinstance(found, UserType) or old not in found.checks:
        raise NotApplied(f"there is no constraint {old}")
    found.checks = {
        (node["newname"] if name == old else name): check for name, check in found.checks.items()
    }


def set_schema(step: Step, node: Node) -> None:
    """ALTER ... SET SCHEMA: a table takes its indexes, constraints and owned sequences along.

    Raises:
        NotApplied: there is no such thing, or the name is taken there.
    """
    kind, schema = node["objectType"], node["newschema"]
    step.database.namespace(schema)
    if "relation" in node:
        _move_relation(step, node, schema)
    elif kind in _ROUTINES:
        routine = find_routine(step, node["object"]["ObjectWithArgs"])
        if routine is None:
            raise NotApplied("there is no such function")
        _move_routine(step, routine, schema, routine.name)
    elif kind in {"OBJECT_TYPE", "OBJECT_DOMAIN"}:
        _move_type(step, node, schema)
    elif kind == "OBJECT_EXTENSION":
        extension = step.database.extensions.get(_named(node)[-1])
        if extension is not None:
            extension.schema = schema


def _move_relation(step: Step, node: Node, schema: str) -> None:
    relation = _found(step, node)
    if isinstance(relation, Sequence) and relation.owner is not None:
        raise NotApplied(f"{relation.name} moves with the table that owns it")
    if isinstance(relation, Index):
        raise NotApplied(f"{relation.name} moves with its table")
    if relation is not None:
        step.database.move_relation(relation, schema)


def _move_type(step: Step, node: Node, schema: str) -> None:
    found = step.database.type(*qualified(_named(node)))
    if not isinstance(found, UserType):
        if found is not None:
            step.database.move_relation(found, schema)
    elif found.schema != schema:
        step.database.rename_type(found, schema, found.name)
