from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import Operation
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="contract", severity="medium")
def get_with_body(operation: Operation, _: Backend) -> Iterator[Finding]:
    """A GET or HEAD operation takes a request body.

    Why: A body of a GET means nothing in HTTP. Proxies and gateways drop it or refuse the request,
        `fetch` in browsers cannot send it at all, and caches answer two different bodies with the
        same stored response, since they go by the URL alone.
    Fix: Move the body's fields into query parameters.
    Trade-offs: Query strings get long (keep URLs below 8,000 characters) and stand in logs.
    Alternatives: A POST to a search resource, which gives up caching and safe repetition.
    Upkeep: Refuse bodies on GET with 400, so that nobody comes to rely on them.
    References: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.1
        https://fetch.spec.whatwg.org/#dom-request

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get: # finding
              requestBody:
                content:
                  application/json:
                    schema: {type: object, properties: {state: {type: string}}}
              responses:
                "204": {description: None}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - {name: state, in: query, schema: {type: string}}
              responses:
                "204": {description: None}
    """
    if operation.method not in ("GET", "HEAD") or operation.body is None:
        return
    if operation.role != "operation":
        return
    yield Finding(
        message=f"{operation} takes a request body, which means nothing in HTTP",
        evidence=(operation, operation.body),
        cause=str(operation),
        fix=Fix(text="Take the body's fields as query parameters, or make it a POST."),
    )
