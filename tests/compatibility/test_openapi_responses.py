from __future__ import annotations

from typing import Any

import pytest

from tests.compatibility.openapi_documents import (
    INTEGER,
    STRING,
    answering,
    api,
    breaking,
    changes,
    get,
    operation,
    shape,
    shown,
)


def test_what_a_response_no_longer_promises_breaks_and_is_shown() -> None:
    old, new = answering(shape("name", name=STRING)), answering(shape(name=STRING))
    change, witness = shown(old, new, "missing-property")
    assert change.direction == "response"
    assert witness is not None
    assert witness.confirmed
    assert witness.value == {
        "to": "GET /orders",
        "status": 200,
        "headers": {"Content-Type": "application/json"},
        "body": {},
    }
    assert witness.new_says == "accepted"
    assert "required" in witness.old_says


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (shape(a=STRING), shape(a=STRING, b=STRING), {"property-added": "safe"}),
        (shape(a=STRING, b=STRING), shape(a=STRING), {"property-removed": "risky"}),
        (shape(a=STRING), shape("a", a=STRING), {"property-became-required": "safe"}),
        (STRING, {**STRING, "nullable": True}, {"null-value": "breaking"}),
        ({**STRING, "enum": ["a", "b"]}, {**STRING, "enum": ["a"]}, {"value-removed": "safe"}),
        ({**STRING, "enum": ["a"]}, {**STRING, "enum": ["a", "b"]}, {"unlisted-value": "breaking"}),
        ({**STRING, "x-extensible-enum": ["a"]}, {**STRING, "x-extensible-enum": ["a", "b"]},
         {"extensible-value-added": "safe"}),
        ({**STRING, "maxLength": 5}, {**STRING, "maxLength": 4}, {"constraint-changed": "safe"}),
        (STRING, INTEGER, {"wrong-type": "breaking"}),
    ],
)  # fmt: skip
def test_shapes_of_responses(was: Any, now: Any, found: Any) -> None:
    assert changes(answering(was), answering(now)) == found


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (["200"], ["200", "404"], {"status-added": "safe"}),
        (["200", "404"], ["200"], {"status-removed": "safe"}),
        (["200"], ["200", "201"], {"success-status-added": "risky"}),
        (["200"], ["201"], {"success-status-removed": "breaking", "success-status-added": "risky"}),
        (["2XX"], ["200"], {}),
        (["200", "2XX"], ["2xx"], {}),
        (["200", "default"], ["200", "500"], {}),
    ],
)
def test_statuses(was: Any, now: Any, found: Any) -> None:
    def document(codes: list[str]) -> dict[str, Any]:
        return get(responses={code: {"description": code} for code in codes})

    assert changes(document(was), document(now)) == found


def test_a_success_that_no_longer_comes_is_looked_up_in_both_documents() -> None:
    old = get(responses={"200": {"description": "done"}})
    new = get(responses={"202": {"description": "later"}})
    change, witness = shown(old, new, "success-status-removed")
    assert change.new is None
    assert witness is not None
    assert witness.confirmed
    assert witness.value["status"] == 200


def test_a_status_is_compared_with_the_range_that_described_it() -> None:
    assert breaking(answering(STRING, code="2XX"), answering(INTEGER, code="200")) == ["wrong-type"]
    assert breaking(answering(STRING, code="default"), answering(INTEGER, code="400")) == [
        "wrong-type"
    ]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({}, {"X-Rate": {"schema": INTEGER}}, {"response-header-added": "safe"}),
        ({"X-Rate": {"schema": INTEGER}}, {}, {"response-header-removed": "risky"}),
        ({"X-Rate": {"schema": INTEGER, "required": True}}, {},
         {"required-header-removed": "breaking"}),
        ({"X-Rate": {"schema": INTEGER, "required": True}}, {"x-rate": {"schema": INTEGER}},
         {"header-became-optional": "breaking"}),
        ({"X-Rate": {"schema": INTEGER}}, {"X-Rate": {"schema": STRING}},
         {"wrong-type": "breaking"}),
        ({"Content-Type": {"schema": STRING}}, {}, {}),
    ],
)  # fmt: skip
def test_headers(was: Any, now: Any, found: Any) -> None:
    def document(headers: Any) -> dict[str, Any]:
        return get(responses={"200": {"description": "done", "headers": headers}})

    assert changes(document(was), document(now)) == found


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (["application/json"], ["application/json", "text/csv"],
         {"response-media-type-added": "safe"}),
        (["application/json", "text/csv"], ["application/json"],
         {"response-media-type-removed": "breaking"}),
        (["application/*"], ["application/json"], {}),
        (["application/json"], ["application/json;charset=utf-8"], {}),
        (["application/json"], [], {"response-body-removed": "breaking"}),
        ([], ["application/json"], {"response-body-added": "safe"}),
    ],
)  # fmt: skip
def test_media_types_of_responses(was: Any, now: Any, found: Any) -> None:
    def document(names: list[str]) -> dict[str, Any]:
        content = {name: {"schema": STRING} for name in names}
        return get(responses={"200": {"description": "done", "content": content}})

    assert changes(document(was), document(now)) == found


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({}, {"next": {"operationId": "a"}}, {"link-added": "safe"}),
        ({"next": {"operationId": "a"}}, {}, {"link-removed": "risky"}),
        ({"next": {"operationId": "a"}}, {"next": {"operationId": "b"}}, {"link-changed": "risky"}),
        ({"next": {"operationId": "a"}}, {"next": {"operationId": "a", "description": "b"}}, {}),
    ],
)
def test_links(was: Any, now: Any, found: Any) -> None:
    def document(links: Any) -> dict[str, Any]:
        return get(responses={"200": {"description": "done", "links": links}})

    assert changes(document(was), document(now)) == found


def test_the_same_component_in_requests_and_responses_is_judged_in_both_directions() -> None:
    def document(**sizes: int) -> dict[str, Any]:
        shared = {"$ref": "#/components/schemas/Name"}
        content = {"content": {"application/json": {"schema": shared}}}
        held = operation(requestBody=content, responses={"200": {"description": "done", **content}})
        schemas = {"Name": {"type": "string", **sizes}}
        return api(paths={"/names": {"post": held}}, components={"schemas": schemas})

    found = changes(document(minLength=2, maxLength=9), document(minLength=1, maxLength=8))
    assert found == {"too-long": "breaking", "too-short": "breaking"}
    change, _ = shown(document(minLength=2), document(minLength=1), "too-short")
    assert change.direction == "response"


def test_another_discriminator_is_a_break_in_doubt() -> None:
    def document(name: str) -> dict[str, Any]:
        cat, dog = {"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}
        both = {"kind": STRING, "type": STRING}
        schemas = {
            "Cat": shape("kind", "type", **both, lives=INTEGER),
            "Dog": shape("kind", "type", **both, tricks=INTEGER),
        }
        pet = {"anyOf": [cat, dog], "discriminator": {"propertyName": name}}
        return {**answering(pet), "components": {"schemas": schemas}}

    change, _ = shown(document("kind"), document("type"), "discriminator-changed")
    assert change.compatibility == "breaking"
    assert not change.certain


def test_a_renamed_alternative_breaks_generated_code_only() -> None:
    def document(name: str) -> dict[str, Any]:
        schemas = {"Cat": shape("lives", lives=INTEGER), name: shape("tricks", tricks=INTEGER)}
        pet = {"oneOf": [{"$ref": f"#/components/schemas/{each}"} for each in schemas]}
        return {**answering(pet), "components": {"schemas": schemas}}

    change, _ = shown(document("Dog"), document("Hound"), "variant-renamed")
    assert change.breaks == ("source",)
    assert changes(document("Dog"), document("Hound")) == {"variant-renamed": "breaking"}
