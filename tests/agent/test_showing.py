"""How an answer looks to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backstay.agent.showing import show
from backstay.cli.command import run as run_command
from tests.agent.scripts import Script, hand_in, honest, run, said, use

if TYPE_CHECKING:
    from pathlib import Path

READ = [use("review"), use("explain", subject="foreign-key-without-index")]


def careless(script: Script) -> list[Any]:
    found = script.finding()["id"]
    return [
        hand_in(
            said("Create an index on purchase (customer_id).", found),
            said("purchase has no index on customer_id. \x1b[31mRed\u202e", found),
            said("It makes deletes 400 times faster.", found),
            opinions=["5 % of users are there at night."],
            examples=[{"title": "Index", "code": "create index on purchase;\n```\n# not a title"}],
        )
    ]


def test_each_statement_shows_what_it_rests_on_or_that_it_is_opinion(project: Path) -> None:
    text = show(run(Script(READ, honest), project))
    assert text.startswith("# Recommendation\n\nCreate an index on purchase (customer_id). [")
    assert "- Every insert also writes the index. [foreign-key-without-index]" in text
    assert "- It takes a little disk. (opinion)" in text
    assert "finding, not proven: purchase (customer_id) refers to customer" in text
    assert "(schema.sql:5)" in text
    assert "- How large the tables are." in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_what_was_refused_stands_apart_with_the_reason(project: Path) -> None:
    text = show(run(Script(READ, careless), project))
    above, _, below = text.partition("## Refused: do not rely on it")
    assert "400 times" not in above
    assert "400 times does not stand in" in below
    assert "(opinion; from no result: 5 %)" in text


def test_what_a_terminal_would_obey_is_shown(project: Path) -> None:
    text = show(run(Script(READ, careless), project))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<U+001B>" in text
    assert "````\ncreate index" in text  # the block of code cannot be ended from within


@pytest.mark.usefixtures("project")
def test_the_command_prints_it_and_exits_with_0(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    script = Script(READ, honest)
    monkeypatch.setattr("backstay.foreign.pydantic_ai.model_named", lambda _: script.model)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert run_command(["agent", "Which index do we lack?", "--model", "x:y"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.startswith(b"# Recommendation")
    assert err == b""
