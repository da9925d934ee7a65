"""Every practice's own examples as edits: the hook says before what a review says after."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from backstay.hosts.hook import answer
from backstay.model.changes import Change
from backstay.practices.catalogue import all_practices
from backstay.review.pipeline import Request, review

if TYPE_CHECKING:
    from pathlib import Path

    from backstay.practices.practice import Practice

SETTINGS = 'fail_on = "info"\n[practices]\non = {}\n'


def every_practice_on() -> str:
    return SETTINGS.format(json.dumps([each.name for each in all_practices() if not each.default]))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "backstay.toml").write_text(every_practice_on())
    named = ["git", "-c", "user.name=n", "-c", "user.email=n@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*named, *arguments], cwd=root, check=True)
    return root


# Those about changes speak in comparisons, which no edit is.
OF_STATES = [each for each in all_practices() if Change not in each.subjects]


@pytest.mark.parametrize("practice", OF_STATES, ids=lambda each: each.name)
def test_the_hook_says_before_what_a_review_says_after(practice: Practice, project: Path) -> None:
    for example in practice.examples:
        file = project / example.file
        given = {"file_path": str(file), "content": example.text}
        message = {"cwd": str(project), "tool_name": "Write", "tool_input": given}
        told = answer("claude", json.dumps(message).encode())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(example.text)
        try:
            request = Request(targets=(str(project),), since="HEAD", use_cache=False)
            after = {each.id for each in review(request).envelope.findings}
        finally:
            file.unlink()
        assert set(told.findings) == after
        assert (told.decision == "deny") == bool(after)
        if example.kind == "bad":
            assert after
