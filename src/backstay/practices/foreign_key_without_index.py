from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices._index_names import new_index_name
from backstay.practices.practice import practice


@practice(
    area="data",
    severity="medium",
    proof="index-trial",
    stages={"startup": "Can wait until the child table passes some 100,000 rows."},
)
def foreign_key_without_index(key: ForeignKey, backend: Backend) -> Iterator[Finding]:
    """A foreign key has no index on its own columns.

    Why: PostgreSQL indexes the parent's key but not the child's columns. Each delete of a parent
        row, each change of its key, and each join from parent to child then reads the whole
        child table.
    Fix: Create an index that starts with the foreign key's columns.
    Trade-offs: Every insert into the child also writes the index; it takes disk and cache, and
        updates of the indexed column can no longer be heap-only. Built concurrently it blocks
        nobody, but cannot run in a transaction, and waits for ever for a migration runner that
        holds a lock in another one.
    Alternatives: Leave it out if the child stays small, or if parents are never deleted and
        nothing joins from parent to child.
    Upkeep: Drop the index if the foreign key goes; look at its scan count twice a year.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (customer_id bigint references customer (id)); -- finding
    Good (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (customer_id bigint references customer (id));
        create index on purchase (customer_id);
    """
    if any(index.leads_with(key.columns) for index in backend.indexes_on(key.table)):
        return
    columns = ", ".join(map(quoted, key.columns))
    name, qualified = new_index_name(key.table, key.columns, "idx", backend)
    yield Finding(
        message=f"{key.table} ({columns}) refers to {key.parent} but has no index",
        evidence=(key,),
        fix=Fix(
            text=f"Create an index on {key.table} ({columns}).",
            sql=f"create index concurrently {name} on {key.table} ({columns});",
            undo=f"drop index concurrently {qualified};",
        ),
    )
