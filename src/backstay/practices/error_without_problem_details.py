from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Response
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import apart, cause_in, failures, is_json, own_operations
from backstay.practices._words import counted
from backstay.practices.practice import practice

_PROBLEM = ("application/problem+json", "application/problem+xml")

# What RFC 9457 calls a problem, whatever its media type; "title" alone would be too little.
_MEMBERS = {"type", "title", "status", "detail", "instance"}
_ENOUGH = 3


@practice(area="contract", severity="info")
def error_without_problem_details(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Errors come in a form of their own instead of the standard one.

    Why: Each API with its own error body makes each client write its own parser for it. RFC 9457
        settled the form: type, title, status, detail, instance, with room for more; libraries,
        gateways and frameworks produce and read it, so that a proxy's error and yours look alike.
    Fix: Answer errors with `application/problem+json`, with a `type` URI per kind of error.
    Trade-offs: Existing callers read the old members: keep these beside the new ones for a while.
    Alternatives: One form of your own, described once and used by all operations; it serves where
        all clients are yours.
    Upkeep: Keep a page per `type` URI, and never change what a type means.
    References: https://www.rfc-editor.org/rfc/rfc9457

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              responses:
                "200": {description: Orders}
                "400": &error # finding
                  description: It went wrong
                  content:
                    application/json:
                      schema: {type: object, properties: {message: {type: string}}}
                "404": *error
                "422": *error
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              responses:
                "200": {description: Orders}
                "404":
                  description: No such thing
                  content:
                    application/problem+json:
                      schema:
                        type: object
                        properties:
                          type: {type: string, format: uri}
                          title: {type: string}
                          status: {type: integer}
                          detail: {type: string}
    """
    operations = own_operations(document, backend)
    errors = [response for operation in operations for response in failures(operation)]
    described = [each for each in errors if any(map(is_json, each.media_types))]
    own = [each for each in described if not _is_problem(each, backend)]
    if len(own) < _ENOUGH or len(own) * 2 < len(described):
        return
    places = list(apart(own))
    yield Finding(
        message=f"{len(own):,} of {counted(len(described), 'error response')} come in another form "
        f"than problem details (RFC 9457), such as {places[0]}",
        evidence=(document, *places[:_ENOUGH]),
        cause=cause_in(document),
        where=places[0].where,
        fix=Fix(text="Answer errors with `application/problem+json`, a `type` per kind of error."),
    )


def _is_problem(response: Response, backend: Backend) -> bool:
    if any(media.name.startswith(_PROBLEM) for media in response.media_types):
        return True
    for media_type in response.media_types:
        schema = backend.schema(media_type.schema)
        if (
            schema
            and len(_MEMBERS & {name for name, _ in backend.properties_of(schema)}) >= _ENOUGH
        ):
            return True
    return False
