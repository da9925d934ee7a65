from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Function
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random"
    r"|gen_random_uuid|nextval|currval|txid_current|pg_current_xact_id)\s*\("
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)

_CALL = re.compile(r"\b([a-z_][a-z0-9_]*)\s*\(")


@practice(area="data", severity="medium")
def immutable_function_reads_clock(function: Function, backend: Backend) -> Iterator[Finding]:
    """A function that is declared immutable gives another result from one call to the next.

    Why: IMMUTABLE is a promise that the same arguments always give the same result. The planner
        may call it once for a whole query or at planning time, cached plans keep the value, and
        an index on it goes stale: queries then miss rows without an error.
    Fix: Declare it STABLE if it reads the time of the transaction or the data, else VOLATILE.
    Trade-offs: It can no longer be used in an index. Indexes that use it must be replaced first.
    Alternatives: Pass the time as an argument; the function is then really immutable.
    Upkeep: Read the body again whenever the word IMMUTABLE stands in a change.
    References: https://www.postgresql.org/docs/current/xfunc-volatility.html

    Bad (schema.sql):
        create function age_in_hours(since timestamptz) returns float -- finding
            language sql immutable
            as 'select extract(epoch from now() - since) / 3600';
    Good (schema.sql):
        create function age_in_hours(since timestamptz, until timestamptz) returns float
            language sql immutable
            as 'select extract(epoch from until - since) / 3600';
    """
    if function.volatility != "immutable" or not function.body:
        return
    called = _called(function, backend)
    if called is None:
        return
    safer = "stable" if called.partition(" ")[0].lower() in _STABLE else "volatile"
    signature = f"{function.name}({', '.join(function.arguments)})"
    yield Finding(
        message=f"{signature} is declared immutable but reads {called}",
        evidence=(function,),
        fix=Fix(
            text=f"Declare it {safer}. Replace indexes that use it first.",
            sql=f"alter function {signature} {safer};",
            undo=f"alter function {signature} immutable;",
        ),
    )


def _called(function: Function, backend: Backend) -> str | None:
    """What changes from call to call and stands in the body, be it by way of other functions."""
    by_name: dict[str, list[Function]] = {}
    for each in backend.of(Function):
        by_name.setdefault(each.name.name, []).append(each)
    waiting, seen = [(function, "")], {function.name}
    while waiting:
        current, way = waiting.pop()
        body = _COMMENT_OR_TEXT.sub(" ", current.body or "")
        found = _CLOCK.search(body)
        if found:
            return (f"{found[1]}()" if found[1] else found[2]) + way
        for name in set(_CALL.findall(body)) & by_name.keys():
            for other in by_name[name]:
                if other.name not in seen and other.scope == function.scope:
                    seen.add(other.name)
                    waiting.append((other, f" by way of {other.name}()"))
    return None


_STABLE = frozenset(
    (
        "now()",
        "statement_timestamp()",
        "transaction_timestamp()",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
    )
)
