"""How parameters are written into a request: styles, and what is the same text on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from backstay.compatibility.openapi.swagger import reference_to

if TYPE_CHECKING:
    from backstay.compatibility.openapi.documents import Description
    from backstay.compatibility.openapi.elements import Parameter
    from backstay.compatibility.openapi.structure import Structures
    from backstay.compatibility.shapes.nodes import Node

COMPOUND = frozenset(["array", "object"])
SCALARS = frozenset(["string", "integer", "number", "boolean"])
_DIGITS = r"^-?(0|[1-9][0-9]*)$"
_NUMERAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$"


def path_text(value: Any) -> str:  # noqa: ANN401 (any JSON)
    """A value as a piece of a path."""
    return quote(_scalar(value), safe=",;=.")


def _scalar(value: Any) -> str:  # noqa: ANN401 (any JSON)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(_scalar(each) for each in value)
    return msgspec.json.encode(value).decode()


def writing_of(parameter: Parameter, types: frozenset[str]) -> tuple[str, bool | None]:
    """What is decisive about the style for values of these types; equal means the same text."""
    style, explode = parameter.style, parameter.explode
    if not types & COMPOUND:
        return (style if style in {"matrix", "label"} else "plain", None)
    return (style, None if style == "deepObject" else explode)


def is_repeated(parameter: Parameter) -> bool:
    """Whether each item of a list has the parameter's name before it, so that one item is a list.

    Of a list with commas the same is true as long as no item has a comma.
    """
    return parameter.place in {"query", "cookie"} and parameter.style == "form"


class Texts:
    """Parameters as what they are on the wire, where their declared types tell too little."""

    def __init__(self, api: Description, structures: Structures) -> None:
        self._api = api
        self._structures = structures
        self._made: dict[tuple[str, int], Node] = {}

    def types(self, *schemas: Node) -> frozenset[str]:
        """The types that schemas name, "null" apart; empty where any may be meant."""
        return self._structures.of(*schemas).types - {"null"} if schemas else frozenset()

    def as_list(self, schema: Node) -> Node:
        """A list that holds nothing but one value of the schema."""
        return self._node(
            "list",
            schema,
            {
                "type": "array",
                "items": {"$ref": reference_to(schema)},
                "minItems": 1,
                "maxItems": 1,
            },
        )

    def as_text(self, schema: Node) -> Node | None:
        """The texts of a number or a truth value; None where the schema is more than that."""
        structure = self._structures.of(schema)
        types = structure.types - {"null"}
        if not types or not types <= SCALARS or structure.alternatives:
            return None
        listed = structure.values
        if listed is not None:
            texts = [_scalar(value) for value in listed if not isinstance(value, (list, dict))]
            return self._node("text", schema, {"type": "string", "enum": texts})
        if types == {"boolean"}:
            return self._node("text", schema, {"type": "string", "enum": ["true", "false"]})
        if types == {"integer"}:
            return self._node("text", schema, {"type": "string", "pattern": _DIGITS})
        if types <= {"integer", "number"}:
            return self._node("text", schema, {"type": "string", "pattern": _NUMERAL})
        return self._node("text", schema, {"type": "string"}) if "string" in types else None

    def _node(self, what: str, schema: Node, content: dict[str, Any]) -> Node:
        key = (what, id(schema))
        if key not in self._made:
            name = f"\0{what} {len(self._made)}"
            self._made[key] = self._api.documents.add(name, content, self._api.dialect).root
        return self._made[key]
