from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Parameter, SecurityScheme
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import apart, own_operations
from backstay.practices._words import words_of
from backstay.practices.practice import practice

# Plain "token", "key" and "code" are as often pages, names and one-time links.
_SECRETS = {
    ("password",),
    ("passwd",),
    ("passphrase",),
    ("secret",),
    ("client", "secret"),
    ("api", "key"),
    ("apikey",),
    ("api", "token"),
    ("api", "secret"),
    ("access", "token"),
    ("access", "key"),
    ("auth", "token"),
    ("bearer", "token"),
    ("refresh", "token"),
    ("private", "key"),
    ("secret", "key"),
    ("session", "token"),
    ("jwt",),
}


@practice(area="security", severity="medium")
def secret_in_query(holder: SecurityScheme | ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A secret travels in the query of a URL.

    Why: URLs are written down where headers are not: in access logs of every proxy and load
        balancer, browser histories, referrers, monitoring and support tickets. Who reads one of
        these holds the secret.
    Fix: Take the secret in the Authorization header, or in the body for a password; refuse it in
        the query after a time of notice.
    Trade-offs: Plain links, image tags, server-sent events and WebSockets in browsers cannot set
        headers.
    Alternatives: Where a link must carry access, sign the URL for one resource and a few minutes,
        or use a token that works once.
    Upkeep: Replace secrets that were in URLs, since they stand in old logs.
    References: https://www.rfc-editor.org/rfc/rfc6750#section-5.3
        https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2
        https://cwe.mitre.org/data/definitions/598.html

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          securitySchemes:
            key: {type: apiKey, in: query, name: key} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths: {}
        components:
          securitySchemes:
            key: {type: apiKey, in: header, name: X-Api-Key}
    """
    if isinstance(holder, SecurityScheme):
        if holder.location == "query":
            yield Finding(
                message=f"the API key '{holder.parameter}' travels in the query",
                evidence=(holder,),
                cause=f"API key {holder.parameter}",
                fix=Fix(text="Take the key in a header: `in: header`."),
            )
        return
    operations = own_operations(holder, backend)
    for parameter in apart(each for operation in operations for each in operation.parameters):
        if _is_secret(parameter) and _is_text(parameter, backend):
            yield Finding(
                message=f"{parameter.operation} takes '{parameter.name}' in the query",
                evidence=(parameter,),
                cause=f"parameter {parameter.name}",
                fix=Fix(text=f"Take '{parameter.name}' in a header or in the body."),
            )


def _is_secret(parameter: Parameter) -> bool:
    return parameter.location == "query" and words_of(parameter.name) in _SECRETS


def _is_text(parameter: Parameter, backend: Backend) -> bool:
    schema = backend.schema(parameter.schema)
    return schema is None or not schema.types or "string" in schema.types
