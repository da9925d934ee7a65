from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="low")
def timestamp_without_time_zone(column: Column, _: Backend) -> Iterator[Finding]:
    """A point in time is stored without its time zone.

    Why: timestamp holds what a clock on some wall showed. Which instant that was depends on the
        session's TimeZone when it was written; two services with different settings store and
        read different instants, and one hour a year happens twice.
    Fix: Use timestamptz. It takes the same eight bytes and stores the instant, in UTC.
    Trade-offs: With a session in UTC the change needs no rewrite of the table; otherwise it does.
        Drivers then give values with an offset, which code may not expect.
    Alternatives: timestamp is right for local times that have no instant yet, such as opening
        hours or a future appointment; keep the zone's name in a column beside it.
    Upkeep: Set TimeZone to UTC for all roles of the application.
    References: https://www.postgresql.org/docs/current/datatype-datetime.html

    Bad (schema.sql):
        create table event (id bigint primary key, created_at timestamp not null); -- finding
    Good (schema.sql):
        create table event (id bigint primary key, created_at timestamptz not null, day date);
    """
    if not column.type.startswith("timestamp") or "without time zone" not in column.type:
        return
    yield Finding(
        message=f"{column.table}.{column.name} is a timestamp without time zone",
        evidence=(column,),
        cause=f"timestamps of {column.table.database}",
        fix=Fix(
            text="Use timestamp with time zone; set the session's zone to that of the old values.",
            sql=f"set timezone = 'UTC';\nalter table {column.table}"
            f" alter column {quoted(column.name)} type timestamptz;",
            sql_as_patch=False,
        ),
    )
