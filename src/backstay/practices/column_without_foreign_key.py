from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column, Name, PrimaryKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

_LOGS = ("log", "logs", "audit", "event", "events", "history", "archive", "snapshot", "queue")


@practice(
    area="data",
    severity="low",
    stages={"enterprise": "Across service boundaries a missing foreign key is on purpose; say so."},
)
def column_without_foreign_key(column: Column, backend: Backend) -> Iterator[Finding]:
    """A column is named after another table's key and has no foreign key to it.

    Why: Without the constraint nothing keeps the value from naming a row that is gone. Orphans
        come by way of a bug or a deletion and show up as inner joins that lose rows.
    Fix: Add the foreign key NOT VALID, mend the orphans, then validate it.
    Trade-offs: Each insert looks up the parent, and deletes of parents must find the children,
        which wants an index on the column.
    Alternatives: Leave it out on purpose for logs that outlive what they name, for partitions
        that are dropped whole, or where the parent belongs to another service.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id bigint not null -- finding
        );
    Good (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id bigint not null references customer (id),
            session_id bigint
        );
        create index on purchase (customer_id);
    """
    parent = _parent(column, backend)
    if parent is None or _on_purpose(column, parent, backend):
        return
    target = f"{parent.table} ({quoted(parent.columns[0])})"
    name = f"{column.table.name}_{column.name}_fkey"
    yield Finding(
        message=f"{column.table}.{column.name} looks like a reference to {parent.table}"
        " but has no foreign key",
        evidence=(column, parent),
        fix=Fix(
            text="Add the foreign key without validation, mend the orphans, then validate it.",
            sql=f"alter table {column.table} add constraint {quoted(name)}\n"
            f"    foreign key ({quoted(column.name)}) references {target} not valid;\n"
            f"alter table {column.table} validate constraint {quoted(name)};",
            sql_as_patch=False,
        ),
    )


def _parent(column: Column, backend: Backend) -> PrimaryKey | None:
    """The one-column primary key of the same type that the column is named after."""
    if not column.name.endswith("_id"):
        return None
    stem = column.name.removesuffix("_id")
    for plain in (stem, stem + "s", stem + "es", stem.removesuffix("y") + "ies"):
        name = Name(database=column.table.database, schema=column.table.schema, name=plain)
        key = backend.primary_key_of(name)
        if key is None or len(key.columns) != 1 or name == column.table:
            continue
        target = backend.column(name, key.columns[0])
        if target is not None and target.type == column.type and target.name in {"id", column.name}:
            return key
    return None


def _on_purpose(column: Column, parent: PrimaryKey, backend: Backend) -> bool:
    """Whether something else explains the column: a key, a log, a polymorphic reference."""
    if any(column.name in key.columns for key in backend.foreign_keys_of(column.table)):
        return True
    if any(key.table == column.table for key in backend.foreign_keys_to(parent.table)):
        return True
    if set(column.table.name.split("_")) & set(_LOGS) or column.generated:
        return True
    table = backend.table(column.table)
    if table is None or table.partition_of is not None or table.partition_key is not None:
        return True
    return backend.column(column.table, column.name.removesuffix("_id") + "_type") is not None
