"""The door to google.protobuf: descriptors as data, and messages made from descriptors alone.

Why this library: it is the reference implementation, so that what it makes of a message under two
descriptors counts as evidence. Without it we would have only our own word for what is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    EnumValueDescriptorProto,
    FeatureSet,
    FieldDescriptorProto,
    FieldOptions,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    MethodOptions,
    ServiceDescriptorProto,
    SourceCodeInfo,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError, EncodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "DecodeError",
    "Descriptor",
    "DescriptorPool",
    "DescriptorProto",
    "EncodeError",
    "EnumDescriptorProto",
    "EnumValueDescriptorProto",
    "FeatureSet",
    "FieldDescriptor",
    "FieldDescriptorProto",
    "FieldOptions",
    "FileDescriptorProto",
    "FileDescriptorSet",
    "GetMessageClass",
    "Message",
    "MethodDescriptorProto",
    "MethodOptions",
    "ServiceDescriptorProto",
    "SourceCodeInfo",
    "descriptor_pb2",
    "json_format",
    "missing_fields",
    "pool_of",
    "unknown_numbers",
    "version",
    "without_sources",
]


def without_sources(descriptors: bytes) -> tuple[FileDescriptorSet, list[bytes]]:
    """A FileDescriptorSet, and apart from it the serialized SourceCodeInfo of each file.

    What the compiler recorded about sources is most of a set, and only that of files that differ
    is ever looked at.
    """
    found = FileDescriptorSet()
    sources = []
    for _, start, end in _parts(descriptors, 0, len(descriptors)):
        kept = bytearray()
        source = b""
        last = start
        for number, begin, stop in _parts(descriptors, start, end):
            if number == FileDescriptorProto.SOURCE_CODE_INFO_FIELD_NUMBER:
                source = descriptors[begin:stop]
            else:
                kept += descriptors[last:stop]
            last = stop
        found.file.add().ParseFromString(bytes(kept))
        sources.append(source)
    return found, sources


def _parts(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The field number of each part of a message, and where its content begins and ends."""
    while start < end:
        tag, start = _varint(data, start)
        if tag & 7 == 2:
            size, start = _varint(data, start)
            stop = start + size
        else:
            _, stop = _varint(data, start)
        yield tag >> 3, start, stop
        start = stop


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def pool_of(files: Iterable[FileDescriptorProto]) -> DescriptorPool:
    """A pool of descriptors of its own; each file comes after those that it imports.

    Raises:
        TypeError: the files do not fit together.
    """
    pool = DescriptorPool()
    for file in files:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


def unknown_numbers(message: Message, within: int) -> dict[int, int]:
    """Numbers in a part of a message that the library does not know, by field number."""
    found: dict[int, int] = {}
    for field in _unknown(message):
        if field.field_number == within and isinstance(field.data, bytes):
            for inner in _unknown(Empty.FromString(field.data)):
                if isinstance(inner.data, int):
                    found[inner.field_number] = inner.data
    return found


def _unknown(message: Message) -> list[Any]:
    fields = UnknownFieldSet(message)
    return [fields[index] for index in range(len(fields))]


def missing_fields(message: Message) -> list[str]:
    """Names of required fields that a message lacks, those inside of others with a path."""
    found: list[str] = message.FindInitializationErrors()  # type: ignore[attr-defined]  # the stubs lack it
    return found


def version() -> str:
    """The installed library's version."""
    from google import protobuf  # noqa: PLC0415 (for its version alone)

    return protobuf.__version__
