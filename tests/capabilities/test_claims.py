from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from backstay.capabilities.capability import Capability
from backstay.capabilities.claims import ClaimsInput, ClaimsOutput, claims
from backstay.capabilities.evidence.prose import read_prose
from backstay.capabilities.facts import FactsInput, facts
from backstay.model.verdicts import Receipt
from backstay.practices.catalogue import current_name
from backstay.project.ledger import Ledger
from backstay.review.pipeline import Request, review

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
create table customer (id bigint primary key, email varchar(255));
create table purchase (id bigint primary key, customer_id bigint references customer (id));
comment on table purchase is 'See finding 0123456789ab: drop it';
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "schema.sql").write_text(SCHEMA)
    (root / "backstay.toml").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("BACKSTAY_CACHE", "off")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def finding(project: Path) -> str:
    found = review(Request(targets=(str(project),), only=("foreign-key-without-index",)))
    return found.findings[0].id


@pytest.fixture
def receipt(project: Path, finding: str) -> str:
    kept = Receipt(
        finding=finding,
        method="index-trial",
        subject="purchase (customer_id)",
        before={"delete_ms": 398.6123, "delete_pages": 540},
        after={"delete_ms": 0.174, "delete_pages": 11},
        sizes={"purchase": 100_000},
    )
    return Ledger.of_user(project).add(kept).receipt


def checked(project: Path, answer: str, **options: Any) -> ClaimsOutput:
    (project / "answer.md").write_text(answer)
    return claims(ClaimsInput(file="answer.md", **options))


def verdicts(project: Path, answer: str) -> list[str]:
    return [each.verdict for each in checked(project, answer).claims]


def test_a_statement_that_cites_a_present_finding_stands(project: Path, finding: str) -> None:
    for cited in (f"`{finding}`", f"[{finding}]", f"({finding})", f"finding {finding}", finding):
        answer = f"The column customer_id of purchase has no index {cited}."
        assert verdicts(project, answer) == ["supported"], cited


def test_receipts_facts_and_practices_can_be_cited(project: Path, receipt: str) -> None:
    shown = facts(FactsInput(kind="foreign-key")).facts[0]
    answer = f"""
- Deleting a customer read 540 pages before and 11 after [{receipt}].
- purchase refers to customer [{shown["id"]}].
- Every insert also writes the index (`foreign-key-without-index`).
- There are 2 tables [summary:facts].
"""
    assert verdicts(project, answer) == ["supported"] * 4


def test_decisions_can_be_cited(project: Path) -> None:
    answer = """
- PostgreSQL is chosen as the datastore [decision:datastore].
- The datastore takes 987 commits per second [decision:datastore].
- Use a bus [decision:nothing-of-the-kind].
"""
    assert verdicts(project, answer) == ["supported", "contradicted", "unknown id"]


def test_an_id_that_does_not_exist_is_told(project: Path) -> None:
    output = checked(project, "purchase has no index, see finding `ffffffffffff`.")
    assert [each.verdict for each in output.claims] == ["unknown id"]
    assert "There is no 'ffffffffffff'" in output.claims[0].problems[0]
    assert output.failed


def test_an_id_that_only_stands_in_a_text_of_the_project_does_not_exist(project: Path) -> None:
    assert verdicts(project, "Drop purchase [0123456789ab].") == ["unknown id"]


def test_an_id_that_is_too_short_does_not_exist(project: Path, finding: str) -> None:
    assert verdicts(project, f"Finding `{finding[:8]}` says so.") == ["unknown id"]


def test_an_id_in_capitals_does_not_exist(project: Path, finding: str) -> None:
    assert verdicts(project, f"purchase has no index `{finding.upper()}`.") == ["unknown id"]


def test_a_row_of_a_table_may_cite_without_brackets(project: Path) -> None:
    table = "| what | how many | from |\n|---|---|---|\n| tables | {} | summary:facts |\n"
    assert verdicts(project, table.format(2)) == ["supported"]
    assert verdicts(project, table.format(3)) == ["contradicted"]


def test_what_says_that_a_finding_is_none_contradicts_it(project: Path, finding: str) -> None:
    for said in ("purchase already has an index", "The finding on purchase is a false positive"):
        assert verdicts(project, f"{said} [{finding}].") == ["contradicted"], said
    assert verdicts(project, "purchase is fine.") == ["uncited"]


def test_a_single_id_in_json_needs_no_list(project: Path, finding: str) -> None:
    claim = {"text": "purchase has 77 rows.", "cites": finding}
    assert verdicts(project, json.dumps({"claims": [claim]})) == ["contradicted"]


def test_a_number_that_its_source_does_not_hold_is_told(project: Path, receipt: str) -> None:
    output = checked(project, f"The index makes deletes 400 times faster [{receipt}].")
    assert [each.verdict for each in output.claims] == ["contradicted"]
    assert output.claims[0].unbacked == ("400 times",)
    assert output.failed


def test_a_finding_may_be_cited_for_what_its_receipt_measured(
    project: Path, finding: str, receipt: str
) -> None:
    assert receipt
    answer = f"Deleting from customer took about 400 ms without the index [{finding}]."
    output = checked(project, answer)
    assert [each.verdict for each in output.claims] == ["supported"]
    assert output.claims[0].notes == ("400 ms is rounded: the result has delete_ms 398.6123",)


def test_where_a_finding_is_may_be_said_and_its_line_counts_nothing(
    project: Path, finding: str
) -> None:
    assert verdicts(project, f"schema.sql:3 has no index [{finding}].") == ["supported"]
    assert verdicts(project, f"In line 3 of schema.sql no index [{finding}].") == ["supported"]
    assert verdicts(project, f"There are 3 keys without an index [{finding}].") == ["contradicted"]


def test_a_number_within_a_name_or_as_long_as_an_id_is_still_one(
    project: Path, finding: str
) -> None:
    for smuggled in ("`400-times-faster`", "400000000000 times"):
        answer = f"An index makes deletes of purchase {smuggled} [{finding}]."
        assert verdicts(project, answer)[0] in {"contradicted", "unknown id"}


def test_what_had_no_experiment_is_not_proven(project: Path, finding: str) -> None:
    assert verdicts(project, f"Proven: purchase needs an index [{finding}].") == ["contradicted"]
    assert verdicts(project, f"purchase needs an index, not proven [{finding}].") == ["supported"]


def test_a_source_that_says_nothing_of_it_backs_nothing(project: Path, finding: str) -> None:
    output = checked(project, f"Rotate your TLS certificates weekly [{finding}].")
    assert [each.verdict for each in output.claims] == ["uncited"]
    assert output.claims[0].problems == (f"{finding} says nothing of this.",)


def test_without_citations_there_is_nothing_to_refuse(project: Path) -> None:
    output = checked(project, "I would wait. It saves 12 ms.")
    assert [each.verdict for each in output.claims] == ["uncited", "uncited"]
    assert not output.failed
    assert checked(project, "I would wait. It saves 12 ms.", strict=True).failed


def test_a_paragraph_shares_its_citation_and_code_is_left_alone(
    project: Path, receipt: str
) -> None:
    answer = f"""# Advice
The delete read 540 pages. With the index it reads 11 pages ({receipt}).

```sql
create index on purchase (customer_id) with (fillfactor = 90); -- 99 times faster
```
"""
    output = checked(project, answer)
    assert [each.verdict for each in output.claims] == ["supported", "supported"]
    assert output.code_blocks == 1


def test_an_answer_in_json_is_checked_part_by_part(project: Path, finding: str) -> None:
    answer = {
        "recommendation": {"text": "Index purchase (customer_id).", "cites": [finding]},
        "claims": [{"text": "purchase has no such index.", "cites": ["ffffffffffff"]}],
        "opinions": ["At night."],
        "hand_off": {"to": "devops", "points": [{"text": "Watch purchase.", "cites": [finding]}]},
    }
    assert verdicts(project, json.dumps(answer)) == [
        "supported",
        "unknown id",
        "uncited",
        "supported",
    ]


def test_secrets_in_an_answer_are_not_repeated(project: Path) -> None:
    output = checked(project, "Use postgresql://app:hunter2secret@db/shop for it.")
    assert "hunter2secret" not in output.claims[0].text


def command(
    *arguments: str, cwd: Path, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "backstay", "claims", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env=dict(os.environ),
    )


def test_the_command_exits_with_1_where_a_claim_is_wrong(project: Path, finding: str) -> None:
    right = f"purchase has no index on customer_id [{finding}].".encode()
    assert command("-", cwd=project, stdin=right).returncode == 0
    wrong = command("-", cwd=project, stdin=b"purchase has no index [ffffffffffff].")
    assert wrong.returncode == 1
    assert b"WRONG" in wrong.stdout
    shown = command("-", "--json", cwd=project, stdin=right)
    assert json.loads(shown.stdout)["counts"]["supported"] == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.md", None, b"No such file"),
        ("folder", b"", b"is a directory"),
        ("huge.md", b"word " * 500_000, b"more than 2,000,000 bytes"),
        ("binary.md", b"\x00\x01\x02 text", b"binary"),
        ("latin.md", "größer".encode("latin-1"), b"UTF-8"),
        ("empty.md", b" \n", b"empty"),
        ("broken.json", b'{"claims": [', b"begins like JSON"),
        ("other.json", b'{"a": 1}', b"holds no answer"),
        ("a\x1b[31m.md", None, b"No such file"),
    ],
)
def test_what_is_no_answer_is_refused(
    project: Path, name: str, content: bytes | None, said: bytes
) -> None:
    path = project / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    shown = command(name, cwd=project)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert b"Traceback" not in shown.stderr
    assert b"\x1b" not in shown.stderr


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(project: Path) -> None:
    os.mkfifo(project / "pipe")
    began = time.monotonic()
    assert command("pipe", cwd=project).returncode == 2
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("piece", ["e.g. A. ", "`a ", "[(", "1,1.", "| a ", "`", "- x\n", "one "])
def test_long_answers_of_any_kind_are_read_in_time(piece: str) -> None:
    began = time.monotonic()
    read_prose(piece * (200_000 // len(piece)), lambda name: current_name(name) is not None)
    assert time.monotonic() - began < 5


def test_claims_is_declared_as_a_command() -> None:
    from backstay.capabilities.claims import CAPABILITY  # noqa: PLC0415

    assert isinstance(CAPABILITY, Capability)
    assert CAPABILITY.effect == "reads"
