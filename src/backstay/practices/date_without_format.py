from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, shown_singly
from backstay.practices._schema_names import schema_name
from backstay.practices._words import share, words_of
from backstay.practices.practice import practice

# "created_at", "expiresAt": the word before "at" is a participle or a verb.
_EVENTS = {
    *("created", "updated", "deleted", "modified", "changed", "started", "finished", "completed"),
    *("expires", "expired", "starts", "ends", "ended", "sent", "received", "published", "closed"),
    *("opened", "approved", "cancelled", "canceled", "paid", "issued", "archived", "scheduled"),
    *("confirmed", "verified", "joined", "added", "removed", "submitted", "accepted", "seen"),
}
_DATES = {("birth", "date"), ("date", "of", "birth"), ("start", "date"), ("end", "date")}
_DATES |= {("due", "date"), ("expiration", "date"), ("expiry", "date"), ("created", "date")}
_DATES |= {("timestamp",), ("created", "on"), ("updated", "on"), ("created",), ("updated",)}


@practice(area="contract", severity="low")
def date_without_format(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A point in time is a string of no stated form.

    Why: `03/04/2026` is March or April, `2026-03-04 10:00` is an hour off for whoever is elsewhere.
        Generated clients give a string that each caller parses in a way of its own, and nothing
        checks what comes in.
    Fix: State `format: date-time` (with a zone, as RFC 3339 has it) or `format: date`.
    Trade-offs: Old clients may send other forms: accept these for a while, return only one.
    Alternatives: Seconds since 1970 as an integer, where the reader is a program throughout.
    Upkeep: Return UTC with a `Z`, always with the same number of digits.
    References: https://www.rfc-editor.org/rfc/rfc3339
        https://spec.openapis.org/registry/format/date-time

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Order:
              type: object
              properties:
                created_at: {type: string} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          schemas:
            Order:
              type: object
              properties:
                created_at: {type: string, format: date-time}
    """
    dates = [
        (name, date, holder)
        for holder in backend.schemas_in(document.scope)
        if holder.properties
        for name, date in _dates(holder, backend)
    ]
    loose = [each for each in dates if _is_loose(each[1])]
    part = f"{share(len(loose), len(dates), 'date')} no format"
    singly = shown_singly(len(loose), len(dates))
    for name, date, holder in loose if singly else loose[:1]:
        yield Finding(
            message=f"'{name}' of {schema_name(holder)} is a string of no stated form ({part})",
            evidence=(date if singly else document, holder),
            about=name if singly else "",
            cause=cause_in(document),
            where=date.where,
            fix=Fix(text="State `format: date-time` or `format: date`."),
        )


def _dates(holder: Schema, backend: Backend) -> Iterator[tuple[str, Schema]]:
    for name, key in holder.properties:
        words = words_of(name)
        if words in _DATES or (len(words) > 1 and words[-1] == "at" and words[-2] in _EVENTS):
            schema = backend.schema(key)
            if schema is not None and "string" in schema.types:
                yield name, schema


def _is_loose(schema: Schema) -> bool:
    return not (schema.format or schema.pattern or schema.enum or schema.const)
