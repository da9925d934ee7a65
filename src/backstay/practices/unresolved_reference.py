from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import UnresolvedReference
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="contract", severity="high")
def unresolved_reference(reference: UnresolvedReference, _: Backend) -> Iterator[Finding]:
    """A reference in an API description leads nowhere.

    Why: Nobody can know what belongs there. Generators of clients, servers, mocks and
        documentation stop at it, or leave the part out without a word, and checks of requests
        against the description let anything through at that place.
    Fix: Point the reference at a part that exists, or add the part that it names.
    Trade-offs: None; the description is broken as it stands.
    Alternatives: Write the part out in place, if it is used once.
    Upkeep: Resolve all references in continuous integration, since a rename breaks them silently.
    References: https://spec.openapis.org/oas/v3.1.1.html#reference-object
        https://www.rfc-editor.org/rfc/rfc6901

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get:
              parameters:
                - $ref: "#/components/parameters/OrderId" # finding
              responses:
                "204": {description: Nothing to say}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders/{id}:
            get:
              parameters:
                - $ref: "#/components/parameters/OrderId"
              responses:
                "204": {description: Nothing to say}
        components:
          parameters:
            OrderId: {name: id, in: path, required: true, schema: {type: string}}
    """
    if reference.elsewhere:
        return
    yield Finding(
        message=f"'{reference.reference}' leads nowhere: {reference.why}",
        evidence=(reference,),
        cause=reference.reference,
        fix=Fix(text="Point the reference at a part that exists, or add the part that it names."),
    )
