"""Parameters, bodies and responses as Swagger 2 writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.contracts import Header, MediaType, Parameter, RequestBody, Response
from backstay.readers.openapi_messages import PLACES

if TYPE_CHECKING:
    from backstay.readers.openapi_context import Use
    from backstay.readers.openapi_nodes import Node

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class SwaggerMessages:
    """Reads the messages of Swagger 2 operations.

    A parameter is its own schema there, a body is a parameter, and so is each field of a form.
    """

    def parameter(self, node: Node, use: Use) -> Parameter | None:
        """A parameter; None for a body."""
        description = use.description
        library = description.library
        place = PLACES.get(library.text(node, "in") or "")
        if place is None:
            library.odd(node, "a parameter 'in' an unknown place")
        if place is None or place == "body":
            return None
        key = description.schemas.add(node, description.file)
        use.request(key)
        return Parameter(
            where=library.place(node),
            document=description.file,
            operation=use.name,
            name=library.text(node, "name") or "",
            location=place,
            required=node.value.get("required") is True,
            schema=key,
            description=library.text(node, "description"),
        )

    def body(self, operation: Node, parameters: list[Node], use: Use) -> RequestBody | None:
        """The body parameter, or all fields of a form."""
        description = use.description
        bodies = [node for node in parameters if node.value.get("in") == "body"]
        fields = [node for node in parameters if node.value.get("in") == "formData"]
        types = self._types(operation, "consumes", use)
        if bodies:
            part = description.library.written(bodies[-1], "schema")
            schema = description.schemas.add(part, description.file) if part else None
            where = bodies[-1]
        elif fields:
            names = {str(node.value.get("name")): node.key for node in fields}
            required = [str(n.value.get("name")) for n in fields if n.value.get("required") is True]
            where = description.library.part(operation, "parameters") or operation
            schema = description.schemas.form(where, names, tuple(required))
            types = tuple(name for name in types if name in _FORMS) or _FORMS[:1]
        else:
            return None
        if schema is not None:
            use.request(schema)
        return RequestBody(
            where=description.library.place(where),
            document=description.file,
            operation=use.name,
            required=any(n.value.get("required") is True for n in bodies or fields),
            media_types=tuple(MediaType(name=name, schema=schema) for name in types),
        )

    def response(self, node: Node, status: str, operation: Node, use: Use) -> Response:
        """A response, in each of the media types that the operation produces."""
        description = use.description
        part = description.library.written(node, "schema")
        types: tuple[MediaType, ...] = ()
        if part is not None:
            schema = description.schemas.add(part, description.file)
            use.response(schema)
            produced = self._types(operation, "produces", use)
            types = tuple(MediaType(name=name, schema=schema) for name in produced)
        return Response(
            where=description.library.place(node),
            document=description.file,
            operation=use.name,
            status=status,
            description=description.library.text(node, "description"),
            media_types=types,
            headers=self._headers(node, use),
        )

    def _types(self, operation: Node, key: str, use: Use) -> tuple[str, ...]:
        """The media types of the operation, else the document's, else any."""
        library = use.description.library
        for holder in (operation, use.description.whole):
            part = library.part(holder, key)
            if part is not None and library.listing(part):
                return tuple(str(name) for name in part.value)
        return ("*/*",)

    def _headers(self, node: Node, use: Use) -> tuple[Header, ...]:
        description = use.description
        headers = description.library.part(node, "headers")
        found = []
        for name, header in description.library.entries(headers) if headers else ():
            key = description.schemas.add(header, description.file)
            use.response(key)
            found.append(Header(name=name, schema=key))
        return tuple(found)
