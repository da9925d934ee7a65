"""A field as programs meet it, whatever the syntax said to make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from backstay.compatibility.protobuf.features import Features, with_features
from backstay.foreign.protobuf import FieldDescriptorProto, FieldOptions

if TYPE_CHECKING:
    from backstay.compatibility.protobuf.schema import Definition, Path, Schema
    from backstay.foreign.protobuf import DescriptorProto

Cardinality = Literal["implicit", "explicit", "required", "repeated", "map"]

CARDINALITIES: dict[Cardinality, str] = {
    "implicit": "singular without presence",
    "explicit": "optional",
    "required": "required",
    "repeated": "repeated",
    "map": "a map",
}

SCALARS = {
    FieldDescriptorProto.TYPE_DOUBLE: "double",
    FieldDescriptorProto.TYPE_FLOAT: "float",
    FieldDescriptorProto.TYPE_INT64: "int64",
    FieldDescriptorProto.TYPE_UINT64: "uint64",
    FieldDescriptorProto.TYPE_INT32: "int32",
    FieldDescriptorProto.TYPE_FIXED64: "fixed64",
    FieldDescriptorProto.TYPE_FIXED32: "fixed32",
    FieldDescriptorProto.TYPE_BOOL: "bool",
    FieldDescriptorProto.TYPE_STRING: "string",
    FieldDescriptorProto.TYPE_BYTES: "bytes",
    FieldDescriptorProto.TYPE_UINT32: "uint32",
    FieldDescriptorProto.TYPE_SFIXED32: "sfixed32",
    FieldDescriptorProto.TYPE_SFIXED64: "sfixed64",
    FieldDescriptorProto.TYPE_SINT32: "sint32",
    FieldDescriptorProto.TYPE_SINT64: "sint64",
}
_MESSAGES = (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_GROUP)
_NUMBER_TYPES = frozenset(SCALARS.values()) - {"string", "bytes"}
_JSTYPES = {0: "JS_NORMAL", 1: "JS_STRING", 2: "JS_NUMBER"}
_ZEROS = {"string": "", "bytes": "", "bool": "false"}


class Type(NamedTuple):
    """The type of a value.

    Attributes:
        kind: a scalar's name, "enum", "message", or "group" for a message between tags.
        name: the full name of an enum or message.
    """

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind


class Field(NamedTuple):
    """A field of a message, or an extension.

    Attributes:
        full_name: "package.Message.field", or an extension's own.
        owner: the message that carries it: of an extension, the one extended.
        key, value: types of a map's entries; the value is that of any other field, too.
        default: how it is read where it is not set, as text; None where it has no such value.
        oneof: the name of the oneof that it is in, or "".
        plain_json_name: its name in JSON follows from its name.
        path: where it stands in the file.
    """

    number: int
    name: str
    full_name: str
    owner: str
    json_name: str
    plain_json_name: bool
    cardinality: Cardinality
    key: Type | None
    value: Type
    default: str | None
    oneof: str
    packed: bool
    checks_utf8: bool
    java_checks_utf8: bool
    cpp_string: str
    jstype: str
    is_extension: bool
    deprecated: bool
    file: str
    path: Path

    @property
    def type_text(self) -> str:
        """The type as it is written."""
        return f"map<{self.key}, {self.value}>" if self.key else str(self.value)

    @property
    def has_texts(self) -> bool:
        """Whether its values are, or hold, strings."""
        return "string" in (self.value.kind, self.key.kind if self.key else "")


def fields_of(schema: Schema, message: Definition[DescriptorProto]) -> dict[int, Field]:
    """The fields of a message by number, extensions not included."""
    found = {}
    oneofs = _oneof_features(message)
    for index, proto in enumerate(message.proto.field):
        features = message.features
        if proto.HasField("oneof_index"):
            features = oneofs.get(proto.oneof_index, features)
        place = _Place(
            full_name=f"{message.name}.{proto.name}",
            owner=message.name,
            oneof=_oneof_of(message, proto),
            file=message.file,
            path=(*message.path, 2, index),
        )
        found[proto.number] = _field(schema, proto, features, place)
    return found


def extension_field(schema: Schema, extension: Definition[FieldDescriptorProto]) -> Field:
    """An extension as the field that it is."""
    place = _Place(
        full_name=extension.name,
        owner=extension.proto.extendee.removeprefix("."),
        oneof="",
        file=extension.file,
        path=extension.path,
    )
    return _field(schema, extension.proto, extension.features, place)


def real_oneofs(message: DescriptorProto) -> list[str]:
    """Names of the oneofs that somebody wrote, as against those that `optional` stands for."""
    synthetic = {field.oneof_index for field in message.field if field.proto3_optional}
    return [each.name for n, each in enumerate(message.oneof_decl) if n not in synthetic]


class _Place(NamedTuple):
    full_name: str
    owner: str
    oneof: str
    file: str
    path: Path


def _oneof_of(message: Definition[DescriptorProto], proto: FieldDescriptorProto) -> str:
    if not proto.HasField("oneof_index") or proto.proto3_optional:
        return ""
    return message.proto.oneof_decl[proto.oneof_index].name


def _oneof_features(message: Definition[DescriptorProto]) -> dict[int, Features]:
    return {
        index: with_features(message.features, oneof.options.features)
        for index, oneof in enumerate(message.proto.oneof_decl)
        if oneof.HasField("options") and oneof.options.HasField("features")
    }


def _field(schema: Schema, proto: FieldDescriptorProto, features: Features, place: _Place) -> Field:
    options = proto.options
    if options.HasField("features"):
        features = with_features(features, options.features)
    key, value = _types(schema, proto, features)
    cardinality = _cardinality(proto, features, is_map=key is not None)
    plain = _json_name(proto.name)
    packed = options.packed if options.HasField("packed") else features.packed
    return Field(
        number=proto.number,
        name=proto.name,
        full_name=place.full_name,
        owner=place.owner,
        json_name=proto.json_name or plain,
        plain_json_name=proto.json_name in ("", plain),
        cardinality=cardinality,
        key=key,
        value=value,
        default=_default(schema, proto, value, cardinality),
        oneof=place.oneof,
        packed=packed and cardinality == "repeated" and value.kind in _NUMBER_TYPES | {"enum"},
        checks_utf8=features.checks_utf8,
        java_checks_utf8=features.java_checks_utf8 or features.checks_utf8,
        cpp_string=_cpp_string(options, features),
        jstype=_JSTYPES.get(options.jstype, "JS_NORMAL"),
        is_extension=bool(proto.extendee),
        deprecated=options.deprecated,
        file=place.file,
        path=place.path,
    )


def _cpp_string(options: FieldOptions, features: Features) -> str:
    if options.HasField("ctype"):
        return {FieldOptions.CORD: "CORD", FieldOptions.STRING_PIECE: "STRING_PIECE"}.get(
            options.ctype, "STRING"
        )
    return features.cpp_string


def _types(
    schema: Schema, proto: FieldDescriptorProto, features: Features
) -> tuple[Type | None, Type]:
    name = proto.type_name.removeprefix(".")
    if proto.type in _MESSAGES:
        message = schema.messages.get(name)
        if message is not None and message.proto.options.map_entry:
            by_number = {field.number: field for field in message.proto.field}
            # An entry is never between tags, whatever the features say; nor is what it holds.
            plain = features._replace(delimited=False)
            return _type(by_number[1], plain), _type(by_number[2], plain)
    return None, _type(proto, features)


def _type(proto: FieldDescriptorProto, features: Features) -> Type:
    name = proto.type_name.removeprefix(".")
    if proto.type == FieldDescriptorProto.TYPE_ENUM:
        return Type("enum", name)
    if proto.type == FieldDescriptorProto.TYPE_GROUP:
        return Type("group", name)
    if proto.type == FieldDescriptorProto.TYPE_MESSAGE:
        return Type("group" if features.delimited else "message", name)
    return Type(SCALARS[proto.type])


def _cardinality(proto: FieldDescriptorProto, features: Features, *, is_map: bool) -> Cardinality:
    if is_map:
        return "map"
    if proto.label == FieldDescriptorProto.LABEL_REPEATED:
        return "repeated"
    if proto.label == FieldDescriptorProto.LABEL_REQUIRED:
        return "required"
    always = proto.type in _MESSAGES or proto.HasField("oneof_index") or proto.extendee
    if features.presence == "required" and not proto.HasField("oneof_index"):
        return "explicit" if proto.extendee else "required"
    return "explicit" if always else features.presence


def _default(
    schema: Schema, proto: FieldDescriptorProto, value: Type, cardinality: Cardinality
) -> str | None:
    if cardinality in ("repeated", "map") or value.kind in ("message", "group"):
        return None
    if proto.HasField("default_value"):
        return proto.default_value
    if value.kind == "enum":
        enum = schema.enums.get(value.name)
        return enum.proto.value[0].name if enum is not None and enum.proto.value else None
    return _ZEROS.get(value.kind, "0")


def _json_name(name: str) -> str:
    """The name in JSON that follows from a field's name, as the compiler makes it."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
