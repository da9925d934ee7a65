from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations
from backstay.practices.practice import practice

_LIMITED = re.compile(r"rate[- ]?limit|too many requests|throttl|\b429\b", re.IGNORECASE)
_ENOUGH = 5


@practice(area="resilience", severity="info")
def rate_limit_undocumented(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """No operation says that a caller may be asked to slow down.

    Why: Either there is no limit, so that one caller in a loop takes the service from all others;
        or there is one that nobody knows, so that clients repeat at once, which makes it worse.
    Fix: Limit calls per caller, answer 429 with Retry-After, and describe both.
    Trade-offs: Limits need a store that all instances share, and refuse honest bursts.
    Alternatives: A limit at the gateway for all services; it belongs in the description too.
    Upkeep: Look at who meets the limit each month, and set it by what the service bears.
    References: https://www.rfc-editor.org/rfc/rfc6585#section-4
        https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
        https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/

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
        paths:
          /orders:
            get:
              responses:
                "204": {description: None}
                "429":
                  description: Slow down
                  headers:
                    Retry-After: {schema: {type: integer}}
          /customers: {get: {responses: {"204": {description: None}}}}
          /products: {get: {responses: {"204": {description: None}}}}
          /invoices: {get: {responses: {"204": {description: None}}}}
          /refunds: {get: {responses: {"204": {description: None}}}}
    """
    operations = own_operations(document, backend)
    if len(operations) < _ENOUGH:
        return
    for operation in operations:
        if any(each.status in ("429", "4XX") for each in operation.responses):
            return
        headers = (header.name for each in operation.responses for header in each.headers)
        if _LIMITED.search(" ".join((operation.description or "", *headers))):
            return
    yield Finding(
        message=f"none of {len(operations):,} operations documents 429 Too Many Requests",
        evidence=(document,),
        cause=cause_in(document),
        fix=Fix(text="Limit calls per caller, answer 429 with Retry-After, and describe both."),
    )
