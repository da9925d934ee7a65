"""Agreement with oasdiff on development cases that were taken as data from its tests.

The cases are not part of the repository; their labels say whether it calls a pair breaking. Why we
differ on purpose, and where, stands in docs/decisions/contract-differences.md.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backstay.compatibility.comparison import Comparison, Parsed
from backstay.compatibility.openapi.comparer import compare_openapi
from backstay.compatibility.openapi.lifecycle import Policy
from backstay.model.changes import LEVELS
from backstay.readers.documents import load_document

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
CASES = HERE.parent.parent.parent / "shared" / "cases" / "openapi-diff"
# The day on which the cases were taken down: some files hold dates counted from it.
TODAY = dt.date(2026, 11, 23)
JSON_LEVEL = set(LEVELS[: LEVELS.index("json") + 1])

pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the development cases are not beside the repository"
)


@cache
def cases() -> tuple[dict[str, Any], ...]:
    lines = (CASES / "cases.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def references_in(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        held = stack.pop()
        if isinstance(held, dict):
            if isinstance(held.get("$ref"), str):
                yield held["$ref"].partition("#")[0]
            stack += held.values()
        elif isinstance(held, list):
            stack += held


def parsed(file: str) -> Parsed:
    values: dict[str, Any] = {}
    waiting = [file]
    while waiting:
        name = waiting.pop()
        if name in values or not (CASES / name).is_file():
            continue
        values[name] = load_document((CASES / name).read_bytes(), name=name).value
        folder = posixpath.dirname(name)
        waiting += [
            posixpath.normpath(posixpath.join(folder, each))
            for each in references_in(values[name])
            if each
        ]
    return Parsed(file=file, values=values)


@cache
def comparison(old: str, new: str) -> Comparison:
    return compare_openapi(parsed(old), parsed(new), policy=Policy(TODAY))


def is_breaking(case: dict[str, Any]) -> bool:
    return any(
        change.compatibility == "breaking" and JSON_LEVEL & set(change.breaks)
        for change in comparison(case["old"], case["new"]).changes
    )


def is_dead(case: dict[str, Any]) -> bool:
    """Whether all that changed is a keyword that cannot apply to its type: no value shows it."""
    found = {change.change for change in comparison(case["old"], case["new"]).changes}
    return found == {"dead-constraint-changed"}


def labelled(*labels: str) -> list[dict[str, Any]]:
    """Cases that are said to be breaking, or said not to be; of the others nothing is known."""
    names = {True: "breaking", False: "not breaking"}
    return [case for case in cases() if names.get(case["breaking"]) in labels]


def agreement(chosen: list[dict[str, Any]]) -> float:
    agreed = [case for case in chosen if is_breaking(case) == case["breaking"]]
    return len(agreed) / len(chosen)


def test_raw_agreement() -> None:
    assert agreement(labelled("breaking", "not breaking")) >= 0.91


@pytest.mark.parametrize("label", ["breaking", "not breaking"])
def test_agreement_where_the_changed_keyword_can_matter(label: str) -> None:
    matters = [case for case in labelled(label) if not is_dead(case)]
    assert agreement(matters) >= 0.96


def test_dead_constraints_are_few_and_said() -> None:
    assert 0 < sum(map(is_dead, labelled("breaking"))) < len(labelled("breaking")) * 0.1


def test_breaks_of_shapes_are_confirmed_unless_nothing_decides_them() -> None:
    """A break without doubt has a witness on which the independent validator agrees."""
    judged = confirmed = 0
    for case in cases():
        found = comparison(case["old"], case["new"])
        for change in found.changes:
            if change.compatibility != "breaking" or not change.certain:
                continue
            witness = found.witness(change)
            if witness is None or not witness.validator.startswith("jsonschema-rs"):
                continue
            judged += 1
            confirmed += witness.confirmed
    assert judged > 100
    assert confirmed / judged >= 0.95
