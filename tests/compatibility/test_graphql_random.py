"""Random schemas: rewrites give no change, each planted mutation is found, sides can be swapped."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import graphql
from graphql.utilities import BreakingChange, find_schema_changes
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compatibility.graphql_versions import compared, introspected, listed, sdl
from tests.compatibility.random_graphql import mutated, random_schema, rewritten, text

if TYPE_CHECKING:
    from backstay.model.changes import Change

SEEDS = st.integers(min_value=0, max_value=2**32)
MIRRORED = {
    "field-added": "field-removed",
    "argument-added": "argument-removed",
    "argument-required-added": "argument-removed",
    "input-field-required-added": "input-field-removed",
    "enum-value-added": "enum-value-removed",
    "enum-value-removed": "enum-value-added",
    "union-member-removed": "union-member-added",
    "interface-implementation-removed": "interface-implementation-added",
    "deprecation-added": "deprecation-removed",
    "field-became-nullable": "field-became-non-null",
    "field-became-non-null": "field-became-nullable",
    "field-type-changed": "field-type-changed",
}


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_rewrites_and_the_result_of_introspection_give_no_change(seed: int) -> None:
    choose = random.Random(seed)
    schema = random_schema(choose)
    old = text(schema)
    assert graphql.validate_schema(graphql.build_schema(old)) == []
    again = sdl(*rewritten(schema, choose))
    for new in (again, introspected(old)):
        assert listed(compared(old, new)) == []
        assert listed(compared(new, old)) == []


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_a_planted_mutation_is_the_one_thing_found(seed: int) -> None:
    choose = random.Random(seed)
    schema = random_schema(choose)
    planted = mutated(schema, choose)
    comparison = compared(text(schema), sdl(*rewritten(planted.schema, choose)))
    found = (planted.kind, planted.subject, planted.compatibility)
    assert listed(comparison) == [found]
    (change,) = comparison.changes
    if change.compatibility == "breaking" and "json" in change.breaks:
        witness = comparison.witness(change)
        assert witness is not None
        assert witness.confirmed or not change.operations, (change.text, witness)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_swapped_sides_give_the_mirrored_change(seed: int) -> None:
    choose = random.Random(seed)
    schema = random_schema(choose)
    planted = mutated(schema, choose)
    old, new = text(schema), text(planted.schema)
    there, back = compared(old, new).changes, compared(new, old).changes
    assert [each.subject for each in there] == [each.subject for each in back]
    if planted.kind in MIRRORED:
        assert [each.change for each in back] == [MIRRORED[planted.kind]]
    assert [(each.old is None, each.new is None) for each in there] == [
        (each.new is None, each.old is None) for each in back
    ]


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_what_the_reference_implementation_calls_breaking_is_breaking_here(seed: int) -> None:
    choose = random.Random(seed)
    schema = random_schema(choose)
    after = schema
    for _ in range(choose.randint(1, 4)):
        after = mutated(after, choose).schema
    old, new = text(schema), text(after)
    theirs = [
        change.description
        for change in find_schema_changes(graphql.build_schema(old), graphql.build_schema(new))
        if isinstance(change, BreakingChange)
        # No document says Float where nothing is of that type any more.
        and not change.description.startswith("Standard scalar")
    ]
    ours = [each for each in compared(old, new).changes if each.compatibility == "breaking"]
    for description in theirs:
        assert [each for each in ours if _names(each, description)], description


def _names(change: Change, description: str) -> bool:
    """Whether a sentence of theirs is about the place of a change of ours."""
    words = change.subject.replace("(", " ").replace(":)", " ").replace(".", " ").split()
    return all(word in description for word in words if word not in {"=", "implements"})
