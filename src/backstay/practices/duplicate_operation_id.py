from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation
from backstay.model.findings import Finding, Fix
from backstay.practices._words import listed
from backstay.practices.practice import practice


@practice(area="contract", severity="medium")
def duplicate_operation_id(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Two operations have the same operationId.

    Why: The id must be unique. Generated clients get one method of that name, so that one of the
        operations cannot be called or is renamed with a number, and links, mocks and permissions
        that go by the id reach the wrong one.
    Fix: Give each operation an id of its own.
    Trade-offs: Renaming an id renames the method in generated clients: announce it, and keep the
        id of the operation that more people use.
    Alternatives: None; the specification requires unique ids.
    Upkeep: Derive ids from method and path, so that copies cannot keep one.
    References: https://spec.openapis.org/oas/v3.1.1.html#operation-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              operationId: getOrder
              responses:
                "204": {description: None}
          /orders/{id}:
            get: # finding
              operationId: getOrder
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              operationId: listOrders
              responses:
                "204": {description: None}
          /orders/{id}:
            get:
              operationId: getOrder
              parameters:
                - {name: id, in: path, required: true, schema: {type: string}}
              responses:
                "204": {description: None}
    """
    sharing: dict[str, list[Operation]] = defaultdict(list)
    for operation in backend.operations_in(document.scope):
        if operation.operation_id:
            sharing[operation.operation_id].append(operation)
    for name, operations in sharing.items():
        first, *others = operations
        for other in others:
            yield Finding(
                message=f"{listed([str(each) for each in operations])} "
                f"share the operationId '{name}'",
                evidence=(other, first),
                cause=name,
                fix=Fix(text=f"Give {other} an operationId of its own."),
            )
