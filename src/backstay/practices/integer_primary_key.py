from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column, PrimaryKey, Sequence
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

# A tenth of what the type can count to: from there on the change should be planned.
_ROOM = {"integer": 2_147_483_647, "smallint": 32_767}
_SHARE = 0.1


@practice(
    area="data",
    severity="info",
    stages={
        "startup": "Cheap to change now, an outage to change at two billion rows.",
        "growing": "Look at the largest table's sequence first: select last_value from it.",
    },
)
def integer_primary_key(key: PrimaryKey, backend: Backend) -> Iterator[Finding]:
    """A numbered primary key runs out at two billion.

    Why: A four-byte key ends at 2,147,483,647, and numbers are used up by failed inserts and by
        ON CONFLICT too, so a sequence is ahead of the row count. At the end every insert fails.
    Fix: Use bigint for new tables. For existing ones, widen the key and all that refer to it
        while the table is small.
    Trade-offs: Four bytes more a row and a reference, often hidden by alignment. Changing the
        type of a large table rewrites it; there the way is a new column, a backfill and a swap.
    Alternatives: UUIDs (version 7 for locality) need no sequence at all and take sixteen bytes.
    Upkeep: Alert when a sequence passes half of its type's range.
    References: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT

    Bad (schema.sql):
        create table event (id serial primary key, payload jsonb not null); -- finding
    Good (schema.sql):
        create table event (id bigserial primary key, payload jsonb not null);
        create table country (code integer primary key, name text not null);
    """
    column = backend.column(key.table, key.columns[0]) if len(key.columns) == 1 else None
    if column is None or column.type not in _ROOM:
        return
    if not (column.serial or column.identity):
        return
    size = backend.size_of(key.table)
    near = size is not None and size.rows > _SHARE * _ROOM[column.type]
    yield Finding(
        message=f"{key.table}.{column.name} is numbered by {column.type},"
        f" which ends at {_ROOM[column.type]:,}"
        + (f"; the table holds {size.rows:,} rows" if near and size else ""),
        evidence=(column, key) if not near or size is None else (column, key, size),
        cause=None if near else f"numbered keys of {key.table.database}",
        severity="high" if near else None,
        fix=Fix(
            text=f"Widen {key.table}.{column.name}, and the columns that refer to it, to bigint.",
            sql="\n".join(_widened(key, column, backend)),
            sql_as_patch=False,
        ),
    )


def _widened(key: PrimaryKey, column: Column, backend: Backend) -> Iterator[str]:
    """The column, its own sequence (which keeps its type otherwise) and what refers to it."""
    yield f"alter table {key.table} alter column {quoted(column.name)} type bigint;"
    for sequence in backend.of(Sequence):
        owner = (sequence.owner_table, sequence.owner_column)
        if column.serial and owner == (key.table, column.name):
            yield f"alter sequence {sequence.name} as bigint;"
    for child in backend.foreign_keys_to(key.table):
        if len(child.columns) == 1:
            name = quoted(child.columns[0])
            yield f"alter table {child.table} alter column {name} type bigint;"
