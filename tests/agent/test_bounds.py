"""Every run ends, in time, and says why."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.function import FunctionModel

from backstay.agent.bounds import Bounds, OutOfBounds
from backstay.agent.command import ask
from backstay.agent.conversation import NoAnswer
from backstay.agent.outgoing import ANSWER, outgoing
from backstay.capabilities.tools import tools
from backstay.model.errors import NotAvailable
from tests.agent.conftest import SECRET
from tests.agent.scripts import Script, hand_in, honest, run, said, use

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_ai.messages import ModelResponse

    from backstay.model.events import Progress


def ask_function(function: Any, project: Path, **bounds: Any) -> Any:
    first = outgoing("Which index do we lack?", "scripted")
    return ask(first, FunctionModel(function), project, Bounds(**bounds))


def test_a_model_that_calls_tools_for_ever_is_stopped(project: Path) -> None:
    script = Script(lambda script: [use("review", limit=len(script.requests))])
    with pytest.raises(OutOfBounds, match=r"was asked 5 times .* --calls"):
        run(script, project, calls=5)
    assert len(script.requests) == 5


def test_the_same_call_again_costs_nothing_and_gives_nothing(project: Path) -> None:
    script = Script([use("review")])
    with pytest.raises(OutOfBounds):
        run(script, project, calls=4)
    told = [str(part.content) for part in script.returns]
    assert "findings" in told[0]
    assert all("with the same arguments before" in each for each in told[1:])


def test_the_last_request_says_so(project: Path) -> None:
    script = Script([use("review")], honest)
    answer = run(script, project, calls=2)
    messages, _ = script.requests[-1]
    assert f"call {ANSWER} now" in repr(messages[-1].parts[-1])
    assert answer.usage.calls == 2


def test_no_more_than_eight_tools_are_called_at_once(project: Path) -> None:
    script = Script([use("review", limit=each) for each in range(1, 12)], honest)
    assert run(script, project).usage.tool_calls == 8


def test_tokens_are_counted_before_they_are_spent(project: Path) -> None:
    script = Script(lambda script: [use("facts", kind="column", limit=len(script.requests))])
    with pytest.raises(OutOfBounds, match=r"beyond 12,000 tokens.* --tokens"):
        run(script, project, tokens=12_000, calls=100)
    assert 1 <= len(script.requests) < 20


def test_a_question_that_costs_more_than_all_is_not_sent(project: Path) -> None:
    script = Script([use("review")])
    with pytest.raises(OutOfBounds):
        run(script, project, "why? " * 3_000, tokens=5_000)
    assert script.requests == []


def test_a_provider_that_fails_is_told_without_its_secrets(project: Path) -> None:
    def fail(*_: Any) -> ModelResponse:
        raise ModelHTTPError(529, "scripted", {"error": f"overloaded, password={SECRET}"})

    with pytest.raises(NotAvailable, match=r"scripted failed: .*529.*--model") as raised:
        ask_function(fail, project)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("error", [OSError("no route"), TimeoutError(), KeyError("x")])
def test_whatever_a_provider_raises_ends_the_run(error: Exception, project: Path) -> None:
    async def fail(*_: Any) -> ModelResponse:
        raise error

    with pytest.raises(NotAvailable, match="scripted failed"):
        ask_function(fail, project)


def test_a_provider_that_fails_later_ends_the_run_too(project: Path) -> None:
    def then_fail(_: Script) -> list[Any]:
        raise ConnectionResetError("gone")

    with pytest.raises(NotAvailable, match="gone"):
        run(Script([use("review")], then_fail), project)


def test_a_provider_that_stalls_is_given_up(project: Path) -> None:
    ended = threading.Event()

    async def stall(*_: Any) -> ModelResponse:
        try:
            await asyncio.sleep(600)
        finally:
            ended.set()
        raise AssertionError

    began = time.monotonic()
    with pytest.raises(OutOfBounds, match=r"After 1 s there is no answer.*--seconds"):
        ask_function(stall, project, seconds=1)
    assert time.monotonic() - began < 5
    assert ended.is_set()


def test_the_connection_to_a_stalled_provider_is_closed(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        async def call(*_: Any) -> ModelResponse:
            async with httpx2.AsyncClient(timeout=None) as client:
                await client.post(f"http://127.0.0.1:{port}/v1/messages", json={})
            raise AssertionError

        with pytest.raises(OutOfBounds):
            ask_function(call, project, seconds=1.5)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            while connection.recv(4_096):
                pass  # what was sent; then the end, at once, because the client has gone


def test_a_provider_that_blocks_is_left_behind(project: Path) -> None:
    release = threading.Event()

    def block(*_: Any) -> ModelResponse:
        release.wait(60)
        raise AssertionError

    began = time.monotonic()
    with pytest.raises(OutOfBounds):
        ask_function(block, project, seconds=1)
    assert time.monotonic() - began < 8
    release.set()


def test_a_tool_at_work_ends_when_the_time_is_up(project: Path) -> None:
    heard: list[str] = []

    def hear_slowly(news: Progress) -> None:
        heard.append(news.step)
        time.sleep(0.1)

    script = Script([use("review")])
    first = outgoing("Which index do we lack?", "scripted")
    began = time.monotonic()
    with pytest.raises(OutOfBounds, match="the time went by with the tools"):
        ask(first, script.model, project, Bounds(seconds=1), hear_slowly)
    assert time.monotonic() - began < 6
    assert heard[-1] == "judge"
    assert len(script.requests) == 1


def test_experiments_get_no_more_time_than_the_run_has(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def seen(_: Any, arguments: dict[str, Any], *__: Any) -> Any:
        asked.append(arguments)
        raise NotAvailable("no experiments here")

    monkeypatch.setattr("backstay.agent.toolbox.call", seen)
    script = Script([use("prove", ids=["a"]), use("prove", ids=["b"], budget=9_999)])
    with pytest.raises(OutOfBounds):
        run(script, project, seconds=50, calls=1)
    assert all(0 < each["budget"] <= 50 for each in asked)


def test_experiments_keep_to_the_time_that_the_settings_give(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "backstay.toml").write_text("budget_seconds = 7\n")
    asked: list[dict[str, Any]] = []

    def seen(_: Any, arguments: dict[str, Any], *__: Any) -> Any:
        asked.append(arguments)
        raise NotAvailable("no experiments here")

    monkeypatch.setattr("backstay.agent.toolbox.call", seen)
    with pytest.raises(OutOfBounds):
        run(Script([use("prove", ids=["a"])]), project, calls=1)
    assert [each["budget"] for each in asked] == [7]


def test_answers_that_never_hold_end_after_three(project: Path) -> None:
    script = Script([use("review")], [hand_in(said("x"), said("y"))])
    with pytest.raises(NoAnswer):
        run(script, project, calls=50)
    assert len(script.requests) == 4


def test_progress_is_told_at_once(project: Path) -> None:
    heard: list[Progress] = []
    run(Script([use("review")], honest), project, heard=heard)
    assert heard[0].step == "ask"
    assert "request 1 of at most 16" in heard[0].text
    assert {"look", "judge"} <= {each.step for each in heard}


def test_progress_goes_on_while_the_model_thinks(project: Path) -> None:
    heard: list[Progress] = []

    def slow(_: Script) -> list[Any]:
        time.sleep(2.4)
        return [use("review")]

    run(Script(slow, honest), project, heard=heard)
    assert [each.text for each in heard if each.text.endswith(("1 s)", "2 s)"))]


# The command as it is run, with a model that a script stands in for.
STAND_IN = """
import asyncio, sys, time
from pydantic_ai.models.function import FunctionModel
from backstay.foreign import pydantic_ai as door
from backstay.cli.command import run

async def stalls(messages, info):
    await asyncio.sleep(600)

def blocks(messages, info):
    time.sleep(600)

async def resolves(messages, info):
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 600)

def fails(messages, info):
    raise ConnectionError("no route to host")

door.model_named = lambda name: FunctionModel(globals()[name.partition(":")[2]])
print("ready", file=sys.stderr, flush=True)
sys.exit(run(["agent", "Which index?", "--model", "x:" + sys.argv[1], *sys.argv[2:]]))
"""


def command(project: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(STAND_IN), *arguments],
        cwd=project,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("way", ["stalls", "blocks", "resolves"])
def test_the_command_ends_with_2_whatever_way_a_provider_stalls(way: str, project: Path) -> None:
    with command(project, way, "--seconds", "1") as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "there is no answer" in err
    assert "Traceback" not in err
    assert out == ""


def test_the_command_ends_with_2_where_a_provider_fails(project: Path) -> None:
    with command(project, "fails") as process:
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "x:fails failed: ConnectionError: no route to host" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_the_command_ends_at_once_when_told_to(number: int, code: int, project: Path) -> None:
    with command(project, "stalls") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        time.sleep(1.5)
        process.send_signal(number)
        began = time.monotonic()
        process.communicate(timeout=30)
    assert process.returncode == code
    assert time.monotonic() - began < 6


def test_every_tool_of_the_registry_is_offered() -> None:
    offered = [each.name for each in outgoing("What?").tools]
    assert offered == [*(f"backstay_{each.name}" for each in tools()), ANSWER]
