"""Facts about API contracts (OpenAPI and Swagger).

Schemas are kept as one flat fact a node and refer to each other by ``key`` ("file#/pointer"), so
that circles are harmless. What a reference could not be resolved to is None, never dropped.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from backstay.model.facts import Fact
from backstay.model.places import Place, Where

ParameterPlace = Literal["path", "query", "header", "cookie", "body", "formData"]
Role = Literal["operation", "callback", "webhook"]


class ApiFact(Fact, frozen=True, kw_only=True):
    """A fact about one API, which may be written in a file that several APIs share.

    Attributes:
        document: the file of the API description that it belongs to.
    """

    document: str

    @property
    def scope(self) -> str:
        """The file of the API description."""
        return self.document


class ApiDocument(Fact, frozen=True, kw_only=True, tag="api-document", tag_field="kind"):
    """An API description.

    Attributes:
        format: "openapi" or "swagger".
        format_version: such as "3.1.0".
        version: of the API, from ``info``.
        servers: URLs (schemes, host and basePath joined for Swagger 2).
        tags: names of declared tags.
    """

    format: Literal["openapi", "swagger"]
    format_version: str
    title: str
    version: str
    servers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    has_webhooks: bool = False

    def __str__(self) -> str:
        return f"{self.format} document"


class ApiServer(ApiFact, frozen=True, kw_only=True, tag="api-server", tag_field="kind"):
    """A URL at which an API is said to answer, placeholders kept."""

    url: str
    description: str | None = None

    def __str__(self) -> str:
        return f"server {self.url}"


class ApiPath(ApiFact, frozen=True, kw_only=True, tag="api-path", tag_field="kind"):
    """A path of an API.

    Attributes:
        methods: upper case, in the order in which they are written.
    """

    path: str
    methods: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"path {self.path}"


class UnresolvedReference(
    ApiFact, frozen=True, kw_only=True, tag="unresolved-reference", tag_field="kind"
):
    """A ``$ref`` that leads nowhere.

    Attributes:
        reference: as written.
        elsewhere: it leads out of the tree, where nothing is looked up, so that it may be right.
        why: what is wrong with it.
    """

    reference: str
    why: str
    elsewhere: bool = False

    def __str__(self) -> str:
        return f"reference {self.reference} at {_address(self.where)}"


class SecurityScheme(ApiFact, frozen=True, kw_only=True, tag="security-scheme", tag_field="kind"):
    """A declared way to authenticate.

    Attributes:
        type: "apiKey", "http", "oauth2", "openIdConnect", "mutualTLS" or "basic".
        location: of an API key: "query", "header" or "cookie"; ``parameter`` is its name.
        scheme: of type http, such as "bearer".
        flows: of oauth2: name, authorization URL, token URL, scopes.
    """

    name: str
    type: str
    location: str | None = None
    parameter: str | None = None
    scheme: str | None = None
    flows: tuple[OAuthFlow, ...] = ()

    def __str__(self) -> str:
        return f"security scheme {self.name}"


class OAuthFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One OAuth 2 flow of a security scheme."""

    name: str
    authorization_url: str | None = None
    token_url: str | None = None
    scopes: tuple[str, ...] = ()


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One scheme that an alternative of a security requirement asks for."""

    scheme: str
    scopes: tuple[str, ...] = ()


class SecurityRequirement(
    ApiFact, frozen=True, kw_only=True, tag="security-requirement", tag_field="kind"
):
    """The document-wide security: alternatives, each a set of guards (none: anonymous)."""

    alternatives: tuple[tuple[Guard, ...], ...]

    def __str__(self) -> str:
        return "document-wide security"


class MediaType(msgspec.Struct, frozen=True, kw_only=True):
    """A media type of a body or a response, with the key of its schema."""

    name: str
    schema: str | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A response header."""

    name: str
    required: bool = False
    schema: str | None = None


class Parameter(
    ApiFact,
    frozen=True,
    kw_only=True,
    tag="parameter",
    tag_field="kind",
    rename={"location": "in"},
):
    """A parameter of one operation (those of the path item included).

    Attributes:
        operation: "GET /orders/{id}".
        location: printed as "in".
        schema: key of its schema.
    """

    operation: str
    name: str
    location: ParameterPlace
    required: bool = False
    deprecated: bool = False
    schema: str | None = None
    description: str | None = None

    def __str__(self) -> str:
        return f"parameter {self.name} in {self.location} of {self.operation}"


class RequestBody(ApiFact, frozen=True, kw_only=True, tag="request-body", tag_field="kind"):
    """The request body of one operation."""

    operation: str
    required: bool = False
    media_types: tuple[MediaType, ...] = ()

    def __str__(self) -> str:
        return f"request body of {self.operation}"


class Response(ApiFact, frozen=True, kw_only=True, tag="response", tag_field="kind"):
    """A response of one operation. ``status`` is "200", "4XX" or "default"."""

    operation: str
    status: str
    description: str | None = None
    media_types: tuple[MediaType, ...] = ()
    headers: tuple[Header, ...] = ()

    def __str__(self) -> str:
        return f"response {self.status} of {self.operation}"


class Operation(ApiFact, frozen=True, kw_only=True, tag="operation", tag_field="kind"):
    """An operation of an API.

    Attributes:
        method: upper case.
        role: "operation", "callback" or "webhook" (in the last two the API is the caller).
        guards: alternatives of schemes that it asks for, the document's where it has none of
            its own; empty where anybody may call.
        own_security: the operation itself says ``security``.
        handler: name of the function that serves it, where known.
        sunset: value of an ``x-sunset`` extension, or "header" for a documented Sunset header.
        via: for a callback, the operation it belongs to and its name.
        holes: what of it could not be read: "parameters", "body", "responses" or "security".
    """

    method: str
    path: str
    role: Role = "operation"
    via: str | None = None
    operation_id: str | None = None
    summary: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    sunset: str | None = None
    parameters: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    responses: tuple[Response, ...] = ()
    guards: tuple[tuple[Guard, ...], ...] = ()
    own_security: bool = False
    handler: str | None = None
    holes: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.method} {self.path}"
        if self.role == "operation":
            return name
        return f"{self.role} {name} of {self.via}" if self.via else f"{self.role} {name}"


class Schema(ApiFact, frozen=True, kw_only=True, tag="schema", tag_field="kind"):
    """One node of a JSON schema. Links to other nodes are keys ("file#/pointer").

    A node that several API descriptions share belongs to the first of them.

    Attributes:
        types: as written; ("string", "null") for a nullable string in either version.
        reference: key of the target of ``$ref``; the other keywords beside it are kept.
        target: of a reference, False where it could not be resolved.
        properties: pairs of name and key.
        additional: key of the schema of additional properties, or True or False.
        enum, const, default: JSON text of each value.
        others: keys of what stands under further keywords (not, if, prefixItems and so on).
        sent_by: an operation whose request holds this node, if any does; what the API itself
            sends to a callback or a webhook counts as returned.
        returned_by: an operation whose response holds this node, if any does.
    """

    key: str
    types: tuple[str, ...] = ()
    format: str | None = None
    reference: str | None = None
    resolved: bool = True
    properties: tuple[tuple[str, str], ...] = ()
    required: tuple[str, ...] = ()
    additional: str | bool | None = None
    items: str | None = None
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    enum: tuple[str, ...] = ()
    const: str | None = None
    default: str | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    max_properties: int | None = None
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    title: str | None = None
    description: str | None = None
    sent_by: str | None = None
    returned_by: str | None = None

    def __str__(self) -> str:
        file, _, pointer = self.key.partition("#")
        return f"schema {pointer if file == self.document else self.key}"


def _address(where: Where) -> str:
    return f"{where.file}#{where.pointer}" if isinstance(where, Place) else where.object
