"""Constant values of GraphQL, such as defaults: as plain tuples that can be compared.

A literal is a pair of its kind and its content: ("int", "1"), ("string", "a"), ("enum", "RED"),
("boolean", True), ("null", None), ("list", (literal, ...)), ("object", ((name, literal), ...))
with the names in order.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.graphql.types import item_of, name_of

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import Schema

Literal = tuple[str, Any]

_LONGEST = 80
_DEEPEST = 12


def literal_of(node: Any) -> Literal:  # noqa: ANN401 (a node of a syntax tree)
    """The value that a node of a syntax tree stands for."""
    kind: str = node.kind.removesuffix("_value")
    if kind == "list":
        return kind, tuple([literal_of(item) for item in node.values])
    if kind == "object":
        members = {field.name.value: literal_of(field.value) for field in node.fields}
        return kind, tuple(sorted(members.items()))
    if kind == "null":
        return kind, None
    if kind == "variable":
        return kind, node.name.value
    return kind, node.value


def written(literal: Literal) -> str:
    """The value as GraphQL writes it."""
    kind, content = literal
    if kind == "list":
        return "[" + ", ".join([written(item) for item in content]) + "]"
    if kind == "object":
        return "{" + ", ".join([f"{name}: {written(value)}" for name, value in content]) + "}"
    if kind == "string":
        return json.dumps(content)
    if kind == "boolean":
        return "true" if content else "false"
    return "null" if kind == "null" else str(content)


def shown(literal: Literal) -> str:
    """The value for a sentence: whole if it is short."""
    text = written(literal)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


class Default(NamedTuple):
    """A default, with what it takes to know what it means."""

    literal: Literal
    type: str
    schema: Schema


def same_value(old: Default, new: Default) -> bool:
    """Whether two defaults mean the same: `1` and `[1]` for a list, `1` and `1.0` for a Float."""
    return old.literal == new.literal or _meaning(*old, 0) == _meaning(*new, 0)


def _meaning(literal: Literal, type_: str, schema: Schema, depth: int) -> Literal:
    kind, content = literal
    if kind == "null" or depth > _DEEPEST:
        return literal
    item = item_of(type_)
    if item is not None:
        items = content if kind == "list" else (literal,)
        return "list", tuple([_meaning(each, item, schema, depth + 1) for each in items])
    name = name_of(type_)
    if kind == "object":
        return _filled(dict(content), name, schema, depth)
    if name == "ID" and kind == "int":
        return "string", content
    if kind in {"int", "float"}:
        return "number", _number(content)
    return literal


def _number(text: str) -> Any:  # noqa: ANN401 (an integer, a float, or the text itself)
    if len(text) > 40:
        return text
    value = float(text)
    return int(text) if text.lstrip("-").isdigit() else value


def _filled(members: dict[str, Literal], name: str, schema: Schema, depth: int) -> Literal:
    found = schema.types.get(name)
    fields = found.inputs if found is not None else {}
    full = {
        key: _meaning(value, fields[key].type if key in fields else "", schema, depth + 1)
        for key, value in members.items()
    }
    for key, field in fields.items():
        if key not in full and field.default is not None:
            full[key] = _meaning(field.default, field.type, schema, depth + 1)
    return "object", tuple(sorted(full.items()))
