"""Units of measurement as people and programs write them, each in terms of one of its kind."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit: what it measures, and its size in each sense that people use the word in.

    A megabyte is a million bytes to a disk and 1,048,576 to PostgreSQL.
    """

    measures: str
    sizes: tuple[Decimal, ...]


_SECONDS = {
    "ns nanosecond nanoseconds": "1e-9",
    "us µs μs microsecond microseconds": "1e-6",
    "ms msec msecs millisecond milliseconds": "1e-3",
    "s sec secs second seconds": "1",
    "min mins minute minutes": "60",
    "h hr hrs hour hours": "3600",
    "d day days": "86400",
    "week weeks": "604800",
}
_BYTES = {
    "b byte bytes": ("1",),
    "kb kilobyte kilobytes": ("1e3", "1024"),
    "mb megabyte megabytes": ("1e6", "1048576"),
    "gb gigabyte gigabytes": ("1e9", "1073741824"),
    "tb terabyte terabytes": ("1e12", "1099511627776"),
    "kib kibibyte kibibytes": ("1024",),
    "mib mebibyte mebibytes": ("1048576",),
    "gib gibibyte gibibytes": ("1073741824",),
    "tib tebibyte tebibytes": ("1099511627776",),
}
_OTHERS = {
    "% percent pct percentage": "share",
    "x \u00d7 times fold -fold ratio factor": "ratio",
    "month months": "months",
    "year years": "years",
}
_RATE = r"(?:\s?/\s?|\s?per\s|_per_)(?:s|sec|second)\b"

UNITS: dict[str, Unit] = {
    **{
        name: Unit("seconds", (Decimal(size),))
        for names, size in _SECONDS.items()
        for name in names.split()
    },
    **{
        name: Unit("bytes", tuple(map(Decimal, sizes)))
        for names, sizes in _BYTES.items()
        for name in names.split()
    },
    **{
        name: Unit(kind, (Decimal(1),)) for names, kind in _OTHERS.items() for name in names.split()
    },
}
NO_UNIT = Unit("", (Decimal(1),))

SCALES = {
    "dozen": Decimal(12),
    "hundred": Decimal(100),
    "k": Decimal(1_000),
    "thousand": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mio": Decimal(1_000_000),
    "million": Decimal(1_000_000),
    "millions": Decimal(1_000_000),
    "bn": Decimal(1_000_000_000),
    "billion": Decimal(1_000_000_000),
    "billions": Decimal(1_000_000_000),
}

# What follows a number and belongs to it. A lone "m" counts as a million only where it is capital.
_AFTER = re.compile(
    r"(?P<scale>k(?![a-z])|\s?(?:dozen|hundred|thousand|millions?|billions?|bn|mio)\b|(?-i:M)(?![a-z]))?"
    r"(?P<unit>\s?[-\u2010-\u2011]?\s?(?:"
    + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
    + r")(?![a-z0-9])|\s?%)?"
    rf"(?P<rate>(?:\s[a-z]{{3,20}})?{_RATE})?",
    re.IGNORECASE,
)
_KEY_UNIT = re.compile(r"(?:\A|_)([a-z]+)\Z")


class After(NamedTuple):
    """What was read behind a number: a factor, a unit, and where it ends."""

    factor: Decimal
    unit: Unit
    end: int


def after_number(text: str, start: int) -> After:
    """The scale and unit that stand behind a number in a text."""
    found = _AFTER.match(text, start)
    assert found is not None
    scale = (found["scale"] or "").strip().lower()
    name = (found["unit"] or "").strip().lower().lstrip("-\u2010\u2011 ")
    unit = UNITS.get(name, NO_UNIT)
    if found["rate"]:
        unit = Unit(f"{unit.measures} per second", unit.sizes)
    return After(SCALES.get(scale, Decimal(1)), unit, found.end())


def unit_of_key(key: str) -> Unit:
    """The unit that the name of a measure carries, such as seconds / 1000 for ``delete_ms``."""
    key = key.lower()
    rate = re.search(_RATE + r"\Z", key)
    found = _KEY_UNIT.search(key[: rate.start()] if rate else key)
    unit = UNITS.get(found[1], NO_UNIT) if found else NO_UNIT
    # A key such as "b" or "x" names a thing, not a unit.
    unit = NO_UNIT if found and len(found[1]) == 1 and found[1] != "s" else unit
    return Unit(f"{unit.measures} per second", unit.sizes) if rate else unit
