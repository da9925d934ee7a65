"""Why a TOML document does not fit a struct, in words for the person who wrote it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import msgspec
import msgspec.inspect as shapes

from backstay.project.secrets import mask_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.project.toml_files import Keys

Fault = tuple["Keys", str]

_LONGEST = 80  # characters of anything that a message repeats
_NAMES = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def faults(value: object, shape: object) -> Iterator[Fault]:
    """Each fault of ``value`` with the keys that lead to it."""
    return _faults(value, shapes.type_info(shape), (), None)


def _faults(value: object, shape: shapes.Type, keys: Keys, wanted: str | None) -> Iterator[Fault]:
    if isinstance(shape, shapes.Metadata):
        said = (shape.extra or {}).get("wanted")
        return _faults(value, shape.type, keys, said or wanted)
    if isinstance(shape, shapes.UnionType):
        return _faults(value, _member(value, shape), keys, wanted)
    if isinstance(shape, shapes.StructType):
        return _struct_faults(value, shape, keys)
    if isinstance(shape, shapes.DictType):
        return _table_faults(value, shape, keys)
    if isinstance(shape, shapes.VarTupleType | shapes.ListType):
        return _list_faults(value, shape, keys, wanted)
    return _value_faults(value, shape, keys, wanted)


def _member(value: object, union: shapes.UnionType) -> shapes.Type:
    tables = shapes.DictType | shapes.StructType
    for member in union.types:
        if isinstance(member, tables) == isinstance(value, dict):
            return member
    return union.types[0]


def _struct_faults(value: object, shape: shapes.StructType, keys: Keys) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield keys, f"{_shown(keys)} must be a table, not {_kind(value)}."
        return
    fields = {field.encode_name: field for field in shape.fields}
    for name, inner in value.items():
        if name in fields:
            yield from _faults(inner, fields[name].type, (*keys, name), None)
        else:
            yield (*keys, name), _unknown(name, tuple(fields), keys)
    for name, field in fields.items():
        if field.required and name not in value:
            yield keys, f"{_shown(keys)} lacks `{name}`. Add it."


def _unknown(name: str, known: tuple[str, ...], keys: Keys) -> str:
    close = difflib.get_close_matches(name[:_LONGEST].replace("-", "_").lower(), known, n=2)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."
    return f"unknown setting {_shown((*keys, name))}. {hint}"


def _table_faults(value: object, shape: shapes.DictType, keys: Keys) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield keys, f"{_shown(keys)} must be a table, not {_kind(value)}."
        return
    for name, inner in value.items():
        yield from _faults(inner, shape.value_type, (*keys, name), None)


def _list_faults(
    value: object,
    shape: shapes.VarTupleType | shapes.ListType,
    keys: Keys,
    wanted: str | None,
) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield keys, f"{_shown(keys)} must be a list, as in [...], not {_kind(value)}."
        return
    if len(value) < (shape.min_length or 0):
        yield keys, f"{_shown(keys)} must not be empty."
    for position, inner in enumerate(value):
        yield from _faults(inner, shape.item_type, (*keys, position), wanted)


def _value_faults(
    value: object, shape: shapes.Type, keys: Keys, wanted: str | None
) -> Iterator[Fault]:
    if isinstance(shape, shapes.LiteralType):
        if value not in shape.values:
            yield keys, _not_one_of(value, shape.values, keys)
        return
    try:
        msgspec.convert(value, _plain(shape))
    except (msgspec.ValidationError, OverflowError) as error:
        needed = wanted or _needed(shape) or str(error)
        shown = (
            f'"{mask_value(str(keys[-1]), value)[:_LONGEST]}"'
            if isinstance(value, str)
            else _kind(value)
        )
        yield keys, f"{_shown(keys)} must be {needed}, not {shown}."


def _not_one_of(value: object, allowed: tuple[object, ...], keys: Keys) -> str:
    names = [str(each) for each in allowed]
    close = difflib.get_close_matches(str(value)[:_LONGEST].lower(), names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    shown = f'"{value[:_LONGEST]}"' if isinstance(value, str) else _kind(value)
    return f"{_shown(keys)} must be one of {', '.join(names)}, not {shown}.{hint}"


def _plain(shape: shapes.Type) -> Any:  # noqa: ANN401 (a type that msgspec can convert to)
    if isinstance(shape, shapes.IntType | shapes.FloatType):
        limits = {name: getattr(shape, name) for name in ("gt", "ge", "lt", "le")}
        plain = int if isinstance(shape, shapes.IntType) else float
        return _annotated(plain, limits)
    if isinstance(shape, shapes.StrType):
        names = ("min_length", "max_length", "pattern")
        return _annotated(str, {name: getattr(shape, name) for name in names})
    if isinstance(shape, shapes.BoolType):
        return bool
    if isinstance(shape, shapes.DateType):
        import datetime as dt  # noqa: PLC0415 (only for the message)

        return dt.date
    return Any


def _annotated(plain: type, limits: dict[str, Any]) -> Any:  # noqa: ANN401 (a type)
    from typing import Annotated  # noqa: PLC0415 (only for the message)

    return Annotated[plain, msgspec.Meta(**limits)]


def _needed(shape: shapes.Type) -> str | None:
    if isinstance(shape, shapes.IntType | shapes.FloatType):
        name = _NAMES[int if isinstance(shape, shapes.IntType) else float]
        if shape.ge is not None and shape.le is not None:
            return f"{name} from {shape.ge} to {shape.le}"
        if shape.ge is not None:
            return f"{name}, at least {shape.ge}"
        return f"{name} above {shape.gt}" if shape.gt is not None else name
    if isinstance(shape, shapes.StrType):
        return "text that is not empty" if shape.min_length else "text"
    if isinstance(shape, shapes.BoolType):
        return "true or false"
    return "a date such as 2030-12-31" if isinstance(shape, shapes.DateType) else None


def _kind(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def _shown(keys: Keys) -> str:
    return "`" + ".".join(str(key)[:_LONGEST] for key in keys) + "`" if keys else "the file"
