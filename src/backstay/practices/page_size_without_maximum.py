from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Parameter
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import apart, cause_in, own_operations
from backstay.practices._words import words_of
from backstay.practices.practice import practice

_SIZES = {
    *(("limit",), ("page", "size"), ("per", "page"), ("page", "limit"), ("max", "results")),
    *(("max", "items"), ("max", "keys"), ("batch", "size"), ("items", "per", "page"), ("take",)),
    *(("top",), ("first",), ("last",), ("size",), ("page", "per")),
}

# A bound that is stated in words is known to callers, even if no tool can read it.
_IN_WORDS = re.compile(
    r"\b(?:max(?:imum)?|up to|at most|no more than|exceed|between|less than|limited to|capped)\b"
    r"|[0-9]\s*(?:-|\u2013|to|\.\.)\s*[0-9]",
    re.IGNORECASE,
)


@practice(area="resilience", severity="low")
def page_size_without_maximum(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Callers choose how many items they get, without an upper bound.

    Why: `limit=100000000` is one request that reads a whole table, holds it in memory and writes it
        out; a few of them at once take the service down. Whatever bound the service has, callers
        cannot know it, and find out by a shorter page than they asked for or by an error.
    Fix: State `maximum` (100 is usual), and refuse or cut what is above it.
    Trade-offs: Bulk readers need more requests; give them an export that streams, if they are many.
    Alternatives: Cut silently to the bound and say so in the description.
    Upkeep: Keep the bound in the description and in the code the same, best from one source.
    References: https://google.aip.dev/158
        https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - {name: limit, in: query, schema: {type: integer, default: 20}} # finding
              responses: {"204": {description: None}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              parameters:
                - {name: limit, in: query, schema: {type: integer, default: 20, maximum: 100}}
              responses: {"204": {description: None}}
    """
    reading = (each for each in own_operations(document, backend) if each.method == "GET")
    sizes = [
        parameter
        for parameter in apart(p for operation in reading for p in operation.parameters)
        if _is_open_size(parameter, backend)
    ]
    for parameter in sizes:
        yield Finding(
            message=f"'{parameter.name}' of {parameter.operation} has no maximum: "
            "callers choose how much is read at once",
            evidence=(parameter,),
            cause=cause_in(document),
            fix=Fix(text="State `maximum`, such as 100, and enforce it."),
        )


def _is_open_size(parameter: Parameter, backend: Backend) -> bool:
    if parameter.location != "query" or words_of(parameter.name) not in _SIZES:
        return False
    schema = backend.schema(parameter.schema)
    if schema is None or not {"integer", "number"} & set(schema.types):
        return False
    if schema.maximum is not None or schema.exclusive_maximum is not None or schema.enum:
        return False
    return _IN_WORDS.search(f"{parameter.description} {schema.description}") is None
