from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix, Put
from backstay.model.places import Place
from backstay.practices._contracts import apart
from backstay.practices.practice import practice


@practice(area="contract", severity="low")
def optional_path_parameter(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A path parameter is not marked as required.

    Why: A path without the value is another path, so the parameter cannot be left out. Generated
        clients make an optional argument of it, and send `/orders/undefined` or `/orders/None`
        when a caller takes them at their word; strict tools refuse the whole description.
    Fix: Say `required: true`.
    Trade-offs: Signatures of generated clients change from optional to required.
    Alternatives: Two paths, where the value really may be missing; one cannot be both.
    Upkeep: None, once it is there.
    References: https://spec.openapis.org/oas/v3.1.1.html#parameter-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get:
              parameters:
                - name: id # finding
                  in: path
                  schema: {type: string}
              responses: {"204": {description: None}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get:
              parameters:
                - name: id
                  in: path
                  required: true
                  schema: {type: string}
              responses: {"204": {description: None}}
    """
    operations = backend.operations_in(document.scope)
    for parameter in apart(each for operation in operations for each in operation.parameters):
        if parameter.location != "path" or parameter.required:
            continue
        where = parameter.where
        edits = (
            (Put(place=where, key="required", value="true"),) if isinstance(where, Place) else ()
        )
        yield Finding(
            message=f"'{parameter.name}' of {parameter.operation} is in the path, but not required",
            evidence=(parameter,),
            cause=f"{parameter.name} of {parameter.operation.partition(' ')[2]}",
            fix=Fix(text="Say `required: true`.", edits=edits),
        )
