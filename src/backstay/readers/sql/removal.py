"""Dropping things with what depends on them, as pg_depend would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import (
    Column,
    Composite,
    Constraint,
    Default,
    Extension,
    Grant,
    Index,
    Item,
    Link,
    Namespace,
    Policy,
    Relation,
    Routine,
    Rule,
    Sequence,
    Table,
    Trigger,
    UserType,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.readers.sql.database import Database


def drop(database: Database, items: Iterable[Item], *, cascade: bool) -> None:
    """Drop things and all that goes with them.

    Raises:
        NotApplied: something else needs one of them, and CASCADE was not said.
    """
    allowed = _with_dependents(items, cascade=cascade)
    for item, permitted in allowed.items():
        if not permitted:
            raise NotApplied(f"{item.name} depends on what is to be dropped")
    for item in reversed(allowed):
        _forget(database, item)


def _with_dependents(items: Iterable[Item], *, cascade: bool) -> dict[Item, bool]:
    """Everything that would go, each with whether it may go."""
    allowed = dict.fromkeys(items, True)
    waiting = list(allowed)
    while waiting:
        item = waiting.pop()
        for dependent, link in item.used_by.items():
            permitted = cascade or link is not Link.NORMAL
            if dependent not in allowed:
                allowed[dependent] = permitted
                waiting.append(dependent)
                owners = [o for o, kind in dependent.uses.items() if kind is Link.INTERNAL]
                for owner in owners:
                    if owner not in allowed:
                        allowed[owner] = permitted
                        waiting.append(owner)
            elif permitted:
                allowed[dependent] = True
    return allowed


def _forget(database: Database, item: Item) -> None:
    _FORGET[type(item)](database, item)
    for used in item.uses:
        used.used_by.pop(item, None)
    item.uses.clear()


def _forget_relation(database: Database, relation: Relation) -> None:
    database.names_were_freed()
    database.relations.pop((relation.schema, relation.name), None)


def _forget_table(database: Database, table: Table) -> None:
    _forget_relation(database, table)
    for parent in (*table.parents, *([table.partition_of] if table.partition_of else [])):
        parent.children.pop(table, None)


def _forget_sequence(database: Database, sequence: Sequence) -> None:
    _forget_relation(database, sequence)


def _forget_index(database: Database, index: Index) -> None:
    _forget_relation(database, index)
    index.table.indexes.pop(index.name, None)


def _forget_constraint(database: Database, constraint: Constraint) -> None:
    database.names_were_freed()
    constraint.table.constraints.pop(constraint.name, None)
    database.constraint_names[constraint.table.schema, constraint.name] -= 1


def _forget_default(_: Database, default: Default) -> None:
    default.column.default = None
    default.column.default_item = None


def _forget_routine(database: Database, routine: Routine) -> None:
    overloads = database.routines.get((routine.schema, routine.name), [])
    if routine in overloads:
        overloads.remove(routine)


def _forget_type(database: Database, kind: UserType) -> None:
    del database.types[kind.schema, kind.name]


def _forget_schema(database: Database, schema: Namespace) -> None:
    del database.namespaces[schema.name]


def _forget_extension(database: Database, extension: Extension) -> None:
    del database.extensions[extension.name]


def _forget_grant(database: Database, grant: Grant) -> None:
    database.grants.pop((grant.kind, grant.target, grant.role), None)


_FORGET: dict[type[Item], Callable[[Database, Any], None]] = {
    Table: _forget_table,
    View: _forget_relation,
    Composite: _forget_relation,
    Sequence: _forget_sequence,
    Index: _forget_index,
    Column: lambda _, column: column.table.columns.pop(column.name, None),
    Constraint: _forget_constraint,
    Default: _forget_default,
    Trigger: lambda _, trigger: trigger.table.triggers.pop(trigger.name, None),
    Policy: lambda _, policy: policy.table.policies.pop(policy.name, None),
    Rule: lambda _, rule: None,  # noqa: ARG005
    Routine: _forget_routine,
    UserType: _forget_type,
    Namespace: _forget_schema,
    Grant: _forget_grant,
    Extension: _forget_extension,
}
