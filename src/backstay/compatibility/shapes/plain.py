"""What keywords say of a value without looking into it: type, numbers, texts, sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.formats import INTEGER_FORMATS, is_of
from backstay.compatibility.shapes.languages import matches
from backstay.compatibility.shapes.values import NULL, TYPES, exact, is_number, type_of
from backstay.compatibility.shapes.variants import property_of

if TYPE_CHECKING:
    from fractions import Fraction

    from backstay.compatibility.shapes.nodes import Node


def is_typed(node: Node, value: object) -> bool:
    """Whether a value is of the types that a schema names."""
    raw = node.raw.get("type")
    names = raw if isinstance(raw, list) else [raw]
    if raw is None or any(not isinstance(name, str) or name not in TYPES for name in names):
        return True
    types = 0
    for name in names:
        types |= TYPES[name]
    if node.old_style and (node.raw.get("nullable") is True or node.raw.get("x-nullable") is True):
        types |= NULL
    return bool(type_of(value) & types)


def is_called(node: Node, value: object, names: list[str] | None) -> bool:
    """Whether an object has the name of an alternative, where a mapping gives it names."""
    name = property_of(node)
    if names is None or name is None:
        return True
    return isinstance(value, dict) and value.get(name) in names


def number_fits(raw: dict[str, Any], value: float) -> bool:
    """Whether a number keeps to the bounds, the step and the integer format of a schema."""
    number = exact(value)
    step = raw.get("multipleOf")
    if is_number(step) and step > 0 and (number / exact(step)).denominator != 1:
        return False
    name = raw.get("format")
    if isinstance(name, str) and name in INTEGER_FORMATS:
        least, most = INTEGER_FORMATS[name]
        if not least <= number <= most:
            return False
    return _beyond(raw, number, "minimum", 1) and _beyond(raw, number, "maximum", -1)


def _beyond(raw: dict[str, Any], number: Fraction, keyword: str, sign: int) -> bool:
    """Whether a number is on the right side of a bound, and of the exclusive one beside it."""
    bound, exclusive = raw.get(keyword), raw.get("exclusive" + keyword.capitalize())
    if is_number(exclusive) and sign * (number - exact(exclusive)) <= 0:
        return False
    if not is_number(bound):
        return True
    distance = sign * (number - exact(bound))
    return distance > 0 if exclusive is True else distance >= 0


def text_fits(raw: dict[str, Any], value: str) -> bool:
    """Whether a text keeps to a schema, as far as its patterns and formats can be decided."""
    if not within(len(value), raw, "minLength", "maxLength"):
        return False
    pattern = raw.get("pattern")
    if isinstance(pattern, str) and matches(pattern, value) is False:
        return False
    names = [raw.get("format")]
    names += [f"{k}:{raw.get(k)}" for k in ("contentEncoding", "contentMediaType")]
    return all(is_of(name, value) for name in names if isinstance(name, str))


def within(size: int, raw: dict[str, Any], least: str, most: str) -> bool:
    """Whether a size lies between two bounds."""
    low, high = raw.get(least), raw.get(most)
    return not (is_number(low) and size < low) and not (
        is_number(high) and high >= 0 and size > high
    )
