"""Branches that no value satisfies, as far as one can see without looking into children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.compatibility.shapes.formats import INTEGER_FORMATS
from backstay.compatibility.shapes.values import ARRAY, INTEGER, NUMBER, OBJECT, STRING, exact

if TYPE_CHECKING:
    from fractions import Fraction

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.parts import ArrayPart, NumberPart, ObjectPart

Range = tuple["Fraction | None", bool, "Fraction | None", bool]


def is_barren(branch: Branch) -> bool:
    """Whether nothing is left of a branch. Takes types off it that have become impossible."""
    types = branch.types
    if branch.number and types & NUMBER and _no_number(branch.number, types):
        types &= ~NUMBER
    elif branch.number and types & NUMBER and any(_whole(m) for m in branch.number.multiples):
        types &= ~(NUMBER & ~INTEGER)
    text = branch.text
    if text and types & STRING and text.longest is not None and text.shortest > text.longest:
        types &= ~STRING
    if branch.array and types & ARRAY and _no_array(branch.array):
        types &= ~ARRAY
    if branch.object and types & OBJECT and _no_object(branch.object):
        types &= ~OBJECT
    if types != branch.types:
        branch.types = types
        if branch.values is not None:
            return branch.meet(branch) is None
    return not types or branch.values == {}


def effective(part: NumberPart) -> Range:
    """The range that bounds and integer formats leave together."""
    low, low_excluded, high, high_excluded = (
        part.low,
        part.low_excluded,
        part.high,
        part.high_excluded,
    )
    for name in part.formats:
        least, most = map(exact, INTEGER_FORMATS[name])
        if low is None or low < least:
            low, low_excluded = least, False
        if high is None or high > most:
            high, high_excluded = most, False
    return low, low_excluded, high, high_excluded


def _whole(step: Fraction) -> bool:
    return step.denominator == 1


def _no_number(part: NumberPart, types: int) -> bool:
    low, low_excluded, high, high_excluded = effective(part)
    if low is None or high is None:
        return False
    if low > high or (low == high and (low_excluded or high_excluded)):
        return True
    if types & NUMBER == INTEGER:
        first = low.__ceil__() + (low_excluded and low.denominator == 1)
        last = high.__floor__() - (high_excluded and high.denominator == 1)
        return first > last
    return False


def _no_array(part: ArrayPart) -> bool:
    return (part.most is not None and part.fewest > part.most) or (part.unique and part.repeats)


def _no_object(part: ObjectPart) -> bool:
    most = part.most
    if most is not None and max(part.fewest, len(part.required)) > most:
        return True
    if not part.absent.isdisjoint(part.required):
        return True
    return any(
        layer.properties[name].never if name in layer.properties else _refuses_rest(layer)
        for layer in part.layers
        for name in part.required
        if name in layer.properties or layer.rest.never
    )


def _refuses_rest(layer: object) -> bool:
    return bool(layer.rest.never and not layer.patterns)  # type: ignore[attr-defined]
