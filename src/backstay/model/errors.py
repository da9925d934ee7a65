"""What can go wrong, named by what the user can do about it.

Every error says what to do next; the command line prints its text and exits with 2.
"""

from __future__ import annotations


class BackstayError(Exception):
    """Root of all errors that Backstay raises on purpose."""


class BadRequest(BackstayError):  # noqa: N818 (named by what to do: mend the request)
    """The command, a setting or a path is wrong: mend it and run again."""


class NotAvailable(BackstayError):  # noqa: N818 (named by what to do: make it available)
    """Something that the job needs is missing here: install or start it, or do without."""


class LimitReached(BackstayError):  # noqa: N818 (named by what to do: raise the limit)
    """A bound on size, depth or time was hit: narrow the target or raise the limit."""
