"""One call of a tool: off the event loop, with progress, and ended when the caller goes.

What only reads runs in a thread and gives up at its next news. Experiments run in a process of
their own: it can be ended at any moment, and takes its servers with it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import msgspec
from anyio.streams.buffered import BufferedByteReceiveStream

from backstay.capabilities.tools import ToolResult, arguments_of, call, tool_of
from backstay.model.errors import BackstayError, BadRequest, LimitReached, NotAvailable
from backstay.model.events import Progress
from backstay.reports.characters import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio.abc import Process
    from mcp.server.mcpserver import Context

    from backstay.capabilities.capability import Capability

PROGRESS_SECONDS = 1.0
_GRACE_SECONDS = 10.0  # for a process to stop its servers, before it is killed
_MOST_BYTES = 4_000_000  # of one message of such a process; results are far smaller
_MOST_ERROR = 2_000  # characters
_ERRORS: dict[str, type[BackstayError]] = {
    kind.__name__: kind for kind in (BadRequest, NotAvailable, LimitReached)
}


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line from the process of an experiment: news, and at last the result or an error."""

    progress: Progress | None = None
    result: ToolResult | None = None
    error: str | None = None
    kind: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The line that such a process is given."""

    capability: str
    arguments: dict[str, Any]
    root: str


class _News:
    """The latest news of a call, told by a thread and read by the event loop."""

    def __init__(self) -> None:
        self.latest: Progress | None = None
        self.abandoned = threading.Event()

    def __call__(self, news: Progress) -> None:
        if self.abandoned.is_set():
            raise _AbandonedError
        self.latest = news


class _AbandonedError(Exception):
    """Nobody waits for the outcome any more."""


def _words(news: Progress | None) -> str:
    if news is None:
        return "starting"
    count = f" {news.done + 1}/{news.total}" if news.done is not None and news.total else ""
    return visible(f"{news.step}{count}: {news.text}")


def told(error: BackstayError) -> str:
    """An error for a model: on visible lines, and short where it repeats what it was given."""
    text = "\n".join(visible_lines(str(error)))
    if len(text) <= _MOST_ERROR:
        return text
    return f"{text[: _MOST_ERROR // 2]} ... {text[-_MOST_ERROR // 2 :]}"


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """Where the calls of one server are done.

    Attributes:
        root: the project.
        experiments: how many may run at a time; measurements disturb each other.
    """

    root: Path
    experiments: anyio.CapacityLimiter


async def run_tool(
    capability: Capability,
    arguments: dict[str, Any],
    workplace: Workplace,
    context: Context[Any, Any],
) -> ToolResult:
    """Call a tool.

    Raises:
        BackstayError: the job cannot be done; the message says what to do next.
    """
    arguments_of(capability, arguments)  # refuses bad ones before anything is started
    news = _News()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_report, news, context)
        try:
            result, error = await _outcome(capability, arguments, workplace, news)
        finally:
            news.abandoned.set()
        tasks.cancel_scope.cancel()
    if error is not None:
        raise error
    assert result is not None
    return result


# The SQL parser's library is not made for several threads at a time.
_reading = threading.Lock()


def _alone(
    capability: Capability, arguments: dict[str, Any], root: Path, news: _News
) -> ToolResult:
    with _reading:
        return call(capability, arguments, root, news)


async def _outcome(
    capability: Capability, arguments: dict[str, Any], workplace: Workplace, news: _News
) -> tuple[ToolResult | None, Exception | None]:
    """The result or the error; a task group would wrap what is raised in it."""
    try:
        if tool_of(capability).effect == "reads":
            work = partial(_alone, capability, arguments, workplace.root, news)
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True), None
        order = Order(capability=capability.name, arguments=arguments, root=str(workplace.root))
        async with workplace.experiments:
            return await _in_process(order, news), None
    except Exception as error:  # noqa: BLE001 (raised again by the caller)
        return None, error


async def _report(news: _News, context: Context[Any, Any]) -> None:
    """Tell the caller about progress at once and then every second; the count is seconds."""
    seconds = 0.0
    while True:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await context.report_progress(seconds, message=_words(news.latest))
        await anyio.sleep(PROGRESS_SECONDS)
        seconds += PROGRESS_SECONDS


async def _in_process(order: Order, news: _News) -> ToolResult:
    async with _started(order) as process:
        async for message in _messages(process):
            if message.progress is not None:
                news.latest = message.progress
            elif message.result is not None:
                return message.result
            elif message.error is not None:
                raise _ERRORS.get(message.kind, RuntimeError)(message.error)
    raise RuntimeError("the process of the experiment ended without an answer")


@contextlib.asynccontextmanager
async def _started(order: Order) -> AsyncIterator[Process]:
    """A process at work on the order. It ends with the block, and with this process."""
    command = [sys.executable, "-m", "backstay.mcp.experiment"]
    process = await anyio.open_process(command, stdin=subprocess.PIPE, stderr=None)
    try:
        assert process.stdin is not None
        await process.stdin.send(msgspec.json.encode(order) + b"\n")
        yield process  # its standard input stays open: it ends when that closes
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with anyio.move_on_after(_GRACE_SECONDS):
        await process.wait()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await process.aclose()


async def _messages(process: Process) -> AsyncIterator[Message]:
    assert process.stdout is not None
    lines = BufferedByteReceiveStream(process.stdout)
    decoder = msgspec.json.Decoder(Message)
    with contextlib.suppress(anyio.IncompleteRead, anyio.EndOfStream):
        while True:
            yield decoder.decode(await lines.receive_until(b"\n", _MOST_BYTES))
