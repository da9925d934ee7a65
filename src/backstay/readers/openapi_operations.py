"""Operations of API descriptions, with those of callbacks and webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.contracts import ApiPath, Operation, Response, Role
from backstay.readers.openapi_context import Description, Messages, Use
from backstay.readers.openapi_messages import OpenApiMessages
from backstay.readers.openapi_security import requirement_of
from backstay.readers.openapi_swagger import SwaggerMessages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.facts import Fact
    from backstay.readers.openapi_nodes import Node

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


def operations_of(description: Description) -> Iterator[Fact]:
    """The operations of a description, each followed by its parameters, body and responses."""
    library, whole = description.library, description.whole
    reader = _PathReader(description)
    if paths := library.part(whole, "paths"):
        for path, node in library.children(paths):
            yield from reader.path(_Path(path, "operation"), node)
    for key in ("webhooks", "x-webhooks"):
        if hooks := library.part(whole, key):
            for name, node in library.children(hooks):
                yield from reader.path(_Path(name, "webhook"), node)


class _Path(msgspec.Struct, frozen=True):
    name: str
    role: Role
    via: str | None = None


class _PathReader:
    def __init__(self, description: Description) -> None:
        self.description = description
        self.library = description.library
        self.messages: Messages = SwaggerMessages() if description.swagger else OpenApiMessages()
        self.callbacks_seen: set[str] = set()

    def path(self, path: _Path, node: Node) -> Iterator[Fact]:
        layers = self._layers(node)
        methods = self._methods(layers)
        if path.role == "operation":
            yield ApiPath(
                where=self.library.place(node),
                document=self.description.file,
                path=path.name,
                methods=tuple(method.upper() for method in methods),
            )
        shared = next((layer for layer in layers if "parameters" in layer.value), None)
        for method, operation in methods.items():
            if self.description.room():
                yield from self._operation(operation, path, method, shared)

    def _layers(self, node: Node) -> list[Node]:
        """The path item as written and what it refers to, the nearest first."""
        layers: list[Node] = []
        while self.library.mapping(node) and node.key not in {layer.key for layer in layers}:
            layers.append(node)
            if not isinstance(node.value.get("$ref"), str):
                break
            target = self.library.step(node)
            if target is None:
                break
            node = target
        return layers

    def _methods(self, layers: list[Node]) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for layer in layers:
            for method in layer.value:
                if method in _METHODS and method not in found:
                    operation = self.library.follow(layer.child(method))
                    if operation is None:
                        continue
                    self.library.mapping(operation)
                    if isinstance(operation.value, dict):
                        found[method] = operation
        return found

    def _operation(
        self, node: Node, path: _Path, method: str, shared: Node | None
    ) -> Iterator[Fact]:
        bare = self._bare(node, path, method)
        use = Use(self.description, str(bare), path.role)
        merged = self._merged([shared, node] if shared else [node], use)
        read = (self.messages.parameter(each, use) for each in merged)
        parameters = tuple(each for each in read if each is not None)
        body = self.messages.body(node, merged, use)
        responses = tuple(self._responses(node, use))
        requirement = requirement_of(node, self.description.file, self.library)
        sunset = self.library.text(node, "x-sunset") or _documented_sunset(responses)
        if requirement is None and node.value.get("security") is not None:
            use.hole("security")
        yield msgspec.structs.replace(
            bare,
            parameters=parameters,
            body=body,
            responses=responses,
            guards=self.description.guards if requirement is None else requirement.alternatives,
            own_security=requirement is not None,
            sunset=sunset,
            holes=tuple(use.holes),
        )
        yield from parameters
        if body is not None:
            yield body
        yield from responses
        yield from self._callbacks(node, use)

    def _bare(self, node: Node, path: _Path, method: str) -> Operation:
        library = self.library
        tags = library.part(node, "tags")
        return Operation(
            where=library.place(node),
            document=self.description.file,
            method=method.upper(),
            path=path.name,
            role=path.role,
            via=path.via,
            operation_id=library.text(node, "operationId"),
            summary=library.text(node, "summary"),
            description=library.text(node, "description"),
            tags=tuple(str(tag) for tag in library.listing(tags)) if tags else (),
            deprecated=node.value.get("deprecated") is True,
        )

    def _merged(self, holders: list[Node], use: Use) -> list[Node]:
        """The parameters of path item and operation; the operation's own win."""
        found: dict[tuple[str, str], Node] = {}
        for holder in holders:
            part = self.library.part(holder, "parameters")
            if part is None and holder.value.get("parameters") is not None:
                use.hole("parameters")
            for item in self.library.items(part) if part else ():
                node = self.library.follow(item)
                if node is None:
                    use.hole("parameters")
                    continue
                self.library.mapping(node)
                name = self.library.text(node, "name")
                place = self.library.text(node, "in")
                if name is None or place is None:
                    self.library.odd(node, "a parameter without 'name' or 'in'")
                    use.hole("parameters")
                elif self.description.room():
                    found[name, place] = node
        return list(found.values())

    def _responses(self, node: Node, use: Use) -> Iterator[Response]:
        responses = self.library.part(node, "responses")
        if responses is None:
            if node.value.get("responses") is not None:
                use.hole("responses")
            return
        for status, entry in self.library.children(responses):
            response = self.library.follow(entry)
            if response is None:
                use.hole("responses")
            elif self.description.room():
                self.library.mapping(response)
                yield self.messages.response(response, status, node, use)

    def _callbacks(self, node: Node, use: Use) -> Iterator[Fact]:
        callbacks = self.library.part(node, "callbacks")
        for name, entry in self.library.children(callbacks) if callbacks else ():
            callback = self.library.follow(entry)
            if callback is None or callback.key in self.callbacks_seen:
                continue
            self.callbacks_seen.add(callback.key)
            for expression, item in self.library.children(callback):
                yield from self.path(_Path(expression, "callback", f"{use.name} {name}"), item)


def _documented_sunset(responses: tuple[Response, ...]) -> str | None:
    headers = (header.name.lower() for response in responses for header in response.headers)
    return "header" if "sunset" in headers else None
