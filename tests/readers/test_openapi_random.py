"""Whatever a file holds, the reader reads what it can and never fails, and no practice does."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstay.model.backend import Backend
from backstay.model.codec import FACT_TYPES
from backstay.model.contracts import ApiFact
from backstay.model.facts import Fact
from backstay.model.places import Place
from backstay.practices.catalogue import all_practices
from backstay.readers.openapi import read_openapi
from backstay.readers.positions import locate_many
from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import DrawFn

PRACTICES = [
    each
    for each in all_practices()
    if any(issubclass(kind, ApiFact) or kind.__name__ == "ApiDocument" for kind in each.subjects)
]

OBJECT = {
    "type": "object",
    "required": ["price", "gone"],
    "properties": {
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "default": -1},
        "currency": {"type": "string", "enum": ["eur", "usd"], "default": "chf"},
        "created_at": {"type": "string", "nullable": True},
        "password": {"type": "string"},
        "parent": {"$ref": "#/components/schemas/Order"},
        "lines": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Order"}]}},
        "more": {"additionalProperties": {"oneOf": [{"type": "string"}, {"not": {}}]}},
    },
}
CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://api.shop.example"}],
    "security": [{"login": ["read"]}],
    "paths": {
        "/orders/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "operationId": "x",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"name": "api_key", "in": "query", "content": CONTENT},
                ],
                "responses": {"200": {"description": "All", "content": CONTENT}},
            },
            "post": {
                "operationId": "x",
                "deprecated": True,
                "requestBody": {"content": CONTENT, "required": True},
                "responses": {"default": {"$ref": "#/components/responses/Error"}},
                "callbacks": {"paid": {"{$url}": {"post": {"responses": {}}}}},
                "security": [{}],
            },
        },
        "/orders/{other}": {"$ref": "#/paths/~1orders~1{id}"},
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        },
        "responses": {
            "Error": {"description": "Bad", "headers": {"Sunset": {"schema": {}}}},
        },
        "schemas": {"Order": OBJECT},
        "securitySchemes": {
            "login": {"type": "oauth2", "flows": {"implicit": {"scopes": {"read": "See"}}}}
        },
    },
}
SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Shop", "version": "1"},
    "host": "api.shop.example",
    "schemes": ["http"],
    "consumes": ["application/json"],
    "paths": {
        "/orders": {
            "post": {
                "parameters": [
                    {"name": "a", "in": "formData", "type": "string"},
                    {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Order"}},
                    {"name": "c", "in": "query", "type": "array", "items": {"type": "string"}},
                ],
                "responses": {"200": {"description": "All", "schema": {"type": "file"}}},
            }
        }
    },
    "definitions": {"Order": OBJECT},
    "securityDefinitions": {"login": {"type": "oauth2", "flow": "implicit", "scopes": {}}},
}

REFERENCES = st.sampled_from(
    [
        *("#", "#/", "#/paths", "#/paths/~1orders~1{id}", "#/components/schemas/Order", "#a", ""),
        *("#/components/parameters/Id", "api.json", "api.json#/~2", "../x.json#/a"),
        *("http://[", "%zz#%", "missing.yaml"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.just(10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "get", "query", "path", "string", "object", "array", "2.0", "/a/{b"]),
    REFERENCES,
)
ODD = st.recursive(
    st.one_of(SCALARS, st.builds(lambda ref: {"$ref": ref}, REFERENCES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["$ref", "x", "", "x-a", "get", "schema", "properties", "type", "/"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def holders_of(value: Any) -> list[tuple[Any, Any]]:
    """Every mapping and list below a value, with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            found += [(current, key) for key in current]
            waiting += current.values()
        elif isinstance(current, list):
            found += [(current, index) for index in range(len(current))]
            waiting += current
    return found


@st.composite
def mutated(draw: DrawFn) -> Any:
    document = copy.deepcopy(draw(st.sampled_from([DESCRIPTION, SWAGGER])))
    for _ in range(draw(st.integers(1, 6))):
        holder, key = draw(st.sampled_from(holders_of(document)))
        change = draw(st.sampled_from(["replace", "remove", "copy", "add"]))
        if change == "replace":
            holder[key] = draw(ODD)
        elif change == "remove" and isinstance(holder, dict) and len(holder) > 1:
            del holder[key]
        elif change == "copy":
            holder[key] = copy.deepcopy(draw(st.sampled_from(holders_of(document)))[0])
        elif change == "add" and isinstance(holder, dict):
            added = ["$ref", "parameters", "callbacks", "allOf", "nullable", "security", "x-a"]
            holder[draw(st.sampled_from(added))] = draw(ODD)
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


def check(document: Any, folder: Path) -> None:
    data = json.dumps(document).encode()
    (folder / "api.json").write_bytes(data)
    facts = list(read_openapi(["api.json"], Sources(folder)))
    assert msgspec.json.decode(msgspec.json.encode(facts), type=list[_any_fact()]) is not None  # type: ignore[misc]
    assert len({fact.identifier for fact in facts if isinstance(fact, ApiFact)}) == len(
        [fact for fact in facts if isinstance(fact, ApiFact)]
    )
    pointers = [f.where.pointer or "" for f in facts if isinstance(f.where, Place)]
    spans = locate_many(data, pointers, name="api.json")
    assert {pointer for pointer in pointers if spans.get(pointer) is None} == set()
    backend = Backend(facts)
    for practice in PRACTICES:
        for finding in practice.judge(backend):
            assert finding.message
            assert finding.site


def _any_fact() -> Any:
    found: Any = Fact
    for kind in FACT_TYPES:
        found = kind if found is Fact else found | kind
    return found


QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=300, **QUIET)  # type: ignore[arg-type]  # values of several types
@given(document=mutated())
def test_a_description_with_any_part_changed_is_read(document: Any, folder: Path) -> None:
    check(document, folder)


@settings(max_examples=100, **QUIET)  # type: ignore[arg-type]  # values of several types
@given(parts=st.dictionaries(st.sampled_from([*DESCRIPTION, *SWAGGER, "webhooks"]), ODD))
def test_a_description_made_of_anything_is_read(parts: dict[str, Any], folder: Path) -> None:
    check({"openapi": "3.1.0", **parts}, folder)


@pytest.mark.parametrize("document", [DESCRIPTION, SWAGGER], ids=["openapi", "swagger"])
def test_the_unchanged_descriptions_have_faults_to_find(document: Any, folder: Path) -> None:
    (folder / "api.json").write_text(json.dumps(document))
    backend = Backend(read_openapi(["api.json"], Sources(folder)))
    found = {practice.name for practice in PRACTICES for _ in practice.judge(backend)}
    assert {"plain-http-server", "outdated-oauth-flow", "money-as-json-number"} <= found
