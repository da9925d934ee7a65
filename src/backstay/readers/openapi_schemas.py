"""JSON schemas as flat facts, one a node, each component visited once where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.model.contracts import Schema
from backstay.readers.openapi_keywords import Visit, handlers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.readers.openapi_nodes import Library, Node

# The largest public description has 46,000 nodes; each takes about a kilobyte.
MAX_SCHEMAS = 250_000


class SchemaReader:
    """Collects schemas to visit, with who uses them; ``facts`` visits them all."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._waiting: list[tuple[Node, str]] = []
        self._known: set[str] = set()
        self._fields: dict[str, dict[str, Any]] = {}
        self._links: dict[str, list[str]] = {}
        self._sent: dict[str, str] = {}
        self._returned: dict[str, str] = {}
        self._keywords = handlers()

    def add(self, node: Node, document: str) -> str:
        """Take up a schema; its key."""
        key = node.key
        if key not in self._known and len(self._known) <= MAX_SCHEMAS:
            self._known.add(key)
            self._waiting.append((node, document))
            if len(self._known) > MAX_SCHEMAS:
                self._library.odd(node, f"more than {MAX_SCHEMAS:,} schemas; the rest is not read")
        return key

    def form(self, node: Node, fields: dict[str, str], required: tuple[str, ...]) -> str:
        """An object made of form fields (pairs of name and schema key); its key."""
        key = node.key
        self._known.add(key)
        self._links[key] = list(fields.values())
        self._fields[key] = {
            "where": self._library.place(node),
            "document": self._library.document,
            "derived": "form parameters",
            "types": ("object",),
            "properties": tuple(fields.items()),
            "required": required,
        }
        return key

    def sent(self, key: str, operation: str) -> None:
        """Note that an operation's request holds this schema."""
        self._sent.setdefault(key, operation)

    def returned(self, key: str, operation: str) -> None:
        """Note that an operation's response holds this schema."""
        self._returned.setdefault(key, operation)

    def facts(self) -> Iterator[Schema]:
        """All schemas that were taken up, and what they are made of."""
        position = 0
        while position < len(self._waiting):
            self._visit(*self._waiting[position])
            position += 1
        sent, returned = self._reach(self._sent), self._reach(self._returned)
        for key in list(self._fields):
            fields = self._fields.pop(
                key
            )  # two copies of a large description would be one too many
            yield Schema(key=key, sent_by=sent.get(key), returned_by=returned.get(key), **fields)

    def _reach(self, starts: dict[str, str]) -> dict[str, str]:
        reached = dict(starts)
        waiting = list(starts)
        for key in waiting:
            operation = reached[key]
            for link in self._links.get(key, ()):
                if link not in reached:
                    reached[link] = operation
                    waiting.append(link)
        return reached

    def _visit(self, node: Node, document: str) -> None:
        fields: dict[str, Any] = {"where": self._library.place(node), "document": document}
        links: list[str] = []
        self._fields[node.key] = fields
        self._links[node.key] = links
        value = node.value
        if isinstance(value, bool):
            return
        if not isinstance(value, dict):
            self._library.mapping(node)
            return
        visit = Visit(self.add, self._library, node, document, fields, links)
        keywords = self._keywords
        for keyword in value:
            if handle := keywords.get(keyword):
                handle(visit, keyword, value[keyword])
        if "types" in fields and (value.get("nullable") is True or value.get("x-nullable") is True):
            fields["types"] = (*(t for t in fields["types"] if t != "null"), "null")
