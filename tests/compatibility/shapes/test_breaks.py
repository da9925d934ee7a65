"""Each kind of break: found, at the right place, and with a witness that the validator confirms."""

from __future__ import annotations

from typing import Any

import pytest

from backstay.compatibility.shapes.kinds import KINDS
from tests.compatibility.shapes.comparing import compare, members

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
LIST = {"type": "array"}
CAT = {**members(kind={"const": "cat"}, lives=WHOLE), "required": ["kind"]}
DOG = {**members(kind={"const": "dog"}), "required": ["kind"]}
BASE64 = {"type": "string", "contentEncoding": "base64"}

# What the sender sends, what the receiver takes, the kind, and the path of the break.
BREAKS: list[tuple[Any, Any, str, str]] = [
    (TEXT, WHOLE, "wrong-type", ""),
    (NUMBER, WHOLE, "wrong-type", ""),
    ({"type": ["string", "null"]}, TEXT, "null-value", ""),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, "unlisted-value", ""),
    (TEXT, {"const": "a"}, "unlisted-value", ""),
    (TEXT, {"type": "string", "not": {"enum": ["a"]}}, "excluded-value", ""),
    (TEXT, False, "nothing-accepted", ""),
    (WHOLE, {"type": "integer", "minimum": 3}, "below-minimum", ""),
    ({"maximum": 9, **NUMBER}, {"exclusiveMaximum": 9, **NUMBER}, "above-maximum", ""),
    (WHOLE, {"type": "integer", "multipleOf": 2}, "not-a-multiple", ""),
    (WHOLE, {"type": "integer", "format": "int32"}, "beyond-integer-format", ""),
    ({"minLength": 2, **TEXT}, {"minLength": 3, **TEXT}, "too-short", ""),
    ({"pattern": "^a+$", **TEXT}, {"maxLength": 4, **TEXT}, "too-long", ""),
    ({"pattern": "^[a-z]+$", **TEXT}, {"pattern": "^[a-y]+$", **TEXT}, "pattern-mismatch", ""),
    (TEXT, {"format": "uuid", **TEXT}, "format-mismatch", ""),
    (TEXT, BASE64, "content-mismatch", ""),
    (LIST, {"minItems": 1, **LIST}, "too-few-items", ""),
    ({"maxItems": 5, **LIST}, {"maxItems": 4, **LIST}, "too-many-items", ""),
    ({"items": WHOLE, **LIST}, {"uniqueItems": True, **LIST}, "duplicate-items", ""),
    ({"items": WHOLE, **LIST}, {"contains": {"minimum": 4}, **LIST}, "missing-item", ""),
    (LIST, {"contains": True, "maxContains": 1, **LIST}, "surplus-item", ""),
    (members(a=TEXT), {**members(a=TEXT), "required": ["a"]}, "missing-property", ""),
    (members(a=1, b=1), {"dependentRequired": {"a": ["b"]}}, "missing-dependent-property", ""),
    (
        members(a=TEXT, b=TEXT),
        {**members(a=TEXT), "additionalProperties": False},
        "unexpected-property",
        "",
    ),
    (members(Big=TEXT), {"propertyNames": {"pattern": "^[a-z]"}}, "property-name-mismatch", ""),
    (members(a=TEXT), {"minProperties": 1}, "too-few-properties", ""),
    (members(a=TEXT, b=TEXT), {"maxProperties": 1}, "too-many-properties", ""),
    ({"oneOf": [CAT, DOG]}, {"oneOf": [CAT]}, "unlisted-value", "kind"),
    (
        {"anyOf": [{**members(a=TEXT), "required": ["a"]}, {**members(b=1), "required": ["b"]}]},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "several-alternatives",
        "",
    ),
    ({"minimum": 0, **WHOLE}, {"anyOf": [{"maximum": 5}, {"minimum": 8}]}, "above-maximum", ""),
    (members(a={**LIST, "items": TEXT}), members(a={**LIST, "items": WHOLE}), "wrong-type", "a[]"),
    (
        {**LIST, "prefixItems": [TEXT, TEXT]},
        {**LIST, "prefixItems": [TEXT, WHOLE]},
        "wrong-type",
        "[1]",
    ),
    (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": {"maxLength": 3}},
        "too-long",
        "extra",
    ),
    (
        members(kind={"enum": ["card", "iban"]}, number=TEXT),
        {
            **members(kind={"enum": ["card", "iban"]}, number=TEXT),
            "if": {"properties": {"kind": {"const": "card"}}, "required": ["kind"]},
            "then": {"required": ["number"]},
        },
        "missing-property",
        "",
    ),
]


@pytest.mark.parametrize(("sent", "taken", "kind", "path"), BREAKS)
def test_a_request_that_the_new_side_refuses_is_found_and_shown(
    sent: Any, taken: Any, kind: str, path: str
) -> None:
    found = compare(sent, taken)
    assert (kind, path) in found.kinds
    assert kind in KINDS
    confirmations = found.confirmed()
    assert [c.verdict for c in confirmations] == ["confirmed"] * len(confirmations)
    assert {(c.accepted_by, c.refused_by) for c in confirmations} == {("old", "new")}
    assert all(confirmation.errors for confirmation in confirmations)


@pytest.mark.parametrize(("sent", "taken", "kind", "path"), BREAKS)
def test_the_same_change_back_breaks_responses(sent: Any, taken: Any, kind: str, path: str) -> None:
    found = compare(taken, sent, "response")
    assert (kind, path) in found.kinds
    assert {(c.accepted_by, c.refused_by) for c in found.confirmed()} == {("new", "old")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (WHOLE, NUMBER),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}),
        ({"enum": [1, True]}, {"enum": [True, 1.0]}),
        ({"pattern": "^[a-c]{2}$", **TEXT}, {"pattern": "^[a-z]{1,3}$", **TEXT}),
        ({"pattern": "^(a+)+$", **TEXT}, {"pattern": "^a*$", **TEXT}),
        ({"format": "uuid", **TEXT}, {"maxLength": 36, **TEXT}),
        ({"minimum": 0, "maximum": 10, **WHOLE}, {"anyOf": [{"maximum": 5}, {"minimum": 6}]}),
        ({"exclusiveMinimum": 2, **WHOLE}, {"minimum": 3}),
        ({"type": "boolean"}, {"oneOf": [{"const": True}, {"const": False}]}),
        ({"multipleOf": 6, **WHOLE}, {"multipleOf": 1.5, **NUMBER}),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"oneOf": [CAT, DOG]}, {"anyOf": [DOG, CAT]}),
        ({"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT, {"type": "null"}]}),
        (members(a=TEXT), members(a=TEXT, b=WHOLE)),
        (members(n=members(a=TEXT)), members(n=members(a=TEXT, b=WHOLE))),
        (members(a=TEXT, b=TEXT), members(a=TEXT)),
        ({"type": "object", "additionalProperties": TEXT}, {"additionalProperties": True}),
        ({**LIST, "items": TEXT, "minItems": 2}, {**LIST, "contains": TEXT, "minContains": 2}),
        (
            {"allOf": [members(a=TEXT), members(b=WHOLE)], "unevaluatedProperties": False},
            {**members(a=TEXT, b=WHOLE), "additionalProperties": False},
        ),
        (
            members(kind={"enum": ["cat", "dog"]}) | {"required": ["kind"]},
            {"oneOf": [CAT, DOG]},
        ),
    ],
)
def test_what_the_new_side_still_takes_is_silent(old: Any, new: Any) -> None:
    assert compare(old, new).kinds == []


def test_one_changed_schema_in_two_places_is_one_break() -> None:
    def document(limit: int) -> dict[str, Any]:
        point = {"type": "integer", "maximum": limit}
        reference = {"$ref": "#/$defs/point"}
        return {**members(x=reference, y=reference), "$defs": {"point": point}}

    (broken,) = compare(document(9), document(8)).breaks
    assert (broken.kind, str(broken.new)) == ("above-maximum", "api.json#/$defs/point")
    assert (broken.old_says, broken.new_says, broken.keyword) == ("9", "8", "maximum")


def test_undeclared_members_are_told_apart() -> None:
    (broken,) = compare(members(a=TEXT), {**members(a=TEXT), "additionalProperties": False}).breaks
    assert broken.undeclared
    (broken,) = compare(members(a=TEXT), {**members(), "additionalProperties": False}).breaks
    assert not broken.undeclared
    assert broken.subject == "a"
