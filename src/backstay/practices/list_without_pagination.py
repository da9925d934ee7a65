from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import (
    cause_in,
    is_json,
    is_template,
    own_operations,
    successes,
)
from backstay.practices._words import counted, words_of
from backstay.practices.practice import practice

_ENVELOPES = {"items", "data", "results", "records", "entries", "list", "content", "values", "rows"}
_FEW_PROPERTIES = 4

_PAGING = {
    *("page", "pages", "paging", "pagination", "limit", "offset", "cursor", "skip", "take"),
    *("marker", "continue", "continuation", "per", "top", "rows", "since", "count", "size"),
    *("start", "starting", "before", "after", "max", "range", "next", "more", "total", "link"),
    *("links", "meta"),
}


@practice(area="performance", severity="medium")
def list_without_pagination(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A list is returned whole, with no way to ask for a part of it.

    Why: The response grows with the data: what took 20 ms and 3 kB in the first month takes seconds
        and megabytes in the third year, in the database, in memory, on the network and in the
        client. Adding pages later breaks every caller who expects the whole list.
    Fix: Take a bounded page size and a cursor, and return the cursor of the next page.
    Trade-offs: Callers must loop; a total count costs a query of its own.
    Alternatives: Where the list is small by nature, say so with `maxItems`. Page numbers or offsets
        are simpler than cursors, but read and throw away all earlier rows, and skip or repeat rows
        while others are written.
    Upkeep: Watch the 99th percentile of response sizes by operation.
    References: https://google.aip.dev/158
        https://use-the-index-luke.com/no-offset
        https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get: # finding
              responses:
                "200":
                  description: All orders
                  content:
                    application/json:
                      schema: {type: array, items: {type: object}}
            post:
              responses: {"201": {description: Created}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - {name: cursor, in: query, schema: {type: string}}
                - {name: limit, in: query, schema: {type: integer, maximum: 100, default: 20}}
              responses:
                "200":
                  description: A page of orders
                  content:
                    application/json:
                      schema:
                        type: object
                        properties:
                          items: {type: array, items: {type: object}}
                          next_cursor: {type: [string, "null"]}
            post:
              responses: {"201": {description: Created}}
    """
    operations = own_operations(document, backend)
    growing = _growing_paths(operations)
    lists = [each for each in operations if each.path in growing and _returns_a_list(each, backend)]
    whole = [each for each in lists if not _pages(each, backend)]
    for operation in whole:
        yield Finding(
            message=f"{operation} returns a whole list "
            f"({len(whole):,} of {counted(len(lists), 'growing list')} cannot be paged)",
            evidence=(operation,),
            cause=cause_in(document),
            # Where most lists can be paged, the others were mostly left out on purpose.
            severity=None if len(whole) * 2 >= len(lists) else "low",
            fix=Fix(text="Take a bounded page size and a cursor, and return the next cursor."),
        )


def _growing_paths(operations: tuple[Operation, ...]) -> set[str]:
    """Paths of collections that callers add to, or in which single items can be addressed."""
    growing = set()
    for operation in operations:
        if operation.method == "POST":
            growing.add(operation.path)
        parent, _, last = operation.path.rstrip("/").rpartition("/")
        if is_template(last) and operation.method in ("PUT", "DELETE", "PATCH"):
            growing |= {parent, f"{parent}/"}
    return growing


def _returns_a_list(operation: Operation, backend: Backend) -> bool:
    if operation.method != "GET" or {"parameters", "responses"} & set(operation.holes):
        return False
    return any(_list_in(schema, operation, backend) for schema in _answers(operation, backend))


def _answers(operation: Operation, backend: Backend) -> Iterator[Schema]:
    for response in successes(operation):
        for media_type in response.media_types:
            schema = backend.schema(media_type.schema)
            if is_json(media_type) and schema is not None:
                yield schema


def _list_in(schema: Schema, operation: Operation, backend: Backend) -> bool:
    """Whether it is an array of objects without a bound, or an envelope around one."""
    if _is_open_array(schema, backend):
        return True
    properties = dict(backend.properties_of(schema))
    named = operation.path.rstrip("/").rpartition("/")[2].lower()
    return len(properties) <= _FEW_PROPERTIES and any(
        (name in _ENVELOPES or name.lower() == named) and _is_open_array(held, backend)
        for name, key in properties.items()
        if (held := backend.schema(key)) is not None
    )


def _is_open_array(schema: Schema, backend: Backend) -> bool:
    if "array" not in schema.types or schema.max_items is not None:
        return False
    items = backend.schema(schema.items)
    return items is not None and bool("object" in items.types or items.properties or items.all_of)


def _pages(operation: Operation, backend: Backend) -> bool:
    """Whether its parameters, its headers or its envelope speak of pages."""
    names = [parameter.name for parameter in operation.parameters]
    names += (header.name for response in successes(operation) for header in response.headers)
    for schema in _answers(operation, backend):
        names += (name for name, _ in backend.properties_of(schema))
    return any(not _PAGING.isdisjoint(words_of(name)) for name in names)
