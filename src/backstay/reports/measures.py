"""What an experiment measured, in words: numbers with their units, side by side.

The name of a measure carries its unit as its last word ("delete_ms", "index_bytes"); a count is
named by what it counts ("pages_read").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.reports.characters import NO_BREAK, visible
from backstay.reports.encoding import json_text
from backstay.reports.wording import counted, joined

if TYPE_CHECKING:
    from backstay.model.envelope import Proof
    from backstay.model.verdicts import Measure

_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "milliseconds": 1e-3,
    "s": 1.0,
    "seconds": 1.0,
}
_BYTES = {"bytes": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_SUFFIX = {"percent": f"{NO_BREAK}%", "ratio": f"{NO_BREAK}times"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of an experiment, in words; empty where an arm did not measure it.

    Attributes:
        arms: the numbers behind the words, in the order before, after, control; None where the
            value is no number.
    """

    label: str
    before: str
    after: str
    control: str
    arms: tuple[float | None, float | None, float | None]


def readings(proof: Proof) -> tuple[Reading, ...]:
    """The measures of a proof: those before, in their order, then what only other arms have."""
    names = dict.fromkeys((*proof.before, *proof.after, *proof.control))
    return tuple(_reading(name, proof) for name in names)


def _reading(name: str, proof: Proof) -> Reading:
    label, unit = label_and_unit(name)
    arms = (proof.before, proof.after, proof.control)
    before, after, control = (
        value_in_words(arm[name], unit) if name in arm else "" for arm in arms
    )
    return Reading(
        label=label,
        before=before,
        after=after,
        control=control,
        arms=(
            _number(proof.before, name),
            _number(proof.after, name),
            _number(proof.control, name),
        ),
    )


def _number(arm: dict[str, Measure], name: str) -> float | None:
    value = arm.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value


def label_and_unit(name: str) -> tuple[str, str]:
    """``delete_ms`` is ("delete", "ms"); ``pages_read`` is ("pages read", "")."""
    words = visible(name).replace("-", "_").split("_")
    unit = words[-1].lower()
    if len(words) > 1 and (unit in _SECONDS or unit in _BYTES or unit in _SUFFIX):
        return " ".join(words[:-1]), unit
    return " ".join(words), ""


def value_in_words(value: Measure, unit: str) -> str:
    """A measured value with its unit, at three significant digits."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return visible(value)
    if unit in _SECONDS:
        return duration(value * _SECONDS[unit])
    if unit in _BYTES:
        return size(value * _BYTES[unit])
    return number(value) + _SUFFIX.get(unit, "")


def number(value: float) -> str:
    """Whole numbers in full, others at three significant digits; thousands are set apart."""
    if isinstance(value, int):
        return f"{value:,}"
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 (only NaN differs from itself)
        return "unknown"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0" if "e" in text else text


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, length in (("s", 1.0), ("ms", 1e-3)):
        if abs(seconds) >= length:
            return f"{number(float(seconds / length))}{NO_BREAK}{unit}"
    return f"{number(float(seconds / 1e-6))}{NO_BREAK}µs"


def size(count: float) -> str:
    """A number of bytes in the unit that suits it."""
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= length:
            return f"{number(count / length)}{NO_BREAK}{unit}"
    return counted(int(count), "byte")


def witness_of(proof: Proof) -> str:
    """The value that one version takes and the other refuses, as JSON; "" where there is none."""
    return "" if proof.witness is None else json_text(proof.witness, None).strip()


def in_words(reading: Reading) -> str:
    """``pages read: 41,666 before, 4 after (control 41,666)``."""
    arms = []
    if reading.before and reading.before == reading.after:
        arms.append(f"{reading.before} before and after")
    elif reading.before:
        arms.append(f"{reading.before} before" if reading.after else reading.before)
    if reading.after and reading.after != reading.before:
        arms.append(f"{reading.after} after" if reading.before else reading.after)
    words = ", ".join(arms)
    if reading.control:
        words += f" (control {reading.control})" if words else f"control {reading.control}"
    return f"{reading.label}: {words}"


def sizes_in_words(proof: Proof) -> str:
    """``5,000,000 rows in purchase and 10 rows in shop``; empty where none were stated."""
    return joined(
        [f"{counted(rows, 'row')} in {visible(table)}" for table, rows in proof.sizes.items()]
    )
