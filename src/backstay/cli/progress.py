"""Progress on standard error: one line that rewrites itself on a terminal, nothing otherwise."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from backstay.reports.characters import visible

if TYPE_CHECKING:
    from backstay.model.events import Progress

_QUIET_SECONDS = 0.4  # work that is done by then shows no progress at all
_WORDS = {
    "look": "looking",
    "read": "reading",
    "judge": "judging",
    "prove": "proving",
    "ask": "asking",
}


def can_rewrite_its_line() -> bool:
    """Whether standard error is a terminal that obeys what rewrites a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class ProgressLine:
    """Shows the latest news on one line."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._began = self._last = time.monotonic()
        self._shown = False

    def __call__(self, news: Progress) -> None:
        """Show the news, at most some ten times a second."""
        now = time.monotonic()
        if not self._enabled or now - self._began < _QUIET_SECONDS:
            return
        if now - self._last < 0.1 and news.step != "prove":
            return
        self._last = now
        count = f" {news.done + 1}/{news.total}" if news.done is not None and news.total else ""
        line = f"{_WORDS[news.step]}{count}: {visible(news.text)}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + line[:width])
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
