"""From what failed to what is told: each root cause once, at the leaf."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backstay.compatibility.shapes.blame import alternatives_breach, distance, value_breaches
from backstay.compatibility.shapes.results import Break, Judgement, Spot
from backstay.compatibility.shapes.witnesses import Link, Trace

if TYPE_CHECKING:
    from backstay.compatibility.shapes.breaches import Breach
    from backstay.compatibility.shapes.goals import Pair, Part, Way
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.relation import Relation
    from backstay.compatibility.shapes.witnesses import Witnesses

MOST_BREAKS = 500


class _Visit(NamedTuple):
    pair: Pair
    chain: Link | None
    anchor: tuple[Part, Link | None] | None


class Report:
    """Walks what failed below one pair and names each root cause once."""

    def __init__(
        self,
        relation: Relation,
        witnesses: Witnesses,
        traces: list[Trace],
        pair: Pair,
        roots: tuple[Node, Node],
    ) -> None:
        self._relation = relation
        self._witnesses = witnesses
        self._traces = traces
        self._direction = relation.direction
        self._root = pair
        self._roots = roots
        self._found: dict[tuple[int, int, str, str], Break] = {}
        self._seen = {id(pair)}
        self._queue: deque[_Visit] = deque([_Visit(pair, None, None)])
        self._anchored: dict[int, tuple[Part, Link | None, int]] = {}

    def judgement(self) -> Judgement:
        """Everything that is to be told of the pair."""
        while self._queue and len(self._found) < MOST_BREAKS:
            visit = self._queue.popleft()
            for part in visit.pair.parts:
                if part.failed:
                    self._failed(part, visit)
                elif part.ways and not part.settled:
                    self._warned(part.ways[-1], part, visit)
        for part, chain, count in self._anchored.values():
            if not count:
                self._tell(alternatives_breach(part), part, chain)
        return Judgement(breaks=tuple(self._found.values()), cut=bool(self._queue))

    def _failed(self, part: Part, visit: _Visit) -> None:
        way = self._blamed(part)
        anchor = visit.anchor
        if way is None:
            self._tell_checked(alternatives_breach(part), part, visit.chain, anchor)
            return
        if part.sender.values is not None:
            for breach in value_breaches(part, way):
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
            ways = sorted(ways, key=distance)
            for way in ways[:3]:
                self._relation.activate(way)
            self._relation.settle()
            ways = sorted(ways[:3], key=distance)
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
        request = self._direction == "request"
        old, new = (sender, receiver) if request else (receiver, sender)
        mine, theirs = (_text(said) for said in breach.says)
        self._traces.append(Trace(self._roots, self._root, chain, part, breach))
        self._found[key] = Break(
            kind=kind,
            direction=self._direction,
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
            number=len(self._traces) - 1,
        )

    def _sent_root(self) -> Node:
        return self._roots[0] if self._direction == "request" else self._roots[1]

    def _received_root(self) -> Node:
        return self._roots[1] if self._direction == "request" else self._roots[0]


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
