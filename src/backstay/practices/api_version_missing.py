from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations
from backstay.practices._words import words_of
from backstay.practices.practice import practice

_VERSION = re.compile(
    r"(?:^|[/.\-_{])v(?:ersion|er)?[-_.]?\d|\{[^{}]*version[^{}]*\}|/\d+(?:\.\d+)+(?:/|$)"
    r"|20\d\d-?[01]\d(?:-?\d\d)?|;\s*v(?:ersion)?=|\.v\d|/api/\d+(?:/|$)",
    re.IGNORECASE,
)
_ENOUGH = 5


@practice(
    area="contract",
    severity="info",
    stages={"startup": "Costs nothing now and cannot be added later without a second API."},
)
def api_version_missing(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Nothing in URLs, headers or media types says which version of the API is meant.

    Why: One day a change must break callers. Without a version there is no place for the old and
        the new beside each other, so either all callers change in the same minute or the change
        is never made.
    Fix: Put a version where callers must state it: `/v1` in the server URL is the simplest.
    Trade-offs: Each version that is served costs tests, documentation and security fixes.
    Alternatives: A dated version in a header, as large APIs do; or no versions and a firm rule that
        changes only add, which serves an API that is called by your own clients alone.
    Upkeep: Count calls by version, and retire old ones with notice.
    References: https://google.aip.dev/185
        https://opensource.zalando.com/restful-api-guidelines/#113

    Bad (openapi.yaml):
        # finding
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /products: {get: {responses: {"204": {description: None}}}}
          /invoices: {get: {responses: {"204": {description: None}}}}
          /refunds: {get: {responses: {"204": {description: None}}}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        servers: [{url: https://api.shop.example/v1}]
        paths:
          /orders: {get: {responses: {"204": {description: None}}}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /products: {get: {responses: {"204": {description: None}}}}
          /invoices: {get: {responses: {"204": {description: None}}}}
          /refunds: {get: {responses: {"204": {description: None}}}}
    """
    operations = own_operations(document, backend)
    if len(operations) < _ENOUGH or any(_VERSION.search(url) for url in document.servers):
        return
    for operation in operations:
        media_types = [*(operation.body.media_types if operation.body else ())]
        media_types += (media for response in operation.responses for media in response.media_types)
        if _VERSION.search(operation.path) or any(_VERSION.search(m.name) for m in media_types):
            return
        if any("version" in words_of(p.name) for p in operation.parameters if p.location != "path"):
            return
    yield Finding(
        message="nothing says which version of the API is meant: no server URL, path, header "
        f"or media type of {len(operations):,} operations",
        evidence=(document,),
        cause=cause_in(document),
        fix=Fix(text="Put a version where callers state it, such as `/v1` in the server URL."),
    )
