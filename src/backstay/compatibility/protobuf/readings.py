"""What one side makes of a message that the other side wrote, by what the library does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.protobuf.samples import field_by_number, holder, is_map
from backstay.foreign.protobuf import DecodeError, json_format, missing_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.foreign.protobuf import DescriptorPool, FieldDescriptor, Message

ACCEPTED = "accepted"
_LONGEST = 120


class Numbered(NamedTuple):
    """A value of an enum: its number, and the names that it has."""

    number: int
    names: frozenset[str]


def read_on_wire(data: bytes, empty: Message) -> tuple[Message, str]:
    """What a reader makes of bytes, and why it refuses them, or ""."""
    try:
        empty.ParseFromString(data)
    except DecodeError as error:
        return empty, f"refused: {_short(error)}"
    return empty, ""


def read_json(
    text: str, empty: Message, pool: DescriptorPool, *, lenient: bool
) -> tuple[Message, str]:
    """What a reader makes of JSON, and why it refuses it, or ""."""
    try:
        json_format.Parse(text, empty, ignore_unknown_fields=lenient, descriptor_pool=pool)
    except json_format.ParseError as error:
        return empty, f"refused: {_short(error)}"
    return empty, ""


def missing(message: Message) -> list[str]:
    """Names of required fields that a message lacks."""
    return missing_fields(message)


def json_name(field: FieldDescriptor) -> str:
    """The name of a field in JSON."""
    return f"[{field.full_name}]" if field.is_extension else field.json_name


def as_json(message: Message, pool: DescriptorPool) -> str | None:
    """The JSON form that the library gives a message; None where it has none."""
    try:
        return json_format.MessageToJson(message, indent=None, descriptor_pool=pool)
    except (json_format.SerializeToJsonError, ValueError, TypeError):
        return None  # such as a NaN in google.protobuf.Value, or an Any of an unknown type


def difference(
    written: Message,
    read: Message,
    pools: tuple[DescriptorPool, DescriptorPool],
    numbers: Iterable[int],
) -> str:
    """What of these fields is not read as it was written; "" if all is."""
    for number in numbers:
        theirs = field_by_number(pools[0], _descriptor(written), number)
        ours = field_by_number(pools[1], _descriptor(read), number)
        if theirs is None:
            continue
        value = value_of(written, theirs, pools[0])
        if ours is None:
            if is_set(written, theirs):
                return f"{theirs.name} = {shown(value)} is lost: number {number} is unknown here"
            continue
        got = value_of(read, ours, pools[1])
        if not agree(value, got):
            return f"{theirs.name} = {shown(value)} is read as {ours.name} = {shown(got)}"
    return ""


def _descriptor(message: Message) -> Any:  # noqa: ANN401 (the stubs name two classes of them)
    return message.DESCRIPTOR


def is_set(message: Message, field: FieldDescriptor) -> bool:
    """Whether the field is on the wire."""
    return any(each.number == field.number for each, _ in message.ListFields())


def value_of(message: Message, field: FieldDescriptor, pool: DescriptorPool) -> Any:  # noqa: ANN401
    """The value as it reads, in a form that can be compared with that of another type."""
    value = holder(message, field)
    if is_map(field):
        entry = field.message_type
        assert entry is not None
        key, held = entry.fields_by_number[1], entry.fields_by_number[2]
        pairs = [(_one(each, key, pool), _one(value[each], held, pool)) for each in value]
        return sorted(({1: k, 2: v} for k, v in pairs), key=repr)
    if field.is_repeated:
        found = [_one(each, field, pool) for each in value]
        return sorted(found, key=repr) if _is_entry_like(field) else found
    if field.has_presence and field.message_type is not None and not is_set(message, field):
        return None
    return _one(value, field, pool)


def _is_entry_like(field: FieldDescriptor) -> bool:
    kind = field.message_type
    return kind is not None and set(kind.fields_by_number) == {1, 2}


def _one(value: Any, field: FieldDescriptor, pool: DescriptorPool) -> Any:  # noqa: ANN401
    if field.message_type is not None:
        return {each.number: value_of(value, each, pool) for each, _ in value.ListFields()}
    if field.enum_type is not None:
        names = frozenset(each.name for each in field.enum_type.values if each.number == value)
        return Numbered(value, names)
    if isinstance(value, bool):
        return int(value)
    return value.encode() if isinstance(value, str) else value


def agree(written: Any, read: Any) -> bool:  # noqa: ANN401 (any values)
    """Whether a value reads as what was written."""
    if isinstance(written, list) != isinstance(read, list):
        return _agree_one_and_many(written, read)
    if isinstance(written, list):
        return len(written) == len(read) and all(map(agree, written, read))
    if isinstance(written, Numbered) or isinstance(read, Numbered):
        return _agree_numbered(written, read)
    if isinstance(written, dict) and isinstance(read, dict):
        return all(
            number in read and agree(value, read[number])
            for number, value in written.items()
            if value not in (0, b"", [], None)
        )
    return bool(written == read)


def _agree_numbered(written: Any, read: Any) -> bool:  # noqa: ANN401 (any values)
    one, two = (each.number if isinstance(each, Numbered) else each for each in (written, read))
    if one != two:
        return False
    named = isinstance(written, Numbered) and isinstance(read, Numbered) and written.names
    return not named or bool(written.names & read.names)


def _agree_one_and_many(written: Any, read: Any) -> bool:  # noqa: ANN401 (any values)
    if isinstance(written, list):
        if not written:
            return (
                read is None or not read or read == Numbered(0, getattr(read, "names", frozenset()))
            )
        return len(written) == 1 and agree(written[0], read)
    if not read:
        return written is None or not written
    return len(read) == 1 and agree(written, read[0])


def shown(value: Any) -> str:  # noqa: ANN401 (any value)
    """A value as people write it."""
    if isinstance(value, Numbered):
        names = "/".join(sorted(value.names)) or "without a name"
        return f"{value.number} ({names})"
    if isinstance(value, bytes):
        try:
            return json.dumps(value.decode(), ensure_ascii=False)
        except UnicodeDecodeError:
            return f"0x{value.hex()}"
    if isinstance(value, list):
        return _cut("[" + ", ".join(map(shown, value)) + "]")
    if isinstance(value, dict):
        return _cut("{" + ", ".join(f"{n}: {shown(each)}" for n, each in value.items()) + "}")
    return "nothing" if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _short(error: Exception) -> str:
    return _cut(" ".join(str(error).split()) or type(error).__name__)
