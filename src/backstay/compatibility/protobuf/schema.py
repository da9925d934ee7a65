"""All definitions of one version by their full names, each with where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from backstay.compatibility.protobuf.features import Features, file_features, with_features
from backstay.foreign.protobuf import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    ServiceDescriptorProto,
    without_sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[int, ...]
"""Where something stands in a FileDescriptorProto: field numbers and indexes in turns."""

Proto = TypeVar("Proto")

# Numbers of fields of the descriptors, of which paths are made.
FILE_PACKAGE, FILE_MESSAGES, FILE_ENUMS, FILE_SERVICES, FILE_EXTENSIONS = 2, 4, 5, 6, 7
FILE_OPTIONS, FILE_SYNTAX, FILE_EDITION = 8, 12, 14
MESSAGE_FIELDS, MESSAGE_MESSAGES, MESSAGE_ENUMS, MESSAGE_EXTENSIONS = 2, 3, 4, 6
MESSAGE_OPTIONS, MESSAGE_ONEOFS = 7, 8


class Definition(NamedTuple, Generic[Proto]):
    """A message, an enum, a service or an extension.

    Attributes:
        proto: its descriptor.
        name: its full name.
        file: the file, by the name under which others import it.
        path: where it stands in the file.
        features: what holds inside of it.
        parent: the full name of the message that it stands in, or "".
    """

    proto: Proto
    name: str
    file: str
    path: Path
    features: Features
    parent: str

    @property
    def local_name(self) -> str:
        """Its name without those around it."""
        return self.name.rpartition(".")[2]


class Schema:
    """One version.

    Attributes:
        every_file: the files and those of the compiler that they import, each after its imports.
        files: those of the version, by name.
        messages, enums, services, extensions: what they define, by full name.
        sources: what the compiler recorded of each file's text, a serialized SourceCodeInfo.
        map_entries: messages that nobody wrote, since a map stands for them.
    """

    def __init__(self, descriptors: bytes, own: Iterable[str]) -> None:
        """Read it.

        Args:
            descriptors: a serialized FileDescriptorSet.
            own: names of the files of the version, as against those of the compiler.
        """
        found, sources = without_sources(descriptors)
        self.every_file = list(found.file)
        self.sources = dict(zip((file.name for file in found.file), sources, strict=True))
        chosen = set(own)
        self.files = {file.name: file for file in self.every_file if file.name in chosen}
        self.messages: dict[str, Definition[DescriptorProto]] = {}
        self.enums: dict[str, Definition[EnumDescriptorProto]] = {}
        self.services: dict[str, Definition[ServiceDescriptorProto]] = {}
        self.extensions: dict[str, Definition[FieldDescriptorProto]] = {}
        self.map_entries: set[str] = set()
        self._extensions: dict[tuple[str, int], Definition[FieldDescriptorProto]] | None = None
        for file in self.files.values():
            self._read(file)

    def definition(
        self, name: str
    ) -> Definition[DescriptorProto] | Definition[EnumDescriptorProto] | None:
        """The message or enum of this full name."""
        return self.messages.get(name) or self.enums.get(name)

    def extension_of(self, message: str, number: int) -> Definition[FieldDescriptorProto] | None:
        """The extension of a message with this number."""
        if self._extensions is None:
            self._extensions = {
                (each.proto.extendee[1:], each.proto.number): each
                for each in self.extensions.values()
            }
        return self._extensions.get((message, number))

    def without(self, files: Iterable[str]) -> None:
        """Leave these files out: they cannot be compared."""
        gone = set(files) & self.files.keys()
        if not gone:
            return
        for name in gone:
            del self.files[name]
        for kept in (self.messages, self.enums, self.services, self.extensions):
            for name in [name for name, each in kept.items() if each.file in gone]:
                del kept[name]

    def _read(self, file: FileDescriptorProto) -> None:
        features = file_features(file)
        before = f"{file.package}." if file.package else ""
        for index, message in enumerate(file.message_type):
            at = (FILE_MESSAGES, index)
            self._read_message(message, before, file.name, at, features, "")
        for index, enum in enumerate(file.enum_type):
            self._read_enum(enum, before, file.name, (FILE_ENUMS, index), features, "")
        for index, extension in enumerate(file.extension):
            name = before + extension.name
            at = (FILE_EXTENSIONS, index)
            self.extensions[name] = Definition(extension, name, file.name, at, features, "")
        for index, service in enumerate(file.service):
            name = before + service.name
            at = (FILE_SERVICES, index)
            self.services[name] = Definition(service, name, file.name, at, features, "")

    def _read_message(  # noqa: PLR0913, PLR0917 (a walk hands on where it is)
        self,
        message: DescriptorProto,
        before: str,
        file: str,
        path: Path,
        features: Features,
        parent: str,
    ) -> None:
        name = before + message.name
        if message.options.HasField("features"):
            features = with_features(features, message.options.features)
        self.messages[name] = Definition(message, name, file, path, features, parent)
        if message.options.map_entry:
            self.map_entries.add(name)
        inside = f"{name}."
        for index, nested in enumerate(message.nested_type):
            at = (*path, MESSAGE_MESSAGES, index)
            self._read_message(nested, inside, file, at, features, name)
        for index, enum in enumerate(message.enum_type):
            self._read_enum(enum, inside, file, (*path, MESSAGE_ENUMS, index), features, name)
        for index, extension in enumerate(message.extension):
            own = inside + extension.name
            at = (*path, MESSAGE_EXTENSIONS, index)
            self.extensions[own] = Definition(extension, own, file, at, features, name)

    def _read_enum(  # noqa: PLR0913, PLR0917 (a walk hands on where it is)
        self,
        enum: EnumDescriptorProto,
        before: str,
        file: str,
        path: Path,
        features: Features,
        parent: str,
    ) -> None:
        name = before + enum.name
        if enum.options.HasField("features"):
            features = with_features(features, enum.options.features)
        self.enums[name] = Definition(enum, name, file, path, features, parent)
