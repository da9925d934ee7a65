"""Rows over several parts of which no two rows agree in all: for join tables and the like."""

from __future__ import annotations

import math

import msgspec

from backstay.lab.chance import Draw

# A prime above any number of rows here: multiplying by it shuffles the numbers of rows.
_SHUFFLE = 2_654_435_761
_MOST_ROWS = 2_000_000_000
STEEPEST = 1.5
_STEEPNESSES = (STEEPEST, 1.2, 1.0)


class Pairing(msgspec.Struct, frozen=True, kw_only=True):
    """A row's ordinal in each part.

    Row numbers are shuffled; a run of them falls to each ordinal of the first part, long runs to
    the first ordinals. A run is no longer than the other parts have combinations, so that within
    it their combinations, counted through, differ.

    Attributes:
        rows: how many there are.
        capacities: how many ordinals each part has.
        steepness: how much longer the first runs are; 1 for all the same.
        same: the first two parts are the same things, and no row pairs one with itself.
        counted: the other parts count from 1 in each run; else they start anywhere.
    """

    rows: int
    capacities: tuple[int, ...]
    steepness: float
    same: bool
    counted: bool
    seed: int

    @classmethod
    def of(
        cls, rows: int, capacities: tuple[int, ...], *, same: bool, counted: bool, seed: int
    ) -> Pairing | None:
        """The steepest pairing for so many rows; None where there are too few combinations."""
        others = math.prod(_others(capacities, same=same))
        for steepness in _STEEPNESSES:
            if min(capacities) > 0 and longest_run(rows, capacities[0], steepness) <= others:
                return cls(
                    rows=rows,
                    capacities=capacities,
                    steepness=steepness,
                    same=same,
                    counted=counted,
                    seed=seed,
                )
        return None

    def ordinal(self, part: int, row: str) -> str:
        """The ordinal, from 1, of a row in one of the parts."""
        shuffled = f"(({row} * {_SHUFFLE}) % {self.rows})"
        first = self._first(shuffled)
        if part == 0:
            return f"(1 + {first})"
        others = _others(self.capacities, same=self.same)
        count = self._count(shuffled, first, math.prod(others))
        before = math.prod(others[: part - 1])
        if before > 1:
            count = f"({count} / {before})"
        step = f"{count} % {others[part - 1]}"
        if part == 1 and self.same:
            return f"(1 + ({first} + 1 + {step}) % {self.capacities[1]})"
        return f"(1 + {step})"

    def _first(self, shuffled: str) -> str:
        if self.steepness == 1.0:
            return f"({shuffled} * {self.capacities[0]} / {self.rows})"
        share = f"({shuffled}::float8 / {self.rows})"
        return f"floor({self.capacities[0]} * power({share}, {self.steepness}))::bigint"

    def _count(self, shuffled: str, first: str, combinations: int) -> str:
        """A number that differs within a run."""
        if not self.counted:
            turn = Draw(row=first, seed=self.seed).below(min(combinations, _MOST_ROWS))
            return f"({shuffled} + {turn})"
        share = f"({first}::float8 / {self.capacities[0]})"
        start = f"ceil({self.rows} * power({share}, {1 / self.steepness}) - 0.000001)::bigint"
        return f"({shuffled} - {start})"


def longest_run(rows: int, capacity: int, steepness: float) -> int:
    """How many rows fall to the first ordinal at most, with two to spare for rounding."""
    even_share: float = rows / max(1.0, float(capacity) ** (1 / steepness))
    return math.ceil(even_share) + (0 if steepness == 1.0 else 2)


def _others(capacities: tuple[int, ...], *, same: bool) -> tuple[int, ...]:
    """The combinations that the parts after the first have, part by part."""
    if same and len(capacities) > 1:
        return (max(0, min(capacities[0], capacities[1]) - 1), *capacities[2:])
    return capacities[1:]
