"""Proofs that no value is of a shape, children looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.fitting import fits
from backstay.compatibility.shapes.languages import Unknown
from backstay.compatibility.shapes.languages import matches as finds
from backstay.compatibility.shapes.numbers import is_without_numbers
from backstay.compatibility.shapes.sampling import some_texts
from backstay.compatibility.shapes.texts import text_values
from backstay.compatibility.shapes.values import (
    ARRAY,
    BOOLEAN,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    key_of,
)

if TYPE_CHECKING:
    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.parts import Contained, Layer, ObjectPart, TextPart
    from backstay.compatibility.shapes.reading import Reading
    from backstay.compatibility.shapes.sampling import Sampler
    from backstay.compatibility.shapes.shape import Shape

MOST_NESTING = 40


class Vacancy:
    """Proves shapes and branches empty, in one direction.

    A value is finite, so that a shape that has to hold itself is empty.
    """

    def __init__(self, reading: Reading, sampler: Sampler) -> None:
        self._reading = reading
        self._shapes = reading.shapes
        self._sampler = sampler
        self._empty: dict[int, bool] = {}
        self._emptying: set[int] = set()
        self._assumed = False

    def is_empty(self, shape: Shape) -> bool:
        """Whether it is proven that no (finite) value is of the shape."""
        identity = shape.identity
        known = self._empty.get(identity)
        if known is not None:
            return known
        if self._sampler.knows(shape):
            return False
        if identity in self._emptying:
            self._assumed = True
            return True
        if len(self._emptying) > MOST_NESTING:
            self._assumed = True
            return False
        self._emptying.add(identity)
        outer, self._assumed = self._assumed, False
        try:
            found = all(self.is_without(branch) for branch in self._reading.branches(shape))
        finally:
            self._emptying.discard(identity)
        if not self._assumed or not self._emptying or not found:
            self._empty[identity] = found
        self._assumed = (self._assumed and bool(self._emptying)) or outer
        return found

    def pruned(self, branch: Branch) -> Branch:
        """The branch without arrays and objects if it is proven that it holds none."""
        types = branch.types
        if types & ARRAY and branch.array and self._is_without_arrays(branch):
            types &= ~ARRAY
        if types & OBJECT and branch.object and self._is_without_objects(branch.object):
            types &= ~OBJECT
        return branch if types == branch.types else branch.with_(types=types)

    def is_without(  # noqa: PLR0911 (one type after the other)
        self, branch: Branch, changed: Branch | None = None
    ) -> bool:
        """Whether it is proven that no value is of a branch.

        ``changed`` is what was added to a branch that is known not to be empty: only what it
        speaks of is looked at.
        """
        types = branch.types
        if branch.opaque:
            return False
        if branch.values is not None:
            return not any(fits(branch, value) for value in branch.values.values())
        excluded = branch.excluded
        if types & NULL and key_of(None) not in excluded:
            return False
        if types & BOOLEAN and not {key_of(True), key_of(False)} <= excluded.keys():  # noqa: FBT003
            return False
        if types & NUMBER and not (
            branch.number and is_without_numbers(branch.number, types & NUMBER)
        ):
            return False
        if types & STRING and not _is_without_texts(branch.text):
            return False
        if types & ARRAY and not (branch.array and self._is_without_arrays(branch)):
            return False
        said = changed.object if changed is not None else None
        return not types & OBJECT or bool(
            branch.object and self._is_without_objects(branch.object, said)
        )

    def _is_without_arrays(self, branch: Branch) -> bool:
        part = branch.array
        assert part is not None
        needed = max(part.fewest, 2 if part.repeats else 0)
        if part.most is not None and part.most < needed:
            return True
        for place in range(min(needed, max((len(i.prefix) for i in part.layers), default=0) + 1)):
            if self.is_empty(branch.items_at(place, self._shapes)):
                return True
        return any(held.fewest and self._is_nowhere(branch, held) for held in part.contains)

    def _is_nowhere(self, branch: Branch, held: Contained) -> bool:
        part = branch.array
        assert part is not None
        last = max((len(layer.prefix) for layer in part.layers), default=0)
        last = max(last, held.start)
        return all(
            (part.most is not None and place >= part.most)
            or self.is_empty(self._shapes.meet(branch.items_at(place, self._shapes), held.shape))
            for place in range(held.start, last + 1)
        )

    def _is_without_objects(self, part: ObjectPart, changed: ObjectPart | None = None) -> bool:
        if part.most is not None and max(part.fewest, len(part.required)) > part.most:
            return True
        required = _brought_along(part)
        if changed is not None and not part.dependents and not changed.absent:
            required &= changed.required.keys()
        for layer in part.layers:
            if layer.rest.never and part.fewest and not self._is_open_to(part, layer):
                names = sum(1 for n in layer.properties if not part.at(n, self._shapes).never)
                if part.fewest > names:
                    return True
        if not part.absent.isdisjoint(part.required):
            return True
        if any(self.is_empty(part.at(name, self._shapes)) for name in required):
            return True
        return any(held.fewest and self._is_held_nowhere(part, held) for held in part.contains)

    def _is_open_to(self, part: ObjectPart, layer: Layer) -> bool:
        """Whether one of a layer's patterns lets members in that it does not name."""
        names = [name for pattern, _ in layer.patterns for name in some_texts(pattern)[:2]]
        return any(
            name not in layer.properties and not self.is_empty(part.at(name, self._shapes))
            for name in names
        )

    def _is_held_nowhere(self, part: ObjectPart, held: Contained) -> bool:
        """Whether no name can carry a member that has to be there."""
        if held.pattern is None and held.named is None:
            closing = [layer for layer in part.layers if layer.rest.never]
            patterns = any(layer.patterns for layer in closing[:1])
            if closing and not patterns:
                return all(
                    name in held.names
                    or any(finds(pattern, name) for pattern in held.not_patterns)
                    or self.is_empty(self._shapes.meet(part.at(name, self._shapes), held.shape))
                    for name in closing[0].properties
                )
            if not part.layers:
                return self.is_empty(held.shape)
        closing = [layer for layer in part.layers if layer.rest.never and not layer.patterns]
        if closing:
            return all(
                name in held.names
                or (held.pattern is not None and finds(held.pattern, name) is False)
                or any(finds(pattern, name) for pattern in held.not_patterns)
                or (held.named is not None and not self._sampler.belongs(held.named, name))
                or self.is_empty(self._shapes.meet(part.at(name, self._shapes), held.shape))
                for name in closing[0].properties
            )
        return self.is_empty(held.shape)


def _brought_along(part: ObjectPart) -> set[str]:
    """The names that are required, themselves or by others that are."""
    found = set(part.required)
    for _ in part.dependents:
        found |= {other for name, other, _node in part.dependents if name in found}
    return found


def _is_without_texts(part: TextPart | None) -> bool:
    if part is None:
        return False
    try:
        return next(text_values(part), None) is None
    except Unknown:
        return False
