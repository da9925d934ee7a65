"""Reads operations: what OpenAPI 3 and Swagger 2 have in common, with what they inherit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.compatibility.openapi.elements import (
    METHODS,
    Alternative,
    Body,
    Entry,
    Media,
    Operation,
    Parameter,
    Response,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.openapi.documents import Description
    from backstay.compatibility.shapes.nodes import Node

PLACES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
IGNORED_HEADERS = frozenset(["accept", "content-type", "authorization"])
CODE = re.compile(r"[1-5](?:\d\d|XX)|default")
TEMPLATED = re.compile(r"\{([^{}]*)\}")


class Reader:
    """Reads the operations of a description in OpenAPI 3."""

    def __init__(self, description: Description) -> None:
        self.api = description
        self.root = description.root

    # What there is

    def paths(self) -> Iterator[tuple[str, Node]]:
        """The path items by template."""
        yield from self._items(self.root.child("paths"), "paths")

    def webhooks(self) -> Iterator[tuple[str, Node]]:
        """The path items of webhooks by name."""
        for keyword in ("webhooks", "x-webhooks"):
            yield from self._items(self.root.child(keyword), keyword)

    def _items(self, holder: Node | None, what: str) -> Iterator[tuple[str, Node]]:
        for name in self.api.mapping(holder, what=f"`{what}`"):
            assert holder is not None
            item = holder.child(name)
            if item is None or name.startswith("x-"):
                continue
            if isinstance(item.raw, dict):
                yield name, item
            else:
                self.api.unread(item, "a path item should be an object")

    def entries(self, template: str, item: Node) -> Iterator[Entry]:
        """The operations of a path item."""
        for holder in self._layers(item):
            for method in METHODS:
                node = holder.child(method)
                if node is None:
                    continue
                if isinstance(node.raw, dict):
                    yield Entry(method.upper(), template, item, node)
                else:
                    self.api.unread(node, "an operation should be an object")

    def _layers(self, item: Node) -> list[Node]:
        """A path item and what its reference leads to, which it adds to."""
        if not isinstance(item.raw.get("$ref"), str):
            return [item]
        target = self.api.follow(item)
        return [item] if target is None or not isinstance(target.raw, dict) else [item, target]

    # One operation

    def operation(self, entry: Entry) -> Operation:
        """An operation, read as far as it can be."""
        parameters = self.parameters(entry)
        security, security_node = self._security(entry.node)
        return Operation(
            entry=entry,
            node=entry.node,
            parameters=parameters,
            body=self.body(entry),
            responses=self.responses(entry.node),
            security=security,
            security_node=security_node,
            servers=self.servers(entry),
            callbacks=self._callbacks(entry.node),
        )

    def parameters(self, entry: Entry) -> dict[tuple[str, str], Parameter]:
        """The parameters of an operation and of its path, by place and key."""
        found: dict[tuple[str, str], Parameter] = {}
        positions = {name: str(at) for at, name in enumerate(TEMPLATED.findall(entry.template))}
        for node in self._parameter_nodes(entry):
            parameter = self._parameter(node, positions)
            if parameter is not None:
                found.setdefault((parameter.place, parameter.key), parameter)
        return found

    def _parameter_nodes(self, entry: Entry) -> Iterator[Node]:
        for holder in (entry.node, *self._layers(entry.item)):
            listed = holder.child("parameters")
            if listed is None:
                continue
            if not isinstance(listed.raw, list):
                self.api.unread(listed, "`parameters` should be a list")
                continue
            for node in holder.items("parameters"):
                followed = self.api.follow(node)
                if followed is None:
                    continue
                if isinstance(followed.raw, dict):
                    yield followed
                else:
                    self.api.unread(followed, "a parameter should be an object")

    def _parameter(self, node: Node, positions: dict[str, str]) -> Parameter | None:
        name, where = node.raw.get("name"), node.raw.get("in")
        if not isinstance(name, str) or not isinstance(where, str) or where not in PLACES:
            if self._is_elsewhere(where):
                return None
            self.api.unread(
                node, "a parameter needs `name`, and `in` with path, query, header or cookie"
            )
            return None
        if where == "header" and name.lower() in IGNORED_HEADERS:
            return None
        key = name.lower() if where == "header" else name
        if where == "path":
            key = positions.get(name, name)
        return self._described(node, where, name, key)

    def _is_elsewhere(self, where: object) -> bool:
        """Whether what Swagger calls a parameter is a part of the body."""
        return self.api.dialect == "swagger-2.0" and where in ("body", "formData")

    def _described(self, node: Node, where: str, name: str, key: str) -> Parameter:
        raw = node.raw
        schema, media_type = self._schema(node.child("schema")), ""
        content = node.child("content")
        if schema is None and content is not None and isinstance(content.raw, dict):
            media_type = next(iter(content.raw), "")
            schema = self._schema(content.child(media_type, "schema")) if media_type else None
        style = raw.get("style")
        style = style if isinstance(style, str) else PLACES[where]
        explode = raw.get("explode")
        return Parameter(
            place=where,
            name=name,
            key=key,
            node=node,
            schema=schema,
            required=raw.get("required") is True or where == "path",
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
            media_type=media_type,
        )

    def _schema(self, node: Node | None) -> Node | None:
        if node is None:
            return None
        if not isinstance(node.raw, (dict, bool)):
            self.api.unread(node, "a schema should be an object")
            return None
        return node

    # Bodies

    def body(self, entry: Entry) -> Body | None:
        """The body of a request."""
        node = entry.node.child("requestBody")
        followed = self.api.follow(node) if node is not None else None
        if followed is None:
            return None
        if not isinstance(followed.raw, dict):
            self.api.unread(followed, "a request body should be an object")
            return None
        return Body(followed, followed.raw.get("required") is True, self.media(followed))

    def media(self, holder: Node) -> dict[str, Media]:
        """The media types under ``content``."""
        content = holder.child("content")
        found = {}
        for name in self.api.mapping(content, what="`content`"):
            assert content is not None
            node = content.child(name)
            if node is None or not isinstance(node.raw, dict):
                if node is not None:
                    self.api.unread(node, "a media type should be an object")
                continue
            encoding = node.raw.get("encoding")
            found[name] = Media(
                name,
                node,
                self._schema(node.child("schema")),
                encoding if isinstance(encoding, dict) else {},
            )
        return found

    # Responses

    def responses(self, node: Node) -> dict[str, Response]:
        """The responses by status, ranges as "2XX"."""
        holder = node.child("responses")
        found = {}
        for written in self.api.mapping(holder, what="`responses`"):
            assert holder is not None
            child = holder.child(written)
            code = str(written).strip()
            code = code.upper() if code[1:].upper() == "XX" else code
            if child is None or code.startswith("x-"):
                continue
            if not CODE.fullmatch(code):
                self.api.unread(child, "a status should be three digits, a range, or default")
                continue
            followed = self.api.follow(child)
            if followed is None:
                continue
            if isinstance(followed.raw, dict):
                found[code] = self.response(code, followed, node)
            else:
                self.api.unread(followed, "a response should be an object")
        return found

    def response(self, code: str, node: Node, operation: Node) -> Response:  # noqa: ARG002 (Swagger asks for the operation)
        """One response."""
        return Response(code, node, self.media(node), self.headers(node), self._links(node))

    def headers(self, node: Node) -> dict[str, Parameter]:
        """The headers of a response, by name in small letters."""
        holder = node.child("headers")
        found = {}
        for name in self.api.mapping(holder, what="`headers`"):
            assert holder is not None
            child = holder.child(name)
            followed = self.api.follow(child) if child is not None else None
            if followed is None or name.lower() == "content-type":
                continue
            if isinstance(followed.raw, dict):
                found[name.lower()] = self._header(followed, name)
            else:
                self.api.unread(followed, "a header should be an object")
        return found

    def _header(self, node: Node, name: str) -> Parameter:
        described = self._described(node, "header", name, name.lower())
        return described._replace(required=node.raw.get("required") is True)

    def _links(self, node: Node) -> dict[str, Node]:
        holder = node.child("links")
        found = {}
        for name in self.api.mapping(holder, what="`links`"):
            assert holder is not None
            child = holder.child(name)
            followed = self.api.follow(child) if child is not None else None
            if followed is not None and isinstance(followed.raw, dict):
                found[name] = followed
        return found

    # What the document or the path says for all

    def _security(self, node: Node) -> tuple[tuple[Alternative, ...] | None, Node]:
        for holder in (node, self.root):
            listed = holder.child("security")
            if listed is None:
                continue
            if not isinstance(listed.raw, list):
                self.api.unread(listed, "`security` should be a list")
                continue
            return tuple(self._alternatives(listed)), listed
        return None, node

    def _alternatives(self, listed: Node) -> Iterator[Alternative]:
        for at, raw in enumerate(listed.raw):
            if not isinstance(raw, dict):
                child = listed.child(str(at))
                self.api.unread(child or listed, "a security requirement should be an object")
                continue
            yield {
                name: tuple(each for each in scopes if isinstance(each, str))
                for name, scopes in raw.items()
                if isinstance(scopes, list)
            }

    def servers(self, entry: Entry | None = None) -> tuple[Node, ...]:
        """The servers of an operation, its path or the document, whichever comes first."""
        holders = [entry.node, *self._layers(entry.item)] if entry else []
        for holder in (*holders, self.root):
            listed = holder.child("servers")
            if listed is not None and isinstance(listed.raw, list) and listed.raw:
                return tuple(node for node in holder.items("servers") if isinstance(node.raw, dict))
        return ()

    def _callbacks(self, node: Node) -> dict[tuple[str, str, str], Entry]:
        holder = node.child("callbacks")
        found = {}
        for name in self.api.mapping(holder, what="`callbacks`"):
            assert holder is not None
            child = holder.child(name)
            followed = self.api.follow(child) if child is not None else None
            if followed is None:
                continue
            for expression, item in self._items(followed, "callbacks"):
                if expression == "$ref":
                    continue
                for entry in self.entries(expression, item):
                    found[name, expression, entry.method] = entry
        return found

    def schemes(self) -> dict[str, Node]:
        """The security schemes by name."""
        holder = self.root.child("components")
        holder = holder.child("securitySchemes") if holder is not None else None
        return self._named_objects(holder)

    def _named_objects(self, holder: Node | None) -> dict[str, Node]:
        found = {}
        for name in self.api.mapping(holder):
            assert holder is not None
            child = holder.child(name)
            followed = self.api.follow(child) if child is not None else None
            if followed is not None and isinstance(followed.raw, dict):
                found[name] = followed
        return found


def reader_of(description: Description) -> Reader:
    """The reader for a description's format."""
    if description.dialect == "swagger-2.0":
        from backstay.compatibility.openapi.swagger import SwaggerReader  # noqa: PLC0415 (a circle)

        return SwaggerReader(description)
    return Reader(description)
