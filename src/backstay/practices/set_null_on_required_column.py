from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="high")
def set_null_on_required_column(key: ForeignKey, backend: Backend) -> Iterator[Finding]:
    """A foreign key sets a column to null on delete that must not be null.

    Why: ON DELETE SET NULL on a NOT NULL column can never succeed: every delete of a parent that
        has children fails with a not-null violation, usually first in production.
    Fix: Allow null in the column, or choose what should really happen to the children.
    Trade-offs: With null allowed, readers must expect rows without a parent.
    Alternatives: CASCADE deletes the children with the parent; RESTRICT says at once that there
        still are some; a soft delete of the parent keeps both.
    Upkeep: Test a delete of a parent with children wherever a foreign key has an action.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table author (id bigint primary key);
        create table book (
            id bigint primary key,
            author_id bigint not null references author (id) on delete set null -- finding
        );
        create index on book (author_id);
    Good (schema.sql):
        create table author (id bigint primary key);
        create table book (
            id bigint primary key,
            author_id bigint references author (id) on delete set null
        );
        create index on book (author_id);
    """
    if "set null" not in {key.on_delete, key.on_update}:
        return
    affected = key.set_null_columns or key.columns
    columns = [backend.column(key.table, name) for name in affected]
    required = [column for column in columns if column is not None and not column.nullable]
    if not required:
        return
    names = ", ".join(column.name for column in required)
    event = "deleting" if key.on_delete == "set null" else "changing the key of"
    yield Finding(
        message=f"{event} a {key.parent} with rows in {key.table} always fails:"
        f" {names} must not be null, but is to be set to null",
        evidence=(key, *required),
        fix=Fix(
            text=f"Allow null in {key.table} ({names}), or choose another action.",
            sql="\n".join(
                f"alter table {key.table} alter column {quoted(column.name)} drop not null;"
                for column in required
            ),
            sql_as_patch=False,
        ),
    )
