from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, failures, own_operations, shown_singly
from backstay.practices._words import share
from backstay.practices.practice import practice


@practice(area="contract", severity="low")
def operation_without_error_response(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An operation says nothing of what it answers when something is wrong.

    Why: Each operation that takes input or asks for credentials fails at times. If the description
        says nothing, clients treat an error body as a result or as a crash, and the team finds out
        in production what the service really sends.
    Fix: Describe the 4xx responses that callers can do something about, or one `default` response
        for all errors.
    Trade-offs: Descriptions grow; a shared response under `components` keeps it to a line each.
    Alternatives: None that tools can read.
    Upkeep: Test that the service answers no status that is not described.
    References: https://spec.openapis.org/oas/v3.1.1.html#responses-object
        https://www.rfc-editor.org/rfc/rfc9457

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get: # finding
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "200": {description: The order}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get:
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "200": {description: The order}
                default: {description: What went wrong}
    """
    operations = [each for each in own_operations(document, backend) if _can_fail(each)]
    silent = [each for each in operations if not failures(each)]
    part = f"{share(len(silent), len(operations), 'operation')} no error response"
    fix = Fix(text="Describe the 4xx responses, or one `default` response for all errors.")
    if not shown_singly(len(silent), len(operations)):
        yield Finding(
            message=f"{part}, such as {silent[0]}",
            evidence=(document, *silent[:3]),
            cause=cause_in(document),
            where=silent[0].where,
            fix=fix,
        )
        return
    for operation in silent:
        yield Finding(
            message=f"{operation} describes no error response ({part})",
            evidence=(operation,),
            cause=cause_in(document),
            fix=fix,
        )


def _can_fail(operation: Operation) -> bool:
    """Whether callers can get it wrong: it takes input or asks for credentials."""
    takes = operation.parameters or operation.body or operation.guards
    return bool(takes and operation.responses) and "responses" not in operation.holes
