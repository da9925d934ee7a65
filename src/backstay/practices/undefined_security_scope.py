from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, SecurityScheme
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import asking_for_security
from backstay.practices.practice import practice


@practice(area="security", severity="medium")
def undefined_security_scope(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Security asks for an OAuth 2 scope that its scheme does not offer.

    Why: No client can ask for the scope, since none knows it, so either nobody may call the
        operation, or it is called without and the check is missing. Mostly it is a typing error.
    Fix: Declare the scope under the flows of the scheme, or name one that is declared.
    Trade-offs: None; the two places contradict each other.
    Alternatives: None.
    Upkeep: Keep scopes in one list that description and authorization server share.
    References: https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object
        https://www.rfc-editor.org/rfc/rfc6749#section-3.3

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get: # finding
              security: [{login: [order:read]}]
              responses: {"204": {description: None}}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                clientCredentials: {tokenUrl: /token, scopes: {orders:read: See orders}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              security: [{login: [orders:read]}]
              responses: {"204": {description: None}}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                clientCredentials: {tokenUrl: /token, scopes: {orders:read: See orders}}
    """
    schemes = {each.name: each for each in backend.security_schemes_in(document.scope)}
    offered = {name: _scopes(scheme) for name, scheme in schemes.items() if scheme.flows}
    for asking, alternatives in asking_for_security(document, backend):
        wanted = {
            (guard.scheme, scope)
            for guards in alternatives
            for guard in guards
            if guard.scheme in offered
            for scope in guard.scopes
        }
        for name, scope in sorted(wanted):
            if scope not in offered[name]:
                yield Finding(
                    message=f"{asking} asks for the scope '{scope}', which '{name}' does not offer",
                    evidence=(asking, schemes[name]),
                    about=f"{name} {scope}",
                    cause=f"{name} {scope}",
                    fix=Fix(text=f"Declare the scope '{scope}', or name a declared one."),
                )


def _scopes(scheme: SecurityScheme) -> set[str]:
    return {scope for flow in scheme.flows for scope in flow.scopes}
