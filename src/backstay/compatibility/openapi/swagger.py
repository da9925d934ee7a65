"""Reads what Swagger 2 writes in another way than OpenAPI 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.openapi.elements import Body, Entry, Media, Parameter, Response
from backstay.compatibility.openapi.reading import Reader

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node

FORMATS = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class SwaggerReader(Reader):
    """Reads the operations of a description in Swagger 2."""

    def _described(self, node: Node, where: str, name: str, key: str) -> Parameter:
        """A parameter, which is its own schema here."""
        style, explode = FORMATS.get(str(node.raw.get("collectionFormat")), ("form", False))
        if where in {"path", "header"} and style == "form":
            style, explode = "simple", False
        return Parameter(
            place=where,
            name=name,
            key=key,
            node=node,
            schema=node,
            required=node.raw.get("required") is True or where == "path",
            style=style,
            explode=explode,
        )

    def body(self, entry: Entry) -> Body | None:
        """The parameter in the body, or the fields of a form as one object."""
        fields: dict[str, Node] = {}
        for node in self._parameter_nodes(entry):
            where = node.raw.get("in")
            if where == "body":
                types = self._types("consumes", entry.node) or ["application/json"]
                schema = self._schema(node.child("schema"))
                media = {name: Media(name, node, schema, {}) for name in types}
                return Body(node, node.raw.get("required") is True, media)
            if where == "formData" and isinstance(node.raw.get("name"), str):
                fields.setdefault(node.raw["name"], node)
        return self._form(fields, entry) if fields else None

    def _form(self, fields: dict[str, Node], entry: Entry) -> Body:
        first = next(iter(fields.values()))
        has_file = any(node.raw.get("type") == "file" for node in fields.values())
        types = self._types("consumes", entry.node) or [MULTIPART if has_file else FORM]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: _field(node) for name, node in fields.items()},
            "required": [name for name, node in fields.items() if node.raw.get("required") is True],
        }
        name = f"\0form of {entry.node.document.name}#{entry.node.pointer}".replace("/", "\1")
        made = self.api.documents.add(name, schema, self.api.dialect).root
        media = {each: Media(each, first, made, {}) for each in types}
        return Body(first, bool(schema["required"]), media)

    def response(self, code: str, node: Node, operation: Node) -> Response:
        """One response, its schema under each type that the operation produces."""
        schema = self._schema(node.child("schema"))
        media = {}
        if schema is not None:
            for name in self._types("produces", operation) or ["application/json"]:
                media[name] = Media(name, node, schema, {})
        return Response(code, node, media, self.headers(node), {})

    def _types(self, keyword: str, node: Node) -> list[str]:
        for holder in (node, self.root):
            listed = holder.raw.get(keyword) if isinstance(holder.raw, dict) else None
            if isinstance(listed, list):
                return [name for name in listed if isinstance(name, str)]
        return []

    def schemes(self) -> dict[str, Node]:
        """The security schemes by name."""
        return self._named_objects(self.root.child("securityDefinitions"))


def _field(node: Node) -> dict[str, Any]:
    """A field of a form as a schema; OpenAPI 3 has binary texts for files."""
    if node.raw.get("type") == "file":
        return {"type": "string", "format": "binary"}
    return {"$ref": reference_to(node)}


def reference_to(node: Node) -> str:
    """A reference to a node that can be followed from any document."""
    from urllib.parse import quote  # noqa: PLC0415 (seldom)

    return f"{quote(node.document.name)}#{quote(node.pointer)}"
