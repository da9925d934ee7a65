"""JSON values as JSON Schema compares them: 1 equals 1.0, and neither equals true."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeGuard

NULL, BOOLEAN, INTEGER, FRACTION, STRING, ARRAY, OBJECT = (1 << bit for bit in range(7))
NUMBER = INTEGER | FRACTION
ANY = (1 << 7) - 1

TYPES = {
    "null": NULL,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": NUMBER,
    "string": STRING,
    "array": ARRAY,
    "object": OBJECT,
}
_NAMES = {
    NULL: "null",
    BOOLEAN: "boolean",
    INTEGER: "integer",
    FRACTION: "number",
    STRING: "string",
    ARRAY: "array",
    OBJECT: "object",
}


def type_names(types: int) -> tuple[str, ...]:
    """Names of the types in a set, "number" standing for integers too."""
    if types & NUMBER == NUMBER:
        types &= ~INTEGER
    return tuple(name for bit, name in _NAMES.items() if types & bit)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite JSON number (True is none)."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(value, float) and value == value and value not in (_INFINITY, -_INFINITY)  # noqa: PLR0124 (not a NaN)
    )


_INFINITY = float("inf")


def exact(number: float) -> Fraction:
    """The number that its decimal writing stands for, so that 0.1 is a tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(Decimal(repr(number)))


def type_of(value: object) -> int:
    """The one type of a value; a float without fraction is an integer."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return INTEGER if value.is_integer() else FRACTION
    if isinstance(value, str):
        return STRING
    return ARRAY if isinstance(value, list) else OBJECT


def key_of(value: Any) -> object:  # noqa: ANN401 (any JSON value)
    """What is equal for equal JSON values, and hashable."""
    if isinstance(value, (bool, type(None))):
        return (type(value), value)
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, list):
        return (list, tuple(key_of(item) for item in value))
    return (dict, frozenset((name, key_of(item)) for name, item in value.items()))


def number_of(value: Fraction) -> int | float | None:
    """The JSON number for a fraction; None where no float is exactly it."""
    if value.denominator == 1:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if exact(number) == value else None
