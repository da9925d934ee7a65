"""At which values one fact alone changes the choice. Exact: every cell of the fact is tried."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.decisions.answers import plain_number
from backstay.decisions.expressions import Value
from backstay.decisions.outcome import Flip, KnownFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.decisions.axes import Axis, Cell
    from backstay.decisions.models import Model
    from backstay.decisions.rules import State
    from backstay.model.findings import Stage

Operator = Literal[">", ">=", "<", "<=", "=="]
_WORDS = {">": "above", ">=": "from", "<": "below", "<=": "up to"}


class _Range(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a fact, from the one nearest to its present value on.

    ``ends_at_once`` where that is also the last one that the fact can have.
    """

    operator: Operator
    value: Value
    until: float | None = None
    until_included: bool = False
    ends_at_once: bool = False


def flips_of(
    model: Model, stage: Stage, state: State, facts: tuple[KnownFact, ...]
) -> tuple[Flip, ...]:
    """Every range of values of one fact that changes the choice, in the order of the facts."""
    now = model.winner(state, stage)
    return tuple(
        flip
        for number in range(len(model.axes))
        for flip in _of_axis(model, stage, state, number, now, facts[number])
    )


def along(model: Model, stage: Stage, state: State, number: int) -> list[int | None]:
    """The winner in each cell of one fact; -1 where the facts could not hold together."""
    found: list[int | None] = []
    for cell in range(len(model.axes[number].cells)):
        there = (*state[:number], cell, *state[number + 1 :])
        possible = there == state or model.contradiction(there) is None
        found.append(model.winner(there, stage) if possible else -1)
    return found


def _of_axis(  # noqa: PLR0913, PLR0917 (all that one fact's flips depend on)
    model: Model, stage: Stage, state: State, number: int, now: int | None, fact: KnownFact
) -> Iterator[Flip]:
    axis = model.axes[number]
    winners = along(model, stage, state, number)
    if all(winner in {now, -1} for winner in winners):
        return
    if not axis.starts:
        for cell, winner in enumerate(winners):
            if winner not in {now, -1}:
                there = _Range(operator="==", value=axis.cells[cell].value)
                yield _flip(model, axis, fact, winner, there)
        return
    here = state[number]
    for winner, group in groupby(range(len(winners)), key=lambda cell: winners[cell]):
        cells = list(group)
        if winner in {now, -1}:
            continue
        there = _range(axis, cells, above=cells[0] > here)
        yield _flip(model, axis, fact, winner, there)


def _range(axis: Axis, numbers: list[int], *, above: bool) -> _Range:
    """The values of cells side by side, coming from the present value."""
    first, last = (numbers[0], numbers[-1]) if above else (numbers[-1], numbers[0])
    near, far = axis.cells[first], axis.cells[last]
    operator, value = _edge(near, above=above, whole=axis.subject.kind == "count")
    if last == (len(axis.cells) - 1 if above else 0):
        end = axis.subject.most if above else axis.subject.least
        return _Range(operator=operator, value=value, ends_at_once=value == end)
    return _Range(
        operator=operator,
        value=value,
        until=far.most if above else far.least,
        until_included=far.holds_most if above else far.holds_least,
    )


def _edge(cell: Cell, *, above: bool, whole: bool) -> tuple[Operator, float]:
    """Where a cell begins, coming from that side of it.

    Of counts, 10,001 or more is told as above 10,000.
    """
    if whole and above and _is_round(cell.least - 1):
        return ">", cell.least - 1
    if whole and not above and _is_round(cell.most + 1):
        return "<", cell.most + 1
    if above:
        return (">=" if cell.holds_least else ">"), cell.least
    return ("<=" if cell.holds_most else "<"), cell.most


def _is_round(number: float) -> bool:
    return number >= 10 and number % 10 == 0


def _flip(model: Model, axis: Axis, fact: KnownFact, winner: int | None, there: _Range) -> Flip:
    return Flip(
        fact=axis.name,
        now=fact.shown,
        operator=there.operator,
        value=plain_number(there.value),
        until=None if there.until is None else plain_number(there.until),
        until_included=there.until_included,
        unit=fact.unit,
        values=_in_words(axis, there),
        choice=None if winner is None else model.options[winner].name,
        assumed=fact.source == "assumed",
    )


def _in_words(axis: Axis, there: _Range) -> str:
    shown = axis.shown(there.value)
    if there.operator == "==" or there.until == there.value or there.ends_at_once:
        return shown
    if axis.subject.kind == "count":
        return _count_in_words(axis, there)
    words = f"{_WORDS[there.operator]} {shown}"
    if there.until is None:
        return words
    end = _WORDS[("<" if there.operator.startswith(">") else ">") + "=" * there.until_included]
    return f"{words}, {end} {axis.shown(there.until)}"


def _count_in_words(axis: Axis, there: _Range) -> str:
    shown = axis.shown(there.value)
    if there.until is None:
        return {
            ">": f"above {shown}",
            ">=": f"{shown} or more",
            "<": f"below {shown}",
            "<=": f"{shown} or fewer",
        }[there.operator]
    step = {">": 1, "<": -1}.get(there.operator, 0)
    low, high = sorted((float(there.value) + step, there.until))
    return axis.shown(low) if low == high else f"{low:,.12g} to {axis.shown(high)}"
