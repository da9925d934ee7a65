"""Deep, circular, huge and broken schemas: always an answer, soon, and never a traceback."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.compatibility.shapes.comparing import compare, members, root

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
DEPTH = 5_000
SECONDS = 15  # for the slowest machine; two at most where these were written

WRAPS: dict[str, Any] = {
    "properties": lambda inner: members(a=inner),
    "items": lambda inner: {"type": "array", "items": inner},
    "allOf": lambda inner: {"allOf": [inner]},
    "anyOf": lambda inner: {"anyOf": [inner, {"type": "null"}]},
    "not": lambda inner: {"not": inner},
    "oneOf": lambda inner: {"oneOf": [members(a=inner) | {"required": ["a"]}, {"type": "null"}]},
}


def nested(wrap: Any, inner: Any) -> Any:
    for _ in range(DEPTH):
        inner = wrap(inner)
    return inner


@pytest.mark.parametrize("keyword", WRAPS)
def test_5000_levels_end_in_a_clear_answer(keyword: str) -> None:
    began = time.monotonic()
    found = compare(nested(WRAPS[keyword], TEXT), nested(WRAPS[keyword], WHOLE))
    assert found.breaks
    for broken, confirmation in zip(found.breaks, found.confirmed(), strict=True):
        assert broken.certainty == "certain" or broken.doubt
        assert confirmation.verdict == "confirmed" or confirmation.reason
    assert compare(nested(WRAPS[keyword], TEXT), nested(WRAPS[keyword], TEXT)).kinds == []
    assert time.monotonic() - began < SECONDS


def test_500_levels_are_decided() -> None:
    inner: tuple[Any, Any] = (TEXT, WHOLE)
    for _ in range(500):
        inner = (members(a=inner[0]), members(a=inner[1]))
    (broken,) = compare(*inner).breaks
    assert (broken.kind, len(broken.path), broken.certainty) == ("wrong-type", 500, "certain")


@pytest.mark.parametrize(
    "circle",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, WHOLE]}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"not": {"$ref": "#/$defs/a"}}]}}},
    ],
)
def test_circles_that_never_reach_a_value_end(circle: Any) -> None:
    assert compare(circle, TEXT).kinds
    compare(TEXT, circle).confirmed()


def tree(leaf: Any) -> Any:
    both = members(left={"$ref": "#/$defs/tree"}, right={"$ref": "#/$defs/tree"})
    node = {**both, "required": ["left", "right"]}
    return {"$ref": "#/$defs/tree", "$defs": {"tree": {"oneOf": [node, leaf]}}}


def test_recursive_shapes_are_compared_as_such() -> None:
    assert compare(tree(TEXT), tree({"allOf": [TEXT]})).kinds == []
    found = compare(tree(TEXT), tree({"type": "string", "minLength": 1}))
    assert found.kinds == [("too-short", "")]
    assert found.confirmed()[0].verdict == "confirmed"


def test_a_shape_that_no_finite_value_satisfies_breaks_nothing() -> None:
    endless: Any = {"$ref": "#/$defs/a", "$defs": {"a": members(a={"$ref": "#/$defs/a"})}}
    endless["$defs"]["a"]["required"] = ["a"]
    found = compare(endless, TEXT)
    assert found.kinds == []
    assert found.comparison.is_empty(root(endless))


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "^(a|a)*b{500}$", "(x+x+)+y", r"^\p{L}+$", "^(?=.*[A-Z])(?=.*[0-9]).{8,}$"],
)
def test_patterns_that_explode_elsewhere_are_decided(pattern: str) -> None:
    began = time.monotonic()
    found = compare(TEXT, {"type": "string", "pattern": pattern})
    assert [c.verdict for c in found.confirmed()] == ["confirmed"]
    assert compare({"type": "string", "pattern": pattern}, TEXT).kinds == []
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("pattern", [r"^(\w)\1$", "(?<=a)b", "a{99999}", "^([a-z]{1,999}){1,999}$"])
def test_patterns_that_cannot_be_decided_are_only_possible(pattern: str) -> None:
    (broken,) = compare(TEXT, {"type": "string", "pattern": pattern}).breaks
    assert broken.certainty == "possible"
    assert "pattern" in broken.doubt


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?P<name>a)", "*a"])
def test_what_is_no_pattern_says_nothing_but_is_noted(pattern: str) -> None:
    found = compare(TEXT, {"type": "string", "pattern": pattern, "maxLength": 3})
    assert found.kinds == [("too-long", "")]
    assert [c.verdict for c in found.confirmed()] == ["confirmed"]
    assert [note.kind for note in found.comparison.notes()] == ["unreadable-pattern"]


def test_large_enums_are_compared_at_once() -> None:
    began = time.monotonic()
    words = [f"word{number}" for number in range(100_000)]
    found = compare({"enum": words}, {"enum": words[:-1]})
    assert [c.witness for c in found.confirmed()] == ["word99999"]
    assert time.monotonic() - began < SECONDS


def test_too_many_combinations_are_only_possible() -> None:
    def product(size: int) -> Any:
        choices = [[{"required": [f"{a}{b}"]} for b in range(size)] for a in range(6)]
        return {"allOf": [{"anyOf": choice} for choice in choices]}

    assert {b.certainty for b in compare(product(6), product(5)).breaks} == {"possible"}
    assert compare(product(6), product(6)).kinds == []


@pytest.mark.parametrize(
    ("taken", "kind", "witness"),
    [
        ({"type": "integer", "format": "int64"}, "beyond-integer-format", -(2**63) - 1),
        ({"type": "number", "multipleOf": 1e-10}, "not-a-multiple", 5e-11),
        ({"type": "integer", "maximum": 2**63 - 1}, "above-maximum", 2**63),
    ],
)
def test_numbers_at_the_edge_are_exact(taken: Any, kind: str, witness: float) -> None:
    found = compare({"type": taken["type"]}, taken)
    assert found.kinds == [(kind, "")]
    assert [(c.verdict, c.witness) for c in found.confirmed()] == [("confirmed", witness)]


BROKEN: list[Any] = [
    *(5, "x", None, []),
    *({"type": kind} for kind in [5, "int", ["string", "int"], [], {}]),
    {"properties": []},
    {"properties": {"a": 5, "b": None}},
    *({"required": names} for names in ["a", [""], [1], {}]),
    *({"enum": values} for values in ("x", [], {"a": 1}, [float("nan")])),
    *({keyword: 5} for keyword in ("allOf", "anyOf", "oneOf", "not", "if", "items", "contains")),
    *({keyword: {}} for keyword in ("allOf", "anyOf", "oneOf", "prefixItems", "format")),
    *({"$ref": target} for target in (5, "#/nowhere", "http://example.com/x", "x.json#/y")),
    *({"minLength": size} for size in (-1, 1.5, "3", 10**30)),
    *({"maximum": limit} for limit in ("5", float("nan"), float("inf"), True, 1e308)),
    *({"multipleOf": step} for step in (0, -1, float("nan"), 1e-300, "2")),
    {"discriminator": 5, "oneOf": [{}]},
    {"discriminator": {"propertyName": "a", "mapping": {"x": 5, "y": "#/q"}}, "oneOf": [{}, TEXT]},
    {"patternProperties": {"(": TEXT}},
    {"dependentRequired": {"a": "b"}, "dependentSchemas": [], "dependencies": {"a": 5}},
    {"nullable": "yes", "type": "string"},
    {"$anchor": 5, "$id": [], "$dynamicRef": "#a"},
]


@pytest.mark.parametrize("dialect", ["openapi-3.0", "openapi-3.1", "swagger-2.0"])
@pytest.mark.parametrize("broken", BROKEN, ids=repr)
def test_broken_schemas_are_read_as_far_as_they_go(broken: Any, dialect: Any) -> None:
    dialects = (dialect, dialect)
    for other in (TEXT, members(a=TEXT, b={})):
        for direction in ("request", "response"):
            for old, new in ((broken, other), (other, broken), (broken, broken)):
                compare(old, new, direction, dialects).confirmed()


def test_dead_constraints_and_empty_shapes_are_noted() -> None:
    old = members(a={"type": "string", "minItems": 1}, b={"allOf": [TEXT, WHOLE]})
    new = members(a={"type": "string", "minItems": 2}, b=TEXT)
    found = compare(old, new)
    assert found.kinds == []
    notes = [
        (note.kind, note.side, note.spot.pointer, note.keyword) for note in found.comparison.notes()
    ]
    assert ("dead-constraint", "new", "/properties/a", "minItems") in notes
    assert ("empty-shape", "old", "/properties/b", "") in notes
