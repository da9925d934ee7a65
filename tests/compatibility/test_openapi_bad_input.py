"""Whatever stands in a description, the comparison ends, says what it could not read, goes on."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstay.compatibility.comparison import Parsed
from backstay.compatibility.openapi.comparer import compare_openapi
from tests.compatibility.openapi_documents import (
    STRING,
    answering,
    api,
    breaking,
    changes,
    compared,
    get,
    operation,
    post,
    query,
    shape,
)
from tests.compatibility.test_openapi_formats import SWAGGER, in_openapi_3

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda held: (
        st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=6), held, max_size=3)
    ),
    max_leaves=8,
)


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every node below a document's root, as its holder and its key."""
    found = []
    stack = [value]
    while stack:
        held = stack.pop()
        keys = (
            held if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        )
        for key in list(keys):
            found.append((held, key))
            stack.append(held[key])
    return found


def rich() -> dict[str, Any]:
    """A description with something of everything."""
    made = in_openapi_3()
    made["openapi"] = "3.1.0"
    made["paths"]["/orders/{id}"]["get"].update(
        deprecated=True,
        callbacks={"paid": {"{$request.query.url}": {"post": operation()}}},
        servers=[{"url": "https://{x}.example", "variables": {"x": {"default": "a"}}}],
        tags=["a"],
        **{"x-sunset": "2031-01-01", "x-stability-level": "beta"},
    )
    response = made["paths"]["/orders/{id}"]["get"]["responses"]["200"]
    response["links"] = {"next": {"operationId": "getOrder"}}
    made["webhooks"] = {"paid": {"post": operation()}}
    made["components"]["schemas"]["Line"]["properties"]["kind"] = {
        "oneOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}],
        "discriminator": {"propertyName": "kind", "mapping": {"a": "Order"}},
        "x-extensible-enum": ["a"],
        "default": 1,
    }
    return made


@pytest.mark.parametrize("document", [rich(), SWAGGER], ids=["openapi", "swagger"])
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_anything_in_place_of_a_node_is_survived(document: Any, data: st.DataObject) -> None:
    made = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        places = places_in(made)
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        holder[key] = data.draw(JSON)
    for old, new in ((document, made), (made, document)):
        found = compared(old, new)
        assert len({str(each) for each in found.changes}) == len(found.changes)
        for change in found.changes[:3]:
            found.witness(change)


@pytest.mark.parametrize("content", [None, [], "text", 7, {}, {"openapi": 3}, {"swagger": None}])
def test_what_is_no_description_is_said(content: Any) -> None:
    for old, new in ((content, get()), (get(), content), (content, content)):
        compared(old, new)
    assert isinstance(content, dict) or compared(content, get()).notes


def test_a_dangling_reference_is_said_and_the_rest_compared() -> None:
    old = get(parameters=[{"$ref": "#/components/parameters/Gone"}, query()])
    new = get(parameters=[{"$ref": "#/components/parameters/Gone"}, query(required=True)])
    found = compared(old, new)
    assert [each.change for each in found.changes] == ["parameter-became-required"]
    assert any("leads nowhere" in str(note) for note in found.notes)


def test_a_remote_reference_is_not_fetched_and_said() -> None:
    new = get(responses={"200": {"$ref": "https://a.example/responses.yaml#/Ok"}})
    found = compared(get(), new)
    assert any("remote" in str(note) for note in found.notes)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/A"},
        {"allOf": [{"$ref": "#/components/schemas/A"}]},
        {"anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
    ],
)
def test_circles_end(schema: Any) -> None:
    def document(longest: int) -> dict[str, Any]:
        tree = shape(
            children={"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            name={"type": "string", "maxLength": longest},
            odd=schema,
        )
        schemas = {
            "Tree": tree,
            "A": {"$ref": "#/components/schemas/B"},
            "B": {"$ref": "#/components/schemas/A"},
        }
        held = answering({"$ref": "#/components/schemas/Tree"})
        return {**held, "components": {"schemas": schemas}}

    assert breaking(document(5), document(9)) == ["too-long"]
    assert breaking(document(9), document(5)) == []


def test_circles_of_other_references_end() -> None:
    parameters = {
        "A": {"$ref": "#/components/parameters/B"},
        "B": {"$ref": "#/components/parameters/A"},
    }
    document = {
        **get(parameters=[{"$ref": "#/components/parameters/A"}]),
        "components": {"parameters": parameters},
    }
    assert any("circle" in str(note) for note in compared(get(), document).notes)


@pytest.mark.parametrize(
    ("depth", "kinds"), [(500, {"wrong-type"}), (5_000, {"wrong-type", "undecided"})]
)
def test_deep_nesting_is_survived_in_bounded_time(depth: int, kinds: set[str]) -> None:
    """What lies too deep is not passed over in silence: it is undecided."""

    def nested(last: Any) -> Any:
        made = last
        for _ in range(depth):
            made = {"type": "object", "properties": {"a": made}}
        return made

    def version(last: Any) -> Parsed:
        return Parsed(file="a", values={"a": post(nested(last))})

    started = time.process_time()
    found = compare_openapi(version(STRING), version({"type": "integer"}))
    for change in found.changes:
        found.witness(change)
    assert kinds & {each.change for each in found.changes}
    assert time.process_time() - started < 20


def test_equal_deep_nesting_is_no_change() -> None:
    made: Any = STRING
    for _ in range(5_000):
        made = {"allOf": [{"type": "array", "items": made}]}
    old = Parsed(file="a", values={"a": post(made)})
    assert compare_openapi(old, old).changes == ()


def test_invalid_parts_are_named_and_the_rest_is_compared() -> None:
    def document(**fields: Any) -> dict[str, Any]:
        paths = {
            "/broken": "no object",
            "/orders": {
                "get": 5,
                "put": operation(
                    summary=str(fields), parameters="none", responses={"20": {}, "200": "?"}
                ),
                "post": operation(parameters=[{"in": "query"}, 3, query(**fields)]),
            },
        }
        return api(paths=paths)

    found = compared(document(), document(required=True))
    assert [each.change for each in found.changes] == ["parameter-became-required"]
    said = " ".join(str(note) for note in found.notes)
    for part in ("/paths/~1broken", "/get", "/parameters", "/responses/20", "/responses/200"):
        assert part in said, part


def test_what_cannot_be_read_in_a_schema_is_said_and_the_rest_compared() -> None:
    def document(longest: int) -> dict[str, Any]:
        text = {"type": "string", "description": f"At most {longest}."}
        return post(
            shape(
                gone={"$ref": f"#/components/schemas/Gone{longest}"},
                far={"$ref": f"https://a.example/{longest}.json#/X"},
                odd={**text, "pattern": "(("},
                wrong={**text, "minLength": "long"},
                name={**text, "maxLength": longest},
            )
        )

    found = compared(document(9), document(5))
    assert [each.change for each in found.changes] == ["too-long"]
    said = " ".join(str(note) for note in found.notes)
    for part in ("Gone5' leads nowhere", "remote", "pattern", "minLength"):
        assert part in said, part


def test_1_and_true_are_not_the_same() -> None:
    assert changes(post({"enum": [1]}), post({"enum": [True]})) != {}
    old = get(parameters=[query(schema={"default": 1})])
    new = get(parameters=[query(schema={"default": True})])
    assert "parameter-default-changed" in changes(old, new)
