"""Sets of numbers, kept as ranges."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NUMBER = 2**29 - 1
MOST_ENUM = 2**31 - 1
"""The highest field number, and that of enums, which `max` stands for."""


class Numbers:
    """Numbers in any of some ranges, each with its first and last number."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        merged: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self.ranges = merged

    def __contains__(self, number: int) -> bool:
        """Whether the number is in one of them."""
        at = bisect_right(self.ranges, (number, MOST_ENUM)) - 1
        return at >= 0 and number <= self.ranges[at][1]


def missing(wanted: tuple[int, int], kept: Numbers) -> list[tuple[int, int]]:
    """The parts of a range that are not kept."""
    found = []
    first, last = wanted
    at = max(0, bisect_right(kept.ranges, (first, MOST_ENUM)) - 1)
    while at < len(kept.ranges) and kept.ranges[at][0] <= last:
        begin, end = kept.ranges[at]
        at += 1
        if end < first:
            continue
        if begin > first:
            found.append((first, begin - 1))
        first = max(first, end + 1)
    if first <= last:
        found.append((first, last))
    return found


def shown(ranges: list[tuple[int, int]]) -> str:
    """The ranges as people write them."""
    parts = []
    for first, last in ranges:
        if first == last:
            parts.append(str(first))
        else:
            parts.append(f"{first} to {'max' if last in (MOST_NUMBER, MOST_ENUM) else last}")
    return ", ".join(parts)
