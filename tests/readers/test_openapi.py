from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

from backstay.model.backend import Backend
from backstay.model.contracts import (
    ApiDocument,
    ApiPath,
    ApiServer,
    Guard,
    Header,
    MediaType,
    OAuthFlow,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Schema,
    SecurityRequirement,
    SecurityScheme,
    UnresolvedReference,
)
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.places import Place
from backstay.readers.openapi import read_openapi
from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

F = TypeVar("F", bound=Fact)


class Shop:
    """A folder with files, and what the reader makes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.folder / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def read(self, *files: str) -> Backend:
        return Backend(read_openapi(files or ("api.yaml",), Sources(self.folder)))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(folder)


def only(backend: Backend, kind: type[F]) -> F:
    (found,) = backend.of(kind)
    return found


def plain(fact: Fact) -> dict[str, object]:
    """A fact's fields without its place and its document, and without what is not set."""
    fields = msgspec.structs.asdict(fact)
    left_out = {"where", "document"}
    return {k: v for k, v in fields.items() if v not in (None, (), False) and k not in left_out}


OPENAPI = """\
openapi: {version}
info: {{title: Shop, version: 2.5}}
servers:
  - {{url: "https://api.shop.example/v1", description: Live}}
tags: [{{name: orders}}]
security:
  - bearer: []
paths:
  /orders/{{id}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string, format: uuid}}}}
      - {{name: lang, in: query, schema: {{type: string}}}}
    put:
      operationId: replaceOrder
      summary: Replace an order
      tags: [orders]
      deprecated: true
      x-sunset: "2030-01-01"
      security:
        - oauth: [write]
        - key: []
          bearer: []
      parameters:
        - {{name: lang, in: query, deprecated: true, description: Two letters, schema: {{}}}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: "#/components/schemas/Order"}}
      responses:
        "200":
          description: Replaced
          headers:
            ETag: {{required: true, schema: {{type: string}}}}
          content:
            application/json:
              schema: {{$ref: "#/components/schemas/Order"}}
        default: {{$ref: "#/components/responses/Problem"}}
    get:
      security: []
      responses: {{"204": {{description: Nothing}}}}
components:
  responses:
    Problem:
      description: It went wrong
      content: {{application/problem+json: {{}}}}
  schemas:
    Order:
      type: object
      required: [total]
      additionalProperties: false
      properties:
        total: {{type: integer, minimum: 0, {exclusive}}}
        note: {{{nullable}, maxLength: 20, pattern: "^a"}}
        state: {{type: string, enum: [open, paid], default: open, readOnly: true}}
        lines:
          type: array
          minItems: 1
          maxItems: 9
          items: {{$ref: "#/components/schemas/Line"}}
    Line:
      allOf:
        - type: object
          properties: {{order: {{$ref: "#/components/schemas/Order"}}}}
  securitySchemes:
    bearer: {{type: http, scheme: bearer}}
    key: {{type: apiKey, in: query, name: api_key}}
    oauth:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://login.shop.example/authorize
          tokenUrl: https://login.shop.example/token
          scopes: {{write: Change orders, read: See orders}}
"""

VERSIONS = {
    "3.0.3": {"exclusive": "exclusiveMinimum: true", "nullable": "type: string, nullable: true"},
    "3.1.0": {"exclusive": "exclusiveMinimum: 0", "nullable": 'type: [string, "null"]'},
}


@pytest.fixture(params=VERSIONS)
def openapi(request: pytest.FixtureRequest, shop: Shop) -> Backend:
    version = str(request.param)
    shop.write(api_yaml=OPENAPI.format(version=version, **VERSIONS[version]))
    backend = shop.read()
    assert backend.of(Unread) == ()
    assert backend.of(UnresolvedReference) == ()
    return backend


def test_the_document_says_what_it_is_and_where_it_is_served(openapi: Backend) -> None:
    document = only(openapi, ApiDocument)
    assert (document.format, document.title, document.version) == ("openapi", "Shop", "2.5")
    assert document.servers == ("https://api.shop.example/v1",)
    assert document.tags == ("orders",)
    server = only(openapi, ApiServer)
    assert server.where == Place(file="api.yaml", pointer="/servers/0")
    assert (server.url, server.description) == ("https://api.shop.example/v1", "Live")
    assert only(openapi, ApiPath).methods == ("PUT", "GET")


def test_security_is_read_with_its_alternatives(openapi: Backend) -> None:
    bearer, key, oauth = openapi.of(SecurityScheme)
    assert plain(bearer) == {"name": "bearer", "type": "http", "scheme": "bearer"}
    assert (key.location, key.parameter) == ("query", "api_key")
    assert oauth.flows == (
        OAuthFlow(
            name="authorizationCode",
            authorization_url="https://login.shop.example/authorize",
            token_url="https://login.shop.example/token",
            scopes=("write", "read"),
        ),
    )
    assert only(openapi, SecurityRequirement).alternatives == ((Guard(scheme="bearer"),),)
    put, get = openapi.operations_in("api.yaml")
    assert put.guards == (
        (Guard(scheme="oauth", scopes=("write",)),),
        (Guard(scheme="key"), Guard(scheme="bearer")),
    )
    assert put.own_security
    assert get.guards == ()
    assert get.own_security


def test_an_operation_has_the_parameters_of_its_path_and_its_own_win(openapi: Backend) -> None:
    put, get = openapi.operations_in("api.yaml")
    assert [(each.name, each.location) for each in put.parameters] == [
        ("id", "path"),
        ("lang", "query"),
    ]
    assert plain(put.parameters[1]) == {
        "operation": "PUT /orders/{id}",
        "name": "lang",
        "location": "query",
        "deprecated": True,
        "description": "Two letters",
        "schema": "api.yaml#/paths/~1orders~1{id}/put/parameters/0/schema",
    }
    assert not get.parameters[1].deprecated
    assert get.parameters[0].where == put.parameters[0].where
    assert openapi.of(Parameter) == put.parameters + get.parameters


def test_an_operation_is_read_with_its_body_and_its_responses(openapi: Backend) -> None:
    put, _ = openapi.operations_in("api.yaml")
    assert put.where == Place(file="api.yaml", pointer="/paths/~1orders~1{id}/put")
    assert (put.operation_id, put.deprecated, put.sunset) == ("replaceOrder", True, "2030-01-01")
    order = "api.yaml#/components/schemas/Order"
    assert put.body is not None
    assert put.body.required
    body_schema = openapi.schema(put.body.media_types[0].schema)
    assert body_schema is not None
    assert body_schema.key == order
    ok, default = put.responses
    assert ok.status == "200"
    assert ok.headers == (
        Header(
            name="ETag",
            required=True,
            schema="api.yaml#/paths/~1orders~1{id}/put/responses/200/headers/ETag/schema",
        ),
    )
    assert default.where == Place(file="api.yaml", pointer="/components/responses/Problem")
    assert default.media_types == (MediaType(name="application/problem+json"),)


def test_schemas_are_flat_and_say_the_same_in_both_versions(openapi: Backend) -> None:
    key = "api.yaml#/components/schemas/Order"
    order = openapi.schema(key)
    assert order is not None
    assert order.types == ("object",)
    assert order.additional is False
    assert dict(order.properties) == {
        name: f"{key}/properties/{name}" for name in ("total", "note", "state", "lines")
    }
    found = {name: openapi.property_of(order, name) for name, _ in order.properties}
    total, note, state, lines = found["total"], found["note"], found["state"], found["lines"]
    assert total is not None
    assert total.exclusive_minimum == 0
    assert note is not None
    assert (note.types, note.max_length, note.pattern) == (("string", "null"), 20, "^a")
    assert state is not None
    assert (state.enum, state.default, state.read_only) == (('"open"', '"paid"'), '"open"', True)
    assert lines is not None
    assert (lines.min_items, lines.max_items) == (1, 9)


def test_circles_end(openapi: Backend) -> None:
    line = openapi.schema("api.yaml#/components/schemas/Line")
    assert line is not None
    order = openapi.property_of(line, "order")
    assert order is not None
    assert order.key == "api.yaml#/components/schemas/Order"


def test_a_schema_knows_who_sends_and_who_returns_it(openapi: Backend) -> None:
    line = openapi.schema("api.yaml#/components/schemas/Line")
    assert line is not None
    assert (line.sent_by, line.returned_by) == ("PUT /orders/{id}", "PUT /orders/{id}")
    etag = openapi.schema("api.yaml#/paths/~1orders~1{id}/put/responses/200/headers/ETag/schema")
    assert etag is not None
    assert (etag.sent_by, etag.returned_by) == (None, "PUT /orders/{id}")


SWAGGER = """\
swagger: "2.0"
info: {title: Shop, version: "1"}
host: api.shop.example
basePath: /v1
schemes: [https, http]
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  basic: {type: basic}
  login: {type: oauth2, flow: accessCode, authorizationUrl: a, tokenUrl: t, scopes: {read: See}}
parameters:
  limit: {name: limit, in: query, type: integer, maximum: 100}
paths:
  /orders:
    get:
      parameters:
        - {$ref: "#/parameters/limit"}
        - {name: ids, in: query, type: array, items: {type: string}, x-nullable: true}
      responses:
        200:
          description: All
          headers: {X-Total: {type: integer}}
          schema: {type: array, items: {$ref: "#/definitions/Order"}}
    post:
      consumes: [application/xml]
      parameters:
        - {name: order, in: body, required: true, schema: {$ref: "#/definitions/Order"}}
      responses: {201: {description: Created}}
  /upload:
    post:
      consumes: [multipart/form-data]
      parameters:
        - {name: file, in: formData, type: file, required: true}
        - {name: note, in: formData, type: string}
      responses: {204: {description: Stored}}
definitions:
  Order: {type: object, properties: {id: {type: string}}}
"""


@pytest.fixture
def swagger(shop: Shop) -> Backend:
    shop.write(api_yaml=SWAGGER)
    backend = shop.read()
    assert backend.of(Unread) == ()
    return backend


def test_swagger_servers_and_schemes_are_those_of_openapi(swagger: Backend) -> None:
    assert only(swagger, ApiDocument).servers == (
        "https://api.shop.example/v1",
        "http://api.shop.example/v1",
    )
    assert swagger.of(ApiServer)[1].where == Place(file="api.yaml", pointer="/schemes/1")
    basic, login = swagger.of(SecurityScheme)
    assert basic.type == "basic"
    assert login.flows[0].name == "authorizationCode"


def test_a_swagger_parameter_is_its_own_schema(swagger: Backend) -> None:
    get = swagger.operations_in("api.yaml")[0]
    limit, ids = get.parameters
    assert limit.where == Place(file="api.yaml", pointer="/parameters/limit")
    schema = swagger.schema(limit.schema)
    assert schema is not None
    assert (schema.types, schema.maximum) == (("integer",), 100)
    several = swagger.schema(ids.schema)
    assert several is not None
    assert several.types == ("array", "null")


def test_swagger_bodies_and_responses_take_their_media_types(swagger: Backend) -> None:
    get, post, upload = swagger.operations_in("api.yaml")
    (ok,) = get.responses
    assert (ok.status, ok.media_types[0].name) == ("200", "application/json")
    assert ok.headers[0].name == "X-Total"
    assert post.parameters == ()
    assert post.body is not None
    assert post.body.required
    assert [media.name for media in post.body.media_types] == ["application/xml"]
    assert upload.body is not None
    assert [media.name for media in upload.body.media_types] == ["multipart/form-data"]
    form = swagger.schema(upload.body.media_types[0].schema)
    assert form is not None
    assert ([name for name, _ in form.properties], form.required) == (["file", "note"], ("file",))
    assert [each.location for each in upload.parameters] == ["formData", "formData"]
    assert form.sent_by == "POST /upload"


def test_callbacks_and_webhooks_have_their_role_and_their_direction(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      callbacks:
        paid:
          "{$request.body#/url}":
            post:
              requestBody: {content: {application/json: {schema: {title: event}}}}
              responses:
                "200": {description: Thanks, content: {application/json: {schema: {title: answer}}}}
      responses: {"201": {description: Created}}
webhooks:
  shipped:
    post:
      requestBody: {content: {application/json: {schema: {title: event}}}}
      responses: {"204": {description: Thanks}}
"""
    )
    backend = shop.read()
    names = [str(each) for each in backend.operations_in("api.yaml")]
    assert names == [
        "POST /orders",
        "callback POST {$request.body#/url} of POST /orders paid",
        "webhook POST shipped",
    ]
    assert only(backend, ApiDocument).has_webhooks
    events = [each for each in backend.of(Schema) if each.title == "event"]
    assert [(each.sent_by, each.returned_by is None) for each in events] == [(None, False)] * 2
    (answer,) = [each for each in backend.of(Schema) if each.title == "answer"]
    assert answer.sent_by == names[1]


def test_parts_of_other_files_are_read_where_they_are_written(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders: {$ref: paths/orders.yaml}
""",
        paths__orders_yaml="""\
parameters:
  - $ref: ../shared.yaml#/trace
get:
  parameters: {$ref: ../shared.yaml#/lists}
  responses:
    "200": {$ref: "../shared.yaml#/responses/All~1of~0them"}
post:
  $ref: create.yaml
""",
        paths__create_yaml='responses: {"201": {description: Created}}\n',
        shared_yaml="""\
trace: {name: X-Trace, in: header, schema: {type: string}}
lists:
  - {name: limit, in: query, schema: {$ref: "#/size"}}
size: {type: integer}
responses:
  All/of~them:
    description: All
    content: {application/json: {schema: {$ref: "paths/../api.yaml#/components"}}}
""",
    )
    backend = shop.read()
    get, post = backend.operations_in("api.yaml")
    assert get.where == Place(file="paths/orders.yaml", pointer="/get")
    assert post.where == Place(file="paths/create.yaml", pointer="")
    assert [each.where for each in get.parameters] == [
        Place(file="shared.yaml", pointer="/trace"),
        Place(file="shared.yaml", pointer="/lists/0"),
    ]
    size = backend.schema(get.parameters[1].schema)
    assert size is not None
    assert size.key == "shared.yaml#/size"
    assert get.responses[0].where == Place(file="shared.yaml", pointer="/responses/All~1of~0them")
    assert {each.scope for each in (get, post, *get.parameters)} == {"api.yaml"}
    missing = only(backend, UnresolvedReference)
    assert "nothing at '/components' in api.yaml" in missing.why
    assert backend.of(NotChecked) == ()


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.yaml#/a",
        "inner/../../secret.yaml#/a",
        "link.yaml#/a",
        "/etc/hostname",
        "https://schemas.shop.example/a.json",
        "//schemas.shop.example/a.json",
        "file:///etc/hostname",
    ],
)
def test_nothing_outside_the_folder_is_read(shop: Shop, reference: str) -> None:
    (shop.folder.parent / "secret.yaml").write_text("a: {type: string, title: secret}\n")
    (shop.folder / "link.yaml").symlink_to(shop.folder.parent / "secret.yaml")
    shop.write(
        api_yaml=f"""\
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths: {{}}
components: {{schemas: {{A: {{$ref: "{reference}"}}}}}}
"""
    )
    backend = shop.read()
    missing = only(backend, UnresolvedReference)
    assert missing.elsewhere
    assert missing.reference == reference
    file = reference.partition("#")[0]
    assert only(backend, NotChecked).what == f"what references to '{file}' mean"
    assert [each.title for each in backend.of(Schema)] == [None]
    assert not backend.of(Schema)[0].resolved


def test_many_references_to_one_file_elsewhere_are_said_once(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths: {}
components:
  schemas:
    A: {$ref: "https://schemas.shop.example/a.json#/A"}
    B: {$ref: "https://schemas.shop.example/a.json#/B"}
"""
    )
    backend = shop.read()
    assert len(backend.of(UnresolvedReference)) == 2
    assert "schemas.shop.example" in only(backend, NotChecked).what


def test_holes_are_kept(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    get:
      security: nobody
      parameters: [{$ref: "#/nowhere"}, {name: page, in: query}]
      requestBody: {$ref: "#/nowhere"}
      responses:
        "200": {$ref: "#/nowhere"}
        "404": {description: Not there}
  /gone: {$ref: "gone.yaml"}
"""
    )
    backend = shop.read()
    (get,) = backend.operations_in("api.yaml")
    assert set(get.holes) == {"security", "parameters", "body", "responses"}
    assert [each.name for each in get.parameters] == ["page"]
    assert [each.status for each in get.responses] == ["404"]
    assert [each.path for each in backend.of(ApiPath)] == ["/orders/{id}", "/gone"]
    assert len(backend.of(UnresolvedReference)) == 4
    assert [each.elsewhere for each in backend.of(UnresolvedReference)] == [False] * 4


def test_what_is_odd_is_named_and_the_rest_is_read(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.0.3
info: [Shop]
servers: {url: https://api.shop.example}
tags: orders
paths:
  /odd:
    get: [nothing]
    post:
      parameters: {name: a}
      requestBody: [1]
      responses: ["200"]
      deprecated: perhaps
  /right:
    get:
      parameters: [{name: q, in: query, schema: {type: string}}, 7, {in: query}, {name: w, in: air}]
      responses: {"200": {description: Right}}
components:
  schemas:
    Odd: {properties: [a], required: a, minLength: many, items: 5, allOf: {}, enum: a, type: {}}
    Right: {type: string}
  securitySchemes: [basic]
"""
    )
    backend = shop.read()
    odd = {each.where.pointer for each in backend.of(Unread) if isinstance(each.where, Place)}
    schema = "/components/schemas/Odd"
    assert odd == {
        "/info",
        "/servers",
        "/tags",
        "/paths/~1odd/get",
        "/paths/~1odd/post/parameters",
        "/paths/~1odd/post/requestBody",
        "/paths/~1odd/post/responses",
        "/paths/~1right/get/parameters/1",
        "/paths/~1right/get/parameters/2",
        "/paths/~1right/get/parameters/3",
        "/components/securitySchemes",
        *(f"{schema}/{keyword}" for keyword in ("properties", "required", "minLength", "items")),
        *(f"{schema}/{keyword}" for keyword in ("allOf", "enum", "type")),
    }
    post, get = backend.operations_in("api.yaml")
    assert str(post) == "POST /odd"
    assert [each.name for each in get.parameters] == ["q"]
    right = backend.schema("api.yaml#/components/schemas/Right")
    assert right is not None
    assert right.types == ("string",)


def test_a_key_that_stands_twice_is_said(shop: Shop) -> None:
    shop.write(
        api_yaml="""\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders: {get: {responses: {}}}
  /orders: {post: {responses: {}}}
"""
    )
    backend = shop.read()
    assert [str(each) for each in backend.of(Operation)] == ["POST /orders"]
    assert "stands twice" in only(backend, Unread).why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("openapi: [3", "not valid YAML"),
        ("[]", "a list where a mapping is expected"),
        ("title: Shop", "neither 'openapi' nor 'swagger'"),
        ("a: 1\n---\nb: 2\n", "2 documents"),
    ],
)
def test_a_file_that_is_no_description_is_said(shop: Shop, text: str, reason: str) -> None:
    shop.write(api_yaml=text)
    backend = shop.read()
    assert reason in only(backend, Unread).why
    assert backend.of(ApiDocument) == ()


def test_a_missing_file_does_not_keep_the_others_from_being_read(shop: Shop) -> None:
    shop.write(api_yaml='openapi: 3.0.3\ninfo: {title: Shop, version: "1"}\npaths: {}\n')
    backend = shop.read("gone.yaml", "api.yaml")
    assert only(backend, ApiDocument).title == "Shop"
    assert only(backend, Unread).scope == "gone.yaml"


def test_two_descriptions_share_a_schema_file(shop: Shop) -> None:
    text = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "shared.yaml#/Order"}}}}
      responses: {}
"""
    shop.write(first_yaml=text, second_yaml=text, shared_yaml="Order: {type: object}\n")
    backend = shop.read("first.yaml", "second.yaml")
    orders = [each for each in backend.of(Schema) if each.key == "shared.yaml#/Order"]
    assert [(each.document, each.sent_by) for each in orders] == [("first.yaml", "POST /orders")]
    assert [each.scope for each in backend.of(RequestBody)] == ["first.yaml", "second.yaml"]
    assert len({each.identifier for each in backend.facts}) == len(backend.facts)


def test_json_is_read_as_well(shop: Shop) -> None:
    (shop.folder / "api.json").write_text(
        '{"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/a": {"get":'
        ' {"responses": {"200": {"description": "All"}}}}}}'
    )
    backend = shop.read("api.json")
    assert only(backend, Response).where == Place(
        file="api.json", pointer="/paths/~1a/get/responses/200"
    )


def test_endless_names_and_numbers_do_not_count(shop: Shop) -> None:
    (shop.folder / "api.json").write_text(
        '{"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {'
        f'"{"n" * 3000}": {{}},'
        f' "Numbers": {{"maximum": 1{"0" * 400}, "maxLength": 1{"0" * 40}}}}}}}}}'
    )
    backend = shop.read("api.json")
    numbers = only(backend, Schema)
    assert numbers.maximum == float("inf")
    assert numbers.max_length == 2**63 - 1
    assert "3000 letters" in only(backend, Unread).why
