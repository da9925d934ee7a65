from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in
from backstay.practices.practice import practice


@practice(area="security", severity="medium")
def declared_security_not_applied(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Security schemes are declared, but no operation asks for any of them.

    Why: A declared scheme has no effect until a requirement names it. As written, every operation
        is open to anybody: gateways that enforce the description let all through, and
        generated clients send no credentials.
    Fix: Ask for the scheme, once for the whole document or operation by operation.
    Trade-offs: None, if the service checks credentials anyway: then the description is wrong.
    Alternatives: Drop the declaration if the API is public.
    Upkeep: Say `security: []` on the operations that are public on purpose.
    References: https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object
        https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            delete:
              responses:
                "204": {description: All orders are gone}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        security:
          - bearerAuth: []
        paths:
          /orders:
            delete:
              responses:
                "204": {description: All orders are gone}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    """
    schemes = backend.security_schemes_in(document.scope)
    operations = backend.operations_in(document.scope)
    if any(operation.own_security or operation.guards for operation in operations):
        return
    if not operations or any("security" in operation.holes for operation in operations):
        return
    for scheme in schemes:
        yield Finding(
            message=f"the security scheme '{scheme.name}' is declared, "
            "but nothing asks for it: every operation reads as public",
            evidence=(scheme, document),
            cause=cause_in(document),
            fix=Fix(text="Name the scheme under `security` of the document or its operations."),
        )
