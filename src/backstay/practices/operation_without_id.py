from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations, shown_singly
from backstay.practices._words import share
from backstay.practices.practice import practice


@practice(area="contract", severity="info")
def operation_without_id(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An operation has no operationId.

    Why: Generators then make up the names of methods from path and method, so that a change of the
        path renames the method in every client. Links, mocks, permissions and metrics have no
        stable name for the operation.
    Fix: Give each operation an id that stays when its path changes.
    Trade-offs: One more name to keep unique.
    Alternatives: None, if clients are generated; without generated clients it can wait.
    Upkeep: Never reuse the id of an operation that is gone.
    References: https://spec.openapis.org/oas/v3.1.1.html#operation-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get: # finding
              responses: {"204": {description: None}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              operationId: listOrders
              responses: {"204": {description: None}}
    """
    operations = own_operations(document, backend)
    nameless = [each for each in operations if not each.operation_id]
    part = f"{share(len(nameless), len(operations), 'operation')} no operationId"
    singly = shown_singly(len(nameless), len(operations))
    for operation in nameless if singly else nameless[:1]:
        yield Finding(
            message=f"{operation} has no operationId ({part})" if singly else part,
            evidence=(operation,) if singly else (document, operation),
            cause=cause_in(document),
            where=operation.where,
            fix=Fix(text="Give each operation an operationId that stays when its path changes."),
        )
