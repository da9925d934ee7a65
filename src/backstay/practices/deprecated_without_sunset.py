from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations
from backstay.practices._words import counted
from backstay.practices.practice import practice

# A date, a year or a version that says when it goes.
_WHEN = re.compile(
    r"\b20[2-9]\d\b|\b(?:sunset|end[- ]of[- ]life|eol)\b"
    r"|\b(?:removed|retired|discontinued|shut ?down|dropped)\s+(?:in|on|by|after|from|with)\b",
    re.IGNORECASE,
)


@practice(area="contract", severity="low")
def deprecated_without_sunset(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An operation is deprecated without a word on when it goes.

    Why: A deprecation without a date is one that nobody acts on: callers put it off, and the old
        operation has to be served, tested and secured for years. When it is removed at last, it
        breaks them all the same.
    Fix: Decide on a date, say it in the description and in `x-sunset`, and send the Deprecation and
        Sunset headers.
    Trade-offs: A stated date binds; give large callers time, half a year is usual.
    Alternatives: A rule for the whole API ("at least twelve months after notice"), in the
        description of the document, with the date of notice at each operation.
    Upkeep: Watch who still calls it, and write to them before the date.
    References: https://www.rfc-editor.org/rfc/rfc8594
        https://www.rfc-editor.org/rfc/rfc9745

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /basket:
            get: # finding
              deprecated: true
              description: Use /cart instead.
              responses: {"204": {description: None}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /basket:
            get:
              deprecated: true
              x-sunset: "2027-03-31"
              description: Use /cart instead. Removed on 31 March 2027.
              responses: {"204": {description: None}}
    """
    old = [each for each in own_operations(document, backend) if each.deprecated]
    undated = [each for each in old if not _is_dated(each)]
    for operation in undated:
        yield Finding(
            message=f"{operation} is deprecated without a date "
            f"({len(undated):,} of {counted(len(old), 'deprecated operation')})",
            evidence=(operation,),
            cause=cause_in(document),
            fix=Fix(
                text="Say when it goes: in the description, in `x-sunset`, in a Sunset header."
            ),
        )


def _is_dated(operation: Operation) -> bool:
    if operation.sunset is not None:
        return True
    return _WHEN.search(f"{operation.summary} {operation.description}") is not None
