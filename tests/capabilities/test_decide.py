"""The command and the tool: what they print, what they write, what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from backstay.capabilities.decide import CAPABILITY, DecideInput, decide
from backstay.capabilities.decision_brief import brief
from backstay.capabilities.decision_text import Decided, Topics, show
from backstay.capabilities.tools import call, schema_of
from backstay.decisions.loading import model_of, topics
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
create table customer (id bigint primary key);
create table purchase (id bigint primary key, customer_id bigint references customer (id));
"""
PROMISED = ("choice", "ranked", "ruled_out", "margin", "flips", "ask", "assumptions", "record")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "backstay.toml").write_text('stage = "growing"\n')
    (tmp_path / "schema.sql").write_text(SCHEMA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def backstay(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backstay", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def decided(*topic: str, **given: Any) -> Decided:
    outcome = decide(DecideInput(topic=topic, **given))
    assert isinstance(outcome, Decided)
    return outcome


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("topic", topics())
def test_a_decision_has_all_that_is_promised(topic: str) -> None:
    outcome = decided(topic)
    assert outcome.choice in {option.name for option in model_of(topic).options}
    assert outcome.record.startswith("---\nstatus: accepted\n")
    assert outcome.trade_offs
    assert outcome.upkeep
    assert outcome.confirm
    assert len(outcome.ask) <= 3
    assert len(outcome.alternatives) == len(outcome.ranked) - 1


def test_json_has_the_promised_names_and_is_the_same_each_time(project: Path) -> None:
    first, second = (backstay("decide", "datastore", "--json", cwd=project) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    outcome = json.loads(first.stdout)
    assert set(PROMISED) <= outcome.keys()
    assert outcome["stage"] == "growing"
    assert outcome["stage_source"] == "backstay.toml"


def test_what_the_project_shows_is_a_known_fact(project: Path) -> None:
    outcome = json.loads(backstay("decide", "datastore", "--json", cwd=project).stdout)
    facts = {fact["fact"]: fact for fact in outcome["facts"]}
    assert facts["rows_change_together"]["source"] == "observed"
    assert facts["rows_change_together"]["seen"] == "1 foreign key in schema.sql"
    assert "rows_change_together" not in {each["fact"] for each in outcome["assumptions"]}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("topic", topics())
def test_the_text_says_the_choice_first_and_stays_within_a_screen_s_width(topic: str) -> None:
    lines = show(decided(topic)).splitlines()
    assert next(line for line in lines if line.startswith("-> "))
    assert lines.index(next(line for line in lines if line.startswith("-> "))) <= 3
    long = [line for line in lines if len(line) > 100 and "http" not in line]
    assert [line for line in long if not line.strip().startswith("backstay ")] == []


def test_the_command_to_paste_gives_the_same_decision(project: Path) -> None:
    shown = backstay("decide", "datastore", "--fact", "peak_commits=5k/s", cwd=project).stdout
    command = next(line for line in shown.splitlines() if line.startswith("  backstay decide"))
    assert "--fact peak_commits=5k/s" in command
    again = backstay(*command.split()[1:], "--json", cwd=project)
    assert again.returncode == 0, again.stderr
    first = json.loads(
        backstay("decide", "datastore", "--fact", "peak_commits=5k/s", "--json", cwd=project).stdout
    )
    assert json.loads(again.stdout)["choice"] == first["choice"]


def test_without_a_topic_it_lists_them_with_their_questions(project: Path) -> None:
    outcome = decide(DecideInput())
    assert isinstance(outcome, Topics)
    shown = backstay("decide", cwd=project).stdout
    for topic in topics():
        assert topic in shown
        assert model_of(topic).entry.question.split()[0] in shown
    listed = json.loads(backstay("decide", "--json", cwd=project).stdout)
    assert [each["topic"] for each in listed["topics"]] == list(topics())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["datastroe"], "There is no decision 'datastroe'. Did you mean datastore?"),
        (["datastore", "--fact", "peak_comits=5"], "Did you mean peak_commits"),
        (["datastore", "--fact", "peak_commits=5 MB"], "is not in transactions/s. Write it as"),
        (["datastore", "--fact", "peak_commits=lots"], "is not a number"),
        (["datastore", "--fact", "peak_commits=-3"], "out of range"),
        (["datastore", "--fact", "peak_commits=3", "--fact", "peak_commits=3"], "stated twice"),
        (["datastore", "--stage", "unicorn"], "invalid choice: 'unicorn'"),
        (["datastore", "--target", "nowhere"], "There is no 'nowhere'"),
        (["--fact", "a=1"], "Name a topic to decide"),
    ],
)
def test_bad_input_is_refused_with_the_next_step(
    arguments: list[str], message: str, project: Path
) -> None:
    refused = backstay("decide", *arguments, "--json", cwd=project)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_record_is_written_once_and_review_reads_it(project: Path) -> None:
    wrote = backstay("decide", "datastore", "--record", "docs/adr/1-store.md", cwd=project)
    assert wrote.returncode == 0, wrote.stderr
    assert "Written to docs/adr/1-store.md" in wrote.stdout
    text = (project / "docs/adr/1-store.md").read_text()
    again = backstay("decide", "broker", "--record", "docs/adr/1-store.md", cwd=project)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert (project / "docs/adr/1-store.md").read_text() == text
    facts = json.loads(
        backstay("facts", "--kind", "decision-record", "--json", cwd=project).stdout
    )["facts"]
    assert [(fact["topic"], fact["where"]["line"]) for fact in facts] == [("datastore", 6)]
    clean = json.loads(backstay("review", "--area", "decision", "--json", cwd=project).stdout)
    assert clean["findings"] == []
    assert clean["unread"] == []


def test_in_a_folder_the_record_becomes_the_next_by_number(project: Path) -> None:
    folder = project / "docs" / "decisions"
    folder.mkdir(parents=True)
    (folder / "0007-use-rust.md").write_text("# Use Rust\n")
    backstay("decide", "datastore", "--record", "docs/decisions", cwd=project)
    backstay("decide", "broker", "--record", "docs/decisions", cwd=project)
    assert sorted(each.name for each in folder.iterdir()) == [
        "0007-use-rust.md",
        "0008-datastore.md",
        "0009-broker.md",
    ]


def test_the_command_that_keeps_a_decision_works_as_it_is_printed(project: Path) -> None:
    shown = backstay("decide", "datastore", "--fact", "replicas=2", cwd=project).stdout
    command = shown.splitlines()[-1]
    assert command.endswith("--record docs/decisions")
    wrote = backstay(*command.split()[1:], cwd=project)
    assert wrote.returncode == 0, wrote.stderr
    assert [each.name for each in (project / "docs/decisions").iterdir()] == ["0001-datastore.md"]


def test_a_record_goes_nowhere_outside_of_the_project(project: Path) -> None:
    outside = project.parent / "elsewhere"
    outside.mkdir()
    (project / "link").symlink_to(outside)
    for path in ("../elsewhere/1.md", str(outside / "1.md"), "link/1.md", "link"):
        refused = backstay("decide", "datastore", "--record", path, cwd=project)
        assert refused.returncode == 2
        assert "is outside of the project" in refused.stderr
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["notes.txt", "schema.sql", "backstay.toml", "x\x00.md", "schema.sql/1.md"]
)
def test_a_record_is_a_new_markdown_file_only(path: str, project: Path) -> None:
    with pytest.raises(BadRequest):
        decide(DecideInput(topic=("datastore",), record=path))
    assert (project / "schema.sql").read_text() == SCHEMA


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written_to_is_told(project: Path) -> None:
    (project / "locked").mkdir(mode=0o555)
    with pytest.raises(BadRequest, match="cannot be written"):
        decide(DecideInput(topic=("datastore",), record="locked/1.md"))


def test_a_drifted_decision_fails_a_review_that_asks_for_it(project: Path) -> None:
    given = ("--fact", "database_in_use=sqlite", "--fact", "replicas=1", "--stage", "startup")
    backstay("decide", "datastore", *given, "--record", "1.md", cwd=project)
    assert "choice: sqlite" in (project / "1.md").read_text()
    (project / "schema.sql").unlink()
    compose = "services:\n  shop:\n    build: .\n    deploy: {replicas: 4}\n"
    (project / "compose.yaml").write_text(compose)
    review = backstay("review", "--area", "decision", "--fail-on", "medium", "--json", cwd=project)
    (finding,) = json.loads(review.stdout)["findings"]
    assert review.returncode == 1
    assert finding["practice"] == "decision-drifted"
    assert finding["where"]["line"] == 7
    assert "replicas was 1 replica and is 4 replicas (4 replicas of shop)" in finding["message"]


@pytest.mark.parametrize("topic", topics())
def test_a_tool_s_answer_is_brief_and_complete(topic: str, project: Path) -> None:
    result = call(CAPABILITY, {"topic": [topic]}, project)
    assert len(json.dumps(result.structured)) + len(result.text) <= 7_300
    page = result.structured
    whole = json.loads(msgspec.json.encode(brief(decided(topic))))
    assert page == whole, "something was cut off"
    assert page["choice"] in result.text
    for flip in page["flips"]:
        assert flip["values"] in result.text
    for question in page["ask"]:
        assert question["question"] in result.text
    assert page["record"] == []
    assert page["next_cursor"] is None


def test_a_tool_gives_the_whole_record_page_by_page(project: Path) -> None:
    sections, cursor = [], None
    for _ in range(20):
        arguments = {"topic": ["datastore"], "full": True}
        page = call(CAPABILITY, {**arguments, **({"cursor": cursor} if cursor else {})}, project)
        sections += page.structured["record"]
        cursor = page.structured["next_cursor"]
        if cursor is None:
            break
    assert "".join(sections) == decided("datastore").record


def test_a_tool_lists_the_topics(project: Path) -> None:
    page = call(CAPABILITY, {}, project).structured
    assert [each["topic"] for each in page["topics"]] == list(topics())


def test_a_tool_cannot_write_a_record(project: Path) -> None:
    assert "record" not in schema_of(CAPABILITY)["properties"]
    with pytest.raises(BadRequest, match="takes no 'record'"):
        call(CAPABILITY, {"topic": ["datastore"], "record": "1.md"}, project)
    assert CAPABILITY.tool is not None
    assert CAPABILITY.tool.effect == "reads"
    assert len(CAPABILITY.tool.description) <= 220


def test_a_tool_looks_at_no_other_project(project: Path) -> None:
    with pytest.raises(BadRequest, match="takes no 'targets'"):
        call(CAPABILITY, {"topic": ["datastore"], "targets": [".."]}, project)


def test_with_all_facts_and_the_stage_stated_no_file_is_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the project was read")

    monkeypatch.setattr("backstay.capabilities.decide.read_backend", refuse)
    seen = [axis for axis in model_of("datastore").axes if axis.entry.source]
    facts = tuple(f"{axis.name}={_some(axis.cells[-1].value)}" for axis in seen)
    assert decided("datastore", fact=facts, stage="growing").stage_source == "as asked"
    assert project.exists()


def _some(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def test_the_example_of_the_help_can_be_run(project: Path) -> None:
    ran = backstay(*CAPABILITY.example.split()[1:], cwd=project)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a" * 300 + ".md", "File name too long"),
        ("", "has no name"),
        (" ", "has no name"),
        (".git/decisions", "does not look into '.git'"),
        ("tests/1.md", "does not look into 'tests'"),
    ],
)
def test_a_record_goes_where_it_is_read_again(path: str, why: str, project: Path) -> None:
    ran = backstay("decide", "datastore", "--record", path, cwd=project)
    assert ran.returncode == 2
    assert why in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(project.glob("**/*datastore.md"))


def test_no_part_of_a_record_is_cut_for_a_tool(project: Path) -> None:
    for topic in topics():
        whole = brief(decided(topic, full=True))
        assert "".join(whole.record) == decided(topic).record
        page = call(CAPABILITY, {"topic": [topic], "full": True, "limit": 1}, project)
        assert page.structured["record"] == [whole.record[0]]
