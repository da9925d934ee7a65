"""The keywords of JSON Schema: what each adds to the fact of a schema node."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from backstay.readers.openapi_nodes import MAX_POINTER, Library, Node
from backstay.readers.references import Unresolved

# Examples are data that may look like anything, `discriminator` maps names, `xml` and
# `externalDocs` are for other tools.
_TEXTS = {"format": "format", "pattern": "pattern", "title": "title", "description": "description"}
_FLAGS = {"readOnly": "read_only", "writeOnly": "write_only", "deprecated": "deprecated"}
_COUNTS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
    "maxProperties": "max_properties",
}
_NUMBERS = {"minimum": "minimum", "maximum": "maximum", "multipleOf": "multiple_of"}
_LIMITS = {
    "exclusiveMinimum": ("exclusive_minimum", "minimum"),
    "exclusiveMaximum": ("exclusive_maximum", "maximum"),
}
_MEMBERS = {"allOf": "all_of", "anyOf": "any_of", "oneOf": "one_of"}
_FURTHER = ("not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties")
_FURTHER_MAPS = ("patternProperties", "dependentSchemas")


class Visit:
    """One schema node while it is read."""

    __slots__ = ("document", "fields", "library", "links", "node", "take_up")

    def __init__(  # noqa: PLR0913, PLR0917 (made in one place, for each node)
        self,
        take_up: Callable[[Node, str], str],
        library: Library,
        node: Node,
        document: str,
        fields: dict[str, Any],
        links: list[str],
    ) -> None:
        self.take_up = take_up
        self.library = library
        self.node = node
        self.document = document
        self.fields = fields
        self.links = links

    def below(self, pointer: str, value: Any) -> str | None:  # noqa: ANN401 (plain data)
        """Take up a schema below this one; its key, or None where its address is too long."""
        address = f"{self.node.pointer}/{pointer}"
        if len(address) > MAX_POINTER:
            self.library.odd(self.node, "parts nested without end, or with endless names; not read")
            return None
        key = self.take_up(Node(self.node.file, address, value), self.document)
        self.links.append(key)
        return key

    def odd(self, keyword: str, why: str) -> None:
        """Note that a keyword's value is not what it should be."""
        self.library.odd(self.node.child(keyword), why)


# What a consumer of the facts can hold.
_MOST = 2**63 - 1

_Handler = Callable[[Visit, str, Any], None]


def handlers() -> dict[str, _Handler]:
    """What to call for each keyword that means something here."""
    found: dict[str, _Handler] = {
        "$ref": _reference,
        "type": _types,
        "properties": _properties,
        "required": _required,
        "items": _items,
        "additionalProperties": _additional,
        "enum": _enum,
        "const": _json,
        "default": _json,
        "prefixItems": _further_list,
    }
    found |= dict.fromkeys(_TEXTS, _text) | dict.fromkeys(_FLAGS, _flag)
    found |= dict.fromkeys(_COUNTS, _count) | dict.fromkeys(_NUMBERS, _number)
    found |= dict.fromkeys(_LIMITS, _limit) | dict.fromkeys(_MEMBERS, _members)
    found |= dict.fromkeys(_FURTHER, _further) | dict.fromkeys(_FURTHER_MAPS, _further_map)
    return found


def _reference(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if not isinstance(value, str):
        visit.odd(keyword, "a reference that is no text")
        return
    target = visit.library.target(visit.node.file, value)
    if isinstance(target, Unresolved):
        visit.fields.update(reference=value, resolved=False)
        visit.library.unresolved(visit.node, value, target, visit.document)
        return
    key = visit.take_up(target, visit.document)
    visit.fields["reference"] = key
    visit.links.append(key)


def _types(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, str):
        visit.fields["types"] = (value,)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        visit.fields["types"] = tuple(value)
    else:
        visit.odd(keyword, "a type that is no name")


def _properties(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if not isinstance(value, dict):
        visit.odd(keyword, "no mapping of names to schemas")
        return
    if isinstance(value.get("$ref"), str):  # not allowed, yet bundlers follow it
        visit.fields["properties"] = _referred_properties(visit)
        return
    found = []
    for name, schema in value.items():
        escaped = name.replace("~", "~0").replace("/", "~1")
        if key := visit.below(f"properties/{escaped}", schema):
            found.append((name, key))
    visit.fields["properties"] = tuple(found)


def _referred_properties(visit: Visit) -> tuple[tuple[str, str], ...]:
    properties = visit.library.part(visit.node, "properties")
    if properties is None:
        return ()
    entries = visit.library.entries(properties)
    found = tuple((name, visit.take_up(schema, visit.document)) for name, schema in entries)
    visit.links.extend(key for _, key in found)
    return found


def _required(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):
        visit.fields["required"] = tuple(each for each in value if isinstance(each, str))
    elif not isinstance(value, bool):  # parameters say `required: true`, some schemas do as well
        visit.odd(keyword, "no list of property names")


def _items(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):  # one schema a position, as JSON Schema had it before 2020-12
        _further_list(visit, keyword, value)
    else:
        visit.fields["items"] = visit.below("items", value)


def _additional(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, bool):
        visit.fields["additional"] = value
    else:
        visit.fields["additional"] = visit.below(keyword, value)


def _members(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    visit.fields[_MEMBERS[keyword]] = _listed(visit, keyword, value)


def _further_list(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    _more(visit, _listed(visit, keyword, value))


def _listed(visit: Visit, keyword: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401
    if not isinstance(value, list):
        visit.odd(keyword, "no list of schemas")
        return ()
    keys = (visit.below(f"{keyword}/{index}", schema) for index, schema in enumerate(value))
    return tuple(key for key in keys if key)


def _further(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if not isinstance(value, bool) and (key := visit.below(keyword, value)):
        _more(visit, (key,))


def _further_map(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if not isinstance(value, dict):
        visit.odd(keyword, "no mapping of names to schemas")
        return
    escaped = ((name.replace("~", "~0").replace("/", "~1"), each) for name, each in value.items())
    keys = [visit.below(f"{keyword}/{name}", schema) for name, schema in escaped]
    _more(visit, (key for key in keys if key))


def _more(visit: Visit, keys: Iterable[str]) -> None:
    visit.fields["others"] = (*visit.fields.get("others", ()), *keys)


def _enum(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):
        visit.fields["enum"] = tuple(_json_text(each) for each in value)
    else:
        visit.odd(keyword, "no list of values")


def _json(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    visit.fields[keyword] = _json_text(value)


def _json_text(value: Any) -> str:  # noqa: ANN401
    try:
        return msgspec.json.encode(value).decode()
    except (OverflowError, ValueError):  # integers beyond 64 bits
        return json.dumps(value, separators=(",", ":"))


def _text(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, str):
        visit.fields[_TEXTS[keyword]] = value
    elif isinstance(value, int | float):
        visit.fields[_TEXTS[keyword]] = str(value)
    elif value is not None:
        visit.odd(keyword, "no text")


def _flag(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    if isinstance(value, bool):
        visit.fields[_FLAGS[keyword]] = value
    else:
        visit.odd(keyword, "neither true nor false")


def _count(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    number = _as_number(value)
    if number is not None and number.is_integer():
        visit.fields[_COUNTS[keyword]] = max(-_MOST, min(int(value), _MOST))
    else:
        visit.odd(keyword, "no whole number")


def _number(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    number = _as_number(value)
    if number is None:
        visit.odd(keyword, "no number")
    else:
        visit.fields[_NUMBERS[keyword]] = number


def _limit(visit: Visit, keyword: str, value: Any) -> None:  # noqa: ANN401
    name, inclusive = _LIMITS[keyword]
    # OpenAPI 3.0 and Swagger 2 say `exclusiveMinimum: true` beside `minimum`.
    number = _as_number(visit.node.value.get(inclusive) if value is True else value)
    if number is not None:
        visit.fields[name] = number
    elif not isinstance(value, bool):
        visit.odd(keyword, "no number")


def _as_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
