from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

_CREDENTIALS = {
    ("authorization",),
    ("api", "key"),
    ("x", "api", "key"),
    ("x", "apikey"),
    ("apikey",),
    ("auth", "token"),
    ("x", "auth", "token"),
    ("x", "access", "token"),
    ("access", "token"),
    ("x", "token"),
}
_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


@practice(area="security", severity="low")
def authentication_undeclared(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """An API description does not say who may call the API.

    Why: Without a security scheme the description says that anybody may change things. Generated
        clients have no place for credentials, gateways that enforce it let all through, and a test
        or review cannot tell a forgotten check from a public operation.
    Fix: Declare how callers authenticate under `securitySchemes` and ask for it with `security`.
    Trade-offs: None; it changes the description, not the service.
    Alternatives: For an API that only trusted neighbours reach, declare mutual TLS, or say in the
        description what keeps others out.
    Upkeep: Mark public operations with `security: []`.
    References: https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object
        https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/

    Bad (openapi.yaml):
        # finding
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              responses: {"201": {description: Created}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        security: [{bearerAuth: []}]
        paths:
          /orders:
            post:
              responses: {"201": {description: Created}}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    """
    operations = own_operations(document, backend)
    changing = [each for each in operations if each.method in _CHANGING]
    if not changing or backend.security_schemes_in(document.scope):
        return
    if any(each.own_security or each.guards or "security" in each.holes for each in operations):
        return
    headers = Counter(
        parameter.name
        for operation in operations
        for parameter in operation.parameters
        if parameter.location in ("header", "cookie") and words_of(parameter.name) in _CREDENTIALS
    )
    if headers:
        name, count = headers.most_common(1)[0]
        message = f"'{name}' is an ordinary header of {counted(count, 'operation')}: no security "
        message += "scheme is declared"
    else:
        message = f"nothing says who may call the API, not even its {len(changing):,} operations "
        message += "that change something"
    yield Finding(
        message=message,
        evidence=(document, changing[0]),
        cause=cause_in(document),
        fix=Fix(text="Declare a security scheme and ask for it with `security`."),
    )
