"""Messages made from descriptors alone: filled where something is to be shown, else bare."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from backstay.foreign.protobuf import GetMessageClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.protobuf import Descriptor, DescriptorPool, FieldDescriptor, Message

DEEPEST = 3
MOST_OF_A_KIND = 40
_MOST_REQUIRED = 12
"""Messages that require each other, one in the next, before the sample is given up."""


def bare(descriptor: Descriptor, depth: int = 0) -> Message:
    """A message with its required fields alone."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.is_required and depth < _MOST_REQUIRED:
            if field.message_type is not None:
                getattr(message, field.name).MergeFrom(bare(field.message_type, depth + 1))
                getattr(message, field.name).SetInParent()
            else:
                fill(message, field, next(values_of(field)))
    return message


def fill(message: Message, field: FieldDescriptor, value: Any) -> None:  # noqa: ANN401
    """Set a field to a value; of a repeated one to a list with it and a second one."""
    if field.is_repeated:
        target = holder(message, field)
        if is_map(field):
            _fill_map(target, value)
            return
        others = [each for each in islice(values_of(field), 3) if each != value]
        for each in [value, *others[:1]]:
            if field.message_type is not None:
                target.add().MergeFrom(each)
            else:
                target.append(each)
        return
    if field.message_type is not None:
        target = holder(message, field)
        target.MergeFrom(value)
        target.SetInParent()
    elif field.is_extension:
        extensions(message)[field] = value
    else:
        setattr(message, field.name, value)


def holder(message: Message, field: FieldDescriptor) -> Any:  # noqa: ANN401 (any value)
    """The value of a field, which for messages and lists is what can be filled."""
    return extensions(message)[field] if field.is_extension else getattr(message, field.name)


def extensions(message: Message) -> Any:  # noqa: ANN401 (the stubs know generated ones only)
    """The extensions of a message by their descriptors."""
    return message.Extensions


def is_map(field: FieldDescriptor) -> bool:
    """Whether the field is a map."""
    kind = field.message_type
    return field.is_repeated and kind is not None and kind.GetOptions().map_entry


def field_by_number(
    pool: DescriptorPool, descriptor: Descriptor, number: int
) -> FieldDescriptor | None:
    """The field or extension of a message with this number."""
    found = descriptor.fields_by_number.get(number)
    if found is not None:
        return found
    try:
        return pool.FindExtensionByNumber(descriptor, number)
    except KeyError:
        return None


def _fill_map(target: Any, value: Any) -> None:  # noqa: ANN401 (a container of the library)
    key, held = value
    if hasattr(target, "GetEntryClass") and hasattr(target, "get_or_create"):
        target.get_or_create(key).MergeFrom(held)
    else:
        target[key] = held


def values_of(field: FieldDescriptor, depth: int = 0) -> Iterator[Any]:
    """Values that a field can take, telling ones first; of a map pairs."""
    if is_map(field):
        entry = field.message_type
        assert entry is not None
        key = next(values_of(entry.fields_by_number[1]))
        for value in values_of(entry.fields_by_number[2], depth):
            yield key, value
        for other in islice(values_of(entry.fields_by_number[1]), 1, None):
            yield other, next(values_of(entry.fields_by_number[2], depth))
        return
    if field.message_type is not None:
        yield from _messages_of(field.message_type, depth)
    elif field.enum_type is not None:
        numbers = list(dict.fromkeys(value.number for value in field.enum_type.values))
        yield from sorted(numbers, key=lambda number: number == 0)
        if not field.enum_type.is_closed:
            yield max(numbers) + 1 if max(numbers) < 2**31 - 1 else min(numbers) - 1
    else:
        yield from _SCALARS[field.type]


def _messages_of(descriptor: Descriptor, depth: int) -> Iterator[Message]:
    """With each field filled alone, and bare."""
    if depth < DEEPEST:
        for field in descriptor.fields[:MOST_OF_A_KIND]:
            for value in islice(values_of(field, depth + 1), 4):
                message = bare(descriptor)
                fill(message, field, value)
                yield message
    yield bare(descriptor)


_INT32 = (1, -1, 150, 2**31 - 1, -(2**31))
_UINT32 = (1, 150, 2**32 - 1)
_INT64 = (1, -1, 150, 2**63 - 1, -(2**63), 2**40)
_UINT64 = (1, 150, 2**64 - 1, 2**40)
_SCALARS: dict[int, tuple[Any, ...]] = {
    1: (1.5, -2.25, 1e300),  # double
    2: (1.5, -2.25, 2.0**60),  # float
    3: _INT64,
    4: _UINT64,
    5: _INT32,
    6: _UINT64,  # fixed64
    7: _UINT32,  # fixed32
    8: (True,),
    9: ("a", "text", "é", "1"),
    12: (b"a", b"\xff", b"\x08\x96\x01", b"text"),
    13: _UINT32,
    15: _INT32,  # sfixed32
    16: _INT64,  # sfixed64
    17: _INT32,  # sint32
    18: _INT64,  # sint64
}
