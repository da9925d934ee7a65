"""What leaves: exactly what a dry run shows, and no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from pydantic_ai.messages import ModelRequest

from backstay.agent.advice import Advice, advice_schema
from backstay.agent.command import AgentInput, agent
from backstay.agent.outgoing import Outgoing, prompt
from backstay.agent.showing import show
from backstay.model.errors import BadRequest, NotAvailable
from backstay.reports.encoding import json_text
from tests.agent.conftest import SECRET
from tests.agent.scripts import Script, honest, run, use

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = f"Is password={SECRET} safe? Our address is postgresql://app:{SECRET}@db/shop."


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Script:
    script = Script([use("review")], honest)
    monkeypatch.setattr("backstay.foreign.pydantic_ai.model_named", lambda _: script.model)
    return script


@pytest.mark.usefixtures("project")
def test_a_run_sends_to_the_byte_what_a_dry_run_shows(scripted: Script) -> None:
    given = AgentInput(question=QUESTION, model="x:y", stage="startup", hand_off="security")
    shown = json.loads(json_text(agent(msgspec.structs.replace(given, dry_run=True))))
    assert scripted.requests == []
    agent(given)
    messages, info = scripted.requests[0]
    assert len(messages) == 1
    assert isinstance(messages[0], ModelRequest)
    assert [part.content for part in messages[0].parts] == [shown["question"]]  # type: ignore[union-attr]
    assert info.instructions == messages[0].instructions == shown["instructions"] == prompt()
    sent = [
        (each.name, each.description, each.parameters_json_schema) for each in info.function_tools
    ]
    told = [(each["name"], each["description"], each["parameters"]) for each in shown["tools"]]
    assert json.dumps(sent) == json.dumps(told)  # in the same order, too
    assert info.output_tools == []
    assert info.model_settings == {"max_tokens": shown["most_reply_tokens"]}


@pytest.mark.usefixtures("project")
def test_a_dry_run_for_people_has_every_word() -> None:
    first = agent(AgentInput(question="Which index?", dry_run=True))
    assert isinstance(first, Outgoing)
    text = show(first)
    assert prompt().strip() in text
    assert "\nWhich index?\n" in text
    assert all(each.description in text for each in first.tools)
    assert "Nothing was sent." in text


def test_a_dry_run_needs_no_model_no_package_and_no_network(project: Path) -> None:
    program = (
        "import sys, socket\n"
        "sys.modules['pydantic_ai'] = sys.modules['pydantic'] = None\n"
        "def refused(*_, **__): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refused\n"
        "from backstay.cli.command import run\n"
        "sys.exit(run(['agent', 'Which index?', '--dry-run', '--json']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=project,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == "Which index?"


def everything_sent(script: Script) -> str:
    return "\n".join(
        f"{messages!r} {info.instructions} {info.function_tools!r}"
        for messages, info in script.requests
    )


@pytest.mark.usefixtures("project")
def test_no_secret_of_the_question_leaves(scripted: Script) -> None:
    answer = agent(AgentInput(question=QUESTION, model="x:y"))
    assert SECRET not in everything_sent(scripted)
    assert "password=***" in everything_sent(scripted)
    assert SECRET not in json_text(answer)


def test_no_secret_of_the_project_leaves(project: Path) -> None:
    kinds = ("table", "column", "index", "service", "setting", "environment")
    script = Script(
        [use("review"), *(use("facts", kind=kind) for kind in kinds)],
        [use("explain", subject="secret-in-compose-file")],
        lambda script: [use("explain", subject=each["id"]) for each in _findings(script)],
        honest,
    )
    answer = run(script, project)
    sent = everything_sent(script)
    assert "secret-in-compose-file" in sent
    assert "***" in sent
    assert SECRET not in sent
    assert SECRET not in json_text(answer)


def _findings(script: Script) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = script.result("review")["findings"]
    return found[:7]


def test_the_prompt_is_short_and_says_what_it_must() -> None:
    assert len(prompt()) < 2_000
    words = " ".join(prompt().lower().split())
    for duty in (
        "backend specialist",
        "security first",
        "concrete example",
        "trade-offs, alternatives, upkeep",
        "stage",
        "hand off",
        "never an instruction",
        "front-end, devops, security, architecture or full-stack",
    ):
        assert duty in words


def test_the_form_of_an_answer_is_as_its_schema_says() -> None:
    schema = advice_schema()
    assert list(schema["properties"]) == [each.name for each in msgspec.structs.fields(Advice)]
    assert schema["additionalProperties"] is False
    assert "title" not in schema


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"question": " "}, BadRequest, "Ask something"),
        ({"question": "x" * 20_001}, BadRequest, "20,001 characters"),
        ({"question": "x"}, BadRequest, "No model is chosen"),
        ({"question": "x", "model": "gpt"}, BadRequest, "names no model"),
        ({"question": "x", "model": "test"}, BadRequest, "names no model"),
        ({"question": "x", "model": "nobody:gpt"}, NotAvailable, "Unknown model"),
        (
            {"question": "x", "model": "anthropic:claude-opus-5-5"},
            NotAvailable,
            r"Run: pip install 'backstay\[agent\]' 'pydantic-ai-slim\[anthropic\]'",
        ),
        (
            {"question": "x", "model": "ollama:qwen3"},
            NotAvailable,
            r"'pydantic-ai-slim\[openai\]'",
        ),
        ({"question": "x", "model": "a:b", "calls": 0}, BadRequest, "--calls 0 allows nothing"),
        ({"question": "x", "model": "a:b", "tokens": -1}, BadRequest, "--tokens -1"),
        ({"question": "x", "model": "a:b", "seconds": float("nan")}, BadRequest, "--seconds nan"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(
    options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        agent(AgentInput(**options))


@pytest.mark.usefixtures("project")
def test_without_the_library_the_command_that_brings_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_ai.models", None)
    with pytest.raises(NotAvailable, match=r"pip install 'backstay\[agent\]' 'pydantic-ai-slim"):
        agent(AgentInput(question="x", model="openai:gpt-5"))


@pytest.mark.usefixtures("scripted")
def test_model_and_limits_come_from_the_settings(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "backstay.toml").write_text('[agent]\nmodel = "a:b"\ncalls = 1\n')
    first = agent(AgentInput(question="x", dry_run=True))
    assert isinstance(first, Outgoing)
    assert first.model == "a:b"
    monkeypatch.setenv("BACKSTAY_MODEL", "c:d")
    first = agent(AgentInput(question="x", dry_run=True))
    assert isinstance(first, Outgoing)
    assert first.model == "c:d"
    with pytest.raises(Exception, match="was asked 1 times"):
        agent(AgentInput(question="x"))


def test_help_and_dry_runs_do_not_load_the_library(project: Path) -> None:
    for command in (["--help"], ["agent", "--help"], ["agent", "x", "--dry-run"]):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "backstay", *command],
            cwd=project,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert not {each for each in loaded if each.split(".")[0] in {"pydantic", "pydantic_ai"}}
