"""What a branch says about the values of one type. Parts are never changed once made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.shape import Shape, Shapes

from backstay.compatibility.shapes.languages import matches

Origins = dict[str, "Node"]


class NumberPart(NamedTuple):
    """What a branch says about numbers."""

    low: Fraction | None = None
    low_excluded: bool = False
    high: Fraction | None = None
    high_excluded: bool = False
    multiples: tuple[Fraction, ...] = ()
    not_multiples: tuple[Fraction, ...] = ()
    formats: tuple[str, ...] = ()
    origins: Origins = {}  # noqa: RUF012 (never changed)

    def meet(self, other: NumberPart) -> NumberPart:
        """Both at once."""
        low, low_excluded = _tighter(self, other, low=True)
        high, high_excluded = _tighter(self, other, low=False)
        origins = {**other.origins, **self.origins}
        if other.low is not None and (low, low_excluded) != (self.low, self.low_excluded):
            _move(origins, other.origins, "minimum")
        if other.high is not None and (high, high_excluded) != (self.high, self.high_excluded):
            _move(origins, other.origins, "maximum")
        return NumberPart(
            low,
            low_excluded,
            high,
            high_excluded,
            joined(self.multiples, other.multiples),
            joined(self.not_multiples, other.not_multiples),
            joined(self.formats, other.formats),
            origins,
        )


def _tighter(one: NumberPart, two: NumberPart, *, low: bool) -> tuple[Fraction | None, bool]:
    bounds = [
        (part.low, part.low_excluded) if low else (part.high, part.high_excluded)
        for part in (one, two)
    ]
    known = [(bound, excluded) for bound, excluded in bounds if bound is not None]
    if not known:
        return None, False
    if low:
        return max(known)
    return min(known, key=lambda pair: (pair[0], not pair[1]))


def _move(origins: Origins, source: Origins, keyword: str) -> None:
    if keyword in source:
        origins[keyword] = source[keyword]


def joined(one: tuple[Any, ...], two: tuple[Any, ...]) -> tuple[Any, ...]:
    """Both, each member once."""
    if not two:
        return one
    if not one:
        return two
    return tuple(dict.fromkeys((*one, *two)))


class TextPart(NamedTuple):
    """What a branch says about texts. Lengths count code points."""

    shortest: int = 0
    longest: int | None = None
    patterns: tuple[str, ...] = ()
    not_patterns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    not_formats: tuple[str, ...] = ()
    origins: Origins = {}  # noqa: RUF012 (never changed)

    def meet(self, other: TextPart) -> TextPart:
        """Both at once."""
        origins = {**other.origins, **self.origins}
        if other.shortest > self.shortest:
            _move(origins, other.origins, "minLength")
        longest = _least(self.longest, other.longest)
        if longest != self.longest:
            _move(origins, other.origins, "maxLength")
        return TextPart(
            max(self.shortest, other.shortest),
            longest,
            joined(self.patterns, other.patterns),
            joined(self.not_patterns, other.not_patterns),
            joined(self.formats, other.formats),
            joined(self.not_formats, other.not_formats),
            origins,
        )


def _least(one: int | None, two: int | None) -> int | None:
    if one is None or two is None:
        return two if one is None else one
    return min(one, two)


class Contained(NamedTuple):
    """How many items (or members, for objects) of a shape there have to be.

    Items are counted from ``start``. Of members only those count whose name is outside ``names``,
    matches ``pattern`` (None: any), none of ``not_patterns``, and is of the shape ``named``.
    """

    shape: Shape
    fewest: int = 1
    most: int | None = None
    start: int = 0
    node: Node | None = None
    names: frozenset[str] = frozenset()
    pattern: str | None = None
    not_patterns: tuple[str, ...] = ()
    named: Shape | None = None


class ItemLayer(NamedTuple):
    """prefixItems and items of one schema."""

    prefix: tuple[Shape, ...]
    rest: Shape
    node: Node
    covers: bool = True

    def at(self, position: int) -> Shape:
        """What the item at a position has to be."""
        return self.prefix[position] if position < len(self.prefix) else self.rest


class ArrayPart(NamedTuple):
    """What a branch says about arrays."""

    fewest: int = 0
    most: int | None = None
    layers: tuple[ItemLayer, ...] = ()
    contains: tuple[Contained, ...] = ()
    unique: bool = False
    repeats: bool = False
    origins: Origins = {}  # noqa: RUF012 (never changed)

    def meet(self, other: ArrayPart) -> ArrayPart:
        """Both at once."""
        origins = {**other.origins, **self.origins}
        if other.fewest > self.fewest:
            _move(origins, other.origins, "minItems")
        most = _least(self.most, other.most)
        if most != self.most:
            _move(origins, other.origins, "maxItems")
        return ArrayPart(
            max(self.fewest, other.fewest),
            most,
            joined(self.layers, other.layers),
            joined(self.contains, other.contains),
            self.unique or other.unique,
            self.repeats or other.repeats,
            origins,
        )


class Layer:
    """properties, patternProperties and additionalProperties of one schema.

    One that ``is_map`` gives a schema for members that it does not name.
    A layer that ``closes`` was added because a sender sends only what it declares; one that does
    not ``declare`` comes from a negation, and its names are not what the schema offers.
    """

    __slots__ = (
        "closes",
        "declares",
        "is_map",
        "node",
        "patterns",
        "properties",
        "rest",
        "says_rest",
    )

    def __init__(  # noqa: PLR0913 (a record)
        self,
        properties: dict[str, Shape],
        patterns: tuple[tuple[str, Shape], ...],
        rest: Shape,
        node: Node,
        *,
        says_rest: bool,
        declares: bool = True,
        closes: bool = False,
        is_map: bool = False,
    ) -> None:
        self.is_map = is_map
        self.closes = closes
        self.declares = declares
        self.properties = properties
        self.patterns = patterns
        self.rest = rest
        self.node = node
        self.says_rest = says_rest


class ObjectPart(NamedTuple):
    """What a branch says about objects. ``withheld`` names are not sent in this direction."""

    fewest: int = 0
    most: int | None = None
    required: dict[str, Node] = {}  # noqa: RUF012 (never changed)
    absent: frozenset[str] = frozenset()
    layers: tuple[Layer, ...] = ()
    names: tuple[tuple[Shape, Node], ...] = ()
    dependents: tuple[tuple[str, str, Node], ...] = ()
    contains: tuple[Contained, ...] = ()
    withheld: frozenset[str] = frozenset()
    origins: Origins = {}  # noqa: RUF012 (never changed)

    def meet(self, other: ObjectPart) -> ObjectPart:
        """Both at once."""
        origins = {**other.origins, **self.origins}
        if other.fewest > self.fewest:
            _move(origins, other.origins, "minProperties")
        most = _least(self.most, other.most)
        if most != self.most:
            _move(origins, other.origins, "maxProperties")
        return ObjectPart(
            max(self.fewest, other.fewest),
            most,
            self._required_with(other),
            self.absent | other.absent,
            joined(self.layers, other.layers),
            joined(self.names, other.names),
            joined(self.dependents, other.dependents),
            joined(self.contains, other.contains),
            self.withheld | other.withheld,
            origins,
        )

    def _required_with(self, other: ObjectPart) -> dict[str, Node]:
        """Names that one of them requires and neither withholds."""
        required = {**other.required, **self.required} if other.required else self.required
        withheld = self.withheld | other.withheld
        if withheld:
            return {name: node for name, node in required.items() if name not in withheld}
        return required

    def declared(self) -> dict[str, None]:
        """Names of declared properties, in the order in which they are written."""
        return {name: None for layer in self.layers if layer.declares for name in layer.properties}

    def named(self) -> dict[str, None]:
        """All names of which something is said."""
        names = {name: None for layer in self.layers for name in layer.properties}
        return names | dict.fromkeys(self.required)

    def at(self, name: str, shapes: Shapes, *, as_written: bool = False) -> Shape:
        """What the member of a name has to be."""
        found = []
        for layer in self.layers:
            if as_written and layer.closes:
                continue
            shape = layer.properties.get(name)
            if shape is not None:
                found.append(shape)
            matching = [held for pattern, held in layer.patterns if matches(pattern, name)]
            found += matching
            if shape is None and not matching:
                found.append(layer.rest)
        if name in self.absent or not all(shapes.names(own, name) for own, _ in self.names):
            return shapes.false
        full = self.most is not None and len(self.required) >= self.most
        if full and name not in self.required:
            return shapes.false
        return shapes.meet(*found)
