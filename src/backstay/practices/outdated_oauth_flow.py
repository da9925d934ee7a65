from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import SecurityScheme
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_INSTEAD = "the authorization code flow with PKCE"
_WHY = {
    "implicit": "hands the access token to the browser in a URL",
    "password": "has the application handle the user's password",
}


@practice(area="security", severity="medium")
def outdated_oauth_flow(scheme: SecurityScheme, _: Backend) -> Iterator[Finding]:
    """An OAuth 2 flow is offered that current practice forbids.

    Why: The implicit flow puts the access token into a URL, where histories, referrers and scripts
        find it, and binds it to no client. The password flow teaches users to give their
        password to any application, and leaves no room for a second factor. RFC 9700 says
        SHOULD NOT of the first and MUST NOT of the second.
    Fix: Offer the authorization code flow with PKCE, also to browsers and native applications.
    Trade-offs: One more request at login, and an authorization server that lets browsers ask for
        tokens across origins.
    Alternatives: For a first-party login without an authorization server, an ordinary login
        endpoint with a session cookie; between machines, client credentials.
    Upkeep: Switch the flow off at the authorization server too; the description alone changes
        nothing.
    References: https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2
        https://www.rfc-editor.org/rfc/rfc9700#section-2.4

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          securitySchemes:
            login: # finding
              type: oauth2
              flows:
                implicit: {authorizationUrl: https://login.shop.example/authorize, scopes: {}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          securitySchemes:
            login:
              type: oauth2
              flows:
                authorizationCode:
                  authorizationUrl: https://login.shop.example/authorize
                  tokenUrl: https://login.shop.example/token
                  scopes: {}
    """
    for flow in scheme.flows:
        if flow.name in _WHY:
            yield Finding(
                message=f"'{scheme.name}' offers the OAuth 2 {flow.name} flow, "
                f"which {_WHY[flow.name]}",
                evidence=(scheme,),
                about=flow.name,
                cause=f"{scheme.name} {flow.name}",
                fix=Fix(text=f"Offer {_INSTEAD} instead."),
            )
