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

from typing import TYPE_CHECKING, Literal

from backstay.compatibility.shapes.notes import dead_keywords
from backstay.compatibility.shapes.relation import Relation
from backstay.compatibility.shapes.reporting import Report
from backstay.compatibility.shapes.results import Break, Confirmation, Judgement, Note, Spot
from backstay.compatibility.shapes.witnesses import Trace, Witnesses

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.reading import Direction


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
        report = Report(self._relation, self._witnesses, self._traces, pair, (old, new))
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
        return self._relation.vacancy.is_empty(self._relation.reading.shapes.of((), (node,)))

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
            for kind, node, keyword in dict.fromkeys(found)
            if id(node.document.documents) in self._sides
        )
