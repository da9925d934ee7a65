from __future__ import annotations

from collections.abc import Iterable, Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Guard
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import asking_for_security
from backstay.practices.practice import practice


@practice(area="security", severity="high")
def undefined_security_scheme(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Security asks for a scheme that the API description does not declare.

    Why: The name means nothing. Gateways and frameworks that enforce the description refuse to
        load it, or skip the requirement and serve the operation to anybody; generated clients
        send no credentials.
    Fix: Declare the scheme, or name one that is declared.
    Trade-offs: None; the requirement has no effect as it stands.
    Alternatives: Drop the requirement, if the operation is meant to be public, and say
        `security: []` so that it is seen to be on purpose.
    Upkeep: Rename schemes and requirements together.
    References: https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        security: # finding
          - bearerToken: []
        paths: {}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        security:
          - bearerAuth: []
        paths: {}
        components:
          securitySchemes:
            bearerAuth: {type: http, scheme: bearer}
    """
    declared = {scheme.name for scheme in backend.security_schemes_in(document.scope)}
    for asking, alternatives in asking_for_security(document, backend):
        for name in sorted(_names(alternatives) - declared):
            known = f"; declared are {', '.join(sorted(declared))}" if declared else ""
            yield Finding(
                message=f"{asking} asks for the security scheme '{name}', which is not declared"
                + known,
                evidence=(asking,),
                about=name,
                cause=name,
                fix=Fix(text=f"Declare the security scheme '{name}', or name a declared one."),
            )


def _names(alternatives: Iterable[Iterable[Guard]]) -> set[str]:
    return {guard.scheme for guards in alternatives for guard in guards}
