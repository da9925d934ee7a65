"""One API in different formats: Swagger 2, OpenAPI 3.0 and 3.1, several files, YAML and JSON."""

from __future__ import annotations

import copy
from typing import Any

from backstay.compatibility.comparison import Parsed
from backstay.compatibility.openapi.comparer import compare_openapi
from backstay.model.places import Place
from tests.compatibility.openapi_documents import (
    INTEGER,
    STRING,
    api,
    breaking,
    changes,
    compared,
    operation,
    shape,
)

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "format": "int64", "minimum": 1},
        "note": {"type": "string", "maxLength": 200},
        "lines": {"type": "array", "items": {"$ref": "#/definitions/Line"}},
    },
}
LINE = shape("sku", sku=STRING, count=INTEGER)

SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Shop", "version": "1"},
    "host": "shop.example",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "securityDefinitions": {
        "basic": {"type": "basic"},
        "oauth": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://a.example/a",
            "tokenUrl": "https://a.example/t",
            "scopes": {"read": "", "write": ""},
        },
    },
    "security": [{"basic": []}, {"oauth": ["read"]}],
    "paths": {
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "get": {
                "operationId": "getOrder",
                "parameters": [
                    {
                        "name": "fields",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "multi",
                    }
                ],
                "responses": {
                    "200": {
                        "description": "done",
                        "schema": {"$ref": "#/definitions/Order"},
                        "headers": {"X-Rate": {"type": "integer"}},
                    }
                },
            },
            "put": {
                "operationId": "putOrder",
                "parameters": [
                    {
                        "name": "order",
                        "in": "body",
                        "required": True,
                        "schema": {"$ref": "#/definitions/Order"},
                    }
                ],
                "responses": {"204": {"description": "done"}},
            },
        },
        "/uploads": {
            "post": {
                "operationId": "upload",
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "title", "in": "formData", "type": "string", "required": True},
                    {"name": "file", "in": "formData", "type": "file"},
                ],
                "responses": {"201": {"description": "done"}},
            }
        },
    },
    "definitions": {"Order": ORDER, "Line": LINE},
}


def in_openapi_3() -> dict[str, Any]:
    """The same API as one writes it in OpenAPI 3.0."""
    order = copy.deepcopy(ORDER)
    order["properties"]["lines"]["items"] = {"$ref": "#/components/schemas/Line"}
    held = {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
    fields = {"type": "array", "items": STRING}
    form = {
        "type": "object",
        "required": ["title"],
        "properties": {"title": STRING, "file": {"type": "string", "format": "binary"}},
    }
    done = {"description": "done"}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://shop.example/v1"}],
        "security": [{"basic": []}, {"oauth": ["read"]}],
        "paths": {
            "/orders/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": INTEGER}],
                "get": {
                    "operationId": "getOrder",
                    "parameters": [{"name": "fields", "in": "query", "schema": fields}],
                    "responses": {
                        "200": {
                            **done,
                            "content": held,
                            "headers": {"X-Rate": {"schema": INTEGER}},
                        }
                    },
                },
                "put": {
                    "operationId": "putOrder",
                    "requestBody": {"required": True, "content": held},
                    "responses": {"204": done},
                },
            },
            "/uploads": {
                "post": {
                    "operationId": "upload",
                    "requestBody": {
                        "required": True,
                        "content": {"multipart/form-data": {"schema": form}},
                    },
                    "responses": {"201": done},
                }
            },
        },
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "Basic"},
                "oauth": {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "https://a.example/a",
                            "tokenUrl": "https://a.example/t",
                            "scopes": {"read": "", "write": ""},
                        }
                    },
                },
            },
            "schemas": {"Order": order, "Line": copy.deepcopy(LINE)},
        },
    }


def test_swagger_2_and_openapi_3_of_one_api_do_not_differ() -> None:
    assert changes(SWAGGER, in_openapi_3()) == {}
    assert changes(in_openapi_3(), SWAGGER) == {}


def test_a_break_is_seen_across_formats_and_confirmed() -> None:
    new = in_openapi_3()
    new["components"]["schemas"]["Order"]["properties"]["note"]["maxLength"] = 100
    found = compared(SWAGGER, new)
    (change,) = [each for each in found.changes if each.compatibility == "breaking"]
    assert change.change == "too-long"
    assert isinstance(change.old, Place)
    assert isinstance(change.new, Place)
    assert change.old.pointer == "/definitions/Order/properties/note/maxLength"
    assert change.new.pointer == "/components/schemas/Order/properties/note/maxLength"
    witness = found.witness(change)
    assert witness is not None
    assert witness.confirmed


def test_a_field_of_a_form_that_became_required_breaks() -> None:
    new = copy.deepcopy(SWAGGER)
    new["paths"]["/uploads"]["post"]["parameters"][1]["required"] = True
    assert breaking(SWAGGER, new) == ["missing-property"]


def test_another_collection_format_is_another_text() -> None:
    new = copy.deepcopy(SWAGGER)
    new["paths"]["/orders/{id}"]["get"]["parameters"][0]["collectionFormat"] = "pipes"
    assert breaking(SWAGGER, new) == ["parameter-style-changed"]


def test_another_base_path_is_another_address() -> None:
    found = changes(SWAGGER, {**SWAGGER, "basePath": "/v2"})
    assert found == {"server-added": "safe", "server-removed": "risky"}


def test_what_3_1_writes_in_another_way_is_no_change() -> None:
    old = api(paths=_all_kinds(nullable=True, minimum=0, exclusiveMinimum=True))
    new = api(version="3.1.0", paths=_all_kinds(exclusiveMinimum=0))
    assert changes(old, new) == {}
    assert changes(new, old) == {}


def _all_kinds(*, nullable: bool = False, **number: Any) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string", "nullable": True}
    listed: dict[str, Any] = {"type": "string", "nullable": True, "enum": ["a", None]}
    sub: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Sub"}], "nullable": True}
    secret: dict[str, Any] = {"type": "string", "format": "byte"}
    if not nullable:
        text = {"type": ["string", "null"]}
        listed = {"enum": ["a", None]}
        sub = {"anyOf": [{"$ref": "#/components/schemas/Sub"}, {"type": "null"}]}
        secret = {"type": "string", "contentEncoding": "base64"}
    schema = shape(
        "text", text=text, listed=listed, sub=sub, secret=secret, size={"type": "number", **number}
    )
    content = {"content": {"application/json": {"schema": schema}}}
    response = {"200": {"description": "done", **content}}
    return {"/all": {"post": operation(requestBody=content, responses=response)}}


def several(files: dict[str, Any]) -> Parsed:
    return Parsed(file="api/openapi.yaml", values=files)


def test_references_lead_into_other_files_and_places_name_them() -> None:
    body = {"content": {"application/json": {"schema": {"$ref": "../shared/order.yaml#/Order"}}}}
    path = {"post": operation(requestBody=body)}
    root = api(paths={"/orders": {"$ref": "orders.yaml"}})

    def version(longest: int) -> Parsed:
        order = {"Order": shape(name={"type": "string", "maxLength": longest})}
        files = {"api/openapi.yaml": root, "api/orders.yaml": path, "shared/order.yaml": order}
        return several(copy.deepcopy(files))

    found = compare_openapi(version(20), version(10))
    (change,) = found.changes
    assert change.change == "too-long"
    assert change.new == Place(file="shared/order.yaml", pointer="/Order/properties/name/maxLength")
    assert change.subject.startswith("shared/order.yaml#/Order/properties/name")
    assert change.operations == ("POST /orders",)
    assert found.notes == ()


def test_a_schema_may_move_into_another_file() -> None:
    schema = shape("name", name=STRING)

    def body(held: Any) -> dict[str, Any]:
        content = {"content": {"application/json": {"schema": held}}}
        return api(paths={"/orders": {"post": operation(requestBody=content)}})

    old = several({"api/openapi.yaml": body(schema)})
    new = several({"api/openapi.yaml": body({"$ref": "order.json"}), "api/order.json": schema})
    assert compare_openapi(old, new).changes == ()


def test_numbers_are_equal_however_they_are_written() -> None:
    old = api(paths=_all_kinds(nullable=True, minimum=1))
    new = api(paths=_all_kinds(nullable=True, minimum=1.0))
    assert changes(old, new) == {}
