"""The standard streams as they may be: closed, full, or left by their reader."""

from __future__ import annotations

import os
import sys


def open_all() -> None:
    """Put something where a stream is closed, so that no file of ours takes its place.

    Standard output then refuses what is written, as it would if it were full.
    """
    for descriptor, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def say(text: str) -> None:
    """Write a text to standard output, as UTF-8.

    Raises:
        BadRequest: it is closed, or cannot take more.
        BrokenPipeError: its reader went away.
    """
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        from backstay.model.errors import BadRequest

        reason = error.strerror or str(error)
        raise BadRequest(f"standard output cannot be written: {reason}") from error


def settle() -> None:
    """Give up what could not be written: there is nowhere for it to go at the end either."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
