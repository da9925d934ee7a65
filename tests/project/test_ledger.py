from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from backstay.model.errors import NotAvailable
from backstay.model.verdicts import Receipt
from backstay.project.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

FINDING, OTHER = "0123456789ab", "ba9876543210"


def receipt(finding: str = FINDING, **measured: float) -> Receipt:
    return Receipt(
        finding=finding,
        method="index-trial",
        subject="purchase, 2,000,000 rows",
        before=dict(measured),
        repeat=f"backstay prove {finding}",
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state", tmp_path / "project")


def test_a_receipt_is_found_by_its_id_and_by_its_finding(ledger: Ledger) -> None:
    first, second = ledger.add(receipt(delete_ms=9.5)), ledger.add(receipt(delete_ms=8.5))
    other = ledger.add(receipt(OTHER))
    assert ledger.get(first.receipt) == first
    assert ledger.get(second.receipt) == second
    assert ledger.latest_for(FINDING) == second
    assert ledger.latest_for(OTHER) == other


def test_a_receipt_that_comes_again_is_the_latest_and_kept_once(
    ledger: Ledger, tmp_path: Path
) -> None:
    first = ledger.add(receipt(delete_ms=9.5))
    ledger.add(receipt(delete_ms=8.5))
    ledger.add(first)
    assert ledger.latest_for(FINDING) == first
    assert len(list(tmp_path.rglob("*.json"))) == 2


def test_projects_do_not_see_each_other(ledger: Ledger, tmp_path: Path) -> None:
    kept = ledger.add(receipt())
    elsewhere = Ledger(tmp_path / "state", tmp_path / "other")
    assert elsewhere.get(kept.receipt) is None
    assert elsewhere.latest_for(FINDING) is None


@pytest.mark.parametrize("name", ["", "*", "../../x", "0123456789ab/", "0123456789AB", "x" * 12])
def test_what_is_no_id_finds_nothing(ledger: Ledger, name: str) -> None:
    ledger.add(receipt())
    assert ledger.get(name) is None
    assert ledger.latest_for(name) is None


def test_secrets_are_masked_before_they_are_stored(ledger: Ledger, tmp_path: Path) -> None:
    leaky = msgspec.structs.replace(
        receipt(), subject="postgres://app:hunter2@db/shop", environment={"PGPASSWORD": "hunter2"}
    )
    kept = ledger.add(leaky)
    assert ledger.get(kept.receipt) == kept
    assert kept.subject == "postgres://app:***@db/shop"
    for path in tmp_path.rglob("*.json"):
        assert b"hunter2" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "state", tmp_path, limit=3)
    kept = [ledger.add(receipt(rows=number)) for number in range(5)]
    assert [ledger.get(each.receipt) is not None for each in kept] == [False] * 2 + [True] * 3


def test_a_damaged_receipt_is_passed_over(ledger: Ledger, tmp_path: Path) -> None:
    first = ledger.add(receipt(delete_ms=9.5))
    second = ledger.add(receipt(delete_ms=8.5))
    [path] = tmp_path.rglob(f"*{second.receipt}.json")
    path.write_bytes(path.read_bytes()[:20])
    assert ledger.get(second.receipt) is None
    assert ledger.latest_for(FINDING) == first


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotAvailable, match="cannot be kept"):
        Ledger(tmp_path / "file", tmp_path).add(receipt())
    nowhere = Ledger(None, tmp_path)
    with pytest.raises(NotAvailable, match="XDG_STATE_HOME"):
        nowhere.add(receipt())
    assert nowhere.get(FINDING) is None
    assert nowhere.latest_for(FINDING) is None


def test_a_full_disk_is_said_and_spoils_nothing(small_disk: Path, tmp_path: Path) -> None:
    ledger = Ledger(small_disk, tmp_path)
    kept = ledger.add(receipt())
    large = msgspec.structs.replace(receipt(), statements=("select 1",) * 50_000)
    with pytest.raises(NotAvailable, match="No space left"):
        ledger.add(large)
    assert ledger.latest_for(FINDING) == kept
    assert len([path for path in small_disk.rglob("*") if path.is_file()]) == 1
