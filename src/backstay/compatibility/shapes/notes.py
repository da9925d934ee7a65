"""What is worth saying about single schemas, beside what breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.formats import INTEGER_FORMATS, is_decidable
from backstay.compatibility.shapes.values import ARRAY, NUMBER, OBJECT, STRING, TYPES

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node

_APPLIES = {
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), NUMBER),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), NUMBER),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), STRING),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), STRING),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items", "prefixItems"), ARRAY),
    **dict.fromkeys(("contains", "unevaluatedItems"), ARRAY),
    **dict.fromkeys(("properties", "required", "minProperties", "maxProperties"), OBJECT),
    **dict.fromkeys(("additionalProperties", "patternProperties", "propertyNames"), OBJECT),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "unevaluatedProperties"), OBJECT),
}


def dead_keywords(node: Node) -> tuple[str, ...]:
    """Keywords of a schema that cannot apply to any value of the type that it declares."""
    raw = node.raw
    if not isinstance(raw, dict) or "type" not in raw:
        return ()
    names = raw["type"] if isinstance(raw["type"], list) else [raw["type"]]
    if not names or any(not isinstance(name, str) or name not in TYPES for name in names):
        return ()
    types = 0
    for name in names:
        types |= TYPES[name]
    dead = [key for key in raw if key in _APPLIES and not types & _APPLIES[key]]
    if "format" in raw and not types & _formatted(raw["format"]):
        dead.append("format")
    return tuple(dead)


def _formatted(name: Any) -> int:  # noqa: ANN401 (any JSON)
    """The types that a format speaks of; all, where that is not known."""
    if not isinstance(name, str):
        return -1
    if name in INTEGER_FORMATS or name in {"float", "double"}:
        # JSON numbers of great precision are sent as texts under these formats.
        return NUMBER | STRING
    return STRING if is_decidable(name) else -1
