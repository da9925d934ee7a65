from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column, Function
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

_FROZEN = re.compile(
    r"'\s*(?:now|today|tomorrow|yesterday)\s*'\s*::\s*(?:timestamp(?:tz)?|date|time(?:tz)?)\b"
    r"|\b(?:timestamp(?:tz)?|date)\s+'\s*(?:now|today|tomorrow|yesterday)\s*'",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@practice(area="data", severity="high")
def now_literal_frozen(place: Column | Function, _: Backend) -> Iterator[Finding]:
    """The literal 'now' is turned into a time once and kept.

    Why: 'now'::timestamp is a constant: it is worked out when the default is declared, or when
        the function's plan is made, and not again. A default gives every row the day of the
        migration; a PL/pgSQL function gives the time at which the session first called it, and
        pooled sessions live for days.
    Fix: Call now() or current_timestamp instead.
    Trade-offs: None: that is what was meant.
    Alternatives: clock_timestamp() where the time must move within a transaction.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT

    Bad (schema.sql):
        create table visit (
            id bigint primary key,
            seen_at timestamptz not null default 'now'::timestamptz -- finding
        );
    Good (schema.sql):
        create table visit (
            id bigint primary key,
            seen_at timestamptz not null default now()
        );
    """
    if isinstance(place, Column):
        if place.default and _FROZEN.search(place.default):
            yield Finding(
                message=f"the default of {place.table}.{place.name} is the time at which it was"
                " declared, for ever",
                evidence=(place,),
                fix=Fix(
                    text="Use now() as default.",
                    sql=f"alter table {place.table} alter column {quoted(place.name)}"
                    " set default now();",
                ),
            )
        return
    if place.language.lower() != "plpgsql" or not place.body:
        return
    found = _FROZEN.search(_COMMENT.sub(" ", place.body))
    if found:
        yield Finding(
            message=f"{place.name}() keeps {found[0]} from its first call in each session",
            evidence=(place,),
            fix=Fix(text="Call now() in the body instead of the literal."),
        )
