"""What the syntax, the edition and the features set on a file, a message or a field amount to.

The defaults are those that descriptor.proto gives for each edition, and the order of inheritance is
the documented one: https://protobuf.dev/editions/features/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from backstay.foreign.protobuf import FeatureSet, unknown_numbers

if TYPE_CHECKING:
    from backstay.foreign.protobuf import FileDescriptorProto

_EDITION_2024 = 1001
_EDITION_YEARS = {1000: 2023, 1001: 2024, 1002: 2026}
_CPP, _JAVA = 1000, 1001  # numbers of the extensions pb.cpp and pb.java of FeatureSet
_CPP_STRING_TYPE, _JAVA_UTF8_VALIDATION = 2, 2  # numbers of their fields
_CPP_STRING_TYPES = {1: "VIEW", 2: "CORD", 3: "STRING"}
_JAVA_VERIFY = 2

Presence = Literal["implicit", "explicit", "required"]


class Features(NamedTuple):
    """How values are kept, checked and written, in all that stands inside of something."""

    presence: Presence
    closed_enums: bool
    packed: bool
    checks_utf8: bool
    delimited: bool
    json: bool
    java_checks_utf8: bool
    cpp_string: str


_PROTO2 = Features(
    presence="explicit",
    closed_enums=True,
    packed=False,
    checks_utf8=False,
    delimited=False,
    json=False,
    java_checks_utf8=False,
    cpp_string="STRING",
)
_PROTO3 = Features(
    presence="implicit",
    closed_enums=False,
    packed=True,
    checks_utf8=True,
    delimited=False,
    json=True,
    java_checks_utf8=False,
    cpp_string="STRING",
)
_EDITION = _PROTO3._replace(presence="explicit")
_PRESENCES: dict[int, Presence] = {
    FeatureSet.EXPLICIT: "explicit",
    FeatureSet.IMPLICIT: "implicit",
    FeatureSet.LEGACY_REQUIRED: "required",
}


def file_features(file: FileDescriptorProto) -> Features:
    """The features that all of a file starts from."""
    if file.syntax == "editions":
        found = _EDITION
        if file.edition >= _EDITION_2024:
            found = found._replace(cpp_string="VIEW")
    else:
        found = _PROTO3 if file.syntax == "proto3" else _PROTO2
    if file.options.java_string_check_utf8:
        found = found._replace(java_checks_utf8=True)
    if file.options.HasField("features"):
        found = with_features(found, file.options.features)
    return found


def with_features(inherited: Features, own: FeatureSet) -> Features:
    """These features with those in their place that something sets itself."""
    found = inherited
    if own.HasField("field_presence"):
        found = found._replace(presence=_PRESENCES.get(own.field_presence, "explicit"))
    if own.HasField("enum_type"):
        found = found._replace(closed_enums=own.enum_type == FeatureSet.CLOSED)
    if own.HasField("repeated_field_encoding"):
        found = found._replace(packed=own.repeated_field_encoding == FeatureSet.PACKED)
    if own.HasField("utf8_validation"):
        found = found._replace(checks_utf8=own.utf8_validation == FeatureSet.VERIFY)
    if own.HasField("message_encoding"):
        found = found._replace(delimited=own.message_encoding == FeatureSet.DELIMITED)
    if own.HasField("json_format"):
        found = found._replace(json=own.json_format == FeatureSet.ALLOW)
    java = unknown_numbers(own, _JAVA).get(_JAVA_UTF8_VALIDATION)
    if java is not None:
        found = found._replace(java_checks_utf8=java == _JAVA_VERIFY)
    string_type = unknown_numbers(own, _CPP).get(_CPP_STRING_TYPE)
    if string_type is not None:
        found = found._replace(cpp_string=_CPP_STRING_TYPES.get(string_type, "STRING"))
    return found


def edition_name(file: FileDescriptorProto) -> str:
    """The syntax as the file says it: proto2, proto3 or edition 2023."""
    if file.syntax != "editions":
        return file.syntax or "proto2"
    return f"edition {_EDITION_YEARS.get(file.edition, file.edition)}"
