"""The command under measurement, with a home of its own for caches and records."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from measuring import Usage, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COULD_NOT = 2


class Backstay:
    """Runs Backstay in processes of their own; nothing of the user's caches is used or changed."""

    def __init__(self, home: Path) -> None:
        self.environment: Mapping[str, str] = {
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
        }

    def run(self, *arguments: str, output: Path | None = None) -> Usage:
        """Run one command.

        Raises:
            RuntimeError: it could not do its job, so that its numbers mean nothing.
        """
        command = [sys.executable, "-m", "backstay", *arguments]
        used = run(command, self.environment, output)
        if used.status >= COULD_NOT or used.status < 0:
            command_line = " ".join(("backstay", *arguments))
            raise RuntimeError(f"ended with {used.status}; run it to see why: {command_line}")
        return used

    def cold(self, folder: Path, *more: str) -> Usage:
        """Review a folder as if for the first time."""
        return self.run("review", str(folder), "--no-cache", "--json", *more)

    def warm(self, folder: Path, *more: str) -> Usage:
        """Review a folder that was reviewed before (by a call that is not counted)."""
        return self.run("review", str(folder), "--json", *more)
