"""Everything that Backstay can do, by name. Each has a module of its own, loaded when asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstay.capabilities.capability import Capability

# Kept here as plain text, so that help starts without loading anything; a test compares.
SUMMARIES = {
    "review": "Read a backend, judge it, prove what can be proven, and report",
    "diff": "Say what a new version of an API breaks, for whom, with a witness",
    "prove": "Put findings to the test, by id",
    "explain": "Say all about a practice or a finding: why, fix, trade-offs, upkeep",
    "ask": "Find the practice, decision or command that answers a question",
    "practices": "List what Backstay looks for",
    "facts": "Show what was read, as facts of one kind",
    "decide": "Choose a datastore, broker, API style and more from facts; say what would flip it",
    "approve": "Record in the repository that findings are accepted, with a reason",
    "claims": "Check an agent's answer: do its ids exist, do its numbers stand in what they cite",
    "init": "Write a backstay.toml that fits this repository",
}


def capability_named(name: str) -> Capability:
    """The capability of that name, one of ``SUMMARIES``."""
    module = importlib.import_module(f"backstay.capabilities.{name}")
    declared: Capability = module.CAPABILITY
    return declared
