"""What is not of a branch: one branch for each thing that it says, said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.branches import Branch
from backstay.compatibility.shapes.formats import INTEGER_FORMATS
from backstay.compatibility.shapes.parts import (
    ArrayPart,
    Contained,
    ItemLayer,
    Layer,
    NumberPart,
    ObjectPart,
    TextPart,
)
from backstay.compatibility.shapes.values import ANY, ARRAY, NUMBER, OBJECT, STRING, exact, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.nodes import Node
    from backstay.compatibility.shapes.reading import Reading
    from backstay.compatibility.shapes.shape import Shape, Shapes


def complement(branch: Branch, shapes: Shapes, reading: Reading) -> list[Branch]:
    """Branches that together hold every value that is not of this one."""
    return [piece for _, piece in pieces(branch, shapes, reading)]


def pieces(  # noqa: C901, PLR0912 (one field after the other)
    branch: Branch, shapes: Shapes, reading: Reading
) -> Iterator[tuple[str, Branch]]:
    """The complement, each part with the word for what it violates."""
    types = branch.types
    if types != ANY:
        yield "type", Branch(ANY & ~types)
    if branch.values is not None:
        yield "values", Branch(excluded=branch.values)
    if branch.excluded:
        held = 0
        for value in branch.excluded.values():
            held |= type_of(value)
        yield "excluded", Branch(held, values=branch.excluded)
    if branch.number and types & NUMBER:
        for part in number_pieces(branch.number):
            yield "number", Branch(NUMBER, number=part)
    if branch.text and types & STRING:
        for text in text_pieces(branch.text):
            yield "text", Branch(STRING, text=text)
    if branch.array and types & ARRAY:
        for array in array_pieces(branch.array, shapes):
            yield "array", Branch(ARRAY, array=array)
    if branch.object and types & OBJECT:
        for members in object_pieces(branch.object, shapes):
            yield "object", Branch(OBJECT, object_=members)
    for shape, _ in branch.exclusions:
        for held_branch in reading.branches(shapes.opened(shape)):
            yield "exclusion", held_branch


def number_pieces(part: NumberPart) -> Iterator[NumberPart]:
    """Numbers that are not of a part."""
    if part.low is not None:
        yield NumberPart(high=part.low, high_excluded=not part.low_excluded)
    if part.high is not None:
        yield NumberPart(low=part.high, low_excluded=not part.high_excluded)
    for step in part.multiples:
        yield NumberPart(not_multiples=(step,))
    for step in part.not_multiples:
        yield NumberPart(multiples=(step,))
    for name in part.formats:
        low, high = INTEGER_FORMATS[name]
        yield NumberPart(high=exact(low), high_excluded=True)
        yield NumberPart(low=exact(high), low_excluded=True)


def text_pieces(part: TextPart) -> Iterator[TextPart]:
    """Texts that are not of a part."""
    if part.shortest:
        yield TextPart(longest=part.shortest - 1)
    if part.longest is not None:
        yield TextPart(shortest=part.longest + 1)
    for pattern in part.patterns:
        yield TextPart(not_patterns=(pattern,))
    for pattern in part.not_patterns:
        yield TextPart(patterns=(pattern,))
    for name in part.formats:
        yield TextPart(not_formats=(name,))
    for name in part.not_formats:
        yield TextPart(formats=(name,))


def array_pieces(  # noqa: C901 (one field after the other)
    part: ArrayPart, shapes: Shapes
) -> Iterator[ArrayPart]:
    """Arrays that are not of a part."""
    if part.fewest:
        yield ArrayPart(most=part.fewest - 1)
    if part.most is not None:
        yield ArrayPart(fewest=part.most + 1)
    if part.unique:
        yield ArrayPart(repeats=True)
    if part.repeats:
        yield ArrayPart(unique=True)
    for layer in part.layers:
        for position, shape in enumerate(layer.prefix):
            for negated in _negations(shape, shapes):
                yield wrong_item(position, negated, layer.node, shapes)
        for negated in _negations(layer.rest, shapes):
            yield ArrayPart(
                contains=(Contained(negated, start=len(layer.prefix), node=layer.node),)
            )
    for contained in part.contains:
        for flipped in _flipped(contained):
            yield ArrayPart(contains=(flipped,))


def wrong_item(position: int, shape: Shape, node: Node, shapes: Shapes) -> ArrayPart:
    """Arrays whose item at a position is of a shape."""
    prefix = ((shapes.true,) * position) + (shape,)
    return ArrayPart(
        fewest=position + 1, layers=(ItemLayer(prefix, shapes.true, node, covers=False),)
    )


def object_pieces(  # noqa: C901, PLR0912 (one field after the other)
    part: ObjectPart, shapes: Shapes
) -> Iterator[ObjectPart]:
    """Objects that are not of a part."""
    if part.fewest:
        yield ObjectPart(most=part.fewest - 1)
    if part.most is not None:
        yield ObjectPart(fewest=part.most + 1)
    for name in part.required:
        yield ObjectPart(absent=frozenset((name,)))
    for layer in part.layers:
        for name, shape in layer.properties.items():
            for negated in _negations(shape, shapes):
                yield wrong_member(name, negated, layer.node, shapes)
        for pattern, shape in layer.patterns:
            for negated in _negations(shape, shapes):
                held = Contained(negated, pattern=pattern, node=layer.node)
                yield ObjectPart(contains=(held,))
        for negated in _negations(layer.rest, shapes):
            yield ObjectPart(contains=(undeclared(layer, negated),))
    for name in part.absent:
        yield ObjectPart(required=_required(name, part))
    for shape, node in part.names:
        for negated in _negations(shape, shapes):
            yield ObjectPart(contains=(Contained(shapes.true, named=negated, node=node),))
    for name, other, node in part.dependents:
        yield ObjectPart(required={name: node}, absent=frozenset((other,)))
    for contained in part.contains:
        for flipped in _flipped(contained):
            yield ObjectPart(contains=(flipped,))


def undeclared(layer: Layer, shape: Shape) -> Contained:
    """A member of a shape whose name a layer neither declares nor matches."""
    return Contained(
        shape,
        names=frozenset(layer.properties),
        not_patterns=tuple(pattern for pattern, _ in layer.patterns),
        node=layer.node,
    )


def wrong_member(name: str, shape: Shape, node: Node, shapes: Shapes) -> ObjectPart:
    """Objects whose member of a name is there, and of a shape."""
    layer = Layer({name: shape}, (), shapes.true, node, says_rest=False, declares=False)
    return ObjectPart(required={name: node}, layers=(layer,))


def _required(name: str, part: ObjectPart) -> dict[str, Node]:
    nodes = [layer.node for layer in part.layers] + list(part.required.values())
    return {name: nodes[0]} if nodes else {name: None}  # type: ignore[dict-item]


def _negations(shape: Shape, shapes: Shapes) -> list[Shape]:
    return [] if shape.always else shapes.negations(shape)


def _flipped(contained: Contained) -> Iterator[Contained]:
    if contained.fewest:
        yield contained._replace(fewest=0, most=contained.fewest - 1)
    if contained.most is not None:
        yield contained._replace(fewest=contained.most + 1, most=None)
