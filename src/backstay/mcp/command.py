"""``backstay mcp``: serve a project's tools until the client goes."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from mcp.server import MCPServer

_HOST = "127.0.0.1"
_MOST_PORT = 65_535
_PATIENCE_SECONDS = 2  # with connections that are still open when the server is told to end


class McpInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to serve, and how."""

    root: Annotated[
        str,
        Option(help="the project; that around the current directory by default", positional=True),
    ] = "."
    http: Annotated[
        bool, Option(help="serve streamable HTTP on this machine instead of standard input")
    ] = False
    port: Annotated[int, Option(help="with --http: the port", metavar="PORT")] = 8642


def serve(given: McpInput, _: Emit = unheard) -> None:
    """Serve until the client closes the connection or the process is told to end.

    Raises:
        BadRequest: there is no such folder, or no such port.
    """
    if not 1 <= given.port <= _MOST_PORT:
        raise BadRequest(f"{given.port} is no port. Give one from 1 to {_MOST_PORT}.")
    if not Path(given.root).is_dir():
        raise BadRequest(f"{given.root!r} is no folder. Name the folder of the project.")
    root = resolve_targets((given.root,)).root
    if root in {Path(root.anchor), Path.home()}:
        raise BadRequest(f"{root} is no project. Start this in one, or name it: backstay mcp PATH")
    os.chdir(root)
    gc.enable()  # a server goes on for days

    from backstay.mcp.server import server_for  # noqa: PLC0415 (loads the SDK)

    server = server_for(root)
    gc.freeze()
    if given.http:
        _check_free(given.port)
        _say(f"serving {root} at http://{_HOST}:{given.port}/mcp; Ctrl-C ends it")
        _serve_http(server, given.port)
        return
    if sys.stdin.isatty():
        _say("serving on standard input, for a client that starts this command; Ctrl-D ends it")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_at_once)
    server.run("stdio")


def _serve_http(server: MCPServer[Any], port: int) -> None:
    import uvicorn  # noqa: PLC0415 (comes with the SDK, and is only needed here)

    config = uvicorn.Config(
        server.streamable_http_app(host=_HOST, stateless_http=True),
        host=_HOST,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=_PATIENCE_SECONDS,
    )
    uvicorn.Server(config).run()


def _end_at_once(number: int, _: object) -> NoReturn:
    """End while a thread waits for input that may never come; experiments end by themselves."""
    os._exit(128 + number)


def _check_free(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((_HOST, port))
        except OSError as error:
            raise BadRequest(
                f"port {port} cannot be served: {error.strerror}. Give another one with --port."
            ) from error


def _say(text: str) -> None:
    sys.stderr.write(f"backstay mcp: {text}\n")
    sys.stderr.flush()


CAPABILITY = Capability(
    name="mcp",
    summary="Serve the tools to a coding agent over MCP",
    example="backstay mcp --http --port 8642",
    effect="experiments",
    input=McpInput,
    output=None,
    run=serve,
)
