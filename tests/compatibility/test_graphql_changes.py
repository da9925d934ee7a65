"""Each kind of change: how it is rated, where it stands, and what shows it."""

from __future__ import annotations

import pytest

from backstay.compatibility.graphql.kinds import KINDS, TABLE
from backstay.model.places import Place
from tests.compatibility.graphql_versions import compared, listed, only

QUERY = "type Query { a: Int } "

LIST_OF_I = "type Query { a: [I!]! } interface I { b: B } type B { c: Int } "
COMMON = "type Query { a: Int pet: Pet node: Node state: State cat: Cat } "
COMMON += (
    "type Cat implements Node { id: ID! } type Dog { bark: String } interface Node { id: ID! } "
)
SHOWN = [
    (
        "field-removed",
        "Query.b",
        "type Query { a: Int b(n: Int!): Int }",
        "type Query { a: Int }",
    ),
    (
        "deprecated-field-removed",
        "Query.b",
        "type Query { a: Int b: Int @deprecated }",
        "type Query { a: Int }",
    ),
    ("field-type-changed", "Query.a", "type Query { a: Int }", "type Query { a: String }"),
    ("field-type-changed", "Query.a", "type Query { a: Int }", "type Query { a: [Int] }"),
    ("field-type-changed", "Query.a", "type Query { a: [Int] }", "type Query { a: Int }"),
    ("field-type-changed", "Query.a", "type Query { a: Int }", "type Query { a: Float }"),
    (
        "field-type-changed",
        "Query.a",
        "type Query { a: A } type A { x: Int }",
        "type Query { a: Int } type A { x: Int }",
    ),
    (
        "field-type-changed",
        "Query.a",
        "type Query { a: A } type A { x: Int } type B { y: Int }",
        "type Query { a: B } type A { x: Int } type B { y: Int }",
    ),
    ("field-became-nullable", "Query.a", "type Query { a: Int! }", "type Query { a: Int }"),
    ("field-became-nullable", "Query.a", "type Query { a: [[Int!]] }", "type Query { a: [[Int]] }"),
    (
        "field-became-nullable",
        "A.b",
        LIST_OF_I + "type A implements I { b: B! }",
        LIST_OF_I + "type A implements I { b: B }",
    ),
    (
        "field-became-nullable",
        "I.x",
        "type Query { i: [I] } interface I { x: Int! } type A implements I { x: Int! }",
        "type Query { i: [I] } interface I { x: Int } type A implements I { x: Int }",
    ),
    (
        "field-type-changed",
        "Query.u",
        "type Query { u: U } union U = A type A { x: Int }",
        "type Query { u: [U] } union U = A type A { x: Int }",
    ),
    ("field-type-changed", "Query.a", "type Query { a: ID }", "type Query { a: Int }"),
    ("field-type-changed", "Query.a", "type Query { a: Int }", "type Query { a: Boolean }"),
    (
        "argument-required-added",
        "Query.a(x:)",
        "type Query { a: Int }",
        "type Query { a(x: Int!): Int }",
    ),
    (
        "argument-removed",
        "Query.a(x:)",
        "type Query { a(x: Int): Int }",
        "type Query { a: Int }",
    ),
    (
        "deprecated-argument-removed",
        "Query.a(x:)",
        "type Query { a(x: Int @deprecated): Int }",
        "type Query { a: Int }",
    ),
    (
        "argument-type-changed",
        "Query.a(x:)",
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Float): Int }",
    ),
    (
        "argument-type-changed",
        "Query.a(x:)",
        "type Query { a(x: Int): Int }",
        "type Query { a(x: [Int]): Int }",
    ),
    (
        "argument-became-required",
        "Query.a(x:)",
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Int!): Int }",
    ),
    (
        "argument-became-required",
        "Query.a(x:)",
        "type Query { a(x: Int! = 1): Int }",
        "type Query { a(x: Int!): Int }",
    ),
    (
        "argument-became-non-null",
        "Query.a(x:)",
        "type Query { a(x: Int): Int }",
        "type Query { a(x: Int! = 1): Int }",
    ),
    (
        "argument-became-non-null",
        "Query.a(x:)",
        "type Query { a(x: [[Int]!]): Int }",
        "type Query { a(x: [[Int!]!]): Int }",
    ),
    (
        "input-field-required-added",
        "I.y",
        "type Query { a(i: J!): Int } input J { i: [I!] } input I { x: Int }",
        "type Query { a(i: J!): Int } input J { i: [I!] } input I { x: Int y: Int! }",
    ),
    (
        "input-field-removed",
        "I.y",
        "type Query { a(i: I): Int } input I { x: Int! y: Int }",
        "type Query { a(i: I): Int } input I { x: Int! }",
    ),
    (
        "deprecated-input-field-removed",
        "I.y",
        "type Query { a(i: I): Int } input I { x: Int! y: Int @deprecated }",
        "type Query { a(i: I): Int } input I { x: Int! }",
    ),
    (
        "input-field-type-changed",
        "I.x",
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: String }",
    ),
    (
        "input-field-became-required",
        "I.x",
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: Int! }",
    ),
    (
        "input-field-became-non-null",
        "I.x",
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: I): Int } input I { x: Int! = 2 }",
    ),
    (
        "one-of-added",
        "I",
        "type Query { a(i: I): Int } input I { x: Int y: Int }",
        "type Query { a(i: I): Int } input I @oneOf { x: Int y: Int }",
    ),
    (
        "enum-value-removed",
        "E.B",
        "type Query { a(e: E): Int } enum E { A B }",
        "type Query { a(e: E): Int } enum E { A }",
    ),
    (
        "deprecated-enum-value-removed",
        "E.B",
        "type Query { a(i: I): E } input I { e: [E] } enum E { A B @deprecated }",
        "type Query { a(i: I): E } input I { e: [E] } enum E { A }",
    ),
    (
        "union-member-removed",
        "Pet = Dog",
        COMMON + "union Pet = Cat | Dog",
        COMMON + "union Pet = Cat",
    ),
    (
        "interface-implementation-removed",
        "Dog implements Bark",
        QUERY + "extend type Query { b: Bark } interface Bark { n: Int } "
        "type Dog implements Bark { n: Int } type Fox implements Bark { n: Int }",
        QUERY + "extend type Query { b: Bark } interface Bark { n: Int } "
        "type Dog { n: Int } type Fox implements Bark { n: Int }",
    ),
    ("type-removed", "A", "type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }",
     "type Query { u: U } union U = B type B { x: Int }"),
    (
        "type-removed",
        "I",
        "type Query { a(i: I): Int } input I { x: Int }",
        "type Query { a(i: Int): Int }",
    ),
    (
        "type-removed",
        "Node",
        "type Query { n: A } interface Node { x: Int } type A implements Node { x: Int }",
        "type Query { n: A } type A { x: Int }",
    ),
    (
        "type-kind-changed",
        "A",
        "type Query { a: A } type A { x: Int }",
        "type Query { a: A } enum A { x }",
    ),
    (
        "root-type-changed",
        "schema query",
        "type Query { a: Int }",
        "schema { query: Root } type Root { a: Int }",
    ),
    (
        "root-type-changed",
        "schema subscription",
        QUERY + "type Subscription { a: Int }",
        QUERY + "schema { query: Query subscription: Events } type Events { a: Int }",
    ),
    (
        "root-type-removed",
        "schema mutation",
        QUERY + "type Mutation { a: Int }",
        "schema { query: Query } type Query { a: Int m: Mutation } type Mutation { a: Int }",
    ),
    ("directive-removed", "@d", QUERY + "directive @d(x: Int!) on FIELD", QUERY),
    (
        "directive-repeatable-removed",
        "@d",
        QUERY + "directive @d repeatable on QUERY",
        QUERY + "directive @d on QUERY",
    ),
    *(
        (
            "directive-location-removed",
            f"@d on {location}",
            QUERY + f"type Mutation {{ a: Int }} directive @d on {location} | SCALAR",
            QUERY + "type Mutation { a: Int } directive @d on SCALAR",
        )
        for location in (
            "QUERY",
            "MUTATION",
            "FIELD",
            "INLINE_FRAGMENT",
            "FRAGMENT_SPREAD",
            "FRAGMENT_DEFINITION",
            "VARIABLE_DEFINITION",
        )
    ),
    (
        "directive-argument-required-added",
        "@d(x:)",
        QUERY + "directive @d on FIELD",
        QUERY + "directive @d(x: Int!) on FIELD",
    ),
    (
        "directive-argument-removed",
        "@d(x:)",
        QUERY + "directive @d(x: Int) on FIELD",
        QUERY + "directive @d on FIELD",
    ),
    (
        "deprecated-directive-argument-removed",
        "@d(x:)",
        QUERY + "directive @d(x: Int @deprecated) on FIELD",
        QUERY + "directive @d on FIELD",
    ),
    (
        "directive-argument-type-changed",
        "@d(x:)",
        QUERY + "directive @d(x: String) on FIELD",
        QUERY + "directive @d(x: Int) on FIELD",
    ),
    (
        "directive-argument-became-required",
        "@d(x:)",
        QUERY + "directive @d(x: Int) on FIELD",
        QUERY + "directive @d(x: Int!) on FIELD",
    ),
    (
        "directive-argument-became-non-null",
        "@d(x:)",
        QUERY + "directive @d(x: Int) on FIELD",
        QUERY + "directive @d(x: Int! = 1) on FIELD",
    ),
]  # fmt: skip

MILDER = [
    ("type-added", "A", QUERY, QUERY + "type A { x: Int }"),
    ("field-added", "Query.b", QUERY, "type Query { a: Int b: Int }"),
    ("field-became-non-null", "Query.a", QUERY, "type Query { a: Int! }"),
    ("argument-added", "Query.a(x:)", QUERY, "type Query { a(x: Int): Int }"),
    ("argument-became-nullable", "Query.a(x:)", "type Query { a(x: Int!): Int }",
     "type Query { a(x: Int): Int }"),
    ("argument-default-added", "Query.a(x:)", "type Query { a(x: Int): Int }",
     "type Query { a(x: Int = 1): Int }"),
    ("argument-default-changed", "Query.a(x:)", "type Query { a(x: Int = 2): Int }",
     "type Query { a(x: Int = 1): Int }"),
    ("argument-default-removed", "Query.a(x:)", "type Query { a(x: Int = 2): Int }",
     "type Query { a(x: Int): Int }"),
    ("input-field-added", "I.y", QUERY + "input I { x: Int }", QUERY + "input I { x: Int y: Int }"),
    ("input-field-became-nullable", "I.x", QUERY + "input I { x: Int! }",
     QUERY + "input I { x: Int }"),
    ("input-field-default-added", "I.x", QUERY + "input I { x: Int }",
     QUERY + "input I { x: Int = 1 }"),
    ("input-field-default-changed", "I.x", QUERY + "input I { x: [Int] = [1] }",
     QUERY + "input I { x: [Int] = [1, 2] }"),
    ("input-field-default-removed", "I.x", QUERY + "input I { x: Int = 1 }",
     QUERY + "input I { x: Int }"),
    ("one-of-removed", "I", QUERY + "input I @oneOf { x: Int }", QUERY + "input I { x: Int }"),
    ("enum-value-added", "E.B", "type Query { a: E } enum E { A }",
     "type Query { a: E } enum E { A B }"),
    ("union-member-added", "U = B", "type Query { u: U } union U = A type A { x: Int }",
     "type Query { u: U } union U = A | B type A { x: Int } type B { x: Int }"),
    ("interface-implementation-added", "A implements I",
     QUERY + "interface I { x: Int } type A { x: Int }",
     QUERY + "interface I { x: Int } type A implements I { x: Int }"),
    ("root-type-added", "schema mutation", QUERY, QUERY + "type Mutation { a: Int }"),
    ("specified-by-added", "S", QUERY + "scalar S",
     QUERY + 'scalar S @specifiedBy(url: "https://b.example")'),
    ("specified-by-changed", "S", QUERY + 'scalar S @specifiedBy(url: "https://a.example")',
     QUERY + 'scalar S @specifiedBy(url: "https://b.example")'),
    ("specified-by-removed", "S", QUERY + 'scalar S @specifiedBy(url: "https://a.example")',
     QUERY + "scalar S"),
    ("directive-added", "@d", QUERY, QUERY + "directive @d on FIELD"),
    ("directive-location-added", "@d on QUERY", QUERY + "directive @d on FIELD",
     QUERY + "directive @d on FIELD | QUERY"),
    ("directive-repeatable-added", "@d", QUERY + "directive @d on FIELD",
     QUERY + "directive @d repeatable on FIELD"),
    ("directive-argument-added", "@d(x:)", QUERY + "directive @d on FIELD",
     QUERY + "directive @d(x: Int) on FIELD"),
    ("directive-argument-became-nullable", "@d(x:)", QUERY + "directive @d(x: Int!) on FIELD",
     QUERY + "directive @d(x: Int) on FIELD"),
    ("directive-argument-default-added", "@d(x:)", QUERY + "directive @d(x: Int) on FIELD",
     QUERY + "directive @d(x: Int = 1) on FIELD"),
    ("directive-argument-default-changed", "@d(x:)", QUERY + "directive @d(x: Int = 2) on FIELD",
     QUERY + "directive @d(x: Int = 1) on FIELD"),
    ("directive-argument-default-removed", "@d(x:)", QUERY + "directive @d(x: Int = 2) on FIELD",
     QUERY + "directive @d(x: Int) on FIELD"),
    ("applied-directive-added", "Query @d", QUERY + "directive @d on OBJECT",
     "type Query @d { a: Int } directive @d on OBJECT"),
    ("applied-directive-changed", "Query @d",
     "type Query @d(x: 1) { a: Int } directive @d(x: Int) on OBJECT",
     "type Query @d(x: 2) { a: Int } directive @d(x: Int) on OBJECT"),
    ("applied-directive-removed", "Query.a @d",
     "type Query { a: Int @d } directive @d on FIELD_DEFINITION",
     QUERY + "directive @d on FIELD_DEFINITION"),
    ("deprecation-added", "Query.a", QUERY, "type Query { a: Int @deprecated }"),
    ("deprecation-removed", "Query.a(x:)", "type Query { a(x: Int @deprecated): Int }",
     "type Query { a(x: Int): Int }"),
    ("deprecation-reason-changed", "E.A", QUERY + 'enum E { A @deprecated(reason: "x") B }',
     QUERY + 'enum E { A @deprecated(reason: "y") B }'),
    ("description-changed", "Query.a", QUERY, 'type Query { "words" a: Int }'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "subject", "old", "new"), SHOWN)
def test_a_break_is_shown_by_what_only_the_old_version_takes(
    kind: str, subject: str, old: str, new: str
) -> None:
    comparison = compared(old, new)
    assert (kind, subject, "breaking") in listed(comparison)
    change = next(each for each in comparison.changes if each.subject == subject)
    witness = comparison.witness(change)
    assert witness is not None
    assert witness.confirmed, (witness.value, witness.old_says, witness.new_says)
    assert "accepted" in {witness.old_says, witness.new_says}
    assert change.certain
    assert {"wire", "json"} <= set(change.breaks)
    assert change.operations or subject.startswith("@")


@pytest.mark.parametrize(("kind", "subject", "old", "new"), MILDER)
def test_what_breaks_nobody_for_sure_is_said_to_be_risky_or_safe(
    kind: str, subject: str, old: str, new: str
) -> None:
    comparison = compared(old, new)
    found = listed(comparison)
    assert (kind, subject, TABLE[kind].compatibility) in found
    assert "breaking" not in {compatibility for *_, compatibility in found}


def test_every_kind_is_tried() -> None:
    assert {row[0] for row in (*SHOWN, *MILDER)} == set(KINDS)


def test_two_versions_without_a_difference_have_no_changes() -> None:
    text = "type Query { a(x: I = {y: [1]}): Int } input I { y: [Int] }"
    same = "input I { y: [Int] } extend type Query { a(x: I = {y: 1}): Int } type Query"
    assert listed(compared(text, same)) == []


def test_a_removed_type_does_not_repeat_for_what_was_renamed_with_it() -> None:
    old = (
        "type Query { user: User users: [User!]! } type User { id: ID! name: String mail: String }"
    )
    new = old.replace("User", "Person").replace(" mail: String", "")
    assert listed(compared(old, new)) == [
        ("type-added", "Person", "safe"),
        ("field-removed", "User.mail", "breaking"),
        ("type-removed", "User", "breaking"),
    ]


def test_a_removed_interface_does_not_repeat_for_each_type_that_had_it() -> None:
    types = " ".join(f"type T{at} implements I {{ x: Int }}" for at in range(5))
    old = f"type Query {{ i: I }} interface I {{ x: Int }} {types}"
    new = f"type Query {{ i: U }} union U = T0 | T1 {types.replace(' implements I', '')}"
    kinds = [kind for kind, *_ in listed(compared(old, new))]
    assert kinds == ["field-type-changed", "type-added", "type-removed"]


def test_what_only_requests_carry_may_gain_values_and_what_only_responses_carry_lose_them() -> None:
    added = compared(
        "type Query { a(e: E): Int } enum E { A }", "type Query { a(e: E): Int } enum E { A B }"
    )
    assert listed(added) == [("enum-value-added", "E.B", "safe")]
    removed = only(
        compared("type Query { a: E } enum E { A B }", "type Query { a: E } enum E { A }"),
        "enum-value-removed",
    )
    assert removed.breaks == ("source",)


@pytest.mark.parametrize(
    ("old", "new"), [("Float", "Int"), ("ID", "String"), ("String", "E"), ("E", "F")]
)
def test_a_response_that_the_old_type_reads_too_breaks_only_generated_code(
    old: str, new: str
) -> None:
    enums = "enum E { A B } enum F { A }"
    change = only(
        compared(f"type Query {{ a: {old} }} {enums}", f"type Query {{ a: {new} }} {enums}"),
        "field-type-changed",
    )
    assert change.breaks == ("source",)


def test_what_a_scalar_of_the_schema_holds_is_not_claimed_to_be_known() -> None:
    comparison = compared("type Query { a: Date } scalar Date", "type Query { a: Int } scalar Date")
    change = only(comparison, "field-type-changed")
    assert not change.certain
    assert "Date" in (change.doubt or "")
    assert comparison.witness(change) is None


def test_what_no_operation_leads_to_is_in_doubt() -> None:
    old, new = "type A { x: Int y: Int }", "type A { x: Int }"
    alone = only(compared(QUERY + old, QUERY + new), "field-removed")
    assert alone.compatibility == "breaking"
    assert "no operation" in (alone.doubt or "")
    part = only(compared(old, new), "field-removed")
    assert "no root type" in (part.doubt or "")


def test_another_break_on_the_way_does_not_pass_for_a_witness() -> None:
    comparison = compared(
        "type Query { a(x: Int, y: Int, z: Int): Int }",
        "type Query { a(x: Int!, y: String, z: Int, w: Int!): Int }",
    )
    for change in comparison.changes:
        witness = comparison.witness(change)
        assert witness is not None
        assert witness.confirmed
        assert change.subject.removeprefix("Query.a(").removesuffix(":)") in witness.new_says


def test_the_shortest_way_is_taken_and_needs_are_met_with_variables() -> None:
    old = """
        type Query { far(n: Int): A b(id: ID!, f: F!): B }
        type A { b: B }
        type B { gone: Int kept: Int }
        input F { on: [E!]! inner: F }
        enum E { X Y }
    """
    comparison = compared(old, old.replace("gone: Int ", ""))
    change = only(comparison, "field-removed")
    assert set(change.operations) == {"Query.b", "Query.far"}
    witness = comparison.witness(change)
    assert witness is not None
    assert witness.value == {
        "query": "query($id: ID!, $f: F!) { b(id: $id, f: $f) { gone } }",
        "variables": {"id": "a1", "f": {"on": ["X"]}},
    }


def test_a_response_shows_null_where_the_old_version_promised_a_value() -> None:
    comparison = compared("type Query { a: [Int!]! }", "type Query { a: [Int]! }")
    witness = comparison.witness(only(comparison, "field-became-nullable"))
    assert witness is not None
    assert witness.value == {"query": "query { a }", "response": {"data": {"a": [None]}}}
    assert witness.new_says == "accepted"
    assert "null" in witness.old_says


def test_places_are_of_the_names_in_bytes() -> None:
    old, new = '"äöü" type Query { "ñ" a: Int! }', "\ufefftype Query { b: Int a: Int }"
    change = only(compared(old, new), "field-became-nullable")
    assert isinstance(change.old, Place)
    assert isinstance(change.new, Place)
    before, after = old.encode(), new.encode()
    assert before[change.old.start : change.old.end] == b"a"
    assert change.old.start == before.index(b"a: Int!")
    assert change.new.start == after.index(b"a: Int")


def test_identifiers_are_unique() -> None:
    types = "type A { x: Int } type B { x: Int } type C { x: Int } "
    old = "type Query @a @b { u: U } union U = A | B | C directive @b on OBJECT "
    old += "directive @a on OBJECT | FIELD | QUERY " + types
    new = "type Query { u: U } union U = A directive @a on ENUM directive @b on ENUM "
    new += "type A { x: Int }"
    subjects = [str(change) for change in compared(old, new).changes]
    assert len(subjects) == len(set(subjects)) > 8
