"""Schemas in all their forms, and what is said of those that are invalid or hostile."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from backstay.compatibility.comparison import Comparison, Version
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place
from tests.compatibility.graphql_versions import as_json, compared, introspected, listed, only, sdl

QUERY = "type Query { a: Int } "
SMALL = "type Query { a(x: I): A } type A { b: Int } input I { x: Int }"
RICH = '''
"""All of it."""
schema { query: Query mutation: Change subscription: Events }
"""Words."""
directive @d(x: [Int!]! = [1], old: Int @deprecated(reason: "o")) repeatable on FIELD | QUERY
scalar Date @specifiedBy(url: "https://a.example/date")
scalar Any
interface Node { id: ID! }
interface Named implements Node { id: ID! name(short: Boolean! = true): String }
type Query implements Node { id: ID! all(f: Filter = {state: ON}, n: Float = 1.0): [[Pet!]]! }
type Change { save(one: One, at: Date = "2020", i: ID = 7): Cat @deprecated }
type Events { saved: Dog }
type Cat implements Node & Named { id: ID! name(short: Boolean! = true, old: Int @deprecated): String }
type Dog { "barks" bark(s: String = "a\\"b\\n"): State }
union Pet = Cat | Dog
enum State { ON OFF @deprecated(reason: "x") }
input Filter { state: State! = OFF, list: [[Int]] = [[1], null], inner: Filter, e: Any = {a: [1, "b"]} }
input One @oneOf { a: Int b: String }
'''  # noqa: E501


def notes(comparison: Comparison) -> list[str]:
    return [str(note) for note in comparison.notes]


def test_a_schema_is_the_same_in_any_form() -> None:
    assert compared(RICH, RICH).changes == ()
    for other in (introspected(RICH), introspected(RICH, descriptions=False)):
        assert listed(compared(RICH, other)) == []
        assert listed(compared(other, RICH)) == []
        assert listed(compared(other, other)) == []


def test_a_result_that_tells_less_is_not_taken_for_a_change() -> None:
    poor = introspected(RICH, descriptions=False, input_value_deprecation=False)
    comparison = compared(RICH, poor)
    assert comparison.changes == ()
    (note,) = comparison.notes
    assert isinstance(note, NotChecked)
    assert "applied directives, descriptions" in note.what
    assert "deprecations of arguments" in note.what


def test_changes_between_forms_are_found_and_placed() -> None:
    new = introspected(RICH.replace("barks", "B").replace("saved: Dog", "saved: Dog!"))
    comparison = compared(RICH, new)
    assert listed(comparison) == [
        ("field-became-non-null", "Events.saved", "safe"),
        ("description-changed", "Dog.bark", "safe"),
    ]
    where = only(comparison, "field-became-non-null").new
    assert isinstance(where, Place)
    assert where.file == "schema.json"
    value: Any = json.loads(new.files["schema.json"])
    for segment in (where.pointer or "").split("/")[1:]:
        value = value[int(segment)] if isinstance(value, list) else value[segment]
    assert value["name"] == "saved"


def test_a_break_between_forms_has_a_witness() -> None:
    old, new = introspected(SMALL), introspected(SMALL.replace("b: Int", "b: String"))
    comparison = compared(old, new)
    witness = comparison.witness(only(comparison, "field-type-changed"))
    assert witness is not None
    assert witness.confirmed


def test_files_and_extensions_make_one_schema() -> None:
    parts = sdl(
        "extend type Query { a(x: I): A } extend input I { x: Int }", "type Query", "input I",
        "extend schema { mutation: A }", "type A { b: Int }",
    )  # fmt: skip
    assert listed(compared(parts, SMALL + "schema { query: Query mutation: A }")) == []


def test_a_file_that_does_not_parse_hides_only_what_it_holds() -> None:
    old = sdl(SMALL.replace("b: Int", "b: Int c: Int"), "type B { x: Int } directive @d on FIELD")
    new = sdl(SMALL, "type B {\n  x: }\ndirective @d on FIELD")
    for comparison in (compared(old, new), compared(sdl(*texts(old)), sdl(*texts(new)))):
        assert listed(comparison) == [("field-removed", "A.c", "breaking")]
        (note,) = comparison.notes
        assert isinstance(note, Unread)
        assert "line 2, column 6" in note.why
        assert isinstance(note.where, Place)
        assert (note.where.file, note.where.start) == ("b.graphql", 14)


def texts(version: Version) -> list[str]:
    return [data.decode() for data in version.files.values()]


def test_a_file_of_another_name_that_does_not_parse_hides_what_it_may_hold() -> None:
    new = Version(
        files={"x.graphql": b"type Query {} type A {", "y.graphql": b"input I { x: Int y: Int! }"},
        documents=("x.graphql", "y.graphql"),
    )
    found = listed(compared(SMALL, new))
    assert found == [("input-field-required-added", "I.y", "breaking")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("type Query { a: Missing }", "Unknown type 'Missing'"),
        ("type Query { a: Int a: Int }", "Field 'Query.a' can only be defined once"),
        ("type Query { a: Int } type Query { b: Int }", "only one type named 'Query'"),
        ("type Query { a: Int } union U = Missing", "Unknown type 'Missing'"),
        ("type Query implements Missing { a: Int }", "Unknown type 'Missing'"),
        ("type Query { a: I } input I { x: Int }", "must be Output Type"),
        ("type Query { a(x: Query): Int }", "must be Input Type"),
        ("type Query { a: Int } interface I implements I { x: Int }", "cannot implement itself"),
        ("type Query { a: Int } input I { i: I! }", "references itself"),
        ("type Query { a: Int } union U = U", "can only include Object types"),
        ("type Query { a: Int @missing }", "Unknown directive '@missing'"),
        ("schema { query: Missing }", "Unknown type 'Missing'"),
        ("type A { x: Int }", "Query root type must be provided"),
    ],
)
def test_what_is_invalid_is_said_and_the_rest_compared(text: str, said: str) -> None:
    rest = " type Rest { a: Int }"
    comparison = compared(text + rest, text + rest.replace("a: Int", "b: Int"))
    assert [note for note in notes(comparison) if said in note]
    assert listed(comparison) == [
        ("field-added", "Rest.b", "safe"),
        ("field-removed", "Rest.a", "breaking"),
    ]


def test_one_unknown_type_does_not_leave_the_rest_without_witnesses() -> None:
    comparison = compared("type Query { a: Int b: Missing }", "type Query { b: Missing }")
    witness = comparison.witness(only(comparison, "field-removed"))
    assert witness is not None
    assert witness.confirmed


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (sdl("type Query { a: " + "[" * 5000 + "Int" + "]" * 5000 + " }"), "nested too deeply"),
        (sdl("type Query { a(x: Int = " + "[" * 5000 + "1"), "nested too deeply"),
        (sdl("query " + "{ a" * 5000 + " }" * 5000), "nested too deeply"),
        (sdl("type Query { a\0: Int }"), "line 1, column 15"),
        (sdl("type Query {\n  a: Int\n"), "line 3, column 1"),
        (Version(files={"a.graphql": b"\xff"}, documents=("a.graphql",)), "not UTF-8 text"),
        (Version(files={}, documents=("a.graphql",)), "missing"),
        (as_json("{"), "not valid JSON"),
        (as_json("[" * 100_000), "nested too deeply"),
        (as_json({"errors": [{"message": "forbidden"}]}), "failed: forbidden"),
        (as_json({"openapi": "3.1.0"}), "no __schema"),
        (as_json({"__schema": {"types": 7}}), "a list is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_claimed(new: Version, said: str) -> None:
    for comparison in (compared(SMALL, new), compared(new, SMALL)):
        assert listed(comparison) == []
        assert [note for note in notes(comparison) if said in note]


def test_an_empty_version_has_nothing() -> None:
    for empty in ("", "# words\n", "\ufeff"):
        comparison = compared(SMALL, empty)
        assert {kind for kind, *_ in listed(comparison)} == {"type-removed"}
        assert "there are no definitions" in notes(comparison)[0]


def test_operations_in_a_schema_are_not_compared() -> None:
    comparison = compared(SMALL, SMALL + " query Q { a { b } }")
    assert listed(comparison) == []
    assert "operations and fragments are not compared" in notes(comparison)[0]


def test_a_result_with_malformed_parts_gives_what_it_has() -> None:
    value = json.loads(introspected(SMALL).files["schema.json"])
    types = value["data"]["__schema"]["types"]
    kept = [each for each in types if each["name"] == "Query"]
    broken = [
        1,
        {"name": "no name", "kind": "OBJECT"},
        {"name": "B", "kind": "OTHER"},
        {"name": "C", "kind": "OBJECT", "fields": [{"name": "x"}], "interfaces": None},
        {"name": "D", "kind": "INPUT_OBJECT", "inputFields": [
            {"name": "x", "type": {"kind": "SCALAR", "name": "Int"}, "defaultValue": "{{"}]},
        {"name": "E", "kind": "OBJECT", "interfaces": [], "fields": [
            {"name": "x", "args": [], "type": deep(5000)}]},
    ]  # fmt: skip
    value["data"]["__schema"]["types"] = [*kept, *broken]
    comparison = compared(introspected(SMALL), as_json(value))
    assert ("type-removed", "A", "breaking") in listed(comparison)
    assert "field-removed" not in {kind for kind, *_ in listed(comparison)}
    assert len(comparison.notes) >= 6
    assert [change for change in comparison.changes if comparison.witness(change)] == []


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": "SCALAR", "name": "Int", "ofType": None}
    for _ in range(min(levels, 400)):
        value = {"kind": "LIST", "name": None, "ofType": value}
    return value


def test_hostile_texts_stay_short_and_on_one_line() -> None:
    words = "a\\u0000\\u202e\\n" * 5000
    name = "n" * 100_000
    new = f'type Query {{ "{words}" a(x: I): A @deprecated(reason: "{words}") {name}: Int }}'
    new += " type A { b: Int } input I { x: Int }"
    comparison = compared(SMALL, new)
    assert len(comparison.changes) == 3
    for change in comparison.changes:
        assert len(change.text) < 1500
        assert len(str(change)) < 500
        assert "\n" not in change.text


@pytest.mark.parametrize(
    "text",
    [
        "type A { x: Int } " * 4000,
        QUERY + "".join(f"extend type Query {{ f{n}: T{n} }} " for n in range(4000)),
        QUERY + "".join(f"input I{n} {{ i: I{n + 1} j: I{n + 1} }} " for n in range(2000)),
        "type Query { u: U } union U = A0 " + "".join(f"| A{n} " for n in range(4000))
        + "".join(f"type A{n} {{ u: U }} " for n in range(4000)),
        "type Query { a: Int } input I { i: I = {} j: I = {} k: Int = 1 } "
        "input J { i: J = {} j: J = {} } " * 3,
    ],
    ids=["repeated", "extended", "chained", "circular", "defaults"],
)  # fmt: skip
def test_large_and_circular_schemas_take_bounded_time(text: str) -> None:
    before = time.process_time()
    other = text.replace("k: Int", "k: ID").replace("j:", "l:")
    for comparison in (compared(SMALL, text), compared(text, other), compared(text, SMALL)):
        for change in comparison.changes[:20]:
            comparison.witness(change)
    assert time.process_time() - before < 20
