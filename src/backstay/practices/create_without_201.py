from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import (
    cause_in,
    is_template,
    own_operations,
    successes,
)
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

_CREATING = {"create", "creates", "creating"}
_DONE = {"201", "202", "204", "303", "2XX"}


@practice(area="contract", severity="low")
def create_without_201(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An operation that creates something answers 200, while others of the API answer 201.

    Why: 201 with a Location header tells client, proxy and log that a resource exists now, and
        where. Where a part of an API says 200 instead, callers must know each operation, and code
        that waits for 201 takes success for failure.
    Fix: Answer 201 Created, with the URL of the new resource in the Location header.
    Trade-offs: Callers who compare with exactly 200 break; most libraries treat all 2xx alike.
    Alternatives: 202 where the work goes on in the background; 200 throughout the whole API.
    Upkeep: Check the statuses of new operations in review.
    References: https://www.rfc-editor.org/rfc/rfc9110#section-15.3.2

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              summary: Create an order
              responses: {"201": {description: Created}}
          /customers:
            post: # finding
              summary: Create a customer
              responses: {"200": {description: The customer}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              summary: Create an order
              responses: {"201": {description: Created}}
          /customers:
            post:
              summary: Create a customer
              responses: {"201": {description: Created}}
    """
    creating = [each for each in own_operations(document, backend) if _creates(each)]
    created = [each for each in creating if "201" in {r.status for r in successes(each)}]
    others = [each for each in creating if not _DONE & {r.status for r in successes(each)}]
    if len(created) < len(others) or not created:
        return
    for operation in others:
        yield Finding(
            message=f"{operation} creates something and answers 200, "
            f"while {counted(len(created), 'other')} answer 201",
            evidence=(operation, created[0]),
            cause=cause_in(document),
            fix=Fix(text="Answer 201 Created, with the new resource's URL in Location."),
        )


def _creates(operation: Operation) -> bool:
    last = operation.path.rstrip("/").rpartition("/")[2]
    if operation.method != "POST" or is_template(last) or not successes(operation):
        return False
    said = words_of(operation.summary or operation.operation_id or "")
    return bool(said) and said[0] in _CREATING
