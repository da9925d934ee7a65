"""Every command by name: the capabilities, and those that show them to others.

Kept as plain text, so that help starts without loading anything; a test compares.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from backstay import capabilities

if TYPE_CHECKING:
    from backstay.capabilities.capability import Capability

_FACES: dict[str, tuple[str, str]] = {
    "agent": (
        "backstay.agent.command",
        "Ask a language model that must cite what Backstay's tools returned",
    ),
    "mcp": ("backstay.mcp.command", "Serve the tools to a coding agent over MCP"),
    "install": (
        "backstay.hosts.install",
        "Give a coding agent the specialist: subagent, tools, skill, and if wanted a hook",
    ),
    "hook": (
        "backstay.hosts.hook",
        "Judge an edit before a coding agent makes it; for its hooks",
    ),
}

SUMMARIES = {
    **capabilities.SUMMARIES,
    **{name: summary for name, (_, summary) in _FACES.items()},
}


def command_named(name: str) -> Capability:
    """The command of that name, one of ``SUMMARIES``."""
    if name in capabilities.SUMMARIES:
        return capabilities.capability_named(name)
    module, _ = _FACES[name]
    declared: Capability = importlib.import_module(module).CAPABILITY
    return declared
