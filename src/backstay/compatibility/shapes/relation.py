"""The relation between two shapes: which values may one side send that the other refuses?"""

from __future__ import annotations

from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.breaches import Breach, Duty, Edge, Step
from backstay.compatibility.shapes.candidates import likely_first, split_by_type
from backstay.compatibility.shapes.comparing import Comparing
from backstay.compatibility.shapes.covering import Covering
from backstay.compatibility.shapes.emptiness import is_barren
from backstay.compatibility.shapes.goals import Pair, Part, Task, Way
from backstay.compatibility.shapes.membership import Membership, TooDeep
from backstay.compatibility.shapes.reading import Reading
from backstay.compatibility.shapes.sameness import Sameness
from backstay.compatibility.shapes.sampling import Sampler
from backstay.compatibility.shapes.vacancy import Vacancy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.reading import Direction
    from backstay.compatibility.shapes.shape import Shape


MOST_LEVELS = 2_000
MOST_LISTED = 1_000
MOST_UNCLEAR = 6
UNCLEAR = "several alternatives together may accept it all; no value was found"


class Relation:
    """Solves pairs of shapes of one direction. Answers are kept for all that come later."""

    def __init__(self, direction: Direction) -> None:
        self.direction: Direction = direction
        self.reading = Reading(direction)
        self.membership = Membership(self.reading.withheld)
        self.reading.shapes.belongs = self.membership.belongs
        self.sampler = Sampler(self.reading, self.membership)
        self.vacancy = Vacancy(self.reading, self.sampler)
        self.comparing = Comparing(self.reading.shapes, self.membership, self.vacancy.is_empty)
        self.covering = Covering(self.reading, self.sampler, self.vacancy, self.comparing)
        self.sameness = Sameness()
        self._pairs: dict[tuple[int, int], Pair] = {}
        self._pending: deque[Callable[[], None]] = deque()

    def solve(self, sender: Shape, receiver: Shape) -> Pair:
        """The pair of a closed sender's shape and a receiver's, decided."""
        pair = self.pair(sender, receiver)
        self.settle()
        return pair

    def settle(self) -> None:
        """Decide everything that has been asked."""
        while self._pending:
            self._pending.popleft()()

    def pair(self, sender: Shape, receiver: Shape, depth: int = 0) -> Pair:
        """The pair of two shapes, to be decided by the next ``settle``."""
        key = (sender.identity, receiver.identity)
        pair = self._pairs.get(key)
        if pair is None:
            pair = self._pairs[key] = Pair(sender, receiver, depth)
            self._pending.append(lambda: self._expand(pair))
        return pair

    def activate(self, way: Way) -> None:
        """Ask for the children of a way."""
        if way.active:
            return
        way.active = True
        depth = way.owner.part_of.pair.depth + 1
        for edge in way.edges:
            child = self.pair(edge.sender, edge.receiver, depth)
            way.children.append((edge, child))
            child.dependents.append(way)
            if child.told:
                self._tell(way)
            if child.failed:
                self._fail_way(way)
        if way.outcome is not None:
            part = way.owner
            assert isinstance(part, Part)
            for duty in way.outcome.duties:
                task = Task(duty, way, part)
                way.duties.append(task)
                self._next_for_task(task)

    # Pairs and their parts

    def _expand(self, pair: Pair) -> None:
        pair.expanded = True
        sender, receiver = pair.sender, pair.receiver
        if receiver.always or sender.never or self.sameness.shapes(sender, receiver):
            return
        if pair.depth > MOST_LEVELS:
            reason = f"nested deeper than {MOST_LEVELS} levels"
            part = Part(pair, Branch(opaque=reason), [])
            part.doubt = reason
            pair.parts.append(part)
            self._fail_part(part)
            return
        theirs = self.reading.branches(receiver)
        pruned = map(self.vacancy.pruned, self.reading.branches(sender))
        held = [branch for branch in pruned if branch.types]
        if not held:
            self.reading.note_empty(sender)
        for branch in held:
            for piece in split_by_type(branch, theirs):
                part = Part(pair, piece, likely_first(piece, theirs))
                pair.parts.append(part)
                self._start(part)

    def _start(self, part: Part) -> None:
        values = part.sender.values
        if values is not None and not part.sender.opaque:
            part.refused = self._refused(part, values)
            if not part.refused:
                part.settled = True
                return
            for branch in part.candidates:
                part.ways.append(self._way(part, branch))
            part.has_example, part.example = True, part.refused[0]
            self._fail_part(part)
            return
        self._next_for_part(part)

    def _refused(self, part: Part, values: dict[object, Any]) -> tuple[Any, ...]:
        """Those of a list of values that no branch of the receiver takes."""
        theirs = part.candidates
        if all(branch.is_list for branch in theirs):
            taken = {key for branch in theirs for key in branch.values or ()}
            values = {key: value for key, value in values.items() if key not in taken}
            if len(values) > MOST_LISTED:
                return tuple(values.values())
        return tuple(value for value in values.values() if self.is_refused(part.pair, value))

    def is_refused(self, pair: Pair, value: object) -> bool:
        """Whether a value is of the sender's shape as it is written and not of the receiver's."""
        try:
            return self.membership.belongs(pair.sender, value) and not self.membership.belongs(
                pair.receiver, value
            )
        except TooDeep:
            return False

    def _way(self, part: Part, branch: Branch) -> Way:
        nodes = (
            self._place_of(part.pair.sender, part.sender),
            self._place_of(part.pair.receiver, branch),
        )
        outcome = self.comparing.compare(part.sender, branch, nodes)
        breaches = [b for b in outcome.breaches if not self._is_moot(b)]
        if len(breaches) < len(outcome.breaches) and self.vacancy.is_without(part.sender):
            self.reading.note_empty(part.pair.sender)
        outcome.breaches[:] = breaches
        outcome.warnings[:] = [b for b in outcome.warnings if not self._is_moot(b)]
        self._exclusions(part, branch, outcome.duties)
        return Way(part, branch, outcome, outcome.edges)

    def _place_of(self, shape: Shape, branch: Branch) -> Node | None:
        """The node that stands for a branch: the alternative's where the shape has several."""
        if len(self.reading.branches(shape)) == 1:
            return shape.node
        layers = branch.object.layers if branch.object else ()
        return branch.origins.get("type") or next((i.node for i in layers), shape.node)

    def _is_moot(self, breach: Breach) -> bool:
        """Whether no value of the sender's can violate what the breach is about."""
        challenge = breach.challenge
        return isinstance(challenge, Branch) and (
            is_barren(challenge) or self.vacancy.is_without(challenge)
        )

    def _exclusions(self, part: Part, branch: Branch, duties: list[Duty]) -> None:
        """What else of a oneOf may not accept a value: the sender's must not reach into it."""
        shapes = self.reading.shapes
        for shape, node in branch.exclusions:
            others = self.reading.branches(shape)
            if all(self.comparing.disjoint(part.sender, other) for other in others):
                continue
            own = [mine for mine, _ in part.sender.exclusions]
            if any(self.sameness.shapes(mine, shape) for mine in own):
                continue
            met = [part.sender.meet(other) for other in others]
            held = [b for b in met if b is not None and not is_barren(b)]
            held = [b for b in held if not self.vacancy.is_without(b)]
            if not held:
                continue
            ways = tuple((_edge(shapes.opened(shape), shapes.opened(mine)),) for mine in own)
            breach = Breach(
                "several-alternatives",
                "oneOf",
                part.pair.sender.node,
                node,
                challenge=tuple(held),
                doubt=part.sender.opaque or "",
            )
            duties.append(Duty(ways, breach))

    def _next_for_part(self, part: Part) -> None:
        while part.candidates:
            branch = part.candidates.pop(0)
            several = part.candidates or part.ways
            if several and self.comparing.disjoint(part.sender, branch):
                continue
            way = self._way(part, branch)
            part.ways.append(way)
            assert way.outcome is not None
            if way.outcome.warnings:
                self._tell(way)
            if way.outcome.breaches:
                way.failed = True
                continue
            self.activate(way)
            if not way.failed:
                return
        self._conclude(part)

    def _conclude(self, part: Part) -> None:
        """No single branch of the receiver accepts the part: do several together?"""
        if self.vacancy.is_without(part.sender):
            part.settled = True
            if len(part.pair.parts) == 1:
                self.reading.note_empty(part.pair.sender)
            return
        if len(part.ways) > 1:
            self._search(part)
            if part.settled:
                return
        self._fail_part(part)

    def _search(self, part: Part) -> None:
        """Look for an example that no way accepts, or the proof that all is accepted."""
        if part.pair.unclear >= MOST_UNCLEAR:
            part.doubt = UNCLEAR
            return
        challenges = [
            breach.challenge
            for way in part.ways
            for breach in way.breaches
            if isinstance(breach.challenge, Branch)
        ]
        if self._shown(part, self.covering.values_of([part.sender, *challenges])):
            return
        taken = [way.receiver for way in sorted(part.ways, key=_cost) if way.receiver]
        left, exact = self.covering.outside([part.sender], taken)
        if left and exact and part.sender.exclusions:
            left, exact = self.covering.outside(left, self.covering.excluded_by(part.sender))
        if not left and not part.sender.opaque:
            part.settled = True
        elif not self._shown(part, self.covering.values_of(left)):
            part.pair.unclear += 1
            part.doubt = UNCLEAR

    def _shown(self, part: Part, values: Iterator[Any]) -> bool:
        for value in values:
            if self.is_refused(part.pair, value):
                part.has_example, part.example = True, value
                return True
        return False

    # Duties

    def _next_for_task(self, task: Task) -> None:
        while task.left:
            way = Way(task, None, None, task.left.pop(0))
            task.ways.append(way)
            self.activate(way)
            if not way.failed:
                return
        self._conclude_task(task)

    def _conclude_task(self, task: Task) -> None:
        """Nothing does the duty: is there a value that shows it?"""
        challenge = task.duty.breach.challenge
        branches = challenge if isinstance(challenge, tuple) else (challenge,)
        held = [b for b in branches if isinstance(b, Branch) and not is_barren(b)]
        held = [branch for branch in held if not self.vacancy.is_without(branch)]
        if self._is_shown(task, held):
            return
        # A list of values is judged in full.
        held = [b for b in held if b.values is None or len(b.values) > MOST_LISTED]
        sender = task.part.sender
        if held and sender.exclusions:
            held, _ = self.covering.outside(held, self.covering.excluded_by(sender))
            if self._is_shown(task, held):
                return
        # Where the sender excludes something alike, an example would be needed.
        if held and not task.ways:
            breach = task.duty.breach
            doubt = breach.doubt or "no value was found that shows it"
            task.duty = task.duty._replace(breach=breach._replace(doubt=doubt))
            self._fail_task(task)

    def _is_shown(self, task: Task, held: list[Branch]) -> bool:
        """Whether a value of branches shows that a duty is not done; it fails then."""
        lists = [b.values for b in held if b.values is not None and len(b.values) <= MOST_LISTED]
        listed = (value for values in lists for value in values.values())
        for value in chain(listed, self.covering.values_of(held)):
            if self.is_refused(task.part.pair, value):
                breach = task.duty.breach._replace(challenge=tuple(held))
                task.duty = task.duty._replace(breach=breach)
                self._fail_task(task)
                return True
        return False

    # Failing, from children to what depends on them

    def _fail_task(self, task: Task) -> None:
        task.failed = True
        self._fail_way(task.holder)

    def _fail_way(self, way: Way) -> None:
        if way.failed:
            return
        way.failed = True
        owner = way.owner
        if isinstance(owner, Task):
            if owner.ways and owner.ways[-1] is way:
                self._pending.append(lambda: self._again(owner))
        elif owner.ways and owner.ways[-1] is way:
            self._pending.append(lambda: self._again_part(owner))

    def _again(self, task: Task) -> None:
        if not task.failed and task.ways[-1].failed:
            self._next_for_task(task)

    def _again_part(self, part: Part) -> None:
        if not part.failed and not part.settled and part.ways[-1].failed:
            self._next_for_part(part)

    def _fail_part(self, part: Part) -> None:
        part.failed = True
        if part.pair.failed:
            return
        part.pair.failed = True
        for way in part.pair.dependents:
            self._fail_way(way)

    def _tell(self, way: Way) -> None:
        """Mark what reaches a warning."""
        pending = [way]
        while pending:
            owner = pending.pop().owner
            if isinstance(owner, Part) and not owner.pair.told:
                owner.pair.told = True
                pending += owner.pair.dependents


def _cost(way: Way) -> int:
    return len(way.breaches) + sum(1 for _, child in way.children if child.failed)


def _edge(sender: Shape, receiver: Shape) -> Edge:
    return Edge(Step("items"), sender, receiver)
