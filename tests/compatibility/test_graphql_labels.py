"""Agreement with graphql-inspector on development cases that were taken as data from its tests.

The cases are not part of the repository. Each has what graphql-inspector expects: levels, some with
a path, and whether anything breaks. A level is met by a change of that level at that path, or at
what holds it (we say once that an enum is new, and not for each of its values).

A label of "not breaking" is overruled by nothing but a query that graphql-core accepts for the old
schema and refuses for the new one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.compatibility.graphql_versions import compared

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Comparison

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT.parent / "shared" / "cases" / "graphql-diff.jsonl"
LEVELS = {"breaking": "Breaking", "risky": "Dangerous", "safe": "NonBreaking"}

pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the development cases are not beside the repository"
)


def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        return []
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


def breaks(comparison: Comparison) -> bool:
    return any(change.compatibility == "breaking" for change in comparison.changes)


def is_overruled(case: dict[str, Any]) -> bool:
    """Whether each break that the label denies is shown by a query, given a root to write one."""
    root = "" if "type Query" in case["old"] else " type Query { anything: Int }"
    comparison = compared(case["old"] + root, case["new"] + root)
    broken = [change for change in comparison.changes if change.compatibility == "breaking"]
    witnesses = [comparison.witness(change) for change in broken]
    return bool(broken) and all(witness and witness.confirmed for witness in witnesses)


def is_met(expected: list[str | None], comparison: Comparison) -> bool:
    path, level = expected
    return any(
        LEVELS[change.compatibility] == level
        and (path is None or f"{path}.".startswith(f"{change.subject.split(' ')[0]}."))
        for change in comparison.changes
    )


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{at} {case['case']}") for at, case in enumerate(cases())]
)
def test_what_breaks_agrees_or_is_overruled_by_a_query(case: dict[str, Any]) -> None:
    found = breaks(compared(case["old"], case["new"]))
    if case["breaking"] is False and found:
        assert is_overruled(case)
    elif case["breaking"] is not None:
        assert found == case["breaking"]


def test_few_labels_are_overruled() -> None:
    overruled = [
        case["case"]
        for case in cases()
        if case["breaking"] is False and breaks(compared(case["old"], case["new"]))
    ]
    # A directive that may not be repeated any more, and one whose argument became required because
    # its default went: `@a @a` and `@d` are refused from then on.
    assert len(overruled) <= 2


def test_nearly_all_levels_agree() -> None:
    labels = [
        is_met(expected, compared(case["old"], case["new"]))
        for case in cases()
        for expected in case["expected"]
    ]
    assert sum(labels) >= 0.95 * len(labels)


def test_each_change_has_a_coordinate_and_a_place() -> None:
    for case in cases():
        for change in compared(case["old"], case["new"]).changes:
            assert change.subject
            assert change.old or change.new
