from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.model.errors import BadRequest
from backstay.project.approval_writing import add_approval
from backstay.project.approvals import FILE, apply, load_approvals
from tests.project.findings import finding_on, unchanged_name

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Repository

TODAY = dt.date(2030, 6, 1)
PRACTICE = "foreign-key-without-index"
PURCHASE, REFUND = finding_on("purchase"), finding_on("refund")


def approve(root: Path, *sites: str, expires: dt.date | None = None) -> tuple[str, ...]:
    return add_approval(
        root / FILE,
        practice=PRACTICE,
        sites=sites,
        reason="The table stays small.",
        approved=dt.date(2030, 1, 1),
        expires=expires,
    )


def test_without_a_file_nothing_is_approved(tmp_path: Path) -> None:
    assert load_approvals(tmp_path) == ()


def test_an_approval_covers_its_sites_and_no_others(tmp_path: Path) -> None:
    assert approve(tmp_path, PURCHASE.id) == (PURCHASE.id,)
    applied = apply((PURCHASE, REFUND), load_approvals(tmp_path), TODAY, unchanged_name)
    assert applied.kept == (REFUND,), "a new site of an approved kind is a new finding"
    [(finding, approval)] = applied.approved
    assert finding == PURCHASE
    assert approval.reason == "The table stays small."
    assert (applied.expired, applied.unused) == ((), ())


def test_an_approval_holds_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id, expires=TODAY)
    approvals = load_approvals(tmp_path)
    assert apply((PURCHASE,), approvals, TODAY, unchanged_name).kept == ()
    applied = apply((PURCHASE,), approvals, TODAY + dt.timedelta(days=1), unchanged_name)
    assert applied.kept == (PURCHASE,)
    [said] = applied.expired
    assert "foreign-key-without-index" in said.what
    assert "2030-06-01" in said.why
    assert applied.unused == (), "it is said once"


def test_an_approval_of_nothing_is_said(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id, "0123456789ab")
    [said] = apply((PURCHASE,), load_approvals(tmp_path), TODAY, unchanged_name).unused
    assert "0123456789ab" in said.what
    assert PURCHASE.id not in said.what
    skipped = apply((), load_approvals(tmp_path), TODAY, unchanged_name, judged={"other"})
    assert skipped.unused == (), "the practice did not run"


def test_an_approval_of_an_unknown_practice_is_said(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id)
    applied = apply((PURCHASE,), load_approvals(tmp_path), TODAY, {"x": "x"}.get)
    assert applied.kept == (PURCHASE,)
    assert "no practice of that name" in applied.unused[0].why


def test_an_approval_survives_the_renaming_of_its_practice(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id)
    renamed = finding_on("purchase", practice="unindexed-foreign-key")
    assert renamed.id != PURCHASE.id
    names = {PRACTICE: renamed.practice, renamed.practice: renamed.practice}
    applied = apply((renamed,), load_approvals(tmp_path), TODAY, names.get)
    assert applied.kept == ()
    assert applied.unused == ()


def test_an_approval_with_a_new_date_replaces_an_expired_one(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id, expires=dt.date(2030, 1, 2))
    add_approval(
        tmp_path / FILE,
        practice=PRACTICE,
        sites=[PURCHASE.id],
        reason="Still small.",
        approved=dt.date(2030, 5, 1),
    )
    applied = apply((PURCHASE,), load_approvals(tmp_path), TODAY, unchanged_name)
    assert applied.kept == ()
    assert applied.expired == ()
    assert len(applied.unused) == 1, "the expired one can go"


def test_approving_twice_changes_nothing(tmp_path: Path) -> None:
    approve(tmp_path, PURCHASE.id)
    before = (tmp_path / FILE).read_bytes()
    assert approve(tmp_path, PURCHASE.id) == ()
    assert (tmp_path / FILE).read_bytes() == before
    assert approve(tmp_path, PURCHASE.id, REFUND.id) == (REFUND.id,)


def test_comments_and_layout_stay(tmp_path: Path) -> None:
    written = (
        "# Ours.\r\n\r\n# About b.\r\n[[approval]] # b\r\n"
        'practice = "b"\r\nsites = [\r\n  "0123456789ab", # one\r\n]\r\n'
        'reason = """two\r\nlines"""\r\napproved = 2030-01-01\r\n# The end.'
    )
    (tmp_path / FILE).write_bytes(written.encode())
    for practice in ("a", "c"):
        add_approval(
            tmp_path / FILE,
            practice=practice,
            sites=["ffffffffffff"],
            reason="why",
            approved=TODAY,
        )
    text = (tmp_path / FILE).read_bytes().decode()
    assert [each.practice for each in load_approvals(tmp_path)] == ["a", "b", "c"]
    assert text.startswith("# Ours.\r\n\r\n[[approval]]\r\n"), "the comment above b stays with b"
    assert written.removeprefix("# Ours.\r\n\r\n") in text
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[approval]]\npractice = 'a'", "`approval.0` lacks `sites`. Add it."),
        (
            "[[approvals]]\npractice = 'a'",
            ":1: unknown setting `approvals`. Did you mean approval?",
        ),
        ("{entry}reason = ' '", ":4: `approval.0.reason` must be a reason in words"),
        (
            "{entry}reason = 'x'\nexpires = 'soon'",
            ":5: `approval.0.expires` must be a date such as",
        ),
        ("{entry}reason = 'x'\nexpires = 2029-12-31", ":5: `expires` is before `approved`."),
        ("{entry}reason = 'x'\nuntil = 2029-12-31", ":5: unknown setting `approval.0.until`."),
        ("[[approval]]\nsites = ['x']", ":2: `approval.0.sites.0` must be the id of a site"),
        ("[[approval]]\nsites = []", ":2: `approval.0.sites` must not be empty."),
        ("approval = 3", ":1: `approval` must be a list"),
        ("[[approval]]\n[[approval]]\nx = 1", ":3: unknown setting `approval.1.x`."),
        ("a", ":1: not valid TOML"),
        ("\n<<<<<<< HEAD\n", ":2: an unfinished merge. Keep the entries of both sides"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    entry = "[[approval]]\npractice = 'a'\nsites = ['0123456789ab']\n"
    end = "\napproved = 2030-01-01" if "{entry}" in text else ""
    text = text.replace("{entry}", entry) + end
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadRequest) as refused:
        load_approvals(tmp_path)
    assert message in str(refused.value)


def test_a_reason_is_needed_and_the_date_must_lie_ahead(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="needs a reason"):
        add_approval(
            tmp_path / FILE, practice="a", sites=["0123456789ab"], reason="\n", approved=TODAY
        )
    with pytest.raises(BadRequest, match="has passed"):
        approve(tmp_path, PURCHASE.id, expires=dt.date(2020, 1, 1))
    with pytest.raises(BadRequest, match="ids as reports show them"):
        approve(tmp_path, "not-an-id")
    assert not (tmp_path / FILE).exists()


def test_a_file_that_is_laid_out_otherwise_is_not_spoiled(tmp_path: Path) -> None:
    text = "approval = []\n"
    (tmp_path / FILE).write_text(text)
    with pytest.raises(BadRequest, match=r"\[\[approval\]\] tables"):
        approve(tmp_path, PURCHASE.id)
    assert (tmp_path / FILE).read_text() == text


def test_two_branches_that_each_approve_something_merge(repository: Repository) -> None:
    for site in ("000000000000", "999999999999", "ffffffffffff"):
        approve(repository.root, site)
    repository.commit()
    repository.git("switch", "-q", "-c", "ours")
    approve(repository.root, "333333333333")
    repository.commit()
    repository.git("switch", "-q", "main")
    approve(repository.root, "bbbbbbbbbbbb")
    repository.commit()
    repository.git("merge", "-q", "ours")
    sites = [each.sites[0][0] for each in load_approvals(repository.root)]
    assert sites == ["0", "3", "9", "b", "f"]


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import datetime as dt, pathlib, sys\n"
        "from backstay.project.approval_writing import add_approval\n"
        "for n in range(10):\n"
        "    add_approval(pathlib.Path(sys.argv[1]), practice='a', reason='x',"
        " sites=[f'{sys.argv[2]}{n:011x}'], approved=dt.date(2030, 1, 1))\n"
    )
    path = tmp_path / FILE
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(path), digit]) for digit in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len({site for each in load_approvals(tmp_path) for site in each.sites}) == 30
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_any_reason_comes_back(reason: str, by: str) -> None:
    import tempfile  # noqa: PLC0415 (a folder for each example)
    from pathlib import Path  # noqa: PLC0415

    try:
        reason.encode()
        by.encode()
    except UnicodeEncodeError:
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        add_approval(
            root / FILE,
            practice="a",
            sites=["0123456789ab"],
            reason=reason,
            approved=TODAY,
            by=by,
        )
        [approval] = load_approvals(root)
        assert approval.reason == " ".join(reason.split())
        assert (approval.by or "") == by
