from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, own_operations, shown_singly
from backstay.practices._schema_names import schema_name
from backstay.practices._words import listed, share
from backstay.practices.practice import practice


@practice(area="resilience", severity="low")
def unbounded_array_in_request(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A request may hold an array of any length.

    Why: Work and memory grow with what a stranger sends: each item is parsed, checked, often looked
        up or written in the database on its own, in one transaction that holds its locks to the
        end. One request with a million items is enough to stop a worker.
    Fix: State `maxItems` for arrays in requests and refuse longer ones before any work is done.
    Trade-offs: Callers with more items must split them, and handle a part that fails.
    Alternatives: A bound on the size of the whole body, at the gateway; it is coarser, since small
        items are many. For bulk loads, an upload that is worked through in the background.
    Upkeep: Derive the bound from a measured time per item.
    References: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
        https://json-schema.org/draft/2020-12/json-schema-validation#section-6.4.1

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        lines: {type: array, items: {type: string}} # finding
              responses: {"201": {description: Created}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        lines: {type: array, maxItems: 500, items: {type: string}}
              responses: {"201": {description: Created}}
    """
    in_urls = {
        parameter.schema
        for operation in own_operations(document, backend)
        for parameter in operation.parameters
        if parameter.location != "formData"
    }
    sent = [each for each in backend.schemas_in(document.scope) if _is_sent(each, backend)]
    arrays = [each for each in sent if each.key not in in_urls]
    open_ones = [each for each in arrays if each.max_items is None]
    part = f"in request bodies, {share(len(open_ones), len(arrays), 'array')} no maxItems"
    fix = Fix(text="State `maxItems` and refuse longer arrays before any work is done.")
    if not shown_singly(len(open_ones), len(arrays)):
        yield Finding(
            message=f"{part}, such as {listed([schema_name(each) for each in open_ones[:3]])}",
            evidence=(document, *open_ones[:3]),
            cause=cause_in(document),
            where=open_ones[0].where,
            fix=fix,
        )
        return
    for schema in open_ones:
        yield Finding(
            message=f"{schema_name(schema)} takes any number of items ({part})",
            evidence=(schema,),
            cause=cause_in(document),
            fix=fix,
        )


def _is_sent(schema: Schema, backend: Backend) -> bool:
    if schema.sent_by is None or "array" not in schema.types or schema.read_only:
        return False
    items = backend.schema(schema.items)
    return items is None or not items.enum  # few values make short lists
