from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Table
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="data", severity="medium")
def unlogged_table(table: Table, _: Backend) -> Iterator[Finding]:
    """A table is unlogged: a crash empties it.

    Why: Changes to an unlogged table are not written ahead. After a crash or an unclean stop the
        server truncates it, it is missing on replicas, and a failover starts with it empty.
    Fix: Make it logged, unless every row can be made anew.
    Trade-offs: Logged writes cost more and reach the replicas. Switching writes the whole table.
    Alternatives: Keep it for caches and staging data, and say so with an allow comment.
    Upkeep: Check after each failover that what fills it does run.
    References: https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED

    Bad (schema.sql):
        create unlogged table session (id uuid primary key, data jsonb not null); -- finding
    Good (schema.sql):
        create table session (id uuid primary key, data jsonb not null);
    """
    if not table.unlogged:
        return
    yield Finding(
        message=f"{table.name} is unlogged: a crash or a failover empties it",
        evidence=(table,),
        fix=Fix(
            text="Make it logged, unless every row can be made anew.",
            sql=f"alter table {table.name} set logged;",
            undo=f"alter table {table.name} set unlogged;",
        ),
    )
