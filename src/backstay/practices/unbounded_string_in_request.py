from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, ApiFact, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, shown_singly
from backstay.practices._schema_names import schema_name
from backstay.practices._words import listed, share
from backstay.practices.practice import practice

# Formats say how long a value can be, but for these.
_LONG_FORMATS = {"uri", "url", "iri", "uri-reference", "html", "markdown", "regex", "password"}

_FEW = 5


@practice(area="resilience", severity="info")
def unbounded_string_in_request(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """Requests may hold strings of any length.

    Why: What a column, an index or a screen can hold is known; what is not stated ends as an error
        deep inside, as a cut value, or as a megabyte in a name that each list then carries.
        Patterns and full-text analysis of long strings cost far more than their length suggests.
    Fix: State `maxLength` as the storage has it, and refuse longer values with 422.
    Trade-offs: A bound that is too tight refuses real names; take what storage and screens bear.
    Alternatives: `enum`, `format` or `pattern` with bounded repetition, where the value is of a
        known form; a bound on the whole body at the gateway in any case.
    Upkeep: Raise bound and column together.
    References: https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
        https://json-schema.org/draft/2020-12/json-schema-validation#section-6.3.1

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              requestBody:
                content:
                  application/json:
                    schema: # finding
                      type: object
                      properties:
                        note: {type: string}
                        name: {type: string, maxLength: 200}
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
                        note: {type: string, maxLength: 2000}
                        name: {type: string, maxLength: 200}
              responses: {"201": {description: Created}}
    """
    holders = [each for each in backend.schemas_in(document.scope) if each.sent_by is not None]
    texts = {each.key: list(_texts(each, backend)) for each in holders if each.properties}
    every = [text for found in texts.values() for _, text in found]
    count = sum(_is_open(text) for text in every)
    part = f"in request bodies, {share(count, len(every), 'string')} no maxLength"
    lacking = [
        (holder, names)
        for holder in holders
        if (names := [name for name, text in texts.get(holder.key, ()) if _is_open(text)])
    ]
    if not shown_singly(max(count, len(lacking)), len(every)) and len(lacking) > _FEW:
        holder, names = lacking[0]
        message = f"{part}, such as {listed(names)} of {schema_name(holder)}"
        yield _finding(message, document, holder, document)
        return
    for holder, names in lacking:
        message = f"{schema_name(holder)} takes {listed(names)} of any length ({part})"
        yield _finding(message, holder, holder, document)


def _finding(
    message: str, fact: ApiFact | ApiDocument, shown: Schema, document: ApiDocument
) -> Finding:
    return Finding(
        message=message,
        evidence=(fact,),
        cause=cause_in(document),
        where=shown.where,
        fix=Fix(text="State `maxLength` as the storage has it, and refuse longer values."),
    )


def _texts(holder: Schema, backend: Backend) -> Iterator[tuple[str, Schema]]:
    """Free text among the properties."""
    for name, key in holder.properties:
        schema = backend.schema(key)
        if schema is not None and "string" in schema.types and _is_free(schema):
            yield name, schema


def _is_free(schema: Schema) -> bool:
    if schema.enum or schema.const is not None or schema.read_only:
        return False
    return schema.format is None or schema.format in _LONG_FORMATS


def _is_open(schema: Schema) -> bool:
    return schema.max_length is None and schema.pattern is None
