"""OpenAPI 3.0, 3.1 and Swagger 2: what means the same is silent, what each ignores is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from backstay.compatibility.shapes.comparison import Comparison
from backstay.compatibility.shapes.nodes import Documents
from tests.compatibility.shapes.comparing import compare, members

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"allOf": [members(a=TEXT)], "nullable": True},
            {"anyOf": [members(a=TEXT), {"type": "null"}]},
        ),
        (
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
            {"type": "integer", "exclusiveMinimum": 1},
        ),
        ({"type": "string", "enum": ["a"]}, {"const": "a"}),
        ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
        ({"type": "string", "const": "not known in 3.0"}, {"type": "string"}),
    ],
)
def test_what_3_0_and_3_1_write_differently_is_the_same(older: Any, newer: Any) -> None:
    dialects: Any = ("openapi-3.0", "openapi-3.1")
    assert compare(older, newer, "request", dialects).kinds == []
    assert compare(newer, older, "request", (dialects[1], dialects[0])).kinds == []


def test_nullable_gone_is_a_break_that_the_validator_confirms_for_3_0() -> None:
    found = compare(
        {"type": "string", "nullable": True}, TEXT, "request", ("openapi-3.0", "openapi-3.0")
    )
    assert found.kinds == [("null-value", "")]
    (confirmation,) = found.confirmed()
    assert (confirmation.verdict, confirmation.witness) == ("confirmed", None)
    assert confirmation.has_witness


def test_siblings_of_a_reference_count_in_3_1_only() -> None:
    def document(limit: int) -> dict[str, Any]:
        return {
            "properties": {"a": {"$ref": "#/$defs/a", "maxLength": limit}},
            "$defs": {"a": TEXT},
        }

    assert compare(document(5), document(4)).kinds == [("too-long", "a")]
    both: Any = ("openapi-3.0", "openapi-3.0")
    assert compare(document(5), document(4), "request", both).kinds == []


def test_what_a_direction_does_not_carry_breaks_nothing_there() -> None:
    old = members(id={"type": "string", "readOnly": True}, name=TEXT)
    narrower = {"type": "string", "readOnly": True, "maxLength": 3}
    new = {**members(id=narrower, name=TEXT), "required": ["id"]}
    assert compare(old, new).kinds == []
    assert compare(old, new, "response").kinds == []
    assert compare(new, old, "response").kinds == [("missing-property", ""), ("too-long", "id")]


def test_a_required_property_that_becomes_write_only_is_missed_by_old_clients() -> None:
    old = {**members(name=TEXT, secret=TEXT), "required": ["secret"]}
    new = {
        **members(name=TEXT, secret={"type": "string", "writeOnly": True}),
        "required": ["secret"],
    }
    found = compare(old, new, "response")
    assert found.kinds == [("missing-property", "")]
    assert found.confirmed()[0].verdict == "confirmed"
    assert compare(old, new).kinds == []


def test_read_only_is_found_through_references_and_all_of() -> None:
    def document(limit: int) -> dict[str, Any]:
        identifier = {"type": "string", "maxLength": limit, "readOnly": True}
        return {
            **members(id={"allOf": [{"$ref": "#/$defs/id"}]}),
            "$defs": {"id": identifier},
        }

    assert compare(document(5), document(3)).kinds == []
    assert compare(document(3), document(5), "response").kinds == [("too-long", "id")]


def pets(dialect: str, mapping: dict[str, str]) -> dict[str, Any]:
    """An API description with two kinds of pets, told apart by a discriminator."""
    schemas = {
        "Cat": {**members(kind=TEXT, lives={"type": "integer"}), "required": ["kind"]},
        "Dog": {**members(kind=TEXT, bark=TEXT), "required": ["kind"]},
        "Pet": {
            "anyOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": mapping},
        },
    }
    return {"openapi": dialect, "components": {"schemas": schemas}}


def test_a_variant_that_a_mapping_no_longer_names_is_unknown() -> None:
    old, new = Documents(), Documents()
    known = {"cat": "#/components/schemas/Cat", "dog": "Dog"}
    old.add("api.json", pets("3.0.3", {**known, "puppy": "Dog"}), "openapi-3.0")
    new.add("api.json", pets("3.0.3", known), "openapi-3.0")
    pointer = "/components/schemas/Pet"
    comparison = Comparison("request")
    before, after = old.node("api.json", pointer), new.node("api.json", pointer)
    assert before is not None
    assert after is not None
    (broken,) = comparison.compare(before, after).breaks
    assert (broken.kind, broken.path_text) == ("unknown-variant", "kind")
    confirmation = comparison.confirm(broken)
    assert confirmation.verdict == "confirmed"
    assert confirmation.witness == {"kind": "puppy"}
    assert not comparison.compare(after, after).breaks


def test_references_lead_into_other_files_and_to_anchors() -> None:
    def documents(limit: int) -> Documents:
        made = Documents()
        shared = {"$defs": {"name": {"$anchor": "name", "type": "string", "maxLength": limit}}}
        made.add("schemas/shared.yaml", shared, "openapi-3.1")
        reference = {"$ref": "../schemas/shared.yaml#name"}
        made.add("api/api.yaml", members(name=reference), "openapi-3.1")
        return made

    old, new = documents(9).node("api/api.yaml"), documents(8).node("api/api.yaml")
    assert old is not None
    assert new is not None
    (broken,) = Comparison("request").compare(old, new).breaks
    assert str(broken.new) == "schemas/shared.yaml#/$defs/name"
    assert broken.path == ("name",)
