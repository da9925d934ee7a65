"""Numbers of a branch: exact examples, or the proof that there are none."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from math import lcm
from typing import TYPE_CHECKING

from backstay.compatibility.shapes.emptiness import effective
from backstay.compatibility.shapes.values import FRACTION, INTEGER, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.parts import NumberPart

MOST_STEPS = 60


def numbers(part: NumberPart, types: int) -> Iterator[int | float]:
    """Numbers of a part with the types; those near the bounds first."""
    step = _step((*part.multiples, *((Fraction(1),) if not types & FRACTION else ())))
    for candidate in _candidates(part, step):
        if not fits_number(candidate, part, types):
            continue
        number = number_of(candidate)
        if number is not None:
            yield number


def _step(multiples: tuple[Fraction, ...]) -> Fraction | None:
    """The least number that is a multiple of all."""
    if not multiples:
        return None
    denominator = lcm(*(step.denominator for step in multiples))
    return Fraction(lcm(*(int(step * denominator) for step in multiples)), denominator)


def _candidates(part: NumberPart, step: Fraction | None) -> Iterator[Fraction]:
    low, _, high, _ = effective(part)
    seen = set()
    parted = (d * share for d in part.not_multiples for share in (Fraction(1, 2), Fraction(3, 2)))
    for candidate in chain(_around(low, high, step), parted):
        if candidate not in seen:
            seen.add(candidate)
            yield candidate


def _around(
    low: Fraction | None, high: Fraction | None, step: Fraction | None
) -> Iterator[Fraction]:
    finer = [step] if step else [Fraction(1), Fraction(1, 2), Fraction(1, 8), Fraction(3, 10)]
    if low is not None and high is not None and high > low:
        finer += [(high - low) / 2, (high - low) / 4] if step is None else []
        yield from (low, high, *_multiples((low + high) / 2, step, 1))
    for bound in (low, high):
        if bound is not None:
            yield bound
            for size in finer:
                yield from _multiples(bound, step, MOST_STEPS // 6, size)
    for anchor in (Fraction(0), Fraction(10), Fraction(-1)):
        for size in finer:
            yield from _multiples(anchor, step, 3, size)
    if step:
        yield from _multiples(low or Fraction(0), step, MOST_STEPS)
        if high is not None:
            yield from _multiples(high, step, MOST_STEPS)


def _multiples(
    near: Fraction, step: Fraction | None, count: int, size: Fraction | None = None
) -> Iterator[Fraction]:
    """Multiples of a step about a number; without a step, numbers at a distance."""
    if step is None:
        distance = size or Fraction(1)
        yield near
        for far in range(1, count + 1):
            yield near + far * distance
            yield near - far * distance
        whole = Fraction(near.__floor__())
        yield from (whole, whole + 1)
        return
    first = near / step
    for far in range(count + 1):
        yield (first.__ceil__() + far) * step
        yield (first.__floor__() - far) * step


def fits_number(number: Fraction, part: NumberPart, types: int) -> bool:
    """Whether a number is of a part and of the types."""
    low, low_excluded, high, high_excluded = effective(part)
    if not types & (INTEGER if number.denominator == 1 else FRACTION):
        return False
    if low is not None and (number < low or (low_excluded and number == low)):
        return False
    if high is not None and (number > high or (high_excluded and number == high)):
        return False
    if any((number / step).denominator != 1 for step in part.multiples):
        return False
    return all((number / step).denominator != 1 for step in part.not_multiples)


def is_without_numbers(part: NumberPart, types: int) -> bool:
    """Whether it is proven that a part holds no number."""
    if next(numbers(part, types), None) is not None:
        return False
    low, low_excluded, high, high_excluded = effective(part)
    multiples = (*part.multiples, *((Fraction(1),) if not types & FRACTION else ()))
    if any(_divides(denied, multiples) for denied in part.not_multiples):
        return True
    step = _step(multiples)
    if step is None or low is None or high is None:
        return low is not None and high is not None and low >= high
    first, last = (low / step).__ceil__(), (high / step).__floor__()
    first += low_excluded and first * step == low
    last -= high_excluded and last * step == high
    return last - first < MOST_STEPS


def _divides(denied: Fraction, multiples: tuple[Fraction, ...]) -> bool:
    step = _step(multiples)
    return step is not None and (step / denied).denominator == 1
