from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from backstay.model.backend import Backend
from backstay.model.contracts import ApiServer
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_of
from backstay.practices.practice import practice

_OWN_MACHINE = {"localhost", "0.0.0.0", "::1", "host.docker.internal"}  # noqa: S104 (names only)
_PRIVATE_SUFFIXES = (".local", ".localhost", ".internal", ".test", ".lan", ".svc", ".cluster")
_PRIVATE_ADDRESS = re.compile(r"(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.")
_NOT_PRODUCTION = re.compile(
    r"\b(?:local|dev|develop|development|test|testing|mock)\b", re.IGNORECASE
)


@practice(area="security", severity="medium")
def plain_http_server(server: ApiServer, backend: Backend) -> Iterator[Finding]:
    """An API is offered over plain HTTP.

    Why: Everything is readable and changeable on the way: credentials, personal data, responses.
        A redirect to HTTPS does not help, because the first request has already carried the
        credentials.
    Fix: Serve the API over HTTPS only, and name only the https URL.
    Trade-offs: Certificates must be renewed, which can be automated; a handshake costs a round trip
        on each new connection.
    Alternatives: Plain HTTP inside one machine or behind a mesh that encrypts; then do not publish
        that URL as the API's server.
    Upkeep: Close port 80 for the API's host, or answer there with 403 and revoke keys that arrive.
    References: https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#https
        https://www.rfc-editor.org/rfc/rfc9325

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        servers:
          - url: http://api.shop.example/v1 # finding
        paths: {}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        servers:
          - url: https://api.shop.example/v1
          - url: http://localhost:8080/v1
        paths: {}
    """
    if not server.url.lower().startswith("http://") or _is_private(server):
        return
    secured = f"https://{server.url[7:]}"
    document = backend.document(server.document)
    also = document is not None and secured in document.servers
    yield Finding(
        message=f"{server.url} is plain HTTP" + (", offered beside HTTPS" if also else ""),
        evidence=(server,),
        cause=cause_of(server, backend),
        fix=Fix(text="Drop the plain server." if also else f"Serve {secured} and name only that."),
    )


def _is_private(server: ApiServer) -> bool:
    try:
        host = urlsplit(server.url).hostname or ""
    except ValueError:
        return True
    return (
        host in _OWN_MACHINE
        or "." not in host
        or "{" in server.url.partition("://")[2].partition("/")[0]
        or host.endswith(_PRIVATE_SUFFIXES)
        or _PRIVATE_ADDRESS.match(host) is not None
        or _NOT_PRODUCTION.search(server.description or "") is not None
    )
