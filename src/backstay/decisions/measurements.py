"""Measurements of our own that rules cite as ``bench: NAME``; ``bench/decisions.py`` makes them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources

import msgspec

FILE = "measurements.toml"


class Measurement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One measured value.

    Attributes:
        control: the same measured again, or what it is compared with, in the same unit.
        what: what was measured, in words.
        command: how to measure it again.
        machine: the kind of machine.
    """

    value: float
    unit: str
    control: float
    what: str
    command: str
    machine: str
    date: dt.date


@cache
def measurements() -> dict[str, Measurement]:
    """All measurements by name."""
    import tomllib  # noqa: PLC0415 (only where a model cites one)

    file = resources.files("backstay.decisions") / FILE
    if not file.is_file():
        return {}
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, Measurement])
