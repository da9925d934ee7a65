"""CREATE TABLE ... (LIKE other INCLUDING ...)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.columns import needs_type, own_sequence, set_default
from backstay.readers.sql.indexes import copied_index, moved_expression, unbound
from backstay.readers.sql.inheritance import copy_constraint
from backstay.readers.sql.items import Column, Link, Relation, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

# Bits of TableLikeOption in PostgreSQL's parse nodes.
_COMMENTS = 1 << 0
_CONSTRAINTS = 1 << 2
_DEFAULTS = 1 << 3
_GENERATED = 1 << 4
_IDENTITY = 1 << 5
_INDEXES = 1 << 6


def like(step: Step, table: Table, source: Relation, node: Node) -> Callable[[], None]:
    """Copy the columns of another relation; what comes after all columns is returned as a call."""
    options = node.get("options", 0)
    where = step.place()
    for column in source.columns.values():
        table.last_position += 1
        copy = Column(
            name=column.name,
            where=where,
            table=table,
            position=table.last_position,
            type=column.type,
            nullable=column.nullable,
            not_null_name=column.not_null_name,
            collation=column.collation,
            comment=column.comment if options & _COMMENTS else None,
        )
        table.columns[copy.name] = copy
        copy.needs(table, Link.AUTO)
        needs_type(step, copy)

    def finish() -> None:
        for column in source.columns.values():
            copy = table.columns[column.name]
            if options & _DEFAULTS and column.default is not None and column.generated is None:
                set_default(step, copy, unbound(column.default.tree))
            if options & _GENERATED and column.generated is not None:
                copy.generated = moved_expression(step, column.generated, table, where)
            if options & _IDENTITY and column.identity is not None:
                own_sequence(step, copy, "bigint", Link.INTERNAL)
                copy.identity = column.identity
        if isinstance(source, Table):
            _copy_parts(step, source, table, options)

    return finish


def _copy_parts(step: Step, source: Table, table: Table, options: int) -> None:
    where = step.place()
    if options & _CONSTRAINTS:
        for constraint in source.constraints.values():
            if constraint.kind == "check":
                copy_constraint(step, constraint, table, where)
    if options & _INDEXES:
        # Oldest first, as PostgreSQL lists them; names are chosen anew.
        for index in source.indexes.values():
            copied_index(step, index, table, where)
