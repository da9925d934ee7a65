"""Every patch that is offered applies, and makes its finding disappear."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from backstay.practices.catalogue import all_practices
from backstay.practices.practice import marked_lines
from backstay.review.pipeline import Request, review
from tests.practices.test_case_books import Case, cases_of_books, cases_of_examples

if TYPE_CHECKING:
    from pathlib import Path

WITH_FINDINGS = [
    case
    for case in cases_of_examples() + cases_of_books()
    if any(marked_lines(text) for _, text in case.files)
]


@pytest.mark.parametrize("case", WITH_FINDINGS, ids=lambda case: f"{case.practice}: {case.title}")
def test_each_offered_patch_applies_and_its_finding_is_gone(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "before"
    for file, text in case.files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, "utf-8")
    request = Request(
        targets=(str(folder),), only=(case.practice,), use_cache=False, include=("**",)
    )
    for finding in review(request).envelope.findings:
        if finding.fix.patch is None:
            continue
        patched = tmp_path / finding.id
        subprocess.run(["cp", "-r", str(folder), str(patched)], check=True)
        subprocess.run(
            ["git", "apply", "-"], cwd=patched, input=finding.fix.patch.encode(), check=True
        )
        again = Request(
            targets=(str(patched),), only=(case.practice,), use_cache=False, include=("**",)
        )
        left = review(again).envelope.findings
        ids = {each.id for each in left} | {site.id for each in left for site in each.also}
        assert finding.id not in ids, finding.fix.patch


def test_patches_are_offered_in_each_area_that_has_a_certain_fix() -> None:
    offering = {each.area for each in all_practices()}
    assert {"data", "operations", "contract", "security"} <= offering
