"""Whether two nodes say the same, references followed: what need not be compared at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.compatibility.shapes.digests import Digests
from backstay.compatibility.shapes.nodes import REFERENCES

if TYPE_CHECKING:
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape

_encode = msgspec.json.Encoder(order="sorted").encode


class Sameness:
    """Knows pairs of nodes with the same text whose references lead to such pairs too.

    Encoded text is compared, not Python values, for which 1 and true are equal.
    """

    def __init__(self) -> None:
        self._same: dict[tuple[int, int], bool] = {}
        self._digests = Digests()
        self._texts: dict[int, bytes | None] = {}

    def shapes(self, one: Shape, two: Shape) -> bool:
        """Whether two shapes are conjunctions of nodes that say the same."""
        left, right = (*one.closed, *one.open), (*two.closed, *two.open)
        if len(left) != len(right) or len(one.negated) != len(two.negated):
            return False
        return all(
            self.nodes(mine, theirs)
            for mine, theirs in zip((*left, *one.negated), (*right, *two.negated), strict=True)
        )

    def nodes(self, one: Node, two: Node) -> bool:
        """Whether two nodes say the same."""
        if one is two:
            return True
        known = self._same.get((id(one), id(two)))
        return self._explore(one, two) if known is None else known

    def _explore(self, one: Node, two: Node) -> bool:
        """Judge a pair with all that it reaches; what reaches a difference is different."""
        reached_from: dict[tuple[int, int], list[tuple[int, int]]] = {(id(one), id(two)): []}
        different: list[tuple[int, int]] = []
        pending = [(one, two)]
        while pending:
            left, right = pending.pop()
            pair = (id(left), id(right))
            known = self._same.get(pair)
            children = self._children(left, right) if known is None else []
            if children is None or known is False:
                different.append(pair)
            for mine, theirs in children or ():
                child = (id(mine), id(theirs))
                if child not in reached_from:
                    reached_from[child] = []
                    pending.append((mine, theirs))
                reached_from[child].append(pair)
        for pair in reached_from:
            self._same.setdefault(pair, True)
        while different:
            pair = different.pop()
            self._same[pair] = False
            different += [before for before in reached_from.get(pair, ()) if self._same[before]]
        return self._same[id(one), id(two)]

    def _children(self, one: Node, two: Node) -> list[tuple[Node, Node]] | None:
        """Pairs of what both refer to; None where the nodes themselves differ."""
        try:
            if one.document.dialect != two.document.dialect or one.raw != two.raw:
                return None
        except RecursionError:
            return self._deep(one, two)
        text = self._text(one)
        if text is None:
            return self._deep(one, two)
        if text != self._text(two) or b'"mapping":' in text:
            return None
        found: list[tuple[Node, Node]] = []
        for match in dict.fromkeys(REFERENCES.findall(text)):
            reference = msgspec.json.decode(b'"' + match + b'"', type=str)
            left = one.document.documents.find(reference, one)
            right = two.document.documents.find(reference, two)
            if left is None or right is None:
                if left is not right:
                    return None
            else:
                found += [(left, right)]
        return found

    def _deep(self, one: Node, two: Node) -> list[tuple[Node, Node]] | None:
        """The same for nodes that are nested too deeply to be compared or written at once.

        With references in them they count as different: that is slower, and as true.
        """
        mine = self._digests.of(one.raw)
        return [] if mine is not None and mine == self._digests.of(two.raw) else None

    def _text(self, node: Node) -> bytes | None:
        if id(node) not in self._texts:
            try:
                text = _encode(node.raw)
            except (RecursionError, TypeError, ValueError, msgspec.MsgspecError):
                text = None
            self._texts[id(node)] = text
        return self._texts[id(node)]
