from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="medium")
def foreign_key_type_mismatch(key: ForeignKey, backend: Backend) -> Iterator[Finding]:
    """A foreign key's column has another type than the column it refers to.

    Why: A narrower child fails on the first parent key that it cannot hold, years after it was
        made: integer ends at 2,147,483,647. Comparing different types also costs a cast for each
        row in joins, and some pairs cannot use the index at all.
    Fix: Give the child's column the parent's type.
    Trade-offs: Changing integer to bigint rewrites the table and its indexes under an exclusive
        lock; on a large table add a column, backfill it and swap.
    Alternatives: None that lasts.
    Upkeep: Change both sides in one migration when a key's type changes.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id integer references customer (id) -- finding
        );
        create index on purchase (customer_id);
    Good (schema.sql):
        create table customer (id bigint primary key);
        create table purchase (
            id bigint primary key,
            customer_id bigint references customer (id)
        );
        create index on purchase (customer_id);
    """
    for name, parent_name in zip(key.columns, key.parent_columns, strict=False):
        child = backend.column(key.table, name)
        parent = backend.column(key.parent, parent_name)
        if child is None or parent is None or _plain(child.type) == _plain(parent.type):
            continue
        yield Finding(
            message=f"{key.table}.{name} is {child.type} but refers to"
            f" {key.parent}.{parent_name}, which is {parent.type}",
            evidence=(key, child, parent),
            about=name,
            fix=Fix(
                text=f"Change {key.table}.{name} to {parent.type}.",
                sql=f"alter table {key.table} alter column {quoted(name)} type {parent.type};",
                sql_as_patch=False,
            ),
        )


def _plain(name: str) -> str:
    """The type as far as keys are concerned: lengths do not matter, nor varchar against text."""
    head = name.partition("(")[0].strip()
    return "text" if head in {"character varying", "text", "citext"} else head
