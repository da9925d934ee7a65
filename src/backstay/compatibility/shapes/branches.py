"""The normal form: a shape is a list of branches, and a branch is a conjunction.

A ``Shape`` is a conjunction of nodes, some of them negated, not yet looked into; children are
always shapes, so that circles and large documents cost nothing until they are reached. A
``Branch`` is what one way through anyOf, oneOf, if and not leaves over: types, and a part for each
type that is further constrained. None of a branch's parts is ever changed after it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.shapes.languages import matches
from backstay.compatibility.shapes.values import ANY, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from fractions import Fraction

    from backstay.compatibility.shapes.nodes import Node

Origins = dict[str, "Node"]


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
            _union(self.multiples, other.multiples),
            _union(self.not_multiples, other.not_multiples),
            _union(self.formats, other.formats),
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


def _union(one: tuple[Any, ...], two: tuple[Any, ...]) -> tuple[Any, ...]:
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
            _union(self.patterns, other.patterns),
            _union(self.not_patterns, other.not_patterns),
            _union(self.formats, other.formats),
            _union(self.not_formats, other.not_formats),
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
            _union(self.layers, other.layers),
            _union(self.contains, other.contains),
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
            _union(self.layers, other.layers),
            _union(self.names, other.names),
            _union(self.dependents, other.dependents),
            _union(self.contains, other.contains),
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


class Branch:
    """One conjunction. A part of None leaves its type unconstrained.

    ``values`` maps keys of JSON values (``values.key_of``) to the values: the only ones possible.
    ``excluded`` ones are not. A value of the shape is of none of the ``exclusions``. ``opaque``
    says why the branch is only part of the truth.
    """

    __slots__ = (
        "array",
        "excluded",
        "exclusions",
        "joint",
        "number",
        "object",
        "opaque",
        "origins",
        "text",
        "types",
        "values",
    )

    def __init__(  # noqa: PLR0913 (a record; a Struct is three times slower to make)
        self,
        types: int = ANY,
        *,
        values: dict[object, Any] | None = None,
        excluded: dict[object, Any] | None = None,
        number: NumberPart | None = None,
        text: TextPart | None = None,
        array: ArrayPart | None = None,
        object_: ObjectPart | None = None,
        exclusions: tuple[tuple[Shape, Node], ...] = (),
        origins: Origins | None = None,
        opaque: str | None = None,
        joint: bool = False,
    ) -> None:
        self.types = types
        self.values = values
        self.excluded = excluded or {}
        self.number = number
        self.text = text
        self.array = array
        self.object = object_
        self.exclusions = exclusions
        self.origins = origins or {}
        self.opaque = opaque
        self.joint = joint

    @property
    def is_list(self) -> bool:
        """Whether the branch is nothing but a list of values."""
        parts = (self.number, self.text, self.array, self.object)
        return self.values is not None and not any(parts) and not self.exclusions

    def items_at(self, position: int, shapes: Shapes) -> Shape:
        """What the item at a position has to be."""
        if self.array is None:
            return shapes.true
        return shapes.meet(*(layer.at(position) for layer in self.array.layers))

    def with_(self, **changes: Any) -> Branch:  # noqa: ANN401 (fields of several types)
        """The same branch with other fields."""
        made = Branch.__new__(Branch)
        for name in Branch.__slots__:
            setattr(made, name, changes[name] if name in changes else getattr(self, name))
        return made

    def meet(self, other: Branch) -> Branch | None:
        """Both at once; None where no type or no value is left."""
        types = self.types & other.types
        values = self.values
        if values is None:
            values = other.values
        elif other.values is not None:
            values = {key: value for key, value in values.items() if key in other.values}
        excluded = {**self.excluded, **other.excluded} if other.excluded else self.excluded
        if values is not None:
            values = {
                key: value
                for key, value in values.items()
                if key not in excluded and type_of(value) & types
            }
        if not types or values == {}:
            return None
        return Branch(
            types,
            values=values,
            excluded=excluded,
            number=_both(self.number, other.number),
            text=_both(self.text, other.text),
            array=_both(self.array, other.array),
            object_=_both(self.object, other.object),
            exclusions=_union(self.exclusions, other.exclusions),
            origins={**other.origins, **self.origins},
            opaque=self.opaque or other.opaque,
            joint=self.joint or other.joint,
        )


def _both(one: Any, two: Any) -> Any:  # noqa: ANN401 (parts of one type)
    if one is None or two is None:
        return two if one is None else one
    return one.meet(two)
