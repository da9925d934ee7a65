"""Whole values that show a break, from the leaf upwards, judged by the independent validator."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.conversion import Conversion, TooLarge
from backstay.compatibility.shapes.membership import TooDeep
from backstay.compatibility.shapes.sampling import NothingFound
from backstay.foreign.jsonschema_rs import SchemaFault, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.breaches import Breach, Step
    from backstay.compatibility.shapes.goals import Pair, Part
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.relation import Relation
    from backstay.compatibility.shapes.shape import Shape

MOST_LEAVES = 24
MOST_JUDGED = 8
MOST_LIFTED = 3
DEEPEST = 100


class Link(NamedTuple):
    """One level on the way from the root to a break: the part, and the step down from it."""

    part: Part
    step: Step
    above: Link | None
    depth: int


class Trace(NamedTuple):
    """Where a breach was found: the root's nodes (old, new), the way down, and the part."""

    roots: tuple[Node, Node]
    root: Pair
    chain: Link | None
    part: Part
    breach: Breach


class Judged(NamedTuple):
    """What became of the search for a witness."""

    confirmed: bool
    witness: Any
    found: bool
    reason: str
    errors: tuple[str, ...]


class Witnesses:
    """Builds and judges witnesses for one relation."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._conversion = Conversion(relation.reading.withheld)
        self._validators: dict[int, Validator | str] = {}

    def judge(self, trace: Trace, sender: Node, receiver: Node) -> Judged:
        """Look for a value that the sender's node accepts and the receiver's refuses."""
        if trace.chain is not None and trace.chain.depth > DEEPEST:
            return Judged(False, None, False, "it lies too deep for a witness", ())  # noqa: FBT003
        refuted: Any = None
        count = 0
        for value in self.candidates(trace):
            try:
                accepted = self._validator(sender).accepts(value)
                refused = accepted and not self._validator(receiver).accepts(value)
            except (SchemaFault, TooLarge) as fault:
                reason = f"the validator cannot judge: {fault}"
                return Judged(False, value, True, reason, ())  # noqa: FBT003
            if refused:
                errors = self._validator(receiver).errors(value)
                return Judged(True, value, True, "", errors)  # noqa: FBT003
            refuted = value
            count += 1
            if count >= MOST_JUDGED:
                break
        if count:
            reason = "the independent validator did not agree with the examples that were tried"
            return Judged(False, refuted, True, reason, ())  # noqa: FBT003
        reason = trace.breach.doubt or "no example was found"
        if self._relation.vacancy.is_empty(trace.root.sender):
            reason = "no value satisfies the sender's shape"
        return Judged(False, None, False, reason, ())  # noqa: FBT003

    def candidates(self, trace: Trace) -> Iterator[Any]:
        """Values at the root that our own validator takes for witnesses, best first."""
        for leaf in islice(self.leaves(trace.part, trace.breach), MOST_LEAVES):
            for value in islice(self.lift(trace.chain, leaf), MOST_LIFTED):
                if self._relation.is_refused(trace.root, value):
                    yield value
        yield from self._searched(trace.root)

    def leaves(self, part: Part, breach: Breach) -> Iterator[Any]:
        """Values at the place of the breach that are refused there."""
        loose = breach.undeclared
        for value in self._challenged(breach):
            if self._relation.is_refused(part.pair, value) or loose:
                yield value
        if part.has_example:
            yield part.example

    def _challenged(self, breach: Breach) -> Iterator[Any]:
        challenge = breach.challenge
        if isinstance(challenge, Branch):
            yield from islice(self._relation.sampler.of_branch(challenge), MOST_LEAVES)
        for held in (
            challenge if isinstance(challenge, tuple) and not isinstance(challenge, Branch) else ()
        ):
            if isinstance(held, Branch):
                yield from islice(self._relation.sampler.of_branch(held), MOST_LEAVES)
            else:
                yield held

    def lift(self, chain: Link | None, value: Any) -> Iterator[Any]:  # noqa: ANN401 (any JSON)
        """Values at the root that hold a value at the end of the chain."""
        if chain is None:
            yield value
            return
        for turn in range(MOST_LIFTED):
            made = value
            link: Link | None = chain
            try:
                while link is not None:
                    made = self._around(link.part.sender, link.step, made, turn)
                    link = link.above
            except NothingFound:
                return
            yield made

    def _around(self, branch: Branch, step: Step, value: Any, turn: int) -> Any:  # noqa: ANN401
        """A value of a branch that holds another at a step; other ones at other turns."""
        sampler = self._relation.sampler
        made: Iterator[Any]
        if step.kind == "member":
            made = sampler.objects(branch, {str(step.key): value})
        elif step.kind == "name":
            part = branch.object
            if part is None or not isinstance(value, str):
                raise NothingFound
            held = sampler.smallest(part.at(value, self._relation.reading.shapes))
            made = sampler.objects(branch, {value: held})
        else:
            made = sampler.arrays(branch, {int(step.key or 0): value})
        found = list(islice(made, turn + 1))
        if not found:
            raise NothingFound
        return found[-1]

    def _searched(self, root: Pair) -> Iterator[Any]:
        """Values of what the sender may send and the receiver does not take, sampled directly."""
        shapes = self._relation.reading.shapes
        for negated in shapes.negations(root.receiver):
            try:
                yield from islice(
                    self._relation.sampler.values(shapes.meet(root.sender, negated)), 2
                )
            except TooDeep:
                return

    def _validator(self, node: Node) -> Validator:
        known = self._validators.get(id(node))
        if known is None:
            try:
                known = Validator(self._conversion.schema(node))
            except (SchemaFault, TooLarge) as fault:
                known = str(fault)
            self._validators[id(node)] = known
        if isinstance(known, str):
            raise SchemaFault(known)
        return known

    def belongs(self, shape: Shape, value: object) -> bool:
        """Whether a value is of a shape, as far as it can be told."""
        try:
            return self._relation.membership.belongs(shape, value)
        except TooDeep:
            return False
