"""What other tools look for is ours too, as a practice or a kind of change, or is declined."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backstay.compatibility.change_kinds import change_kinds
from backstay.practices.catalogue import current_name

PEERS = sorted((Path(__file__).parent.parent / "peers").glob("*.toml"))
KINDS = {name for kinds in change_kinds().values() for name in kinds}


def test_there_are_maps() -> None:
    assert PEERS


@pytest.mark.parametrize("path", PEERS, ids=lambda path: path.stem)
def test_each_rule_names_a_practice_or_a_reason(path: Path) -> None:
    rules = tomllib.loads(path.read_text("utf-8"))
    assert rules
    for rule, answer in rules.items():
        if isinstance(answer, str):
            assert current_name(answer) == answer or answer in KINDS, (
                f"{rule}: no practice and no kind of change is named {answer}"
            )
        else:
            assert set(answer) == {"declined"}, rule
            assert len(answer["declined"].split()) > 2, f"{rule}: the reason is too short"
