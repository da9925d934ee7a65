"""Random files: silence where nothing differs, and each planted change with its kind."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compatibility.protobuf_generated import generated, planted, rendered
from tests.compatibility.protobuf_versions import compared, hurting

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Comparison

# Each example runs a compiler twice.
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(min_value=0, max_value=2**32)

OPPOSITE = {
    "field-removed": "field-added",
    "rpc-removed": "rpc-added",
    "enum-value-removed": "enum-value-added",
    "message-removed": "message-added",
}


def found(comparison: Comparison) -> set[tuple[str, str]]:
    assert comparison.notes == ()
    return {(each.change, each.subject) for each in hurting(comparison)}


@few
@given(seed=SEEDS)
def test_reordered_files_are_the_same(seed: int) -> None:
    random = Random(seed)
    files = generated(random)
    comparison = compared(rendered(files), rendered(files, random))
    assert comparison.notes == ()
    assert comparison.changes == ()


@few
@given(seed=SEEDS)
def test_each_planted_change_is_found_with_its_kind_and_nothing_else(seed: int) -> None:
    random = Random(seed)
    files = generated(random)
    changed, expected = planted(files, random)
    assert found(compared(rendered(files), rendered(changed, random))) == expected


@few
@given(seed=SEEDS)
def test_with_sides_swapped_the_same_things_differ(seed: int) -> None:
    random = Random(seed)
    files = generated(random)
    changed, expected = planted(files, random)
    comparison = compared(rendered(changed), rendered(files))
    back = {(each.change, each.subject) for each in comparison.changes}
    for kind, subject in expected:
        if kind == "field-renamed":
            assert any(k == kind and s.startswith(subject[:-7]) for k, s in back)
        else:
            assert (OPPOSITE.get(kind, kind), subject) in back


@few
@given(seed=SEEDS)
def test_what_is_said_to_break_on_the_wire_is_shown_by_a_message(seed: int) -> None:
    random = Random(seed)
    files = generated(random)
    changed, _ = planted(files, random)
    comparison = compared(rendered(files), rendered(changed))
    for change in hurting(comparison):
        if {"wire", "json"} & set(change.breaks) and change.change.startswith("field-"):
            witness = comparison.witness(change)
            # An unset field in a response is legal, so that no message shows its removal.
            if change.certain:
                assert witness is not None, change
                assert witness.confirmed, (change, witness)
