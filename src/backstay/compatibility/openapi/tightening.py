"""What became of single constraints, for shapes whose values show nothing.

A keyword that cannot apply to the declared type says nothing; and of a shape that contradicts
itself there is no value that could show a break, so it is judged keyword by keyword.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.openapi.structure import PLAIN

if TYPE_CHECKING:
    from backstay.compatibility.openapi.structure import Structure

KINDS = {
    "multipleOf": "not-a-multiple",
    "minimum": "below-minimum",
    "maximum": "above-maximum",
    "minLength": "too-short",
    "maxLength": "too-long",
    "pattern": "pattern-mismatch",
    "format": "format-mismatch",
    "contentEncoding": "content-mismatch",
    "contentMediaType": "content-mismatch",
    "minItems": "too-few-items",
    "maxItems": "too-many-items",
    "uniqueItems": "duplicate-items",
    "minContains": "missing-item",
    "maxContains": "surplus-item",
    "minProperties": "too-few-properties",
    "maxProperties": "too-many-properties",
}
CONTRADICTORY = "no value satisfies the sender's shape: it contradicts itself"

_NUMERIC = frozenset(["int32", "int64", "float", "double", "decimal"])


def is_dead(keyword: str, format_: object, structure: Structure) -> bool:
    """Whether a keyword cannot apply to any of the types that a schema names."""
    types = structure.types - {"null"}
    if not types:
        return False
    wanted = PLAIN[keyword]
    if keyword == "format":
        wanted = "number" if format_ in _NUMERIC else "string"
    if wanted == "number":
        return not types & {"number", "integer"}
    return wanted not in types


def tightened(sender: Structure, receiver: Structure) -> list[tuple[str, str]]:
    """Keywords by which the receiver asks for more than the sender says, with the kind of break."""
    found = []
    mine, theirs = sender.types - {"null"}, receiver.types - {"null"}
    if theirs and mine and not mine <= theirs | ({"integer"} if "number" in theirs else set()):
        found.append(("type", "wrong-type"))
    for keyword, (said, _) in receiver.constraints.items():
        known = sender.constraints.get(keyword)
        if known is None or (known[0] != said and _is_tighter(keyword, known[0], said)):
            found.append((keyword, KINDS[keyword]))
    return found


def _is_tighter(keyword: str, mine: object, theirs: object) -> bool:
    if not isinstance(mine, (int, float, tuple)) or not isinstance(theirs, type(mine)):
        return True
    if keyword.startswith(("max", "exclusiveMax")):
        return bool(theirs < mine)  # type: ignore[operator]
    if keyword.startswith(("min", "exclusiveMin")):
        return bool(theirs > mine)  # type: ignore[operator]
    return True
