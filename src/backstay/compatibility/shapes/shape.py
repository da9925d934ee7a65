"""Shapes: conjunctions of nodes, some of them negated, not yet looked into.

Children are always shapes, so that circles and large documents cost nothing until reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.compatibility.shapes.nodes import Node


class Shape:
    """A conjunction of nodes. ``closed`` ones hold only what they declare (see ``closing``)."""

    __slots__ = ("closed", "identity", "negated", "never", "open")

    def __init__(
        self,
        closed: tuple[Node, ...],
        opened: tuple[Node, ...],
        negated: tuple[Node, ...],
        identity: int,
        *,
        never: bool = False,
    ) -> None:
        self.closed = closed
        self.open = opened
        self.negated = negated
        self.identity = identity
        self.never = never

    @property
    def always(self) -> bool:
        """Whether every value is of this shape."""
        return not (self.closed or self.open or self.negated or self.never)

    @property
    def node(self) -> Node | None:
        """The node that stands for the shape in what is reported."""
        for nodes in (self.closed, self.open, self.negated):
            if nodes:
                return nodes[0]
        return None


class Shapes:
    """Makes each shape once, so that shapes can be compared by identity."""

    def __init__(self) -> None:
        self._known: dict[tuple[frozenset[int], frozenset[int], frozenset[int]], Shape] = {}
        self.true = Shape((), (), (), 0)
        self.false = Shape((), (), (), 1, never=True)
        self._known[frozenset(), frozenset(), frozenset()] = self.true
        self._closed: dict[int, Shape] = {}
        self._met: dict[tuple[int, ...], Shape] = {}
        self._named: dict[tuple[int, str], bool] = {}
        self.belongs: Callable[[Shape, str], bool] = lambda _shape, _name: True

    def names(self, shape: Shape, name: str) -> bool:
        """Whether a name is of a shape; ``belongs`` is asked, once."""
        key = (shape.identity, name)
        if key not in self._named:
            self._named[key] = self.belongs(shape, name)
        return self._named[key]

    def of(
        self,
        closed: Iterable[Node] = (),
        opened: Iterable[Node] = (),
        negated: Iterable[Node] = (),
    ) -> Shape:
        """The shape of values that satisfy all of the nodes, and none of the negated ones."""
        kept: list[dict[int, Node]] = [{}, {}, {}]
        for nodes, into in zip((closed, opened, negated), kept, strict=True):
            for node in nodes:
                target = node.target() or node
                refuses = target.raw is False
                if (refuses and into is not kept[2]) or (into is kept[2] and says_nothing(target)):
                    return self.false
                if not refuses and not says_nothing(target):
                    into[id(target)] = target
        key = (frozenset(kept[0]), frozenset(kept[1]), frozenset(kept[2]))
        if key[2] & (key[0] | key[1]):
            return self.false
        known = self._known.get(key)
        if known is None:
            parts = [tuple(into.values()) for into in kept]
            known = Shape(parts[0], parts[1], parts[2], len(self._known) + 1)
            self._known[key] = known
        return known

    def meet(self, *shapes: Shape) -> Shape:
        """The shape of values that are of all these shapes."""
        if any(shape.never for shape in shapes):
            return self.false
        distinct = {shape.identity: shape for shape in shapes if not shape.always}
        if len(distinct) <= 1:
            return next(iter(distinct.values())) if distinct else self.true
        key = tuple(distinct)
        if key not in self._met:
            self._met[key] = self._meet(list(distinct.values()))
        return self._met[key]

    def _meet(self, known: list[Shape]) -> Shape:
        return self.of(
            [node for shape in known for node in shape.closed],
            [node for shape in known for node in shape.open],
            [node for shape in known for node in shape.negated],
        )

    def opened(self, shape: Shape) -> Shape:
        """The same shape, as it is written."""
        if not shape.closed:
            return shape
        return self.of((), (*shape.closed, *shape.open), shape.negated)

    def closed(self, shape: Shape) -> Shape:
        """The same shape, holding only what it declares."""
        if not shape.open:
            return shape
        known = self._closed.get(shape.identity)
        if known is None:
            known = self.of((*shape.closed, *shape.open), (), shape.negated)
            self._closed[shape.identity] = known
        return known

    def negations(self, shape: Shape) -> list[Shape]:
        """Shapes that together hold what is not of this shape (closed ones taken as written)."""
        if shape.never:
            return [self.true]
        found = [self.of((), (), (node,)) for node in (*shape.closed, *shape.open)]
        return found + [self.of((), (node,)) for node in shape.negated]


_CONSTRAINING = frozenset(
    [
        "type",
        "enum",
        "const",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "minItems",
        "maxItems",
        "uniqueItems",
        "items",
        "prefixItems",
        "contains",
        "minContains",
        "maxContains",
        "unevaluatedItems",
        "additionalItems",
        "required",
        "properties",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "unevaluatedProperties",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "$ref",
        "$dynamicRef",
        "discriminator",
    ]
)


def says_nothing(node: Node) -> bool:
    """Whether the node takes every value: true, {}, annotations only, or no schema at all."""
    raw = node.raw
    if isinstance(raw, dict):
        return _CONSTRAINING.isdisjoint(raw)
    return raw is not False
