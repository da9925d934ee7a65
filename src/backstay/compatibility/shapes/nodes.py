"""Schemas as nodes of documents, so that each keeps its address: document and JSON pointer.

Nodes are made as they are reached and never copied. References lead to the node that they name;
a plain reference and its target are one and the same shape.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from backstay.compatibility.shapes.values import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Dialect = Literal["openapi-3.0", "openapi-3.1", "swagger-2.0"]

MOST_HOPS = 100

# What a schema may say beside $ref in 3.1 without constraining a value.
ANNOTATIONS = frozenset(
    [
        "title",
        "description",
        "summary",
        "default",
        "example",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "externalDocs",
        "xml",
        "$comment",
        "$schema",
        "$id",
        "$anchor",
        "$defs",
        "definitions",
    ]
)


class Document:
    """One file: its name, its content as plain JSON, and how its schemas are to be read."""

    __slots__ = ("content", "dialect", "documents", "name", "root")

    def __init__(self, documents: Documents, name: str, content: object, dialect: Dialect) -> None:
        self.documents = documents
        self.name = name
        self.content = content
        self.dialect: Dialect = dialect
        self.root = Node(self, content, None, "")


class Node:
    """One value in a document. ``raw`` is what stands there, whatever it is."""

    __slots__ = ("_children", "_pointer", "document", "key", "parent", "raw")

    def __init__(self, document: Document, raw: Any, parent: Node | None, key: str) -> None:  # noqa: ANN401 (any JSON)
        self.document = document
        self.raw = raw
        self.parent = parent
        self.key = key
        self._children: dict[str, Node] | None = None
        self._pointer: str | None = None

    def __repr__(self) -> str:
        return f"{self.document.name}#{self.pointer}"

    @property
    def pointer(self) -> str:
        """The JSON pointer from the document's root."""
        if self._pointer is None:
            steps = []
            node = self
            while node.parent is not None:
                steps.append(node.key.replace("~", "~0").replace("/", "~1"))
                node = node.parent
            self._pointer = "".join(f"/{step}" for step in reversed(steps))
        return self._pointer

    @property
    def old_style(self) -> bool:
        """Whether siblings of $ref are ignored here and ``nullable`` counts."""
        return self.document.dialect != "openapi-3.1"

    def target(self) -> Node | None:
        """The node itself, or what it stands for if it is nothing but a reference.

        None where the reference leads nowhere or in a circle.
        """
        return self.document.documents.target(self)

    def child(self, *keys: str) -> Node | None:
        """What stands under the keys (list positions as digits), or None."""
        node: Node | None = self
        for key in keys:
            if node is None:
                return None
            node = node._step(key)  # noqa: SLF001 (a node of the same kind)
        return node

    def _step(self, key: str) -> Node | None:
        if self._children is None:
            self._children = {}
        known = self._children.get(key)
        if known is not None:
            return known
        raw = self.raw
        if isinstance(raw, dict):
            if key not in raw:
                return None
            found = raw[key]
        elif isinstance(raw, list):
            if not key.isdecimal() or int(key) >= len(raw):
                return None
            found = raw[int(key)]
        else:
            return None
        node = self._children[key] = Node(self.document, found, self, key)
        return node

    def items(self, keyword: str) -> Iterator[Node]:
        """The members of the list or the object under a keyword."""
        holder = self.child(keyword)
        if holder is None:
            return
        keys = range(len(holder.raw)) if isinstance(holder.raw, list) else holder.raw
        for key in keys:
            member = holder.child(str(key))
            if member is not None:
                yield member


class Documents:
    """All files of one version of an API, and what references in them lead to.

    Name them as the paths by which they refer to each other. Nothing is ever fetched.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._anchors: dict[str, dict[str, Node]] = {}
        self._targets: dict[int, Node | None] = {}
        self._found: dict[tuple[str, str], Node | None] = {}
        self.listed: dict[int, frozenset[object]] = {}  # see values_listed
        self.flags: dict[tuple[int, str], bool] = {}  # see keywords.flagged

    def add(self, name: str, content: object, dialect: Dialect) -> Document:
        """Take in a file. ``content`` is kept as it is and must not change afterwards."""
        self._found.clear()
        document = self._documents[name] = Document(self, name, content, dialect)
        return document

    def node(self, name: str, pointer: str = "") -> Node | None:
        """The node at a JSON pointer ("" or "/a/b"), or None."""
        document = self._documents.get(name)
        if document is None or (pointer and not pointer.startswith("/")):
            return None
        steps = pointer.split("/")[1:]
        return document.root.child(*(step.replace("~1", "/").replace("~0", "~") for step in steps))

    def find(self, reference: str, at: Node) -> Node | None:
        """What a reference that stands in ``at``'s document leads to, or None."""
        key = (at.document.name, reference)
        if key not in self._found:
            self._found[key] = self._find(reference, at)
        return self._found[key]

    def _find(self, reference: str, at: Node) -> Node | None:
        file, _, fragment = reference.partition("#")
        name = at.document.name
        if file:
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(file)))
            name = file if file in self._documents else joined
            if name not in self._documents:
                return self._identified(file, fragment, at)
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self._anchored(name).get(fragment)
        return self.node(name, fragment)

    def target(self, node: Node) -> Node | None:
        """The node itself, or what it stands for if it is nothing but a reference.

        None where the reference leads nowhere or in a circle.
        """
        known = self._targets.get(id(node), node)
        if known is not node:
            return known
        found: Node | None = node
        for _ in range(MOST_HOPS):
            if found is None or not is_plain_reference(found):
                break
            found = self.find(found.raw["$ref"], found)
        else:
            found = None
        if found is not node:
            self._targets[id(node)] = found
        return found

    def _identified(self, file: str, fragment: str, at: Node) -> Node | None:
        names = self._anchored(at.document.name)
        for identifier, node in names.items():
            if identifier.endswith((f"\0{file}", f"/{file}")) or identifier == f"\0{file}":
                steps = unquote(fragment).split("/")[1:]
                return node.child(*(s.replace("~1", "/").replace("~0", "~") for s in steps))
        return None

    def _anchored(self, name: str) -> dict[str, Node]:
        if name not in self._anchors:
            document = self._documents.get(name)
            self._anchors[name] = dict(_anchors(document.root)) if document else {}
        return self._anchors[name]


def values_listed(node: Node) -> frozenset[object]:
    """Keys of the values of an enum (see ``values.key_of``), made once."""
    listed = node.document.documents.listed
    if id(node) not in listed:
        listed[id(node)] = frozenset(map(key_of, node.raw["enum"]))
    return listed[id(node)]


def is_plain_reference(node: Node) -> bool:
    """Whether the node says nothing about values but ``$ref``."""
    raw = node.raw
    if not isinstance(raw, dict) or not isinstance(raw.get("$ref"), str):
        return False
    return len(raw) == 1 or node.old_style or all(_says_nothing(key) for key in raw)


def _says_nothing(key: str) -> bool:
    return key == "$ref" or key in ANNOTATIONS or key.startswith("x-")


def _anchors(root: Node) -> Iterator[tuple[str, Node]]:
    """Names by which nodes can be referred to: anchors, and identifiers behind a NUL."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node.raw, dict):
            for keyword, prefix in (("$anchor", ""), ("$dynamicAnchor", ""), ("$id", "\0")):
                if isinstance(node.raw.get(keyword), str):
                    yield prefix + node.raw[keyword], node
        if isinstance(node.raw, (dict, list)):
            keys = node.raw if isinstance(node.raw, dict) else map(str, range(len(node.raw)))
            for key in keys:
                held = node.child(key)
                if held is not None and isinstance(held.raw, (dict, list)):
                    open_nodes.append(held)


REFERENCES = re.compile(rb'"\$(?:ref|dynamicRef)":"((?:[^"\\]|\\.)*)"')
