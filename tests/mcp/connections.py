"""The four ways to reach the server, and the command, behind one question."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import CallToolResult, TextContent

from backstay.mcp.server import server_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

WAYS = ("memory", "memory before 2026-07-28", "stdio", "HTTP")


class Answer(NamedTuple):
    """What a tool gave back."""

    structured: Any
    text: str
    is_error: bool


def client(way: str, root: Path, url: str = "") -> Client:
    """A client of a server for ``root`` (which must be the current directory), by that way."""
    if way == "stdio":
        command = ["-m", "backstay", "mcp"]
        return Client(
            StdioServerParameters(
                command=sys.executable, args=command, cwd=str(root), env=dict(os.environ)
            )
        )
    if way == "HTTP":
        return Client(url)
    return Client(server_for(root), mode="legacy" if "before" in way else "auto")


def answer_of(result: Any) -> Answer:
    """The parts of a result that clients read."""
    assert isinstance(result, CallToolResult)
    [content] = result.content
    assert isinstance(content, TextContent)
    return Answer(result.structured_content, content.text, bool(result.is_error))


def ask(connected: Client, tool: str, arguments: dict[str, Any]) -> Answer:
    """Connect, call one tool, and end."""

    async def main() -> Answer:
        async with connected as session:
            return answer_of(await session.call_tool(tool, arguments))

    with anyio.from_thread.start_blocking_portal() as portal:
        answer: Answer = portal.call(main)
        return answer


def command_json(root: Path, *arguments: str) -> Any:
    """What the command prints with --json."""
    ended = subprocess.run(
        [sys.executable, "-m", "backstay", *arguments, "--json"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode in {0, 1}, ended.stderr
    return json.loads(ended.stdout)


@contextlib.contextmanager
def http_server(command: list[str], root: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A server on a free port of this machine, once it answers; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "--port", str(port)], cwd=root, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/mcp"
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")
