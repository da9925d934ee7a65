"""Compares shapes of two versions: the door for those who map an API's elements to shapes.

    old, new = Documents(), Documents()
    old.add("api.json", old_content, "openapi-3.0")
    new.add("api.json", new_content, "openapi-3.1")
    requests = Comparison("request")
    found = requests.compare(old.node("api.json", pointer), new.node("api.json", pointer))
    for broken in found.breaks:
        print(broken.kind, broken.path_text, requests.confirm(broken).witness)

In a request the old side sends and the new one receives; in a response it is the other way round.
What a callback or webhook sends is a response in this sense: it is the API that sends. One
``Comparison`` serves all shapes of one direction, and is faster for it.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backstay.compatibility.shapes.comparing import Breach
from backstay.compatibility.shapes.goals import Part
from backstay.compatibility.shapes.notes import dead_keywords
from backstay.compatibility.shapes.relation import Relation
from backstay.compatibility.shapes.results import Break, Confirmation, Note, Spot
from backstay.compatibility.shapes.values import NULL
from backstay.compatibility.shapes.witnesses import Link, Trace, Witnesses

if TYPE_CHECKING:
    from backstay.compatibility.shapes.goals import Pair, Way
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.reading import Direction

MOST_BREAKS = 500


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison of two shapes found.

    Attributes:
        breaks: one for each root cause; empty means that the receiver takes whatever is sent.
        cut: there were more than 500 breaks; the rest was not looked for.
    """

    breaks: tuple[Break, ...]
    cut: bool = False


class _Visit(NamedTuple):
    pair: Pair
    chain: Link | None
    anchor: tuple[Part, Link | None] | None


class Comparison:
    """All comparisons of one direction between two versions."""

    def __init__(self, direction: Direction) -> None:
        self.direction: Direction = direction
        self._relation = Relation(direction)
        self._witnesses = Witnesses(self._relation)
        self._traces: list[Trace] = []
        self._sides: dict[int, Literal["old", "new"]] = {}

    def compare(self, old: Node, new: Node) -> Judgement:
        """Which values of the sender's shape does the receiver refuse?"""
        self._sides.update({id(old.document.documents): "old", id(new.document.documents): "new"})
        sender, receiver = (old, new) if self.direction == "request" else (new, old)
        shapes = self._relation.reading.shapes
        pair = self._relation.solve(shapes.of((sender,)), shapes.of((), (receiver,)))
        if not (pair.failed or pair.told):
            return Judgement(breaks=())
        report = _Report(self, pair, (old, new))
        return report.judgement()

    def confirm(self, broken: Break) -> Confirmation:
        """A whole witness for a break of this comparison, judged on the original schemas."""
        trace = self._traces[broken.number]
        sides: tuple[Literal["old", "new"], Literal["old", "new"]] = (
            ("old", "new") if self.direction == "request" else ("new", "old")
        )
        old, new = trace.roots
        sender, receiver = (old, new) if self.direction == "request" else (new, old)
        judged = self._witnesses.judge(trace, sender, receiver)
        return Confirmation(
            verdict="confirmed" if judged.confirmed else "possible",
            witness=judged.witness,
            has_witness=judged.found,
            accepted_by=sides[0],
            refused_by=sides[1],
            reason=judged.reason,
            errors=judged.errors,
        )

    def is_empty(self, node: Node) -> bool:
        """Whether it is proven that no value satisfies a node in this direction."""
        return self._relation.sampler.is_empty(self._relation.reading.shapes.of((), (node,)))

    def notes(self) -> tuple[Note, ...]:
        """What was seen about single nodes in all comparisons so far.

        Only what was looked into is told: parts that are the same in both versions are not.
        """
        reading = self._relation.reading
        found = [(r.kind, r.node, r.keyword) for r in reading.remarks.values()]
        for node in reading.read.values():
            found += [("dead-constraint", node, keyword) for keyword in dead_keywords(node)]
            if reading.is_plainly_empty(node) and node.raw is not False:
                found.append(("empty-shape", node, ""))
        return tuple(
            Note(
                kind=kind,
                side=self._sides[id(node.document.documents)],
                spot=Spot(document=node.document.name, pointer=node.pointer),
                keyword=keyword,
            )
            for kind, node, keyword in found
            if id(node.document.documents) in self._sides
        )


class _Report:
    """Walks what failed below one pair and names each root cause once."""

    def __init__(self, comparison: Comparison, pair: Pair, roots: tuple[Node, Node]) -> None:
        self._comparison = comparison
        self._relation = comparison._relation  # noqa: SLF001 (one module)
        self._witnesses = comparison._witnesses  # noqa: SLF001 (one module)
        self._root = pair
        self._roots = roots
        self._found: dict[tuple[int, int, str, str], Break] = {}
        self._seen = {id(pair)}
        self._queue: deque[_Visit] = deque([_Visit(pair, None, None)])
        self._anchored: dict[int, tuple[Part, Link | None, int]] = {}

    def judgement(self) -> Judgement:
        while self._queue and len(self._found) < MOST_BREAKS:
            visit = self._queue.popleft()
            for part in visit.pair.parts:
                if part.failed:
                    self._failed(part, visit)
                elif part.ways and not part.settled:
                    self._warned(part.ways[-1], part, visit)
        for part, chain, count in self._anchored.values():
            if not count:
                self._tell(_alternatives_breach(part), part, chain)
        return Judgement(breaks=tuple(self._found.values()), cut=bool(self._queue))

    def _failed(self, part: Part, visit: _Visit) -> None:
        way = self._blamed(part)
        anchor = visit.anchor
        if way is None:
            self._tell_checked(_alternatives_breach(part), part, visit.chain, anchor)
            return
        if part.sender.values is not None:
            for breach in _value_breaches(part, way):
                self._tell_checked(breach, part, visit.chain, anchor)
            return
        if len(part.ways) > 1 and anchor is None:
            anchor = (part, visit.chain)
            self._anchored[id(part)] = (part, visit.chain, 0)
        for breach in way.breaches:
            self._tell_checked(breach, part, visit.chain, anchor)
        self._descend(way, part, visit.chain, anchor, failing=True)

    def _blamed(self, part: Part) -> Way | None:
        """The way that was most likely meant, with all its children decided."""
        if not part.ways:
            return None
        ways = part.ways
        if len(ways) > 1:
            ways = sorted(ways, key=_distance)
            for way in ways[:3]:
                self._relation.activate(way)
            self._relation.settle()
            ways = sorted(ways[:3], key=_distance)
        best = ways[0]
        if not best.active:
            self._relation.activate(best)
            self._relation.settle()
        return best

    def _warned(self, way: Way, part: Part, visit: _Visit) -> None:
        """Warnings of a way that holds, and of what it reaches."""
        if way.outcome is not None and visit.anchor is None:
            several = len(part.ways) + len(part.candidates) > 1
            for breach in way.outcome.warnings:
                if not several or self._is_shown(breach, part):
                    self._tell(breach, part, visit.chain)
        self._descend(way, part, visit.chain, visit.anchor, failing=False)

    def _is_shown(self, breach: Breach, part: Part) -> bool:
        """Whether no other alternative accepts what a breach is about."""
        leaves = islice(self._witnesses.leaves(part, breach), 6)
        return any(self._relation.is_refused(part.pair, leaf) for leaf in leaves)

    def _descend(
        self,
        way: Way,
        part: Part,
        chain: Link | None,
        anchor: tuple[Part, Link | None] | None,
        *,
        failing: bool,
    ) -> None:
        if failing and way.outcome is not None and anchor is None:
            for breach in way.outcome.warnings:
                self._tell(breach, part, chain)
        depth = 1 if chain is None else chain.depth + 1
        for edge, child in way.children:
            if (child.failed or child.told) and id(child) not in self._seen:
                self._seen.add(id(child))
                self._queue.append(_Visit(child, Link(part, edge.step, chain, depth), anchor))

    def _tell_checked(
        self,
        breach: Breach,
        part: Part,
        chain: Link | None,
        anchor: tuple[Part, Link | None] | None,
    ) -> None:
        """Tell a breach, unless other alternatives of the receiver accept what it refuses."""
        if anchor is not None:
            held = self._anchored[id(anchor[0])]
            if not self._shows(breach, part, chain, anchor):
                return
            self._anchored[id(anchor[0])] = (held[0], held[1], held[2] + 1)
        self._tell(breach, part, chain)

    def _shows(
        self,
        breach: Breach,
        part: Part,
        chain: Link | None,
        anchor: tuple[Part, Link | None],
    ) -> bool:
        """Whether a value with the breach is refused by all alternatives above it."""
        stop = anchor[1]
        links = []
        while chain is not None and chain is not stop:
            links.append(chain)
            chain = chain.above
        short: Link | None = None
        for link in reversed(links):
            short = Link(link.part, link.step, short, 0)
        for leaf, _ in zip(self._witnesses.leaves(part, breach), range(6), strict=False):
            for value in self._witnesses.lift(short, leaf):
                if self._relation.is_refused(anchor[0].pair, value):
                    return True
        return False

    def _tell(self, breach: Breach, part: Part, chain: Link | None) -> None:
        sender = breach.sender or self._sent_root()
        receiver = breach.receiver or self._received_root()
        kind = breach.kind
        if kind == "unlisted-value" and receiver.key == "mapping":
            kind = "unknown-variant"
        key = (id(sender), id(receiver), kind, breach.subject)
        if breach.undeclared and any(known[1:3] == key[1:3] for known in self._found):
            return  # a declared member shows the same already
        known = self._found.get(key)
        doubt = breach.doubt or part.doubt
        if known is not None and (known.certainty == "certain" or doubt):
            return
        request = self._comparison.direction == "request"
        old, new = (sender, receiver) if request else (receiver, sender)
        mine, theirs = (_text(said) for said in breach.says)
        self._comparison._traces.append(  # noqa: SLF001 (one module)
            Trace(self._roots, self._root, chain, part, breach)
        )
        self._found[key] = Break(
            kind=kind,
            direction=self._comparison.direction,
            old=Spot(document=old.document.name, pointer=old.pointer),
            new=Spot(document=new.document.name, pointer=new.pointer),
            keyword=breach.keyword,
            subject=breach.subject,
            path=_path(chain),
            old_says=mine if request else theirs,
            new_says=theirs if request else mine,
            certainty="possible" if doubt else "certain",
            doubt=doubt,
            undeclared=breach.undeclared,
            number=len(self._comparison._traces) - 1,  # noqa: SLF001 (one module)
        )

    def _sent_root(self) -> Node:
        return self._roots[0] if self._comparison.direction == "request" else self._roots[1]

    def _received_root(self) -> Node:
        return self._roots[1] if self._comparison.direction == "request" else self._roots[0]


def _distance(way: Way) -> tuple[int, int, int]:
    """How far a way is from accepting: what fails here counts before what fails in children.

    What a schema says by `not`, or where its `if` does not hold, is the last to be blamed.
    """
    part = way.owner
    assert isinstance(part, Part)
    failing = sum(10 if edge.receiver.negated else 1 for edge, c in way.children if c.failed)
    mine = part.sender.object.declared().keys() if part.sender.object else set()
    held = way.receiver.object if way.receiver else None
    shared = len(mine & held.declared().keys()) if held else 0
    here = sum(10 if breach.keyword == "not" else 1 for breach in way.breaches)
    return here, failing, -shared


def _value_breaches(part: Part, way: Way) -> list[Breach]:
    """Why listed values are refused: one breach for each kind of reason."""
    found = [b for b in way.breaches if b.kind in {"null-value", "wrong-type", "unlisted-value"}]
    refused = part.refused
    nodes = (part.pair.sender.node, part.pair.receiver.node)
    made: list[Breach] = []
    for breach in found:
        if breach.kind == "null-value":
            held = tuple(value for value in refused if value is None)
        elif breach.kind == "wrong-type":
            types = way.receiver.types if way.receiver else 0
            held = tuple(v for v in refused if v is not None and not _is_typed(v, types))
        else:
            held = refused
        if held:
            made.append(breach._replace(challenge=held))
    if not made:
        others = [b for b in way.breaches if b not in found]
        made = [b._replace(challenge=refused, doubt="") for b in others[:1]]
    return made or [Breach("no-alternative", "", *nodes, challenge=refused)]


def _is_typed(value: object, types: int) -> bool:
    from backstay.compatibility.shapes.values import type_of  # noqa: PLC0415

    return bool(type_of(value) & types)


def _alternatives_breach(part: Part) -> Breach:
    """What to say where no branch of the receiver is near."""
    pair = part.pair
    theirs = part.candidates or [way.receiver for way in part.ways if way.receiver]
    kind = "no-alternative" if theirs or part.ways else "nothing-accepted"
    if part.sender.opaque and not theirs:
        kind = "undecided"
    if part.sender.types == NULL:
        kind = "null-value"
    challenge = (part.example,) if part.has_example else part.sender
    return Breach(
        kind, "", pair.sender.node, pair.receiver.node, challenge=challenge, doubt=part.doubt
    )


def _path(chain: Link | None) -> tuple[str, ...]:
    steps = []
    while chain is not None:
        steps.append(str(chain.step))
        chain = chain.above
    return tuple(reversed(steps))


def _text(said: object) -> str | None:
    if said is None:
        return None
    try:
        return msgspec.json.encode(said).decode()
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return str(said)
