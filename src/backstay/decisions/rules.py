"""Rules as tables: for each combination of the cells they mention, whether they hold."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec

from backstay.decisions.expressions import Condition, comparisons_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.decisions.axes import Axis

State = tuple[int, ...]  # for each axis, the cell that its value lies in

_LARGEST_TABLE = 4096


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A condition with all that its author says beside it.

    Attributes:
        name: where it stands in the file, for messages.
        places: (axis, stride in the table) for each fact it mentions.
        table: bit ``sum(cell * stride)`` is set where it holds.
        criterion, add: of a rule that changes a score, the number of the criterion.
    """

    name: str
    when: str
    why: str
    source: str | None
    places: tuple[tuple[int, int], ...]
    table: int
    criterion: int = -1
    add: float = 0.0

    def holds(self, state: State) -> bool:
        """Whether the condition is true in a state."""
        at = 0
        for axis, stride in self.places:
            at += state[axis] * stride
        return self.table >> at & 1 == 1

    def may_hold(self, open_axes: dict[int, int], state: State) -> tuple[bool, bool]:
        """Whether it can be false and can be true while some axes may be in any of their cells.

        Args:
            open_axes: how many cells each of these axes has.
            state: the cells of all others.
        """
        ranges = [
            range(0, open_axes[axis] * stride, stride)
            if axis in open_axes
            else (state[axis] * stride,)
            for axis, stride in self.places
        ]
        seen = {self.table >> sum(steps) & 1 for steps in itertools.product(*ranges)}
        return 0 in seen, 1 in seen


def tabled(condition: Condition, axes: Sequence[Axis]) -> tuple[tuple[tuple[int, int], ...], int]:
    """The places and the table of a condition.

    Raises:
        ValueError: it mentions more than a table can hold.
    """
    names = {each.fact for each in comparisons_of(condition)}
    mentioned = [number for number, axis in enumerate(axes) if axis.name in names]
    places, stride = [], 1
    for number in mentioned:
        places.append((number, stride))
        stride *= len(axes[number].cells)
    if stride > _LARGEST_TABLE:
        raise ValueError(f"tells {stride} combinations apart; split it into several rules")
    table = 0
    cells = [[(axes[at].name, cell.value) for cell in axes[at].cells] for at in mentioned]
    # The first axis varies fastest, as its stride is 1.
    for position, chosen in enumerate(itertools.product(*reversed(cells))):
        if condition.holds(dict(chosen)):
            table |= 1 << position
    return tuple(places), table
