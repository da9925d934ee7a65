"""Schemas of OpenAPI 3.0, 3.1 and Swagger 2 as plain JSON Schema 2020-12, for the validator.

Kept apart from the relation and its normal form, so that a mistake in one is seen by the other.
What both share is a reading of OpenAPI that no validator knows: which members a direction does not
carry (readOnly, writeOnly), that an integer format bounds a number, and that a discriminator's
mapping names the alternatives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.formats import INTEGER_FORMATS
from backstay.compatibility.shapes.keywords import flagged, nullable_alone
from backstay.compatibility.shapes.languages import problem
from backstay.compatibility.shapes.values import TYPES
from backstay.compatibility.shapes.variants import names_of, property_of

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node

MOST_DEPTH = 60
MOST_SCHEMAS = 20_000

_ONE = frozenset(
    [
        "not",
        "if",
        "then",
        "else",
        "items",
        "additionalItems",
        "contains",
        "additionalProperties",
        "propertyNames",
        "unevaluatedProperties",
        "unevaluatedItems",
    ]
)
_LISTS = frozenset(["allOf", "anyOf", "oneOf", "prefixItems"])
_NAMED = frozenset(["properties", "patternProperties", "dependentSchemas"])
_NEW = frozenset(
    [
        "const",
        "if",
        "then",
        "else",
        "prefixItems",
        "contains",
        "minContains",
        "maxContains",
        "unevaluatedItems",
        "patternProperties",
        "propertyNames",
        "unevaluatedProperties",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "additionalItems",
    ]
)
_SIZES = frozenset(
    [
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minContains",
        "maxContains",
    ]
)
_NUMBERS = frozenset(["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"])
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class TooLarge(Exception):  # noqa: N818 (an answer)
    """The schema is too deep or too large for the validator."""


class Conversion:
    """Converts what is reachable from a node, each referred schema once."""

    def __init__(self, withheld: str) -> None:
        self._withheld = withheld
        self._names: dict[int, str] = {}
        self._nodes: list[Node] = []
        self._converted: dict[int, tuple[Any, tuple[Node, ...]]] = {}
        self._found: list[Node] = []

    def schema(self, root: Node) -> dict[str, Any]:
        """One schema that holds all it refers to.

        Raises:
            TooLarge: it is too deep or too large.
        """
        held: dict[str, Any] = {}
        pending = [root]
        while pending:
            node = pending.pop()
            name = self._name(node)
            if name in held:
                continue
            if len(held) > MOST_SCHEMAS:
                raise TooLarge("it refers to too many schemas")
            if id(node) not in self._converted:
                self._found = []
                made = self._convert(node, 0)
                self._converted[id(node)] = (made, tuple(self._found))
            held[name], found = self._converted[id(node)]
            pending += found
        return {"$ref": f"#/$defs/{self._name(root)}", "$defs": held}

    def _name(self, node: Node) -> str:
        if id(node) not in self._names:
            self._names[id(node)] = f"n{len(self._names)}"
            self._nodes.append(node)
        return self._names[id(node)]

    def _convert(self, node: Node | None, depth: int) -> Any:  # noqa: ANN401 (a schema)
        if node is None or not isinstance(node.raw, (dict, bool)):
            return True
        if isinstance(node.raw, bool):
            return node.raw
        if depth > MOST_DEPTH:
            # A deep schema goes on as one of its own, so that nothing here is deep.
            self._found.append(node)
            return {"$ref": f"#/$defs/{self._name(node)}"}
        if node.old_style and isinstance(node.raw.get("$ref"), str):
            return self._reference(node, "$ref")
        made: dict[str, Any] = {}
        for keyword, value in node.raw.items():
            if not (node.old_style and keyword in _NEW):
                self._keyword(node, keyword, value, made, depth)
        self._peculiarities(node, made)
        if nullable_alone(node):
            return {"anyOf": [made, {"type": "null"}]}
        return made

    def _reference(self, node: Node, keyword: str) -> Any:  # noqa: ANN401 (a schema)
        target = node.document.documents.find(node.raw[keyword], node)
        if target is None:
            return True
        self._found.append(target)
        return {"$ref": f"#/$defs/{self._name(target)}"}

    def _keyword(  # noqa: C901, PLR0912 (one kind of keyword after the other)
        self,
        node: Node,
        keyword: str,
        value: Any,  # noqa: ANN401 (any JSON)
        made: dict[str, Any],
        depth: int,
    ) -> None:
        if keyword in {"$ref", "$dynamicRef"} and isinstance(value, str):
            made.setdefault("allOf", []).append(self._reference(node, keyword))
        elif keyword == "items" and isinstance(value, list):
            made["prefixItems"] = [self._convert(item, depth + 1) for item in node.items("items")]
            rest = node.child("additionalItems")
            if rest is not None:
                made["items"] = self._convert(rest, depth + 1)
        elif keyword in _ONE and isinstance(value, (dict, bool)) and keyword != "additionalItems":
            made[keyword] = self._convert(node.child(keyword), depth + 1)
        elif keyword in _LISTS and isinstance(value, list):
            listed = [m for m in node.items(keyword) if isinstance(m.raw, (dict, bool))]
            schemas = [self._alternative(node, keyword, member, depth) for member in listed]
            if schemas:
                made[keyword] = [*made.get(keyword, []), *schemas]
        elif keyword in _NAMED and isinstance(value, dict):
            self._named(node, keyword, made, depth)
        elif keyword == "type":
            self._type(node, value, made)
        elif keyword in _SIZES and _is_number(value) and value >= 0 and value == int(value):
            made[keyword] = int(value)
        elif keyword in _NUMBERS and _is_number(value):
            if keyword != "multipleOf" or value > 0:
                made[keyword] = value
        elif keyword == "enum" and isinstance(value, list):
            made["enum"] = value
        elif keyword == "const":
            made["const"] = value
        elif keyword == "pattern" and isinstance(value, str) and problem(value) is None:
            made["pattern"] = value
        elif keyword == "format" and isinstance(value, str):
            made["format"] = value
        elif keyword == "uniqueItems":
            made["uniqueItems"] = value is True
        elif keyword == "required" and isinstance(value, list):
            names = [name for name in value if isinstance(name, str)]
            made["required"] = [n for n in dict.fromkeys(names) if not self._is_withheld(node, n)]
        elif keyword == "dependentRequired" and isinstance(value, dict):
            made["dependentRequired"] = _dependents(value)
        elif keyword == "dependencies" and isinstance(value, dict):
            made.setdefault("dependentRequired", {}).update(_dependents(value))
            for name, held in value.items():
                if isinstance(held, (dict, bool)):
                    converted = self._convert(node.child("dependencies", name), depth + 1)
                    made.setdefault("dependentSchemas", {})[name] = converted

    def _alternative(self, node: Node, keyword: str, member: Node, depth: int) -> Any:  # noqa: ANN401
        made = self._convert(member, depth + 1)
        name = property_of(node) if keyword != "allOf" else None
        names = names_of(node).get(id(member.target())) if name else None
        if name is None or names is None:
            return made
        called = {"type": "object", "required": [name], "properties": {name: {"enum": names}}}
        return {"allOf": [made, called]}

    def _named(self, node: Node, keyword: str, made: dict[str, Any], depth: int) -> None:
        holder = node.child(keyword)
        assert holder is not None
        schemas = {}
        for name in holder.raw:
            if keyword == "patternProperties" and problem(name) is not None:
                continue
            if keyword == "properties" and self._is_withheld(node, name):
                schemas[name] = True
            else:
                schemas[name] = self._convert(holder.child(name), depth + 1)
        made[keyword] = {**made.get(keyword, {}), **schemas}

    def _is_withheld(self, node: Node, name: str) -> bool:
        member = node.child("properties", name)
        return member is not None and flagged(member, self._withheld)

    def _type(self, node: Node, value: Any, made: dict[str, Any]) -> None:  # noqa: ANN401 (any JSON)
        names = value if isinstance(value, list) else [value]
        if not names or any(not isinstance(name, str) or name not in TYPES for name in names):
            return
        names = list(dict.fromkeys(names))
        nullable = node.raw.get("nullable") is True or node.raw.get("x-nullable") is True
        if node.old_style and nullable and "null" not in names:
            names.append("null")
        made["type"] = names

    def _peculiarities(self, node: Node, made: dict[str, Any]) -> None:
        raw = node.raw
        for bound, exclusive in (
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ):
            if raw.get(exclusive) is True and bound in made:
                made[exclusive] = made.pop(bound)
        if isinstance(raw.get("format"), str) and raw["format"] in INTEGER_FORMATS:
            low, high = INTEGER_FORMATS[raw["format"]]
            made.setdefault("allOf", []).append({"minimum": low, "maximum": high})
        encoded = raw.get("format") == "byte" or raw.get("contentEncoding") == "base64"
        if encoded:
            made.setdefault("allOf", []).append({"pattern": _BASE64})
        if raw.get("contentMediaType") == "application/json" and "contentEncoding" not in raw:
            made["contentMediaType"] = raw["contentMediaType"]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0


def _dependents(held: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: [other for other in dict.fromkeys(others) if isinstance(other, str)]
        for name, others in held.items()
        if isinstance(others, list)
    }
