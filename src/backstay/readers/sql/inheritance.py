"""Inheritance and partitions: what children take over from their parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.columns import needs_type
from backstay.readers.sql.database import UNKNOWN_TYPE, NotApplied
from backstay.readers.sql.indexes import attach_index, moved_expression
from backstay.readers.sql.items import Column, Constraint, Link, Table, TypeUse
from backstay.readers.sql.removal import drop
from backstay.readers.sql.types import type_text

if TYPE_CHECKING:
    from backstay.model.places import Place
    from backstay.readers.sql.step import Step


def inherit(step: Step, child: Table, parent: Table, *, partition: bool) -> None:
    """Let a new table inherit from a parent: its columns come first.

    Raises:
        NotApplied: the parent is a partition, or partitioned and this is no partition of it.
    """
    if not partition and (parent.partition_of is not None or parent.partition_strategy):
        raise NotApplied(f"{parent.name} cannot be inherited from")
    for column in parent.columns.values():
        inherit_column(step, child, column)
    _join(child, parent, partition=partition)


def _join(child: Table, parent: Table, *, partition: bool) -> None:
    parent.children[child] = None
    if partition:
        child.partition_of = parent
        child.needs(parent, Link.AUTO)
    else:
        child.parents[parent] = None
        child.needs(parent)


def inherit_column(step: Step, child: Table, column: Column) -> None:
    """Give a child a column of its parent, or merge it with one of that name."""
    there = child.columns.get(column.name)
    if there is not None:
        if type_text(there.type) != type_text(column.type):
            raise NotApplied(f"{column.name} has another type in {child.name}")
        there.inherited += 1
        there.nullable = there.nullable and column.nullable
        return
    child.last_position += 1
    copy = Column(
        name=column.name,
        where=column.where,
        table=child,
        position=child.last_position,
        type=column.type,
        nullable=column.nullable,
        default=column.default,
        generated=column.generated
        and moved_expression(step, column.generated, child, column.where),
        virtual=column.virtual,
        collation=column.collation,
        local=False,
        inherited=1,
        not_null_name=column.not_null_name,
    )
    if child.partition_of is not None or column.identity is None:
        copy.identity = column.identity
    child.columns[copy.name] = copy
    copy.needs(child, Link.AUTO)
    needs_type(step, copy)
    for below in child.children:
        inherit_column(step, below, copy)


def refuse_other_types(table: Table, name: str, use: TypeUse) -> None:
    """Refuse to add a column that a child has with another type.

    Raises:
        NotApplied: one has.
    """
    for child in table.children:
        own = child.columns.get(name)
        if own is not None and type_text(own.type) != type_text(use):
            raise NotApplied(f"{name} has another type in {child.name}")
        refuse_other_types(child, name, use)


def attach_partition(step: Step, parent: Table, child: Table) -> None:
    """Give a partition the indexes and keys of its parent."""
    for index in list(parent.indexes.values()):
        attach_index(step, index, child)


def attach(step: Step, parent: Table, child: Table, *, partition: bool) -> None:
    """ATTACH PARTITION or INHERIT of a table that is there already.

    Raises:
        NotApplied: the child lacks a column, or has a parent already.
    """
    _refuse_parent(parent, child, partition=partition)
    if not parent.implied and not child.implied:
        for name in parent.columns:
            _refuse_unlike(parent.columns[name], child)
        for name in parent.columns:
            child.columns[name].inherited += 1
    _join(child, parent, partition=partition)
    _share_checks(parent, child, partition=partition)
    if partition:
        for column in parent.columns.values():
            own_column = child.columns.get(column.name)
            if own_column is not None:
                own_column.identity = column.identity
        _drop_own_copies(step, parent, child)
        attach_partition(step, parent, child)


def _refuse_parent(parent: Table, child: Table, *, partition: bool) -> None:
    """What cannot be anybody's parent, or not this child's."""
    if partition and child.partition_of is not None:
        raise NotApplied(f"{child.name} is a partition already")
    if not partition and (parent.partition_of or parent.partition_strategy):
        raise NotApplied(f"{parent.name} cannot be inherited from")
    if parent is child or parent in _below(child):
        raise NotApplied(f"{child.name} cannot inherit from itself")
    if child in parent.children:
        raise NotApplied(f"{child.name} inherits from {parent.name} already")


def _share_checks(parent: Table, child: Table, *, partition: bool) -> None:
    """A check that both have becomes one that the child inherits."""
    for name, constraint in parent.constraints.items():
        own = child.constraints.get(name)
        if own is not None and own.kind == constraint.kind == "check":
            own.inherited += 1
            own.local = not partition


def _refuse_unlike(column: Column, child: Table) -> None:
    own = child.columns.get(column.name)
    if own is None:
        raise NotApplied(f"{child.name} lacks the column {column.name}")
    if type_text(own.type) != type_text(column.type) and UNKNOWN_TYPE not in (
        own.type,
        column.type,
    ):
        raise NotApplied(f"{column.name} has another type in {child.name}")
    if own.nullable and not column.nullable:
        raise NotApplied(f"{column.name} of {child.name} must be NOT NULL")


def _below(table: Table) -> set[Table]:
    found = set(table.children)
    waiting = list(found)
    while waiting:
        new = [each for each in waiting.pop().children if each not in found]
        found.update(new)
        waiting += new
    return found


def _drop_own_copies(step: Step, parent: Table, child: Table) -> None:
    """Foreign keys of a partition that repeat those of its parent become one with them."""
    for own in list(child.constraints.values()):
        for constraint in parent.constraints.values():
            if own.kind == constraint.kind == "foreign key" and _same_key(own, constraint):
                drop(step.database, [own], cascade=True)
                break


def _same_key(own: Constraint, other: Constraint) -> bool:
    return (
        [column.name for column in own.columns] == [column.name for column in other.columns]
        and own.parent is other.parent
        and own.parent_columns == other.parent_columns
        and (own.on_delete, own.on_update) == (other.on_delete, other.on_update)
    )


def detach(step: Step, parent: Table, child: Table, where: Place) -> None:
    """DETACH PARTITION or NO INHERIT: the child keeps what it had from its parent.

    Raises:
        NotApplied: it is no child of that parent.
    """
    if child not in parent.children:
        raise NotApplied(f"{child.name} does not inherit from {parent.name}")
    del parent.children[child]
    partition = child.partition_of is parent
    child.parents.pop(parent, None)
    child.release(parent)
    for column in child.columns.values():
        if column.name in parent.columns and column.inherited:
            column.inherited -= 1
            column.local = column.local or column.inherited == 0
            if partition:
                column.identity = None
    for constraint in list(parent.constraints.values()):
        _keep(step, constraint, child, where)
    if partition:
        child.partition_of = None
        for index in child.indexes.values():
            if index.parent is not None and index.parent.table is parent:
                index.release(index.parent)
                index.parent = None


def _keep(step: Step, constraint: Constraint, child: Table, where: Place) -> None:
    """Leave a child with a constraint of its own where it had one from its parent."""
    own = child.constraints.get(constraint.name)
    if own is not None and own.kind == "check" and own.inherited:
        own.inherited -= 1
        own.local = True
    elif (
        own is None
        and (constraint.kind == "foreign key" and constraint.table.partition_strategy is not None)
    ) or (own is None and constraint.kind == "check" and constraint.inheritable):
        copy_constraint(step, constraint, child, where)


def copy_constraint(step: Step, constraint: Constraint, child: Table, where: Place) -> None:
    """Give a table a foreign key or check like that of another one."""
    copy = Constraint(
        kind=constraint.kind,
        name=constraint.name,
        where=where,
        table=child,
        columns=tuple(child.columns[column.name] for column in constraint.columns),
        parent=constraint.parent,
        parent_columns=constraint.parent_columns,
        on_delete=constraint.on_delete,
        on_update=constraint.on_update,
        deferrable=constraint.deferrable,
        validated=constraint.validated,
        expression=constraint.expression
        and moved_expression(step, constraint.expression, child, where),
    )
    step.database.add_constraint(copy)
    for used, link in constraint.uses.items():
        if link is Link.NORMAL:
            copy.needs(used)
