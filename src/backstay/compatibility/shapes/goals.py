"""Questions of the relation, and how their answers depend on each other.

A pair holds if each of the sender's branches does; a branch holds if one of the ways to accept it
does; a way holds if its children do. Everything is taken to hold until it fails, and failing is
for good: what is left at the end holds, circles included. There is no recursion, so that depth
does not matter, and no result is ever kept that hangs on an assumption that failed later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.breaches import Breach, Duty, Edge, Outcome
    from backstay.compatibility.shapes.shape import Shape


class Pair:
    """Is every value of the sender's shape of the receiver's?"""

    __slots__ = (
        "dependents",
        "depth",
        "expanded",
        "failed",
        "parts",
        "receiver",
        "sender",
        "told",
        "unclear",
    )

    def __init__(self, sender: Shape, receiver: Shape, depth: int) -> None:
        self.depth = depth
        self.sender = sender
        self.receiver = receiver
        self.parts: list[Part] = []
        self.dependents: list[Way] = []
        self.failed = False
        self.expanded = False
        self.unclear = 0  # parts for which a search ended without an answer
        self.told = False  # it, or what it reaches, has warnings


class Part:
    """Is every value of one branch of the sender's shape accepted?"""

    __slots__ = (
        "candidates",
        "doubt",
        "example",
        "failed",
        "has_example",
        "pair",
        "refused",
        "sender",
        "settled",
        "ways",
    )

    def __init__(self, pair: Pair, sender: Branch, candidates: list[Branch]) -> None:
        self.pair = pair
        self.sender = sender
        self.candidates = candidates
        self.ways: list[Way] = []
        self.failed = False
        self.settled = False  # covered by several branches together
        self.doubt = ""
        self.example: Any = None
        self.has_example = False
        self.refused: tuple[Any, ...] = ()  # of a finite branch

    @property
    def part_of(self) -> Part:
        """The part itself (a task has one too)."""
        return self


class Way:
    """One way to accept: a branch of the receiver, or one way to do a duty."""

    __slots__ = ("active", "children", "duties", "edges", "failed", "outcome", "owner", "receiver")

    def __init__(
        self,
        owner: Part | Task,
        receiver: Branch | None,
        outcome: Outcome | None,
        edges: tuple[Edge, ...] | list[Edge],
    ) -> None:
        self.owner = owner
        self.receiver = receiver
        self.outcome = outcome
        self.edges = edges
        self.children: list[tuple[Edge, Pair]] = []
        self.duties: list[Task] = []
        self.failed = False
        self.active = False

    @property
    def breaches(self) -> list[Breach]:
        """What fails at this place itself, failed duties included."""
        found = list(self.outcome.breaches) if self.outcome else []
        return found + [task.duty.breach for task in self.duties if task.failed]


class Task:
    """A duty of a way: it is done in one of several ways, or by nothing being left to violate."""

    __slots__ = ("duty", "failed", "holder", "left", "part", "ways")

    def __init__(self, duty: Duty, holder: Way, part: Part) -> None:
        self.duty = duty
        self.holder = holder
        self.part = part
        self.left = list(duty.ways)
        self.ways: list[Way] = []
        self.failed = False

    @property
    def part_of(self) -> Part:
        """The part whose way has the duty."""
        return self.part
