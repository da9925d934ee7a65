"""Colours of the text report; without colour every function returns its text as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from backstay.model.envelope import Verdict
    from backstay.model.findings import Severity

_SEVERITY: dict[str, str] = {
    "critical": "1;97;41",
    "high": "1;31",
    "medium": "1;33",
    "low": "1;36",
    "info": "1;34",
}
_VERDICT: dict[str, str] = {"proven": "1;32", "refuted": "1;35", "not-proven": "2"}


class Ink(msgspec.Struct, frozen=True, kw_only=True):
    """Marks text with the eight colours that every terminal has, in its own shades."""

    colour: bool

    def mark(self, text: str, code: str) -> str:
        """``text`` with a code of ANSI's "select graphic rendition"."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def bold(self, text: str) -> str:
        """For what to read first."""
        return self.mark(text, "1")

    def faint(self, text: str) -> str:
        """For what can be skipped."""
        return self.mark(text, "2")

    def paste(self, text: str) -> str:
        """For what can be pasted."""
        return self.mark(text, "36")

    def severity(self, text: str, severity: Severity) -> str:
        """In the colour of a severity."""
        return self.mark(text, _SEVERITY[severity])

    def verdict(self, text: str, verdict: Verdict) -> str:
        """In the colour of a verdict."""
        return self.mark(text, _VERDICT[verdict])
