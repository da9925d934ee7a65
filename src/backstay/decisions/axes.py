"""A fact as an axis: the few cells into which the thresholds of all rules divide its values.

Within a cell nothing that any rule says can differ, so that trying one value of each cell tries
all values.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from backstay.decisions.entries import FactEntry
from backstay.decisions.expressions import Comparison, Subject, Value
from backstay.decisions.units import Unit, written
from backstay.model.findings import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Values that no rule tells apart.

    Attributes:
        value: one of them.
        least, most: of numbers, the ends; each is part of the cell or not.
    """

    value: Value
    least: float = 0
    most: float = 0
    holds_least: bool = True
    holds_most: bool = True


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its cells in rising order.

    Attributes:
        starts: of number cells, where each begins: (value, 0 where it is part of it, else 1).
        defaults: the value that is assumed at each stage.
        stresses: criteria that get harder to meet when it rises.
    """

    name: str
    entry: FactEntry
    subject: Subject
    unit: Unit | None
    cells: tuple[Cell, ...]
    starts: tuple[tuple[float, int], ...]
    defaults: dict[Stage, Value]
    stresses: tuple[str, ...]

    def cell_of(self, value: Value) -> int:
        """The position of the cell that holds a value."""
        if self.starts:
            return bisect_right(self.starts, (float(value), 0)) - 1
        if isinstance(value, bool):
            return int(value)
        return self.subject.values.index(str(value))

    def shown(self, value: Value) -> str:
        """A value for people."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return value if isinstance(value, str) else written(value, self.unit)


def cells_of(subject: Subject, comparisons: Iterable[Comparison]) -> tuple[Cell, ...]:
    """The cells of a fact under all comparisons that rules make with it."""
    if subject.kind == "boolean":
        return (Cell(value=False), Cell(value=True))
    if subject.kind == "choice":
        return tuple(Cell(value=value) for value in subject.values)
    starts = {(subject.least, 0)}
    for each in comparisons:
        for constant in each.constants:
            assert isinstance(constant, float)
            if each.operator in {"<", ">=", "==", "!=", "in", "not in"}:
                starts.add((constant, 0))
            if each.operator in {"<=", ">", "==", "!=", "in", "not in"}:
                starts.add((constant, 1))
    ordered = sorted(starts)
    ends = [*ordered[1:], (subject.most, 1)]
    found = (
        _numbers(start, end, whole=subject.kind == "count")
        for start, end in zip(ordered, ends, strict=True)
        if start < end
    )
    return tuple(cell for cell in found if cell is not None)


def _numbers(start: tuple[float, int], end: tuple[float, int], *, whole: bool) -> Cell | None:
    """The cell between two cuts; None where no value lies there."""
    least, most = start[0], end[0]
    holds_least, holds_most = start[1] == 0, end[1] == 1
    if whole:
        least = math.ceil(least) if holds_least else math.floor(least) + 1
        most = math.floor(most) if holds_most else math.ceil(most) - 1
        holds_least = holds_most = True
    if least > most or (least == most and not (holds_least and holds_most)):
        return None
    value = least if least == most else (least + most) / 2
    return Cell(
        value=float(math.floor(value)) if whole else value,
        least=float(least),
        most=float(most),
        holds_least=holds_least,
        holds_most=holds_most,
    )


def fitting(value: object, subject: Subject) -> Value:
    """A plain value as the fact holds it.

    Raises:
        ValueError: it is of another type, not among the values, or out of range.
    """
    if subject.kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is not true or false")
        return value
    if subject.kind == "choice":
        if value not in subject.values:
            raise ValueError(f"{value!r} is none of {', '.join(subject.values)}")
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")  # noqa: TRY004 (a fault of the text)
    if not math.isfinite(value):
        raise ValueError(f"{value} is beyond any number that can be weighed")
    if subject.kind == "count" and value != int(value):
        raise ValueError(f"{value:,g} is no whole number")
    if not subject.least <= value <= subject.most:
        raise ValueError(
            f"{value:,.10g} is out of range: {subject.least:,.10g} to {subject.most:,.10g}"
        )
    return float(value)
