"""What a schema declares, seen through references and allOf, whichever way it is written.

Not the relation: nothing here says what is accepted. It is for what no value shows: defaults,
deprecations, names of alternatives, members that came or went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.values import exact, is_number, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.nodes import Node

MOST_PARTS = 200

Several = tuple["Node", ...]

PLAIN = {
    "multipleOf": "number",
    "minimum": "number",
    "maximum": "number",
    "minLength": "string",
    "maxLength": "string",
    "pattern": "string",
    "format": "",
    "contentEncoding": "string",
    "contentMediaType": "string",
    "minItems": "array",
    "maxItems": "array",
    "uniqueItems": "array",
    "minContains": "array",
    "maxContains": "array",
    "minProperties": "object",
    "maxProperties": "object",
}
_BOUNDS = frozenset(["minimum", "maximum"])
# What a keyword says to no effect, here and in another version of OpenAPI.
_NOTHING: dict[str, tuple[object, ...]] = {
    "minLength": (0,),
    "minItems": (0,),
    "minProperties": (0,),
    "uniqueItems": (False,),
    "format": ("", "binary"),
    "contentEncoding": ("binary",),
    "contentMediaType": ("application/octet-stream",),
}


class Structure:
    """What one schema declares by itself and through ``$ref`` and ``allOf``.

    Attributes:
        parts: the nodes that together say it; the first is the one asked for.
        properties: the schemas of each member, which all hold; ``required`` have to be there.
        items, additional: the schemas of all items, and of members that are not named.
        types: those that are named, such as "string" or "null"; empty where any may be meant.
        nullable: whether null is among the values, as far as it is said here.
        values: what enum or const list, None where nothing is listed.
        alternatives: those of anyOf and oneOf, null apart.
        constraints: plain keywords by name, in a form that is equal for equal meanings, with the
            node that says it.
    """

    __slots__ = (
        "additional",
        "alternatives",
        "constraints",
        "default",
        "deprecated",
        "discriminator",
        "extensible",
        "items",
        "nullable",
        "parts",
        "properties",
        "required",
        "types",
        "values",
    )

    def __init__(self) -> None:
        self.parts: list[Node] = []
        self.types: frozenset[str] = frozenset()
        self.nullable = False
        self.properties: dict[str, Several] = {}
        self.required: set[str] = set()
        self.items: Several = ()
        self.additional: Several = ()
        self.alternatives: list[Node] = []
        self.values: list[Any] | None = None
        self.extensible: tuple[Node, list[Any]] | None = None
        self.default: tuple[Node, Any] | None = None
        self.deprecated: Node | None = None
        self.discriminator: Node | None = None
        self.constraints: dict[str, tuple[object, Node]] = {}

    def is_no(self, name: str) -> bool:
        """Whether the types that are named leave out one."""
        return bool(self.types) and name not in self.types

    @property
    def lists_ways(self) -> bool:
        """Whether it says by alternatives or by listed values what may come."""
        return bool(self.alternatives) or self.values is not None

    @property
    def first(self) -> Node:
        """The node that was asked for, references followed."""
        return self.parts[0]


class Structures:
    """Structures of schemas that hold together, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], Structure] = {}

    def of(self, *nodes: Node) -> Structure:
        """The structure of one node, or of several that all hold."""
        targets = [node.target() or node for node in nodes]
        key = tuple(map(id, targets))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _read(targets)
        return known


def _read(nodes: list[Node]) -> Structure:
    """Depth first, so that wrapping a schema in allOf leaves the order as it is."""
    made = Structure()
    open_nodes = list(reversed(nodes))
    seen: set[int] = set()
    types: list[frozenset[str]] = []
    while open_nodes and len(made.parts) < MOST_PARTS:
        target = open_nodes.pop().target()
        if target is None or id(target) in seen:
            continue
        seen.add(id(target))
        made.parts.append(target)
        if isinstance(target.raw, dict):
            _take(made, target, types)
            open_nodes += reversed(list(_others(target)))
    if not made.parts:
        made.parts += nodes
    made.types = frozenset.intersection(*types) if types else frozenset()
    return made


def _others(node: Node) -> Iterator[Node]:
    """What else holds wherever the node does: allOf, a reference beside it, a choice of one."""
    raw = node.raw
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(raw.get(keyword), list):
            members = [m for m in node.items(keyword) if not _is_null(m)]
            if keyword == "allOf" or len(members) == 1:
                yield from members
    if isinstance(raw.get("$ref"), str) and not node.old_style:
        found = node.document.documents.find(raw["$ref"], node)
        if found is not None:
            yield found


def _is_null(node: Node) -> bool:
    raw = node.raw
    return isinstance(raw, dict) and (
        raw.get("type") in ("null", ["null"]) or raw.get("enum") == [None]
    )


def _take(made: Structure, node: Node, types: list[frozenset[str]]) -> None:
    raw = node.raw
    held = raw.get("type")
    named = [held] if isinstance(held, str) else held if isinstance(held, list) else []
    if named and all(isinstance(name, str) for name in named):
        types.append(frozenset(named))
    _take_members(made, node)
    for keyword in ("anyOf", "oneOf"):
        if isinstance(raw.get(keyword), list):
            members = [m for m in node.items(keyword) if not _is_null(m)]
            if len(members) > 1:
                made.alternatives += members
    made.nullable = made.nullable or _is_nullable(raw, named)
    _take_values(made, node)
    if raw.get("deprecated") is True and made.deprecated is None:
        made.deprecated = node
    if isinstance(raw.get("discriminator"), (dict, str)) and made.discriminator is None:
        made.discriminator = node
    for name, value in _constraints(raw):
        known = made.constraints.get(name)
        if known is None or _is_stricter(name, value, known[0]):
            made.constraints[name] = value, node


def _is_stricter(keyword: str, one: object, other: object) -> bool:
    """Of two values of a keyword, whichever order they were found in, always the same one."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one < other if keyword.startswith("max") else one > other
    return str(one) < str(other)


def _is_nullable(raw: dict[str, Any], types: list[Any]) -> bool:
    if raw.get("nullable") is True or raw.get("x-nullable") is True or "null" in types:
        return True
    listed = raw.get("enum")
    if isinstance(listed, list) and None in listed and not types:
        return True
    choices = [each for key in ("anyOf", "oneOf") for each in _list(raw.get(key))]
    return any(isinstance(each, dict) and each.get("type") == "null" for each in choices)


def _list(held: object) -> list[Any]:
    return held if isinstance(held, list) else []


def _take_values(made: Structure, node: Node) -> None:
    raw = node.raw
    listed = raw.get("enum") if isinstance(raw.get("enum"), list) else None
    if listed is None and "const" in raw and not node.old_style:
        listed = [raw["const"]]
    if listed is not None:
        made.values = _both(made.values, [value for value in listed if value is not None])
    if isinstance(raw.get("x-extensible-enum"), list) and made.extensible is None:
        made.extensible = (node, raw["x-extensible-enum"])
    if "default" in raw and made.default is None:
        made.default = (node, raw["default"])


def _take_members(made: Structure, node: Node) -> None:
    raw = node.raw
    if isinstance(raw.get("properties"), dict):
        for name in raw["properties"]:
            member = node.child("properties", name)
            if member is not None:
                made.properties[name] = (*made.properties.get(name, ()), member)
    if isinstance(raw.get("required"), list):
        made.required.update(name for name in raw["required"] if isinstance(name, str))
    for keyword in ("items", "additionalProperties"):
        member = node.child(keyword)
        if member is not None and isinstance(member.raw, dict):
            if keyword == "items":
                made.items = (*made.items, member)
            else:
                made.additional = (*made.additional, member)


def _both(one: list[Any] | None, two: list[Any]) -> list[Any]:
    if one is None:
        return two
    held = {key_of(value) for value in two}
    return [value for value in one if key_of(value) in held]


def _constraints(raw: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for keyword in PLAIN:
        if keyword in _BOUNDS:
            continue
        if keyword in raw and raw[keyword] not in _NOTHING.get(keyword, ()):
            same = keyword == "format" and raw[keyword] == "byte"
            yield ("contentEncoding", "base64") if same else (keyword, key_of(raw[keyword]))
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        limits = []
        if is_number(raw.get(bound)):
            limits.append((exact(raw[bound]), raw.get(exclusive) is True))
        if is_number(raw.get(exclusive)):
            limits.append((exact(raw[exclusive]), True))
        if limits:
            yield bound, limits[0] if len(limits) == 1 else tuple(limits)


def alternative_name(node: Node) -> str | None:
    """The name under which an alternative is known to generated code: that of its component."""
    raw = node.raw
    if isinstance(raw, dict) and isinstance(raw.get("$ref"), str):
        name: str = raw["$ref"].rpartition("/")[2]
        return name
    return None
