"""What other tools look for is either one of our practices or declined with a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backstay.practices.catalogue import current_name

PEERS = sorted((Path(__file__).parent.parent / "peers").glob("*.toml"))


def test_there_are_maps() -> None:
    assert PEERS


@pytest.mark.parametrize("path", PEERS, ids=lambda path: path.stem)
def test_each_rule_names_a_practice_or_a_reason(path: Path) -> None:
    rules = tomllib.loads(path.read_text("utf-8"))
    assert rules
    for rule, answer in rules.items():
        if isinstance(answer, str):
            assert current_name(answer) == answer, f"{rule}: no practice is named {answer}"
        else:
            assert set(answer) == {"declined"}, rule
            assert len(answer["declined"].split()) > 2, f"{rule}: the reason is too short"
