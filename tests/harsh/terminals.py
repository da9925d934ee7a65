"""The command on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING

from tests.harsh.running import COMMAND, environment

if TYPE_CHECKING:
    from pathlib import Path


def on_a_terminal(folder: Path, *arguments: str, **settings: str | None) -> str:
    """What a command that ends well writes where its streams are a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment({"TERM": "xterm", "NO_COLOR": None, **settings}),
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    written = b""
    while chunk := _read(leader):
        written += chunk
    os.close(leader)
    assert process.wait(60) == 0
    return written.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # so ends a terminal that nobody holds any more
        return b""
