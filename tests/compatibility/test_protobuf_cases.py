"""Agreement with buf on development cases that were taken as data from its tests.

The cases are not part of the repository. Their labels name buf's rules; which of our kinds covers
each stands in peers/buf.toml. A label is met by a change of that kind in that file, each change by
one label of a rule; its line is met where one such change stands at that line.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backstay.compatibility.comparison import Comparison, Version
from backstay.compatibility.protobuf.comparing import compare_protobuf
from backstay.model.places import Place

if TYPE_CHECKING:
    from backstay.model.changes import Change

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT.parent / "shared" / "cases" / "proto-diff.jsonl"
KINDS: dict[str, Any] = tomllib.loads((ROOT / "peers" / "buf.toml").read_text("utf-8"))

pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the development cases are not beside the repository"
)


def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        return []
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


def version(files: dict[str, str]) -> Version:
    return Version(
        files={name: text.encode() for name, text in files.items()}, documents=tuple(sorted(files))
    )


@cache
def compared_by_name(name: str) -> Comparison:
    case = next(each for each in cases() if each["case"] == name)
    return compare_protobuf(version(case["old"]), version(case["new"]))


def compared(case: dict[str, Any]) -> Comparison:
    return compared_by_name(case["case"])


def line_of(change: Change, case: dict[str, Any]) -> int:
    assert isinstance(change.where, Place)
    text: bytes = case["new" if change.new else "old"][change.where.file].encode()
    return text[: change.where.start].count(b"\n") + 1


def is_in(change: Change, file: str | None) -> bool:
    """Labels name files below their import root."""
    assert isinstance(change.where, Place)
    return file is None or f"/{change.where.file}".endswith(f"/{file}")


def known_labels(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of rules that are buf's own; others come from plug-ins that the test made up."""
    return [label for label in case["expected"] if label["rule"] in KINDS]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_breaking_or_not_is_as_labelled(case: dict[str, Any]) -> None:
    changes = compared(case).changes
    assert any(change.compatibility == "breaking" for change in changes) == case["breaking"]


def test_kinds_are_as_labelled() -> None:
    missed = []
    total = 0
    for case in cases():
        changes = compared(case).changes
        found = Counter((change.change, change.where.file) for change in changes)  # type: ignore[union-attr]
        wanted = Counter((each["rule"], each.get("file")) for each in known_labels(case))
        for (rule, file), count in wanted.items():
            total += count
            have = sum(
                number
                for (kind, path), number in found.items()
                if kind == KINDS[rule] and (file is None or f"/{path}".endswith(f"/{file}"))
            )
            missed += [(case["case"], rule, file)] * max(0, count - have)
    assert total
    assert not missed


def test_lines_are_as_labelled() -> None:
    missed = []
    total = 0
    for case in cases():
        changes = compared(case).changes
        for label in known_labels(case):
            if not label["located"]:
                continue
            total += 1
            lines = [
                line_of(change, case)
                for change in changes
                if change.change == KINDS[label["rule"]] and is_in(change, label["file"])
            ]
            if label["line"] not in lines:
                missed.append((case["case"], label["rule"], label["file"], label["line"], lines))
    assert total
    assert not missed
