from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="low")
def duplicate_foreign_key(key: ForeignKey, backend: Backend) -> Iterator[Finding]:
    """The same foreign key is declared twice.

    Why: Each insert and each delete of a parent is checked twice. Where the two differ in what
        happens on delete, the stricter one wins and the other misleads its readers.
    Fix: Drop one of them.
    Trade-offs: None; dropping takes a short exclusive lock on both tables.
    Alternatives: None.
    Upkeep: Name constraints, so that a second one is refused.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id bigint references customer (id)
        );
        create index on purchase (customer_id);
        alter table purchase add constraint purchase_customer -- finding
            foreign key (customer_id) references customer (id) on delete cascade;
    Good (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id bigint references customer (id),
            payer_id bigint references customer (id)
        );
        create index on purchase (customer_id);
        create index on purchase (payer_id);
    """
    for other in backend.foreign_keys_of(key.table):
        if other is key:
            return
        if other.parent == key.parent and _pairs(other) == _pairs(key):
            yield Finding(
                message=f"{key.name} on {key.table} is the same foreign key as {other.name}",
                evidence=(key, other),
                about=key.name,
                fix=Fix(
                    text=f"Drop one of {key.name} ({key.on_delete} on delete) and"
                    f" {other.name} ({other.on_delete}).",
                    sql=f"alter table {key.table} drop constraint {quoted(key.name)};",
                    sql_as_patch=key.on_delete == other.on_delete,
                ),
            )
            return


def _pairs(key: ForeignKey) -> set[tuple[str, str]]:
    return set(zip(key.columns, key.parent_columns, strict=False))
