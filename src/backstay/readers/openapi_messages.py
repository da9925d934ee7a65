"""Parameters, bodies and responses as OpenAPI 3 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from backstay.model.contracts import (
    Header,
    MediaType,
    Parameter,
    ParameterPlace,
    RequestBody,
    Response,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.readers.openapi_context import Use
    from backstay.readers.openapi_nodes import Node

PLACES: dict[str, ParameterPlace] = {place: place for place in get_args(ParameterPlace)}


class OpenApiMessages:
    """Reads the messages of OpenAPI 3 operations."""

    def parameter(self, node: Node, use: Use) -> Parameter | None:
        """A parameter with its schema, or that of its first media type."""
        library = use.description.library
        place = PLACES.get(library.text(node, "in") or "")
        if place is None:
            library.odd(node, "a parameter 'in' an unknown place")
            return None
        schema = library.written(node, "schema")
        key = use.description.schemas.add(schema, use.description.file) if schema else None
        if key is not None:
            use.request(key)
        elif content := library.part(node, "content"):
            key = next((m.schema for m in self._media_types(content, use, use.request)), None)
        return Parameter(
            where=library.place(node),
            document=use.description.file,
            operation=use.name,
            name=library.text(node, "name") or "",
            location=place,
            required=node.value.get("required") is True,
            deprecated=node.value.get("deprecated") is True,
            schema=key,
            description=library.text(node, "description"),
        )

    def body(self, operation: Node, _parameters: list[Node], use: Use) -> RequestBody | None:
        """The request body."""
        description = use.description
        library = description.library
        node = library.part(operation, "requestBody")
        if node is None or not library.mapping(node):
            if operation.value.get("requestBody") is not None:
                use.hole("body")
            return None
        content = library.part(node, "content")
        return RequestBody(
            where=library.place(node),
            document=description.file,
            operation=use.name,
            required=node.value.get("required") is True,
            media_types=self._media_types(content, use, use.request) if content else (),
        )

    def response(self, node: Node, status: str, _operation: Node, use: Use) -> Response:
        """A response."""
        description = use.description
        content = description.library.part(node, "content")
        return Response(
            where=description.library.place(node),
            document=description.file,
            operation=use.name,
            status=status,
            description=description.library.text(node, "description"),
            media_types=self._media_types(content, use, use.response) if content else (),
            headers=self._headers(node, use),
        )

    def _media_types(
        self, content: Node, use: Use, note: Callable[[str], None]
    ) -> tuple[MediaType, ...]:
        return use.shared(
            ("media types", content.key), lambda: self._read_types(content, use, note)
        )

    def _read_types(
        self, content: Node, use: Use, note: Callable[[str], None]
    ) -> tuple[MediaType, ...]:
        description = use.description
        found = []
        for name, entry in description.library.entries(content):
            node = description.library.follow(entry)
            if node is None:
                continue
            description.library.mapping(node)
            schema = description.library.written(node, "schema")
            key = description.schemas.add(schema, description.file) if schema else None
            if key is not None:
                note(key)
            found.append(MediaType(name=name, schema=key))
        return tuple(found)

    def _headers(self, node: Node, use: Use) -> tuple[Header, ...]:
        headers = use.description.library.part(node, "headers")
        if headers is None:
            return ()
        return use.shared(("headers", headers.key), lambda: self._read_headers(headers, use))

    def _read_headers(self, headers: Node, use: Use) -> tuple[Header, ...]:
        description = use.description
        found = []
        for name, entry in description.library.entries(headers):
            node = description.library.follow(entry)
            if node is None:
                continue
            description.library.mapping(node)
            schema = description.library.written(node, "schema")
            key = description.schemas.add(schema, description.file) if schema else None
            if key is not None:
                use.response(key)
            required = isinstance(node.value, dict) and node.value.get("required") is True
            found.append(Header(name=name, required=required, schema=key))
        return tuple(found)
