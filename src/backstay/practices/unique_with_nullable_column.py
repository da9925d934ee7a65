from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Index
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="data", severity="low")
def unique_with_nullable_column(index: Index, backend: Backend) -> Iterator[Finding]:
    """A unique rule over several columns lets duplicates in where one of them is null.

    Why: Null equals nothing, so two rows that agree in all other columns are both taken as long
        as one column of the rule is null. Code that relies on the rule finds two rows.
    Fix: Forbid null in the column, or say NULLS NOT DISTINCT (PostgreSQL 15 and later).
    Trade-offs: NULLS NOT DISTINCT changes what existing writes may do; look for duplicates first.
    Alternatives: A partial unique index over the other columns where this one is null; or leave
        it where many rows without a value are meant to be allowed.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html

    Bad (schema.sql):
        create table role_grant (
            id bigint primary key,
            member_id bigint not null,
            team_id bigint,
            unique (member_id, team_id) -- finding
        );
    Good (schema.sql):
        create table role_grant (
            id bigint primary key,
            member_id bigint not null,
            team_id bigint,
            unique nulls not distinct (member_id, team_id)
        );
    """
    columns = index.columns
    if not index.unique or index.nulls_not_distinct or index.predicate or not columns:
        return
    found = [backend.column(index.table, name) for name in columns]
    nullable = [column for column in found if column is not None and column.nullable]
    required = [column for column in found if column is not None and not column.nullable]
    if len(columns) < 2 or not nullable or not required or _served(index, backend):
        return
    names = ", ".join(column.name for column in nullable)
    yield Finding(
        message=f"unique ({', '.join(columns)}) on {index.table} lets duplicates in"
        f" where {names} is null",
        evidence=(index, *nullable),
        fix=Fix(text=f"Forbid null in {names}, or make the rule nulls not distinct."),
    )


def _served(index: Index, backend: Backend) -> bool:
    """Whether another unique index covers the rows with nulls, or a part of the rule alone."""
    columns = set(index.columns or ())
    for other in backend.indexes_on(index.table):
        if other is index or not other.unique:
            continue
        if other.predicate is not None or other.columns is None:
            return True
        if set(other.columns) < columns:
            return True
    return bool(backend.checks_of(index.table)) and any(
        set(check.columns) & columns for check in backend.checks_of(index.table)
    )
