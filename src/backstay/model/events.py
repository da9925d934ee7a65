"""What long work says of itself while it runs; every face shows it in its own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Step = Literal["look", "read", "judge", "prove", "ask"]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news.

    Attributes:
        step: which part of the pipeline is at work.
        text: what it does, for people.
        done, total: how far it is, where that can be counted.
    """

    step: Step
    text: str
    done: int | None = None
    total: int | None = None


Emit = Callable[[Progress], None]


def unheard(_: Progress) -> None:
    """For callers that do not listen."""
