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
    query,
    shape,
    shown,
)


def test_a_removed_operation_breaks_and_both_documents_are_asked() -> None:
    old = api(paths={"/orders/{id}": {"get": operation(), "delete": operation()}})
    new = api(paths={"/orders/{id}": {"get": operation()}})
    change, witness = shown(old, new, "operation-removed")
    assert change.compatibility == "breaking"
    assert change.operations == ("DELETE /orders/{id}",)
    assert change.subject == "/paths/~1orders~1{id}/delete"
    assert change.new is None
    assert witness is not None
    assert witness.confirmed
    assert witness.value["method"] == "DELETE"


def test_a_new_operation_is_safe() -> None:
    assert changes(api(), get()) == {"operation-added": "safe"}


def test_the_name_of_a_path_parameter_is_no_matter() -> None:
    def document(name: str) -> dict[str, Any]:
        parameter = {"name": name, "in": "path", "required": True, "schema": INTEGER}
        return get(f"/orders/{{{name}}}", parameters=[parameter])

    assert changes(document("id"), document("order_id")) == {}


def test_two_path_parameters_are_told_apart_by_their_place() -> None:
    def document(first: str, second: str, schemas: list[Any]) -> dict[str, Any]:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": schema}
            for name, schema in zip((first, second), schemas, strict=True)
        ]
        return get(f"/a/{{{first}}}/b/{{{second}}}", parameters=parameters)

    old = document("x", "y", [INTEGER, STRING])
    assert changes(old, document("y", "x", [INTEGER, STRING])) == {}
    assert breaking(old, document("y", "x", [INTEGER, INTEGER])) == ["wrong-type"]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({}, {"deprecated": True, "x-sunset": "2031-01-01"}, {"operation-deprecated": "safe"}),
        ({}, {"deprecated": True},
         {"operation-deprecated": "safe", "deprecated-without-sunset": "risky"}),
        ({}, {"deprecated": True, "x-sunset": "2030-06-10"},
         {"operation-deprecated": "safe", "sunset-too-soon": "breaking"}),
        ({}, {"deprecated": True, "x-sunset": "soon"},
         {"operation-deprecated": "safe", "sunset-unreadable": "breaking"}),
        ({}, {"deprecated": True, "x-sunset": {"on": 1}},
         {"operation-deprecated": "safe", "sunset-unreadable": "breaking"}),
        ({"deprecated": True, "x-sunset": "2031-01-01"}, {}, {"operation-reactivated": "safe"}),
        ({"deprecated": True, "x-sunset": "2031-01-01"}, {"deprecated": True},
         {"sunset-removed": "breaking"}),
        ({"deprecated": True, "x-sunset": "2031-01-01"},
         {"deprecated": True, "x-sunset": "2030-12-01"}, {"sunset-moved-earlier": "breaking"}),
        ({"deprecated": True, "x-sunset": "2031-01-01"},
         {"deprecated": True, "x-sunset": "2032-01-01T00:00:00Z"}, {"sunset-moved-later": "safe"}),
        ({}, {"x-stability-level": "alpha"}, {"stability-lowered": "breaking"}),
        ({"x-stability-level": "alpha"}, {"x-stability-level": "beta"},
         {"stability-raised": "safe"}),
        ({}, {"x-stability-level": "perhaps"}, {"stability-unreadable": "breaking"}),
        ({"x-stability-level": "alpha"}, {"x-stability-level": "alpha", "deprecated": True},
         {"operation-deprecated": "safe"}),
    ],
)  # fmt: skip
def test_promises_about_time(was: Any, now: Any, found: Any) -> None:
    assert changes(get(**was), get(**now)) == found


@pytest.mark.parametrize(
    ("was", "kind", "compatibility"),
    [
        ({}, "operation-removed", "breaking"),
        ({"deprecated": True}, "operation-removed-after-deprecation", "risky"),
        ({"deprecated": True, "x-sunset": "2030-05-31"}, "operation-removed-after-sunset", "safe"),
        ({"deprecated": True, "x-sunset": "2030-06-02"}, "operation-removed-before-sunset",
         "breaking"),
        ({"deprecated": True, "x-sunset": "?"}, "operation-removed-before-sunset", "breaking"),
        ({"x-stability-level": "draft"}, "operation-removed", "risky"),
    ],
)  # fmt: skip
def test_how_an_operation_went_decides(was: Any, kind: str, compatibility: str) -> None:
    assert changes(get(**was), api()) == {kind: compatibility}


@pytest.mark.parametrize(
    ("life", "kind", "compatibility"),
    [
        ({"deprecated": True}, "parameter-removed-after-deprecation", "safe"),
        ({"deprecated": True, "x-sunset": "2031-01-01"}, "parameter-removed-before-sunset",
         "breaking"),
    ],
)  # fmt: skip
def test_how_a_parameter_went_decides(life: Any, kind: str, compatibility: str) -> None:
    assert changes(get(parameters=[query(**life)]), get()) == {kind: compatibility}


def test_a_property_can_be_deprecated_too() -> None:
    def document(**life: Any) -> dict[str, Any]:
        content = {"application/json": {"schema": shape(a={"type": "string", **life})}}
        return get(responses={"200": {"description": "done", "content": content}})

    assert changes(document(), document(deprecated=True, **{"x-sunset": "2031-01-01"})) == {
        "property-deprecated": "safe"
    }


def test_nothing_is_promised_of_a_draft() -> None:
    old = get(parameters=[], **{"x-stability-level": "draft"})
    new = get(parameters=[query(required=True)], **{"x-stability-level": "draft"})
    (change,) = compared(old, new).changes
    assert change.compatibility == "risky"
    assert "nothing was promised" in change.text


def test_names_matter_to_generated_code_only() -> None:
    old = get(operationId="list", tags=["a"])
    new = get(operationId="listOrders", tags=["b"])
    found = compared(old, new).changes
    assert {each.change for each in found} == {"operation-id-changed", "operation-tags-changed"}
    assert all(each.breaks == ("source",) for each in found)


SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "token": {"type": "http", "scheme": "bearer"},
    "oauth": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {"read": "", "write": ""}}},
    },
}


def guarded(*security: Any, schemes: Any = SCHEMES, **fields: Any) -> dict[str, Any]:
    return {
        **get(security=list(security), **fields),
        "components": {"securitySchemes": schemes},
    }


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ([], [{"key": []}], {"security-added": "breaking"}),
        ([{}], [{}, {"key": []}], {}),
        ([{"key": []}], [], {"security-removed": "safe"}),
        ([{"key": []}], [{"key": [], "token": []}], {"security-added": "breaking"}),
        ([{"key": [], "token": []}], [{"key": []}], {"security-alternative-added": "safe"}),
        ([{"key": []}, {"token": []}], [{"key": []}], {"security-alternative-removed": "breaking"}),
        ([{"key": []}], [{"key": []}, {"token": []}], {"security-alternative-added": "safe"}),
        ([{"oauth": ["read"]}], [{"oauth": ["read", "write"]}],
         {"security-scope-added": "breaking"}),
        ([{"oauth": ["read", "write"]}], [{"oauth": ["read"]}], {"security-scope-removed": "safe"}),
    ],
)  # fmt: skip
def test_security(was: Any, now: Any, found: Any) -> None:
    assert changes(guarded(*was), guarded(*now)) == found


def test_security_of_the_whole_document_is_one_change() -> None:
    paths = {f"/{name}": {"get": operation()} for name in ("a", "b")}
    old = api(paths=paths, components={"securitySchemes": SCHEMES})
    (change,) = compared(old, {**old, "security": [{"key": []}]}).changes
    assert change.change == "security-added"
    assert change.operations == ("GET /a", "GET /b")


def test_a_renamed_scheme_is_no_change() -> None:
    old = guarded({"key": []})
    new = guarded({"apiKey": []}, schemes={"apiKey": SCHEMES["key"], "token": SCHEMES["token"]})
    assert changes(old, new) == {}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ({"type": "apiKey", "in": "header", "name": "x-key"}, {}),
        ({"type": "apiKey", "in": "query", "name": "key"},
         {"security-scheme-changed": "breaking"}),
    ],
)  # fmt: skip
def test_how_credentials_are_sent(now: Any, found: Any) -> None:
    new = guarded({"key": []}, schemes={**SCHEMES, "key": now})
    assert changes(guarded({"key": []}), new) == found


def test_a_scope_that_is_given_no_more_is_a_risk() -> None:
    flow = {"tokenUrl": "/token", "scopes": {"read": ""}}
    less = {**SCHEMES, "oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    old, new = guarded({"oauth": ["read"]}), guarded({"oauth": ["read"]}, schemes=less)
    assert changes(old, new) == {"scope-withdrawn": "risky"}


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (["https://a.example"], ["https://a.example/"], {}),
        (["https://a.example"], ["https://a.example", "https://b.example"],
         {"server-added": "safe"}),
        (["https://a.example", "https://b.example"], ["https://b.example"],
         {"server-removed": "risky"}),
    ],
)  # fmt: skip
def test_servers(was: Any, now: Any, found: Any) -> None:
    def document(urls: list[str]) -> dict[str, Any]:
        return {**get(), "servers": [{"url": url} for url in urls]}

    assert changes(document(was), document(now)) == found


def test_a_part_of_the_path_may_move_into_the_server() -> None:
    old = {**get("/v1/orders"), "servers": [{"url": "https://a.example"}]}
    new = {**get("/orders"), "servers": [{"url": "https://a.example/v1"}]}
    assert changes(old, new) == {}
    assert changes(new, old) == {}


def webhook(schema: Any, **fields: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}, "required": True}
    sent = {"post": operation(requestBody=body, **fields)}
    return api(version="3.1.0", webhooks={"paid": sent})


def called_back(schema: Any) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": schema}}}
    held = {"paid": {"{$request.query.url}": {"post": operation(requestBody=body)}}}
    return get(callbacks=held)


@pytest.mark.parametrize("document", [webhook, called_back])
def test_what_the_api_sends_to_others_is_judged_as_a_response(document: Any) -> None:
    less, more = document(shape(a=STRING)), document(shape("a", a=STRING))
    assert breaking(less, more) == []
    (change,) = [c for c in compared(more, less).changes if c.compatibility == "breaking"]
    assert change.change == "missing-property"
    assert change.direction == "response"


def test_what_receivers_of_webhooks_answer_is_judged_as_a_request() -> None:
    def answered(schema: Any) -> dict[str, Any]:
        content = {"application/json": {"schema": schema}}
        return webhook(STRING, responses={"200": {"description": "", "content": content}})

    less, more = answered(shape(a=STRING)), answered(shape("a", a=STRING))
    assert breaking(less, more) == ["missing-property"]
    assert breaking(more, less) == []


def test_messages_that_come_and_go() -> None:
    nothing = api(version="3.1.0")
    assert changes(nothing, webhook(STRING)) == {"webhook-added": "safe"}
    assert changes(webhook(STRING), nothing) == {"webhook-removed": "breaking"}
    assert changes(get(), called_back(STRING)) == {"callback-added": "safe"}
    assert changes(called_back(STRING), get()) == {"callback-removed": "breaking"}


def test_each_change_is_named_once_whatever_the_direction() -> None:
    def document(listed: list[str]) -> dict[str, Any]:
        content = {"application/json": {"schema": shape("x", x={"enum": listed})}}
        response = {"200": {"description": "done", "content": content}}
        held = {"post": operation(requestBody={"content": content}, responses=response)}
        return api(paths={"/a": held, "/b": held})

    found = compared(document(["a", "b"]), document(["b", "c"])).changes
    assert len({str(each) for each in found}) == len(found)
    assert {each.direction for each in found if each.change == "unlisted-value"} == {
        "request",
        "response",
    }
