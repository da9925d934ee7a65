from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, MediaType, Response, Schema
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import (
    apart,
    cause_in,
    is_json,
    own_operations,
    shown_singly,
    successes,
)
from backstay.practices._words import share
from backstay.practices.practice import practice

_EMPTY = {"204", "205"}


@practice(area="contract", severity="low")
def response_without_schema(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A JSON response is promised, but not what is in it.

    Why: Callers get "any" from generated clients and find the members by trying. Nothing notices
        when a member is renamed, in review or in tests, since the description allows everything.
    Fix: Describe the schema of the response; in frameworks that derive it, give the handler a
        response type.
    Trade-offs: A stated shape is a promise that has to be kept.
    Alternatives: Where members are really free, `type: object` with `additionalProperties: true`,
        which says so.
    Upkeep: Check real responses against the description in tests.
    References: https://spec.openapis.org/oas/v3.1.1.html#media-type-object

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              responses:
                "200": # finding
                  description: Orders
                  content: {application/json: {schema: {}}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            get:
              responses:
                "200":
                  description: Orders
                  content:
                    application/json:
                      schema: {type: object, properties: {total: {type: integer}}}
    """
    answering = apart(
        response for each in own_operations(document, backend) for response in successes(each)
    )
    described = [
        each
        for each in answering
        if each.status not in _EMPTY and any(map(_is_named_json, each.media_types))
    ]
    blank = [each for each in described if _is_blank(each, backend)]
    part = f"{share(len(blank), len(described), 'JSON response')} no schema"
    fix = Fix(text="Describe the schema of the response.")
    if not shown_singly(len(blank), len(described)):
        yield Finding(
            message=f"{part}, such as {blank[0]}",
            evidence=(document, *blank[:3]),
            cause=cause_in(document),
            where=blank[0].where,
            fix=fix,
        )
        return
    for response in blank:
        yield Finding(
            message=f"{response} says nothing of its content ({part})",
            evidence=(response,),
            cause=cause_in(document),
            fix=fix,
        )


def _is_named_json(media_type: MediaType) -> bool:
    return is_json(media_type) and media_type.name != "*/*"


def _is_blank(response: Response, backend: Backend) -> bool:
    schemas = [m.schema for m in response.media_types if _is_named_json(m)]
    return all(key is None or _says_nothing(backend.schema(key)) for key in schemas)


def _says_nothing(schema: Schema | None) -> bool:
    """Whether it is `{}`, with a title at most (as FastAPI writes it)."""
    if schema is None:
        return False
    parts = (schema.types, schema.properties, schema.all_of, schema.any_of, schema.one_of)
    return not any(parts) and not (schema.others or schema.enum or schema.const or schema.reference)
