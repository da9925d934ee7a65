from __future__ import annotations

from backstay.model.errors import BackstayError


class Unreadable(BackstayError):  # noqa: N818 (named by what the file is)
    """A file cannot be read as what it claims to be; the reason goes into its `unread` entry.

    Attributes:
        reason: what is wrong, in words, with the line where one is known.
        line: the line (from 1), or None.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = str(self)
        self.line = line
