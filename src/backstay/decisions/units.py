"""Quantities as people write them ("5k/s", "200 GB"), in the unit that a fact has."""

from __future__ import annotations

import math
import re

import msgspec

from backstay.model.errors import BadRequest

_DAY = 86_400.0
_MONTH = 365.25 / 12 * _DAY

# What one unit holds of the first of its kind: bytes, and seconds.
_BYTES: dict[str, float] = {
    "B": 1,
    "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50,
}  # fmt: skip
_TIMES: dict[str, float] = {
    "ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0,
    "days": _DAY, "weeks": 7 * _DAY, "months": _MONTH, "years": 365.25 * _DAY,
}  # fmt: skip

# Other spellings. Case counts: "Mb" are bits, which nobody means here.
_SPELLINGS = {
    "bytes": "B", "byte": "B", "KB": "kB", "kb": "kB", "mb": "MB", "gb": "GB", "tb": "TB",
    "µs": "us", "sec": "s", "second": "s", "seconds": "s",
    "millisecond": "ms", "milliseconds": "ms", "minute": "min", "minutes": "min",
    "hour": "h", "hours": "h", "d": "days", "day": "days", "week": "weeks", "month": "months",
    "year": "years", "percent": "%",
}  # fmt: skip
_PHYSICAL = frozenset(("bytes", "time"))
_MULTIPLES = {
    "": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9,
    "thousand": 1e3, "million": 1e6, "billion": 1e9,
}  # fmt: skip
_LETTERS = {"k": "kB", "K": "kB", "M": "MB", "G": "GB", "T": "TB"}
# Rates that have names of their own, with the seconds that they are counted over.
_RATES = {"rps": ("requests", 1), "qps": ("queries", 1), "tps": ("transactions", 1)}

_QUANTITY = re.compile(
    r"\s*(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"\s*(?P<rest>\S.*?)?\s*\Z"
)
_LONGEST = 200
_PER = re.compile(r"\s*(?:/|\bper\b)\s*")


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that a fact has: something counted, or bytes, or time; maybe per time.

    Attributes:
        text: as the model writes it.
        of: a noun ("rows"), or a unit of bytes or time.
        per: a unit of time, None where it is no rate.
    """

    text: str
    of: str
    per: str | None = None

    @property
    def kind(self) -> str:
        """What it measures: "bytes", "time" or the noun."""
        return _kind(self.of)

    @property
    def examples(self) -> str:
        """Some ways of writing a value, for messages."""
        per = {None: "", "s": "/s", "min": "/min"}.get(self.per, f"/{(self.per or '')[:-1]}")
        if self.kind == "bytes":
            return f"200 GB{per}, 1.5 TB{per}, 500 MiB{per}"
        if self.kind == "time":
            return f"3 ms{per}, 2 s{per}, 90 days{per}"
        if self.kind == "%":
            return f"12, 12 %{per}"
        if self.per is None:
            return f"40, 5k, 2M, 40 {self.of}"
        return f"5000, 5k{per}, 300k/min, 5000 {self.of}{per}"


def unit_of(text: str) -> Unit:
    """The unit that a model names.

    Raises:
        ValueError: it is none.
    """
    of, *per = _PER.split(text.strip())
    of = _SPELLINGS.get(of, of)
    if len(per) > 1 or not re.fullmatch(r"%|[^\W\d_][\w -]*", of):
        raise ValueError(f"{text!r} is no unit: write a noun, bytes or time, maybe per time")
    if not per:
        return Unit(text=text, of=of)
    time = _time(per[0])
    if time is None:
        known = ", ".join(_TIMES)
        raise ValueError(f"{text!r} is no unit: after / stands a time ({known})")
    return Unit(text=text, of=of, per=time)


def _time(text: str) -> str | None:
    name = _SPELLINGS.get(text, text)
    if name in _TIMES:
        return name
    return name + "s" if name + "s" in _TIMES else None


def _kind(of: str) -> str:
    return "bytes" if of in _BYTES else "time" if of in _TIMES else of


def quantity(text: str, unit: Unit) -> float:
    """A value as somebody wrote it, in ``unit``.

    Raises:
        BadRequest: it is no number, or in another kind of unit.
    """
    found = _QUANTITY.match(text) if len(text) <= _LONGEST else None
    if found is None:
        raise BadRequest(f"{text[:60]!r} is not a number. Write it as {unit.examples}")
    number = float(found["number"].replace(",", "").replace("_", ""))
    factor = _factor(found["rest"] or "", unit)
    if factor is None:
        raise BadRequest(f"{text[:60]!r} is not in {unit.text}. Write it as {unit.examples}")
    value = number * factor
    if not math.isfinite(value):
        raise BadRequest(f"{text[:60]!r} is beyond any number that can be weighed")
    return float(f"{value:.12g}")  # without the dust of conversions


def _factor(rest: str, unit: Unit) -> float | None:
    """By what a number with that text behind it is multiplied; None where it does not fit."""
    of, *per = _PER.split(rest)
    if not rest:
        return 1.0
    multiple, _, name = of.strip().rpartition(" ")
    named = _RATES.get(name)
    if named is not None and not per and multiple in _MULTIPLES and unit.kind == named[0]:
        return None if unit.per is None else _MULTIPLES[multiple] * _TIMES[unit.per] / named[1]
    if len(per) > 1 or (unit.per is None and per):
        return None
    scale = _scale(of.strip(), unit)
    if scale is None or not per:
        # A rate may leave its time out only with its noun: "5k", but not "5 MB" for "MB/s".
        bare = unit.per is None or of.strip() in _MULTIPLES
        return scale if bare else None
    time = _time(per[0].strip())
    return None if time is None or unit.per is None else scale * _TIMES[unit.per] / _TIMES[time]


def _scale(text: str, unit: Unit) -> float | None:
    """The factor of what stands before "per": a multiple, a unit, or both.

    A letter alone counts things by the thousand; of bytes it is their unit, as in "200G", and of
    time it says nothing.
    """
    if text in _MULTIPLES and (not text or unit.kind not in _PHYSICAL):
        return _MULTIPLES[text]
    if unit.kind == "bytes" and text in _LETTERS:
        text = _LETTERS[text]
    if text == "1" and unit.kind not in {"bytes", "time"}:
        return 1.0
    name = _SPELLINGS.get(text, text)
    for table in (_BYTES, _TIMES):
        if name in table:
            return table[name] / table[unit.of] if unit.of in table else None
    multiple, _, noun = text.partition(" ")
    if noun and multiple in _MULTIPLES:
        inner = _scale(noun.strip(), unit)
        return None if inner is None else inner * _MULTIPLES[multiple]
    return 1.0 if unit.kind not in _PHYSICAL and _same_noun(name, unit.of) else None


def _same_noun(text: str, noun: str) -> bool:
    one, other = text.lower(), noun.lower()
    return one == other or one + "s" == other or (other.endswith("ies") and one == other[:-3] + "y")


def written(value: float, unit: Unit | None) -> str:
    """A value with its unit, for people: "5,000 rows/s"."""
    number = f"{value:,.6g}" if value != int(value) or abs(value) >= 1e15 else f"{int(value):,}"
    if unit is None:
        return number
    return f"{number} {singular(unit.text) if value == 1 else unit.text}"


def singular(noun: str) -> str:
    """One of a counted noun; a unit that is no plain plural stays as it is."""
    if not noun.isalpha() or not noun.endswith("s") or len(noun) < 3:
        return noun
    return noun[:-3] + "y" if noun.endswith("ies") else noun[:-1]


def plain(value: float, unit: Unit | None) -> str:
    """A value as one can paste it after ``--fact name=``."""
    for letter, size in (("M", 1e6), ("k", 1e3)):
        if value >= size and value % size == 0 and (unit is None or unit.kind not in _PHYSICAL):
            number = f"{int(value // size)}{letter}"
            break
    else:
        number = f"{value:.12g}"
    if unit is None or unit.per is None:
        return number + (unit.of if unit is not None and unit.kind in _PHYSICAL else "")
    time = unit.per if unit.per in {"s", "min", "h", "ms"} else unit.per[:-1]
    return f"{number}{unit.of if unit.kind in _PHYSICAL else ''}/{time}"
