from __future__ import annotations

from typing import Any

import pytest

from tests.compatibility.openapi_documents import (
    INTEGER,
    STRING,
    api,
    breaking,
    changes,
    compared,
    get,
    operation,
    post,
    query,
    shape,
    shown,
)


def test_a_required_property_breaks_and_is_shown_by_a_whole_request() -> None:
    old, new = post(shape(name=STRING)), post(shape("name", name=STRING))
    change, witness = shown(old, new, "missing-property")
    assert change.compatibility == "breaking"
    assert change.direction == "request"
    assert change.operations == ("POST /orders",)
    assert change.breaks[:2] == ("wire", "json")
    assert witness is not None
    assert witness.confirmed
    assert witness.value == {
        "method": "POST",
        "path": "/orders",
        "headers": {"Content-Type": "application/json"},
        "body": {},
    }
    assert witness.old_says == "accepted"
    assert "required" in witness.new_says
    assert witness.validator.startswith("jsonschema-rs ")


def test_an_optional_property_is_safe() -> None:
    assert changes(post(shape(name=STRING)), post(shape(name=STRING, note=STRING))) == {
        "property-added": "safe"
    }


def test_a_property_that_is_no_longer_known_is_a_risk() -> None:
    assert changes(post(shape(name=STRING, note=STRING)), post(shape(name=STRING))) == {
        "property-removed": "risky"
    }


def test_one_component_in_many_operations_is_one_change() -> None:
    def document(longest: int) -> dict[str, Any]:
        body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Name"}}}}
        paths = {f"/{each}": {"post": operation(requestBody=body)} for each in ("a", "b", "c")}
        schemas = {"Name": {"type": "string", "maxLength": longest}}
        return api(paths=paths, components={"schemas": schemas})

    change, witness = shown(document(20), document(10), "too-long")
    assert change.operations == ("POST /a", "POST /b", "POST /c")
    assert change.subject.startswith("/components/schemas/Name")
    assert change.new is not None
    assert getattr(change.new, "pointer", None) == "/components/schemas/Name/maxLength"
    assert witness is not None
    assert witness.confirmed


@pytest.mark.parametrize(
    ("was", "now", "kind", "compatibility"),
    [
        ([], [query()], "parameter-added", "safe"),
        ([], [query(required=True)], "required-parameter-added", "breaking"),
        ([query()], [query(required=True)], "parameter-became-required", "breaking"),
        ([query(required=True)], [query()], "parameter-became-optional", "safe"),
        ([query()], [], "parameter-removed", "risky"),
        ([query(schema={**STRING, "default": "a"})], [query()], "parameter-default-changed",
         "breaking"),
        ([query(schema={**STRING, "enum": ["a", "b"]})], [query(schema={**STRING, "enum": ["a"]})],
         "unlisted-value", "breaking"),
        ([query(schema={**STRING, "x-extensible-enum": ["a", "b"]})],
         [query(schema={**STRING, "x-extensible-enum": ["a"]})], "extensible-value-removed",
         "breaking"),
    ],
)  # fmt: skip
def test_parameters(was: Any, now: Any, kind: str, compatibility: str) -> None:
    assert changes(get(parameters=was), get(parameters=now)) == {kind: compatibility}


def test_a_parameter_that_became_required_is_confirmed_by_both_documents() -> None:
    old, new = get(parameters=[query()]), get(parameters=[query(required=True)])
    _, witness = shown(old, new, "parameter-became-required")
    assert witness is not None
    assert witness.confirmed
    assert witness.value == {"method": "GET", "path": "/orders"}
    assert witness.validator == "look-up in both documents"


def test_a_parameter_of_the_path_counts_for_its_operations() -> None:
    old = api(paths={"/orders": {"get": operation()}})
    new = api(paths={"/orders": {"parameters": [query(required=True)], "get": operation()}})
    assert breaking(old, new) == ["required-parameter-added"]


def test_a_header_is_the_same_whatever_its_case() -> None:
    def document(name: str) -> dict[str, Any]:
        return get(parameters=[{"name": name, "in": "header", "schema": STRING}])

    assert changes(document("X-Request-Id"), document("x-request-id")) == {}


def test_the_witness_of_a_parameter_fills_the_rest_of_the_request() -> None:
    def document(most: int) -> dict[str, Any]:
        path = {"name": "id", "in": "path", "required": True, "schema": INTEGER}
        other = query("sort", {**STRING, "enum": ["up"]}, required=True)
        limited = query("limit", {**INTEGER, "maximum": most})
        return get("/orders/{id}", parameters=[path, other, limited])

    change, witness = shown(document(100), document(50), "above-maximum")
    assert change.operations == ("GET /orders/{id}",)
    assert witness is not None
    assert witness.confirmed
    assert witness.value["query"]["sort"] == "up"
    assert 50 < witness.value["query"]["limit"] <= 100
    assert witness.value["path"].startswith("/orders/")


LIST = {"type": "array", "items": STRING}


@pytest.mark.parametrize(
    ("was", "now", "kinds"),
    [
        (query(schema=STRING), query(schema=LIST), []),
        (query(schema=INTEGER), query(schema=LIST), []),
        (query(schema=STRING), query(schema={"type": "array", "items": INTEGER}), ["wrong-type"]),
        (query(schema=STRING), query(schema={**LIST, "minItems": 2}), ["too-few-items"]),
        (query(schema=INTEGER), query(schema=STRING), []),
        (query(schema={"type": "boolean"}), query(schema=STRING), []),
        (query(schema={"type": "boolean"}), query(schema={**STRING, "enum": ["true"]}),
         ["unlisted-value"]),
        (query(schema=STRING), query(schema=INTEGER), ["wrong-type"]),
        (query(schema=LIST), query(schema=LIST, explode=False), ["parameter-style-changed"]),
        (query(schema=LIST), query(schema=LIST, style="form", explode=True), []),
        (query(schema=STRING), query(schema=STRING, explode=False), []),
        (query(schema=LIST, style="pipeDelimited", explode=False),
         query(schema=LIST, style="spaceDelimited", explode=False), ["parameter-style-changed"]),
        (query(schema=shape(a=STRING)), query(schema=shape(a=STRING), style="deepObject"),
         ["parameter-style-changed"]),
    ],
)  # fmt: skip
def test_parameters_are_judged_as_texts_of_the_request(was: Any, now: Any, kinds: Any) -> None:
    assert breaking(get(parameters=[was]), get(parameters=[now])) == kinds


def test_a_list_in_the_path_is_another_text_than_one_value() -> None:
    def document(schema: Any) -> dict[str, Any]:
        parameter = {"name": "id", "in": "path", "required": True, "schema": schema}
        return get("/orders/{id}", parameters=[parameter])

    assert breaking(document(STRING), document(LIST)) == ["wrong-type"]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (["application/json"], ["application/xml"],
         {"request-media-type-removed": "breaking", "request-media-type-added": "safe"}),
        (["application/json"], ["application/json", "text/csv"],
         {"request-media-type-added": "safe"}),
        (["application/json"], ["application/*"], {}),
        (["application/json"], ["*/*"], {}),
        (["application/json; charset=utf-8"], ["application/json"], {}),
        (["application/json"], ["Application/JSON;charset=UTF-8"], {}),
        (["application/json"], ["application/problem+json"],
         {"request-media-type-removed": "breaking", "request-media-type-added": "safe"}),
    ],
)  # fmt: skip
def test_media_types_of_requests(was: Any, now: Any, found: Any) -> None:
    def document(names: list[str]) -> dict[str, Any]:
        content = {name: {"schema": STRING} for name in names}
        return api(paths={"/orders": {"post": operation(requestBody={"content": content})}})

    assert changes(document(was), document(now)) == found


def test_a_media_type_that_is_no_longer_taken_is_shown() -> None:
    def document(name: str) -> dict[str, Any]:
        body = {"content": {name: {"schema": STRING}}}
        return api(paths={"/orders": {"post": operation(requestBody=body)}})

    old, new = document("text/csv"), document("text/plain")
    _, witness = shown(old, new, "request-media-type-removed")
    assert witness is not None
    assert witness.confirmed
    assert witness.value["headers"]["Content-Type"] == "text/csv"
    assert "text/csv is not listed" in witness.new_says


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (None, {}, {"request-body-added": "safe"}),
        (None, {"required": True}, {"required-request-body-added": "breaking"}),
        ({}, {"required": True}, {"request-body-became-required": "breaking"}),
        ({"required": True}, {}, {"request-body-became-optional": "safe"}),
        ({}, None, {"request-body-removed": "risky"}),
    ],
)
def test_bodies_of_requests(was: Any, now: Any, found: Any) -> None:
    def document(body: Any) -> dict[str, Any]:
        held = operation()
        if body is not None:
            held["requestBody"] = {"content": {"application/json": {"schema": STRING}}, **body}
        return api(paths={"/orders": {"post": held}})

    assert changes(document(was), document(now)) == found
    for change in compared(document(was), document(now)).changes:
        witness = compared(document(was), document(now)).witness(change)
        assert change.compatibility != "breaking" or (witness is not None and witness.confirmed)


def test_values_of_a_form_have_no_types() -> None:
    def document(schema: Any, media: str) -> dict[str, Any]:
        body = {"content": {media: {"schema": schema}}}
        return api(paths={"/orders": {"post": operation(requestBody=body)}})

    was, now = shape(count=INTEGER), shape(count=STRING)
    form = "application/x-www-form-urlencoded"
    assert changes(document(was, form), document(now, form)) == {"wrong-type": "risky"}
    assert breaking(document(now, form), document(was, form)) == ["wrong-type"]
    json = "application/json"
    assert breaking(document(was, json), document(now, json)) == ["wrong-type"]


def test_another_encoding_of_a_field_is_a_risk() -> None:
    def document(encoding: Any) -> dict[str, Any]:
        held = {"schema": shape(a=STRING), "encoding": {"a": {"contentType": encoding}}}
        body = {"content": {"multipart/form-data": held}}
        return api(paths={"/orders": {"post": operation(requestBody=body)}})

    old, new = document("text/plain"), document("text/csv")
    assert changes(old, new) == {"body-encoding-changed": "risky"}


def test_another_default_of_a_property_is_a_risk() -> None:
    old = post(shape(size={**INTEGER, "default": 10}))
    new = post(shape(size={**INTEGER, "default": 20}))
    assert changes(old, new) == {"property-default-changed": "risky"}


def test_a_keyword_that_cannot_apply_is_no_break() -> None:
    old = post({"type": "object", "maxLength": 100})
    new = post({"type": "object", "maxLength": 50})
    assert changes(old, new) == {"dead-constraint-changed": "safe"}


def test_a_shape_that_contradicts_itself_is_judged_keyword_by_keyword_and_not_proven() -> None:
    old = post({"type": "string", "minLength": 9, "maxLength": 5})
    new = post({"type": "string", "minLength": 9, "maxLength": 4})
    change, witness = shown(old, new, "too-long")
    assert change.compatibility == "breaking"
    assert not change.certain
    assert "contradicts itself" in (change.doubt or "")
    assert witness is None
    assert breaking(new, old) == []


def test_what_nobody_was_asked_about_is_shown_and_not_confirmed() -> None:
    old = get(parameters=[query(schema={**INTEGER, "default": 10})])
    new = get(parameters=[query(schema={**INTEGER, "default": 20})])
    _, witness = shown(old, new, "parameter-default-changed")
    assert witness is not None
    assert not witness.confirmed
    assert witness.value == {"method": "GET", "path": "/orders"}
    assert (witness.old_says, witness.new_says) == ("`limit` is 10", "`limit` is 20")
    assert witness.validator.startswith("no server was asked")
