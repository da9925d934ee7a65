from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from backstay.model.errors import BadRequest
from backstay.project.baseline import FILE, load, split, write
from backstay.project.site_ids import new_since
from tests.project.findings import finding_on

if TYPE_CHECKING:
    from pathlib import Path

PURCHASE, REFUND, ADDRESS = map(finding_on, ("purchase", "refund", "address"))


def test_what_is_in_the_baseline_is_known_and_all_else_new(tmp_path: Path) -> None:
    assert write(tmp_path / FILE, [PURCHASE, REFUND, PURCHASE]) == 2
    new, known, stale = split([ADDRESS, PURCHASE], load(tmp_path / FILE))
    assert new == (ADDRESS,)
    assert known == (PURCHASE,)
    assert [entry.id for entry in stale] == [REFUND.id]


def test_the_file_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    write(tmp_path / "a", [PURCHASE, REFUND, ADDRESS])
    write(tmp_path / "b", [ADDRESS, PURCHASE, REFUND])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_each_finding_has_a_line_that_says_what_it_is(tmp_path: Path) -> None:
    write(tmp_path / FILE, [PURCHASE, REFUND])
    lines = (tmp_path / FILE).read_text().splitlines()
    assert len(lines) == 4
    entries = [json.loads(line.rstrip(",")) for line in lines[1:3]]
    assert [entry["id"] for entry in entries] == sorted([PURCHASE.id, REFUND.id])
    assert {entry["message"] for entry in entries} == {PURCHASE.message, REFUND.message}


def test_no_secret_gets_into_the_file(tmp_path: Path) -> None:
    leaky = msgspec.structs.replace(PURCHASE, message="POSTGRES_PASSWORD=hunter2 is\nin the file")
    write(tmp_path / FILE, [leaky])
    assert "hunter2" not in (tmp_path / FILE).read_text()


def test_an_empty_baseline_is_one_too(tmp_path: Path) -> None:
    assert write(tmp_path / FILE, []) == 0
    assert load(tmp_path / FILE) == ()


def test_a_baseline_survives_the_renaming_of_a_practice(tmp_path: Path) -> None:
    write(tmp_path / FILE, [PURCHASE])
    renamed = finding_on("purchase", practice="unindexed-foreign-key")
    names = {PURCHASE.practice: renamed.practice, renamed.practice: renamed.practice}
    assert split([renamed], load(tmp_path / FILE), names.get).new == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a baseline"),
        ("[]", "is not a baseline"),
        ('{"baseline": 2, "findings": []}', "written by another version"),
        ('{"baseline": 1, "findings": [{"id": 3}]}', "is not a baseline"),
        ("[" * 100_000, "is not a baseline"),
        ('{"baseline": 1, "findings": [\n<<<<<<< HEAD\n', ":2: an unfinished merge"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(BadRequest) as refused:
        load(tmp_path / FILE)
    assert message in str(refused.value)


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="--write-baseline"):
        load(tmp_path / FILE)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadRequest, match="cannot be written"):
        write(tmp_path / "file" / FILE, [PURCHASE])


def test_sites_that_were_there_then_are_not_new_now() -> None:
    assert new_since(["a", "b", "b"], ["b", "c"]) == frozenset({"a"})
