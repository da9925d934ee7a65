"""Examples of shapes: small values first, each checked against the schemas as written."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.fitting import fits
from backstay.compatibility.shapes.languages import Unknown, texts
from backstay.compatibility.shapes.languages import matches as finds
from backstay.compatibility.shapes.membership import TooDeep
from backstay.compatibility.shapes.numbers import numbers
from backstay.compatibility.shapes.parts import ArrayPart, NumberPart, ObjectPart, TextPart
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
    from collections.abc import Iterator

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.membership import Membership
    from backstay.compatibility.shapes.parts import Contained
    from backstay.compatibility.shapes.reading import Reading
    from backstay.compatibility.shapes.shape import Shape

MOST_NESTING = 40
MOST_VALUES = 12
MOST_MEMBERS = 60


class NothingFound(Exception):  # noqa: N818 (an answer)
    """No example was found, which proves nothing."""


class Sampler:
    """Makes examples of shapes, in one direction."""

    def __init__(self, reading: Reading, membership: Membership) -> None:
        self._reading = reading
        self._shapes = reading.shapes
        self._membership = membership
        self._smallest: dict[int, Any] = {}
        self._failed: set[int] = set()
        self._under_way: set[int] = set()
        self._tainted = False

    def smallest(self, shape: Shape) -> Any:  # noqa: ANN401 (any JSON)
        """One small value of a shape.

        Raises:
            NothingFound: there is none, or it is too hard to find.
        """
        identity = shape.identity
        if identity in self._smallest:
            return self._smallest[identity]
        if identity in self._failed:
            raise NothingFound
        if identity in self._under_way or len(self._under_way) > MOST_NESTING:
            self._tainted = True
            raise NothingFound
        self._under_way.add(identity)
        outer, self._tainted = self._tainted, False
        try:
            for value in islice(self.values(shape), 1):
                self._smallest[identity] = value
                return value
            if not self._tainted:
                self._failed.add(identity)
            raise NothingFound
        finally:
            self._tainted = self._tainted or outer
            self._under_way.discard(identity)

    def values(self, shape: Shape) -> Iterator[Any]:
        """Values of a shape, a few of each branch."""
        for branch in sorted(self._reading.branches(shape), key=_weight):
            for value in islice(self.of_branch(branch), MOST_VALUES):
                if self.belongs(shape, value):
                    yield value

    def of_branch(self, branch: Branch) -> Iterator[Any]:
        """Candidates for values of a branch; exclusions are not looked at."""
        if branch.values is not None:
            for value in branch.values.values():
                if fits(branch, value):
                    yield value
            return
        for value in self._typed(branch):
            if key_of(value) not in branch.excluded:
                yield value

    def _typed(self, branch: Branch) -> Iterator[Any]:
        types = branch.types
        if types & STRING:
            with suppress(Unknown):
                yield from islice(text_values(branch.text or TextPart()), MOST_VALUES)
        if types & NUMBER:
            yield from islice(numbers(branch.number or NumberPart(), types), MOST_VALUES)
        if types & BOOLEAN:
            yield from (True, False)
        if types & NULL:
            yield None
        if types & OBJECT:
            yield from self.objects(branch, {})
        if types & ARRAY:
            yield from self.arrays(branch, {})

    def belongs(self, shape: Shape, value: object) -> bool:
        """Whether a value is of a shape as it is written; False where it is too deep to tell."""
        try:
            return self._membership.belongs(shape, value)
        except TooDeep:
            return False

    # Objects

    def knows(self, shape: Shape) -> bool:
        """Whether an example of the shape was found already."""
        return shape.identity in self._smallest

    def objects(self, branch: Branch, forced: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Objects of a branch with some members given: few members, then many."""
        part = branch.object or ObjectPart()
        least = 0
        for full in (False, True):
            try:
                made = self._object(part, forced, full=full)
            except NothingFound:
                continue
            least = least or len(made)
            yield made
        for size in range(least + 1, least + 5):
            if part.most is None or size <= part.most:
                try:
                    grown = part._replace(fewest=max(size, part.fewest))
                    yield self._object(grown, forced, full=False)
                except NothingFound:
                    break
        if part.contains:
            for turn in range(1, 4):
                try:
                    yield self._object(part, forced, full=False, turn=turn)
                except NothingFound:
                    continue

    def _object(
        self, part: ObjectPart, forced: dict[str, Any], *, full: bool, turn: int = 0
    ) -> dict[str, Any]:
        made: dict[str, Any] = dict(forced)
        wanted: dict[str, Shape] = {}
        for held in part.contains:
            for count in range(min(held.fewest, 5)):
                name = self._name_for(part, held, (*made, *wanted), turn + count)
                wanted[name] = self._shapes.meet(part.at(name, self._shapes), held.shape)
        for name in part.required:
            if name not in made and name not in wanted:
                wanted[name] = part.at(name, self._shapes)
        self._bring_along(part, made, wanted)
        if full:
            for name in islice(part.declared(), MOST_MEMBERS):
                if name not in made and name not in wanted and name not in part.absent:
                    shape = part.at(name, self._shapes)
                    if not shape.never and self._can(shape):
                        wanted[name] = shape
            self._bring_along(part, made, wanted)
        for name, shape in wanted.items():
            made[name] = self.smallest(shape)
        self._fill(part, made)
        return made

    def _can(self, shape: Shape) -> bool:
        try:
            self.smallest(shape)
        except NothingFound:
            return False
        return True

    def _bring_along(
        self, part: ObjectPart, made: dict[str, Any], wanted: dict[str, Shape]
    ) -> None:
        for _ in part.dependents:
            for name, other, _node in part.dependents:
                present = made.keys() | wanted.keys()
                if name in present and other not in present:
                    wanted[other] = part.at(other, self._shapes)

    def _fill(self, part: ObjectPart, made: dict[str, Any]) -> None:
        """Members up to the least number asked for."""
        if len(made) >= part.fewest:
            return
        if part.fewest > 2_000:
            raise NothingFound
        fresh = (f"extra{number}" for number in range(1, part.fewest * 2 + 2))
        matching = [
            text
            for layer in part.layers
            for pattern, _ in layer.patterns
            for text in some_texts(pattern)
        ]
        for shape, _ in part.names:
            matching += [text for text in self.values(shape) if isinstance(text, str)]
        for name in (*part.declared(), *matching, *fresh):
            if len(made) >= part.fewest:
                return
            if name in made or name in part.absent or not self._named(part, name):
                continue
            shape = part.at(name, self._shapes)
            if not shape.never and self._can(shape):
                made[name] = self.smallest(shape)
        if len(made) < part.fewest:
            raise NothingFound

    def _named(self, part: ObjectPart, name: str) -> bool:
        return all(self.belongs(shape, name) for shape, _ in part.names)

    def _name_for(
        self, part: ObjectPart, held: Contained, taken: tuple[str, ...], turn: int
    ) -> str:
        """A name for a member that has to be there."""
        for name in islice(self._names(part, held), turn, None):
            if name in taken or name in part.absent or not self._named(part, name):
                continue
            shape = self._shapes.meet(part.at(name, self._shapes), held.shape)
            if not shape.never and self._can(shape):
                return name
        raise NothingFound

    def _names(self, part: ObjectPart, held: Contained) -> Iterator[str]:
        known = [
            text
            for layer in part.layers
            for pattern, _ in layer.patterns
            for text in some_texts(pattern)
        ]
        own = []
        if held.pattern is not None:
            own = list(some_texts(held.pattern, held.not_patterns))
        if held.named is not None:
            own += [text for text in islice(self.values(held.named), 6) if isinstance(text, str)]
        own += list(some_texts("", held.not_patterns))
        for name in (*part.declared(), *known, *own, "extra", "extra1", "0", "EXTRA"):
            if (
                name not in held.names
                and (held.pattern is None or finds(held.pattern, name))
                and not any(finds(pattern, name) for pattern in held.not_patterns)
                and (held.named is None or self.belongs(held.named, name))
            ):
                yield name

    # Arrays

    def arrays(self, branch: Branch, forced: dict[int, Any]) -> Iterator[list[Any]]:
        """Arrays of a branch with some items given: short ones first."""
        part = branch.array or ArrayPart()
        for extra in (0, 1, 2):
            for spread in (False, True):
                try:
                    yield self._array(branch, part, forced, extra, spread=spread)
                except NothingFound:
                    continue
                if not part.contains:
                    break

    def _array(
        self,
        branch: Branch,
        part: ArrayPart,
        forced: dict[int, Any],
        extra: int,
        *,
        spread: bool,
    ) -> list[Any]:
        wanted: dict[int, Shape] = {}
        limited = [held for held in part.contains if held.most is not None]
        at = 0
        for held in part.contains:
            at = max(at, held.start) if spread else held.start
            given = sum(1 for value in forced.values() if self.belongs(held.shape, value))
            for _ in range(held.fewest - given):
                at = self._place_for(branch, held, wanted, forced, at)
                wanted[at] = self._shapes.meet(wanted.get(at, self._shapes.true), held.shape)
                at += 1
        length = max([part.fewest, *(place + 1 for place in (*wanted, *forced))]) + extra
        if part.repeats:
            length = max(length, 2)
        if length > 2_000 or (part.most is not None and length > part.most):
            raise NothingFound
        made: list[Any] = []
        counted = dict.fromkeys(map(id, limited), 0)
        seen: set[object] = set()
        for place in range(length):
            if place in forced:
                value = forced[place]
            elif part.repeats and place == 1:
                value = made[0]
            else:
                shape = self._shapes.meet(
                    branch.items_at(place, self._shapes), wanted.get(place, self._shapes.true)
                )
                if part.repeats and place == 0:
                    shape = self._shapes.meet(shape, branch.items_at(1, self._shapes))
                full = [
                    held
                    for held in limited
                    if place not in wanted or counted[id(held)] >= (held.most or 0)
                ]
                shape = self._avoiding(shape, full)
                value = self._item(shape, seen if part.unique else None)
            seen.add(key_of(value))
            made.append(value)
            for held in limited:
                counted[id(held)] += self.belongs(held.shape, value)
        return made

    def _place_for(
        self,
        branch: Branch,
        held: Contained,
        wanted: dict[int, Shape],
        forced: dict[int, Any],
        start: int,
    ) -> int:
        """The first place from a start that can hold what has to be contained."""
        part = branch.array or ArrayPart()
        last = max([start, *(len(layer.prefix) for layer in part.layers)]) + len(forced) + 1
        for place in range(start, last + 1):
            shape = self._shapes.meet(
                branch.items_at(place, self._shapes),
                wanted.get(place, self._shapes.true),
                held.shape,
            )
            if place not in forced and not shape.never and self._can(shape):
                return place
        raise NothingFound

    def _avoiding(self, shape: Shape, limited: list[Contained]) -> Shape:
        """The shape without what may be contained only so often, where that can be said."""
        for held in limited:
            denied = [s for s in self._shapes.negations(held.shape) if not s.never]
            for negation in denied:
                narrower = self._shapes.meet(shape, negation)
                if self._can(narrower):
                    shape = narrower
                    break
        return shape

    def _item(self, shape: Shape, taken: set[object] | None) -> Any:  # noqa: ANN401 (any JSON)
        value = self.smallest(shape)
        if taken is None or key_of(value) not in taken:
            return value
        for other in self.values(shape):
            if key_of(other) not in taken:
                return other
        raise NothingFound


def some_texts(pattern: str, not_patterns: tuple[str, ...] = ()) -> list[str]:
    """A few texts that match a pattern and none of the others; none if it cannot be told."""
    try:
        patterns = (pattern,) if pattern else ()
        return [text for text in islice(texts(patterns, not_patterns), 12) if text]
    except Unknown:
        return []


def _weight(branch: Branch) -> int:
    """Simple branches first."""
    if branch.values is not None:
        return 0
    if branch.types & ~(ARRAY | OBJECT):
        return 1
    return 2 + (len(branch.object.required) if branch.object else 0)
