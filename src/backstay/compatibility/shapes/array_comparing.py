"""Arrays of a sender against what a receiver says about arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.breaches import Breach, Duty, Edge, Step
from backstay.compatibility.shapes.complements import wrong_item
from backstay.compatibility.shapes.nodes import Documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.pairing import Pairing
    from backstay.compatibility.shapes.parts import ArrayPart, Contained


_TEXT = Documents().add("", {"type": "string"}, "openapi-3.1").root
MOST_POSITIONS = 64


class ArrayComparing:
    """Finds what of a sender's arrays is refused."""

    def __init__(self, pair: Pairing) -> None:
        self.pair = pair

    def compare(self, mine: ArrayPart, theirs: ArrayPart) -> None:
        """Note what of the one is refused by the other."""
        most = mine.most
        for layer in mine.layers:
            if layer.rest.never and (most is None or most > len(layer.prefix)):
                most = len(layer.prefix)
        says: tuple[object, object]
        if theirs.fewest > mine.fewest:
            says = (mine.fewest, theirs.fewest)
            challenge = self.pair.arrays(most=theirs.fewest - 1)
            self._array_breach("too-few-items", "minItems", challenge, says)
        if theirs.most is not None and (most is None or most > theirs.most):
            says = (mine.most, theirs.most)
            challenge = self.pair.arrays(fewest=theirs.most + 1)
            self._array_breach("too-many-items", "maxItems", challenge, says)
        several = most is None or most > 1
        if theirs.unique and not mine.unique and several:
            challenge = self.pair.arrays(repeats=True)
            self._array_breach("duplicate-items", "uniqueItems", challenge, (False, True))
        if theirs.repeats and not mine.repeats:
            challenge = self.pair.arrays(unique=True)
            self._array_breach("excluded-value", "not", challenge, (None, None))
        self._items(mine, theirs, most)
        for held in theirs.contains:
            self._contained(mine, held, most)

    def _array_breach(
        self, kind: str, keyword: str, challenge: Branch, says: tuple[object, object]
    ) -> None:
        mine, theirs = self.pair.sender.array, self.pair.receiver.array
        sender = mine.origins.get(keyword) if mine else None
        receiver = theirs.origins.get(keyword) if theirs else None
        if challenge.types:
            self.pair.breach(kind, keyword, sender, receiver, challenge, says=says)

    def _items(self, mine: ArrayPart, theirs: ArrayPart, most: int | None) -> None:
        length = max((len(layer.prefix) for layer in (*mine.layers, *theirs.layers)), default=0)
        length = min(length, MOST_POSITIONS)
        for place in range(length + 1):
            if most is not None and place >= most:
                return
            sender = self.pair.sender.items_at(place, self.pair.shapes)
            for held in mine.contains:
                if most is not None and held.fewest >= most - held.start:
                    sender = self.pair.shapes.meet(sender, held.shape)
            receiver = self.pair.receiver.items_at(place, self.pair.shapes)
            if place < length and self.pair.is_empty(sender):
                return
            if receiver.always or sender.never:
                continue
            if receiver.never:
                node = next(
                    (i.node for i in theirs.layers if i.at(place).never), self.pair.nodes[1]
                )
                part = wrong_item(place, self.pair.shapes.true, node or _TEXT, self.pair.shapes)
                challenge = self.pair.arrays(fewest=part.fewest)
                says = (most, place)
                self.pair.breach("too-many-items", "items", None, node, challenge, says=says)
                return
            step = Step("items") if place == length else Step("item", place)
            if place == length and length:
                step = Step("item", place)
            self.pair.out.edges.append(Edge(step, sender, receiver))

    def _contained(self, mine: ArrayPart, held: Contained, most: int | None) -> None:
        if held in mine.contains:
            return
        if held.fewest:
            ways: list[tuple[Edge, ...]] = [
                (Edge(Step("items"), own.shape, held.shape),)
                for own in mine.contains
                if own.fewest >= held.fewest and own.start >= held.start
            ]
            if mine.fewest - held.start >= held.fewest:
                ways.append(tuple(self._all_items(mine, held, most)))
            flipped = held._replace(fewest=0, most=held.fewest - 1)
            challenge = self.pair.arrays(contains=(flipped,))
            says = (next((o.fewest for o in mine.contains), None), held.fewest)
            breach = self._contained_breach("missing-item", held, challenge, says)
            self.pair.out.duties.append(Duty(tuple(ways), breach))
        if held.most is not None and (most is None or most - held.start > held.most):
            ways = [
                (Edge(Step("items"), held.shape, self.pair.shapes.opened(own.shape)),)
                for own in mine.contains
                if own.most is not None and own.most <= held.most and own.start <= held.start
            ]
            flipped = held._replace(fewest=held.most + 1, most=None)
            challenge = self.pair.arrays(contains=(flipped,))
            says = (next((o.most for o in mine.contains), None), held.most)
            breach = self._contained_breach("surplus-item", held, challenge, says)
            self.pair.out.duties.append(Duty(tuple(ways), breach))

    def _all_items(self, mine: ArrayPart, held: Contained, most: int | None) -> Iterator[Edge]:
        length = max((len(layer.prefix) for layer in mine.layers), default=0)
        for place in range(held.start, max(length, held.start) + 1):
            if most is None or place < most:
                sender = self.pair.sender.items_at(place, self.pair.shapes)
                yield Edge(Step("item", place), sender, held.shape)

    def _contained_breach(
        self, kind: str, held: Contained, challenge: Branch, says: tuple[object, object]
    ) -> Breach:
        mine = self.pair.sender.array
        node = mine.origins.get("contains") if mine else None
        return Breach(
            kind,
            "contains",
            node or self.pair.nodes[0],
            held.node or self.pair.nodes[1],
            says=says,
            challenge=challenge,
            doubt=self.pair.sender.opaque or "",
        )
