"""At which values one fact alone changes the choice. Exact: every cell of the fact is tried."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from backstay.decisions.answers import plain_number
from backstay.decisions.outcome import Flip, KnownFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.decisions.axes import Axis, Cell
    from backstay.decisions.models import Model
    from backstay.decisions.rules import State
    from backstay.model.findings import Stage

Side = Literal["above", "below"]


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
                yield _flip(model, axis, fact, winner, "==", axis.cells[cell].value, None)
        return
    here = state[number]
    for winner, group in groupby(range(len(winners)), key=lambda cell: winners[cell]):
        cells = list(group)
        if winner in {now, -1}:
            continue
        side: Side = "above" if cells[0] > here else "below"
        first, last = (cells[0], cells[-1]) if side == "above" else (cells[-1], cells[0])
        operator, value = _edge(axis.cells[first], side, whole=axis.subject.kind == "count")
        at_end = last == (len(winners) - 1 if side == "above" else 0)
        until = None if at_end else _far_end(axis.cells[last], side)
        yield _flip(model, axis, fact, winner, operator, value, until)


def _is_round(number: float) -> bool:
    return number >= 10 and number % 10 == 0


def _edge(cell: Cell, side: Side, *, whole: bool) -> tuple[Literal[">", ">=", "<", "<="], float]:
    """Where a cell begins, coming from that side of it.

    Of counts, 10,001 or more is told as above 10,000.
    """
    if whole and side == "above" and _is_round(cell.least - 1):
        return ">", cell.least - 1
    if whole and side == "below" and _is_round(cell.most + 1):
        return "<", cell.most + 1
    if side == "above":
        return (">=" if cell.holds_least else ">"), cell.least
    return ("<=" if cell.holds_most else "<"), cell.most


def _far_end(cell: Cell, side: Side) -> float:
    return cell.most if side == "above" else cell.least


def _flip(  # noqa: PLR0913, PLR0917 (the parts of a flip)
    model: Model,
    axis: Axis,
    fact: KnownFact,
    winner: int | None,
    operator: Literal[">", ">=", "<", "<=", "=="],
    value: bool | float | str,  # noqa: FBT001 (a fact's value)
    until: float | None,
) -> Flip:
    return Flip(
        fact=axis.name,
        now=fact.shown,
        operator=operator,
        value=plain_number(value),
        until=until if until is None else plain_number(until),
        unit=fact.unit,
        values=_in_words(axis, operator, value, until),
        choice=None if winner is None else model.options[winner].name,
        assumed=fact.source == "assumed",
    )


def _in_words(axis: Axis, operator: str, value: bool | float | str, until: float | None) -> str:  # noqa: FBT001 (a fact's value)
    shown = axis.shown(value)
    if until is not None and until == value:
        return shown
    whole = axis.subject.kind == "count"
    words = {
        ">": f"above {shown}",
        ">=": f"{shown} or more" if whole else f"from {shown}",
        "<": f"below {shown}",
        "<=": f"{shown} or fewer" if whole else f"up to {shown}",
        "==": shown,
    }[operator]
    if until is None:
        return words
    if whole:
        step = {">": 1, "<": -1}.get(operator, 0)
        low, high = sorted((float(value) + step, until))
        return axis.shown(low) if low == high else f"{low:,.12g} to {axis.shown(high)}"
    return f"{words}, {'up to' if operator.startswith('>') else 'down to'} {axis.shown(until)}"
