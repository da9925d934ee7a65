from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column, Table
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="data", severity="medium")
def table_without_primary_key(table: Table, backend: Backend) -> Iterator[Finding]:
    """A table has no primary key.

    Why: Nothing keeps the same row from being stored twice, and nothing names a row: it cannot be
        updated or deleted alone, other tables cannot refer to it, and logical replication (with
        it most change capture and zero-downtime upgrades) refuses its updates and deletes.
    Fix: Name the columns that identify a row as primary key, or add an identity column.
    Trade-offs: The key's index costs a write an insert. Adding one to a large table takes a lock
        for as long as its unique index is built, unless the index is built concurrently first.
    Alternatives: For append-only logs that are never updated, a key is not needed to be correct;
        say so with REPLICA IDENTITY and an allow comment.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/logical-replication-publication.html

    Bad (schema.sql):
        create table setting (name text not null, value text); -- finding
    Good (schema.sql):
        create table setting (name text primary key, value text);
    """
    if backend.primary_key_of(table.name) or table.partition_of or table.inherits:
        return
    unique = next(
        (
            index
            for index in backend.indexes_on(table.name)
            if index.unique
            and index.columns
            and index.predicate is None
            and not any(column.nullable for column in _named(backend, table, index.columns))
        ),
        None,
    )
    if unique is not None and unique.columns:
        columns = ", ".join(map(str, unique.columns))
        yield Finding(
            message=f"{table.name} has no primary key, though ({columns}) is unique and not null",
            evidence=(table, unique),
            severity="low",
            fix=Fix(text=f"Make ({columns}) the primary key of {table.name}."),
        )
        return
    yield Finding(
        message=f"{table.name} has no primary key",
        evidence=(table,),
        fix=Fix(
            text="Make the columns that identify a row the primary key, or add an identity column.",
            sql=f"alter table {table.name}"
            " add column id bigint generated always as identity primary key;",
            sql_as_patch=False,
        ),
    )


def _named(backend: Backend, table: Table, names: tuple[str, ...]) -> list[Column]:
    found = (backend.column(table.name, name) for name in names)
    return [column for column in found if column is not None]
