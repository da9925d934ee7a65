"""Calls that take long, clients that go, and two at once: progress, and nothing left running."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from mcp.client import Client

from backstay.lab import processes
from tests.harsh.examples import SCHEMA
from tests.harsh.running import write
from tests.lab.owners import eventually, is_alive, place, scratch_folders
from tests.mcp.connections import answer_of, client, command_json, http_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZES = "[tables]\ncustomer = 100_000\npurchase = 3_000_000\n"
SERVER = [sys.executable, "-m", "backstay", "mcp"]


@pytest.fixture
def where(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with place() as folder:
        monkeypatch.setenv("TMPDIR", str(folder))
        yield folder


@pytest.fixture
def slow(tmp_path: Path, where: Path) -> Iterator[tuple[Path, str]]:
    """A project with a finding whose proof takes long, as the current directory, and its id."""
    project = write(tmp_path / "project", {"schema.sql": SCHEMA, "backstay.toml": SIZES})
    report = command_json(project, "review")
    proofs = [each for each in report["findings"] if "index-trial" in (each["reason"] or "")]
    assert not scratch_folders(where)
    with contextlib.chdir(project):
        yield project, proofs[0]["id"]


def helpers_of(where: Path) -> frozenset[int]:
    """The processes of the experiment that is running, once it has a server."""
    assert eventually(lambda: scratch_folders(where))
    [folder] = scratch_folders(where)
    assert eventually(lambda: processes.belonging_to(folder))
    return processes.belonging_to(folder)


def assert_gone(where: Path, helpers: frozenset[int]) -> None:
    assert eventually(lambda: not scratch_folders(where))
    assert eventually(lambda: not any(map(is_alive, helpers)))


@pytest.mark.parametrize("way", ["memory", "memory before 2026-07-28", "stdio"])
def test_progress_comes_within_a_second_and_then_every_two(
    way: str, slow: tuple[Path, str]
) -> None:
    project, finding = slow
    times: list[float] = []
    counts: list[float] = []
    words: list[str] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        times.append(time.monotonic())
        counts.append(progress)
        words.append(message or "")

    async def main() -> None:
        async with client(way, project) as session:
            times.append(time.monotonic())
            arguments = {"ids": [finding], "budget": 60.0}
            await session.call_tool("backstay_prove", arguments, progress_callback=heard)
            times.append(time.monotonic())

    anyio.run(main)
    gaps = [after - before for before, after in pairwise(times)]
    assert times[-1] - times[0] > 2
    assert gaps[0] < 1
    assert max(gaps) < 2
    assert counts == sorted(set(counts))
    assert any(each.startswith("prove") for each in words)


@pytest.mark.parametrize("way", ["memory", "memory before 2026-07-28", "stdio"])
def test_a_call_that_is_cancelled_takes_its_server_with_it(
    way: str, slow: tuple[Path, str], where: Path
) -> None:
    project, finding = slow

    async def main() -> frozenset[int]:
        async with client(way, project) as session, anyio.create_task_group() as tasks:
            tasks.start_soon(session.call_tool, "backstay_prove", {"ids": [finding]})
            helpers = await anyio.to_thread.run_sync(helpers_of, where)
            tasks.cancel_scope.cancel()
        return helpers

    assert_gone(where, anyio.run(main))


def test_a_server_goes_on_after_a_call_that_was_cancelled(
    slow: tuple[Path, str], where: Path
) -> None:
    project, finding = slow

    async def main() -> None:
        async with client("stdio", project) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(session.call_tool, "backstay_prove", {"ids": [finding]})
                helpers = await anyio.to_thread.run_sync(helpers_of, where)
                tasks.cancel_scope.cancel()
            await anyio.to_thread.run_sync(assert_gone, where, helpers)
            got = answer_of(await session.call_tool("backstay_review", {}))
            assert got.structured["summary"]["findings"] > 0

    anyio.run(main)


def messages(*sent: dict[str, Any]) -> bytes:
    return b"".join(json.dumps({"jsonrpc": "2.0", **each}).encode() + b"\n" for each in sent)


HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"method": "notifications/initialized"}


def calling(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"id": 2, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


@contextlib.contextmanager
def raw_server(project: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server on pipes, without a client library between."""
    process = subprocess.Popen(
        SERVER, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def send(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin
    process.stdin.write(data)
    process.stdin.flush()


def received(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize("going", ["closes", "terminates", "kills"])
def test_a_client_that_goes_during_a_proof_leaves_nothing(
    going: str, slow: tuple[Path, str], where: Path
) -> None:
    project, finding = slow
    with raw_server(project) as process:
        send(process, messages(HELLO, READY, calling("backstay_prove", {"ids": [finding]})))
        helpers = helpers_of(where)
        if going == "closes":
            assert process.stdin
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM if going == "terminates" else signal.SIGKILL)
        assert_gone(where, helpers)
        process.wait(30)
        assert process.stderr
        assert b"Fatal" not in process.stderr.read()


def test_a_client_that_breaks_off_over_http_leaves_nothing(
    slow: tuple[Path, str], where: Path
) -> None:
    project, finding = slow

    async def main(url: str) -> frozenset[int]:
        async with Client(url) as session, anyio.create_task_group() as tasks:
            tasks.start_soon(session.call_tool, "backstay_prove", {"ids": [finding]})
            helpers = await anyio.to_thread.run_sync(helpers_of, where)
            tasks.cancel_scope.cancel()
        return helpers

    with http_server([*SERVER, "--http"], project, dict(os.environ)) as url:
        assert_gone(where, anyio.run(main, url))


def test_a_request_that_never_ends_does_not_keep_the_server(shop: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*SERVER, "--http", "--port", str(port)]
    process = subprocess.Popen(command, cwd=shop, stderr=subprocess.PIPE)
    headers = [
        "POST /mcp HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        "Content-Length: 9",
    ]
    half = "\r\n".join([*headers, "", "["]).encode()
    with process, contextlib.ExitStack() as closing:
        closing.callback(process.kill)

        def is_connected() -> bool:
            with contextlib.suppress(ConnectionRefusedError):
                connection = socket.create_connection(("127.0.0.1", port))
                closing.enter_context(connection).sendall(half)
                return True
            return False

        assert eventually(is_connected)
        time.sleep(0.5)
        process.terminate()
        assert process.wait(10) == 143


def test_lines_that_are_no_messages_do_not_stop_the_server(shop: Path) -> None:
    with raw_server(shop) as process:
        send(process, b"not json\n" + b'{"jsonrpc": "2.0"}\n' + b"[" * 50_000 + b"\n\xff\xfe\n")
        send(process, messages(HELLO, READY))
        answers = [received(process)]
        while answers[-1].get("id") != 1:
            answers.append(received(process))
        assert answers[-1]["result"]["serverInfo"]["name"] == "backstay"
        send(process, messages(calling("backstay_facts", {"kind": "table", "limit": 1})))
        answer = received(process)
        assert answer["result"]["structuredContent"]["total"] == 16
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


def test_two_clients_at_once_get_their_own_answers(shop: Path, shop_url: str) -> None:
    kinds = ["table", "column", "index", "foreign-key"] * 3
    totals: dict[int, int] = {}

    async def one(number: int, kind: str) -> None:
        async with Client(shop_url) as session:
            got = answer_of(await session.call_tool("backstay_facts", {"kind": kind}))
            assert not got.is_error, got.text
            assert got.structured["kind"] == kind
            totals[number] = got.structured["total"]

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for number, kind in enumerate(kinds):
                tasks.start_soon(one, number, kind)

    anyio.run(main)
    counts = command_json(shop, "facts")["counts"]
    assert totals == {number: counts[kind] for number, kind in enumerate(kinds)}


def test_a_server_that_only_listens_locally_refuses_other_names(shop_url: str) -> None:
    request = urllib.request.Request(
        shop_url,
        data=messages(HELLO),
        headers={
            "Host": "attacker.example",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code in {403, 421}
    refused.value.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-folder"], "is no folder"),
        (["/"], "is no project"),
        (["--http", "--port", "0"], "0 is no port"),
        (["--http", "--port", "99999"], "99999 is no port"),
        (["--prot", "1"], "unrecognized arguments"),
    ],
)
def test_a_wrong_start_says_what_to_do(words: list[str], said: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [*SERVER, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stdout == ""


def test_a_port_that_is_taken_is_said(shop: Path, shop_url: str) -> None:
    port = shop_url.rsplit(":", 1)[1].removesuffix("/mcp")
    ended = subprocess.run(
        [*SERVER, "--http", "--port", port],
        cwd=shop,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr
