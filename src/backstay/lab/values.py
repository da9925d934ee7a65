"""Believable values of every type, as SQL expressions over the number of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from backstay.lab.column_types import CONSTANTS
from backstay.lab.planning import CannotBuild
from backstay.lab.quoting import literal
from backstay.lab.texts import distinct_text, drawn_text, picked, words_of

if TYPE_CHECKING:
    from backstay.lab.chance import Draw
    from backstay.lab.column_types import ColumnType, Kind
    from backstay.lab.planning import PlannedColumn
    from backstay.lab.restrictions import Constant, Restriction

_TWO_YEARS_SECONDS = 63_072_000
_USUAL_HIGHEST = 1000
_ADDRESSES = 16_000_000  # of 10.0.0.0/8
_GROWING = {"created", "inserted", "added", "placed", "occurred", "recorded", "sent", "logged"}


def drawn(column: PlannedColumn, limits: Restriction, draw: Draw, rows: int) -> str:
    """A value that need not differ from row to row; times grow over ``rows``."""
    kind = column.type
    if kind.array:
        return f"ARRAY[{drawn(_element(column), limits, draw, rows)}]::{kind.sql}"
    if _is_chosen(kind, limits):
        choices = choices_of(column, limits)
        return picked(choices, f"1 + {draw.low_below(len(choices))}", kind.sql)
    make = _DRAWN.get(kind.kind)
    value = make(column, limits, draw, rows) if make is not None else CONSTANTS[kind.base]
    return f"({value})::{kind.sql}"


_Drawing = Callable[["PlannedColumn", "Restriction", "Draw", int], str]


def _drawn_integer(column: PlannedColumn, limits: Restriction, draw: Draw, _: int) -> str:
    lowest, highest = whole_bounds(column, limits)
    return f"{lowest} + {draw.below(min(highest - lowest + 1, _USUAL_HIGHEST))}"


def _drawn_number(column: PlannedColumn, limits: Restriction, draw: Draw, _: int) -> str:
    """In steps of a hundredth, or of one where the column has no room behind the point."""
    kind = column.type
    steps = 100 if kind.kind == "float" or kind.scale > 1 else 10**kind.scale
    lowest = 0 if limits.lowest is None else limits.lowest
    highest = min(_USUAL_HIGHEST, kind.largest) if limits.highest is None else limits.highest
    if limits.highest is None and highest <= lowest:
        highest = lowest + (_USUAL_HIGHEST if kind.largest > lowest else 0.99)
    count = max(1, int((highest - lowest) * steps))
    return f"{lowest} + {draw.below(count)}::numeric / {steps}"


def _drawn_timestamp(column: PlannedColumn, _: Restriction, draw: Draw, rows: int) -> str:
    if words_of(column.name) & _GROWING:
        seconds = f"({draw.row} * {max(1, _TWO_YEARS_SECONDS // max(1, rows))})"
    else:
        seconds = draw.below(_TWO_YEARS_SECONDS)
    return f"timestamp '2024-01-01' + interval '1 second' * {seconds}"


_DRAWN: dict[Kind, _Drawing] = {
    "integer": _drawn_integer,
    "numeric": _drawn_number,
    "float": _drawn_number,
    "timestamp": _drawn_timestamp,
    "date": lambda _, __, draw, ___: f"date '2024-01-01' + {draw.below(730)}::integer",
    "time": lambda _, __, draw, ___: f"time '06:00' + interval '1 second' * {draw.below(36_000)}",
    "interval": lambda _, __, draw, ___: f"interval '1 minute' * {draw.below(10_000)}",
    "uuid": lambda _, __, draw, ___: (
        f"encode(int8send({draw.bits}) || int8send({draw.row}), 'hex')"
    ),
    "json": lambda _, __, draw, ___: f"'{{\"made up\": ' || {draw.below(1000)} || '}}'",
    "bytes": lambda _, __, draw, ___: f"int8send({draw.bits}) || int8send({draw.row})",
    "address": lambda _, __, draw, ___: f"inet '10.0.0.0' + {draw.below(_ADDRESSES)}",
    "text": lambda column, limits, draw, _: drawn_text(
        column.name, column.type.length, limits, draw
    ),
}


def distinct(column: PlannedColumn, limits: Restriction, ordinal: str, rows: int) -> str:
    """A value that differs for each ordinal from 1 to the column's capacity.

    Raises:
        CannotBuild: the type has no values in a row.
    """
    kind = column.type
    if _is_chosen(kind, limits):
        return picked(choices_of(column, limits), ordinal, kind.sql)
    if kind.kind == "text":
        value = distinct_text(column.name, kind.length, limits, f"({ordinal})")
    elif kind.kind in _DISTINCT and not kind.array:
        value = _DISTINCT[kind.kind].format(
            ordinal=f"({ordinal})",
            before=_before_first(column, limits),
            step=max(1, _TWO_YEARS_SECONDS // max(1, rows)),
        )
    else:
        raise CannotBuild(f"{column.name}: no distinct values of type {kind.sql} are known")
    return f"({value})::{kind.sql}"


_DISTINCT: dict[Kind, str] = {
    "integer": "{ordinal} + {before}",
    "numeric": "{ordinal} + {before}",
    "float": "{ordinal} + {before}",
    "timestamp": "timestamp '2024-01-01' + interval '1 second' * ({ordinal} * {step})",
    "date": "date '1900-01-01' + {ordinal}::integer",
    "time": "time '00:00' + interval '1 second' * {ordinal}",
    "interval": "interval '1 second' * {ordinal}",
    "uuid": "encode(int8send(hashint8extended({ordinal}, 1)) || int8send({ordinal}), 'hex')",
    "bytes": "int8send({ordinal})",
    "address": "inet '10.0.0.0' + {ordinal}",
}


def _before_first(column: PlannedColumn, limits: Restriction) -> int:
    """What to add to an ordinal from 1 to reach a column's least number."""
    if column.type.kind == "integer":
        return whole_bounds(column, limits)[0] - 1
    return max(0, int(limits.lowest or 0))


def capacity_of(column: PlannedColumn, limits: Restriction) -> int:
    """How many different values ``distinct`` has for a column."""
    kind = column.type
    if _is_chosen(kind, limits) and not kind.array:
        return len(choices_of(column, limits))
    if kind.kind == "integer":
        lowest, highest = whole_bounds(column, limits)
        return max(0, highest - lowest + 1)
    if kind.kind == "numeric":
        highest = kind.largest if limits.highest is None else int(limits.highest)
        return max(0, min(highest, kind.largest) - int(limits.lowest or 0))
    if kind.kind == "text":
        return int(16 ** min(kind.length or 15, limits.longest or 15, 15))
    return _CAPACITIES.get(kind.kind, 0)


_CAPACITIES: dict[Kind, int] = {
    "float": 1 << 52,
    "timestamp": _TWO_YEARS_SECONDS,
    "date": 1_000_000,
    "time": 86_399,
    "interval": 1 << 40,
    "uuid": 1 << 60,
    "bytes": 1 << 60,
    "address": _ADDRESSES,
}


def is_narrow(column: PlannedColumn, limits: Restriction) -> bool:
    """Whether a column takes few values by its nature, so that rows share them."""
    if _is_chosen(column.type, limits):
        return True
    whole = column.type.kind == "integer"
    return whole and (limits.highest is not None or column.type.base == "smallint")


def later(column: PlannedColumn, than: str, draw: Draw) -> str:
    """A value greater than another of the same kind, ``than``."""
    kind = column.type
    match kind.kind:
        case "timestamp" | "interval" | "time":
            return f"({than} + interval '1 minute' * (1 + {draw.below(120)}))::{kind.sql}"
        case "date" | "integer":
            return f"({than} + (1 + {draw.below(30)})::integer)::{kind.sql}"
        case "numeric" | "float":
            return f"({than} + 1)::{kind.sql}"
    return f"{than}"


def constant(column: PlannedColumn, value: Constant) -> str:
    """A constant that a check names, as a value of a column. It may not fit: then it is tried."""
    return f"{literal(str(value))}::{column.type.sql}"


def choices_of(column: PlannedColumn, limits: Restriction) -> tuple[str, ...]:
    """The few values that a column may have, as texts."""
    if limits.choices:
        return tuple(str(each) for each in limits.choices)
    return column.type.labels if column.type.kind == "enum" else ("true", "false")


def whole_bounds(column: PlannedColumn, limits: Restriction) -> tuple[int, int]:
    """The least and the greatest whole number for a column."""
    lowest = 1 if limits.lowest is None else int(limits.lowest)
    if limits.highest is None:
        return lowest, column.type.largest
    highest = min(int(limits.highest), column.type.largest)
    if limits.lowest is None and highest < lowest:
        lowest = highest - _USUAL_HIGHEST
    return lowest, highest


def _is_chosen(kind: ColumnType, limits: Restriction) -> bool:
    return bool(limits.choices) or kind.kind in {"enum", "boolean"}


def _element(column: PlannedColumn) -> PlannedColumn:
    kind = msgspec.structs.replace(column.type, array=False, sql=column.type.sql[:-2])
    return msgspec.structs.replace(column, type=kind)
