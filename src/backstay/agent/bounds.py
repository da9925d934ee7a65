"""What a run may spend, and what it has spent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import LimitReached

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.pydantic_ai import Reply

_CHARACTERS_A_TOKEN = 3  # on the safe side: JSON has some three to four
_MOST_REPLY_TOKENS = 8_000
_LEAST_REPLY_TOKENS = 500  # an answer in fewer would be cut off


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What a run may spend.

    Attributes:
        calls: requests to the model.
        tokens: of what is sent and of what comes back, all requests together.
        seconds: from the first request to the end.
        rejections: how often an answer may come back to the model before the rest of it counts.
    """

    calls: int = 16
    tokens: int = 200_000
    seconds: float = 300.0
    rejections: int = 2


DEFAULT_BOUNDS = Bounds()


def reply_tokens(left: int, characters: int) -> int:
    """How long a reply may be, of what is left of the tokens, to a request of so many characters.

    Too little to answer in where the request should not be sent.
    """
    return min(left - characters // _CHARACTERS_A_TOKEN, _MOST_REPLY_TOKENS)


class OutOfBounds(LimitReached):
    """The run has spent what it may; it ends, whatever it is at."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has spent; ``estimated`` where the provider did not count its tokens."""

    calls: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    estimated: bool


class Spending:
    """Keeps a run within its bounds."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self.bounds = bounds
        self._clock = clock
        self._began = clock()
        self.calls = self.tool_calls = 0
        self.input_tokens = self.output_tokens = 0
        self.estimated = False

    @property
    def seconds_left(self) -> float:
        """How long the run may still take."""
        return self.bounds.seconds - (self._clock() - self._began)

    @property
    def is_last_call(self) -> bool:
        """Whether the next request is the last one."""
        return self.calls + 1 >= self.bounds.calls

    def check_time(self) -> None:
        """End the run if its time is up.

        Raises:
            OutOfBounds: it is.
        """
        if self.seconds_left <= 0:
            raise self.out_of_time("the tools")

    def out_of_time(self, who: str) -> OutOfBounds:
        """The error for a run whose time is up."""
        return OutOfBounds(
            f"After {self.bounds.seconds:g} s there is no answer; the time went by with {who}."
            " Allow more with --seconds, or ask something narrower."
        )

    def before_call(self, characters: int) -> int:
        """Count a request of so many characters. Returns how many tokens the reply may have.

        Raises:
            OutOfBounds: the run may not afford it.
        """
        self.check_time()
        if self.calls >= self.bounds.calls:
            raise OutOfBounds(
                f"The model was asked {self.calls} times and gave no answer that holds. Allow more"
                " with --calls, or ask something narrower."
            )
        left = self.bounds.tokens - self.input_tokens - self.output_tokens
        most = reply_tokens(left, characters)
        if most < _LEAST_REPLY_TOKENS:
            raise OutOfBounds(
                f"The next request would go beyond {self.bounds.tokens:,} tokens, and there is no"
                " answer. Allow more with --tokens, or ask something narrower."
            )
        self.calls += 1
        return most

    def after_call(self, sent: int, reply: Reply) -> None:
        """Count what a request of so many characters and its reply have cost."""
        if reply.input_tokens is None or reply.output_tokens is None:
            self.estimated = True
            said = len(reply.text) + sum(len(each.arguments) for each in reply.calls)
            self.input_tokens += sent // _CHARACTERS_A_TOKEN
            self.output_tokens += said // _CHARACTERS_A_TOKEN
        else:
            self.input_tokens += reply.input_tokens
            self.output_tokens += reply.output_tokens

    @property
    def usage(self) -> Usage:
        """What has been spent."""
        return Usage(
            calls=self.calls,
            tool_calls=self.tool_calls,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            estimated=self.estimated,
        )
