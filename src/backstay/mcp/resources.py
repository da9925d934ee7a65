"""Findings and receipts as resources: what a tool's result names by id."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from mcp.server.mcpserver.exceptions import ResourceError

from backstay.capabilities import capability_named
from backstay.capabilities.tools import call
from backstay.mcp.running import told
from backstay.model.errors import BackstayError

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.server import MCPServer

_KINDS = {
    "findings": "A finding by its id: evidence, fix, why, trade-offs",
    "receipts": "The record of an experiment by its id: what was run, and the numbers",
}
_SECTIONS = 100  # more than an explanation has; its length is bounded by the page


def add_resources(server: MCPServer[Any], root: Path) -> None:
    """Offer findings and receipts by id, as Markdown."""
    for kind, description in _KINDS.items():

        async def read(id: str) -> str:  # noqa: A002 (the name in the address)
            return await _explained(id, root)

        server.resource(
            f"backstay://{kind}/{{id}}",
            name=kind.removesuffix("s"),
            description=description,
            mime_type="text/markdown",
        )(read)


async def _explained(subject: str, root: Path) -> str:
    explain = capability_named("explain")
    arguments = {"subject": subject, "limit": _SECTIONS}
    try:
        work = partial(call, explain, arguments, root)
        return (await anyio.to_thread.run_sync(work, abandon_on_cancel=True)).text
    except BackstayError as error:
        raise ResourceError(told(error)) from error
