"""The keeper's side of the line to its owner, the process that asked for a server."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from types import FrameType

_PIECE_BYTES = 65_536


class OwnerGone(Exception):  # noqa: N818 (not an error: the ordinary end)
    """The owner let go of the server, or ended in whatever way."""


class Owner:
    """The owner as the keeper sees it: a pipe from it, a pipe to it and its process id.

    The pipe's end tells of the owner's end at once. It stays open when the owner had forked and
    the copy lives on, so the process id of our parent is looked at as well, once a second.
    """

    def __init__(self) -> None:
        self._line = sys.stdin.fileno()
        self._process = os.getppid()
        self._told_to_end = False
        # A signal's arrival makes this pipe readable, and so ends a pause.
        self._signals, arrival = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(arrival, False)
        signal.set_wakeup_fd(arrival)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._tell_to_end)

    def request(self) -> dict[str, Any]:
        """What the owner asks for, one line of JSON.

        Raises:
            OwnerGone: it ended, or let go, before it had said so.
        """
        received = b""
        while b"\n" not in received:
            piece = os.read(self._line, _PIECE_BYTES)
            if not piece:
                raise OwnerGone
            received += piece
        line, _, more = received.partition(b"\n")
        if more:
            raise OwnerGone
        request: dict[str, Any] = json.loads(line)
        return request

    def answer(self, **content: object) -> None:
        """Send one line of JSON."""
        try:
            os.write(sys.stdout.fileno(), json.dumps(content).encode() + b"\n")
        except BrokenPipeError:
            raise OwnerGone from None

    def pause(self, seconds: float) -> None:
        """Wait so long, or until a child ends.

        Raises:
            OwnerGone: the owner let go meanwhile.
        """
        ready, _, _ = select.select((self._line, self._signals), (), (), min(seconds, 1.0))
        if self._line in ready or self._told_to_end or os.getppid() != self._process:
            raise OwnerGone
        if self._signals in ready:
            os.read(self._signals, 1024)

    def wait_for(self, child: subprocess.Popen[bytes], seconds: float = float("inf")) -> int | None:
        """Wait until a child ends and give its exit code, or None when that takes longer.

        Raises:
            OwnerGone: the owner let go meanwhile.
        """
        deadline = time.monotonic() + seconds
        while child.poll() is None and time.monotonic() < deadline:
            self.pause(deadline - time.monotonic())
        return child.returncode

    def _tell_to_end(self, _signal: int, _frame: FrameType | None) -> None:
        self._told_to_end = True
