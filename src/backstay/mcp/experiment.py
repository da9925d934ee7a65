"""The process of an experiment: one order on standard input, messages on standard output.

It ends, with all that it started, when its standard input closes: whoever asked is gone then.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from backstay.capabilities import capability_named
from backstay.capabilities.tools import call
from backstay.mcp.running import Message, Order
from backstay.model.errors import BackstayError

if TYPE_CHECKING:
    from backstay.model.events import Progress

_NEWS_SECONDS = 0.25


def main() -> int:
    """Do what the order says. Returns the exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    wire = os.dup(1)
    os.dup2(2, 1)  # nothing but messages may reach the caller
    try:
        capability = capability_named(order.capability)
        result = call(capability, order.arguments, Path(order.root), _Teller(wire))
        _tell(wire, Message(result=result))
    except BackstayError as error:
        _tell(wire, Message(error=str(error), kind=type(error).__name__))
    return 0


class _Teller:
    """Tells news, at most some four times a second."""

    def __init__(self, wire: int) -> None:
        self._wire = wire
        self._last = 0.0

    def __call__(self, news: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= _NEWS_SECONDS:
            self._last = now
            _tell(self._wire, Message(progress=news))


def _tell(wire: int, message: Message) -> None:
    with os.fdopen(os.dup(wire), "wb") as stream:
        stream.write(msgspec.json.encode(message) + b"\n")


def _end_with_the_caller() -> None:
    while os.read(0, 4096):  # a buffered reader would still be locked when Python ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _terminated(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # a second one would stop us from tidying up
    sys.exit(143)  # unwinds, so that everything we started is ended on the way


if __name__ == "__main__":
    sys.exit(main())
