"""One branch of a sender against one branch of a receiver.

What the receiver says is taken apart; for each thing it is asked whether the sender's branch may
violate it. What concerns children is handed on as edges between shapes, to be decided by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.array_comparing import ArrayComparing
from backstay.compatibility.shapes.nodes import values_listed
from backstay.compatibility.shapes.object_comparing import ObjectComparing
from backstay.compatibility.shapes.pairing import Pairing
from backstay.compatibility.shapes.parts import ArrayPart, ObjectPart, TextPart
from backstay.compatibility.shapes.scalar_comparing import ScalarComparing
from backstay.compatibility.shapes.values import ARRAY, NUMBER, OBJECT, STRING, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.breaches import Outcome
    from backstay.compatibility.shapes.membership import Membership
    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape, Shapes


class Comparing:
    """Compares branches in one direction."""

    def __init__(
        self, shapes: Shapes, membership: Membership, is_empty: Callable[[Shape], bool]
    ) -> None:
        self._shapes = shapes
        self._membership = membership
        self._is_empty = is_empty

    def compare(
        self, sender: Branch, receiver: Branch, nodes: tuple[Node | None, Node | None]
    ) -> Outcome:
        """What the sender may send of its branch that the receiver's branch refuses."""
        pair = Pairing(self._shapes, self._membership, sender, receiver, nodes)
        pair.is_empty = self._is_empty
        types = sender.types & receiver.types
        scalars = ScalarComparing(pair)
        scalars.of_types()
        if not types:
            return pair.out
        scalars.of_values()
        if types & NUMBER and receiver.number:
            scalars.of_numbers(types & NUMBER)
        if types & STRING and receiver.text:
            scalars.of_texts(sender.text or TextPart(), receiver.text)
        if types & ARRAY and receiver.array:
            ArrayComparing(pair).compare(sender.array or ArrayPart(), receiver.array)
        if types & OBJECT and receiver.object:
            ObjectComparing(pair).compare(sender.object or ObjectPart(), receiver.object)
        if receiver.opaque:
            pair.breach("undecided", "", None, None, doubt=receiver.opaque)
        return pair.out

    def disjoint(self, one: Branch, two: Branch) -> bool:
        """Whether it is plain that no value is of both."""
        types = one.types & two.types
        if not types:
            return True
        if one.values is not None and two.values is not None:
            return one.values.keys().isdisjoint(two.values)
        if types & ~OBJECT or one.object is None or two.object is None:
            return False
        return self._objects_apart(one.object, two.object) or self._objects_apart(
            two.object, one.object
        )

    def _objects_apart(self, one: ObjectPart, two: ObjectPart) -> bool:
        """Whether something that one requires cannot be in the other."""
        for name in one.required:
            theirs = two.at(name, self._shapes)
            if theirs.never:
                return True
            if theirs.always or name not in two.required:
                continue
            mine, other = self.pinned(one, name), self.pinned(two, name)
            if mine is not None and other is not None and mine.isdisjoint(other):
                return True
        return False

    def pinned(self, part: ObjectPart, name: str) -> set[object] | None:
        """The few texts to which a member is restricted by an enum, seen without reading deeply."""
        found: set[object] | None = None
        shape = part.at(name, self._shapes)
        for node in (*shape.closed, *shape.open):
            raw = node.raw
            if isinstance(raw.get("enum"), list):
                listed = set(values_listed(node))
            elif "const" in raw and not node.old_style:
                listed = {key_of(raw["const"])}
            else:
                continue
            found = listed if found is None else found & listed
        return found
