"""The closed table of what can differ between two versions of protobuf files.

``docs/changes.md`` is made from this table. A definition is removed where it is no longer in its
file; the text says whether another file has it now, and then only generated code breaks.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    # Files and packages
    "file-removed": "A file is gone, and with it what others import and generate from it.",
    "file-package-changed": "A file has another package, so that all in it has another full name.",
    "package-removed": "No file has the package any more.",
    "syntax-changed": "A file moved between proto2, proto3 and editions.",
    "generated-package-changed": "The package or namespace of generated code differs.",
    "generated-name-changed": "The name or prefix of generated classes differs.",
    "generated-layout-changed": "Generated Java classes stand in one file, or in several.",
    "generic-services-changed": "Service classes of the older kind are generated, or no longer.",
    "code-size-option-changed": "Code is generated for speed, for size or for the lite runtime.",
    "arenas-option-changed": "C++ arenas are switched on or off.",
    # Messages
    "message-removed": "A message is no longer in its file: removed, or moved to another file.",
    "descriptor-accessor-removed": "Generated classes lose their accessor of the descriptor.",
    "message-set-format-changed": "A message uses the wire format of message sets, or no longer.",
    "json-format-changed": "The compiler no longer checks that the names are unambiguous in JSON.",
    "reservation-dropped": "A reserved number or name may be used again.",
    "extension-range-removed": "Numbers are no longer open to extensions.",
    "required-fields-changed": "A required field was added or removed.",
    # Fields
    "field-removed": "A field is gone.",
    "field-number-changed": "A field kept its name and has another number.",
    "field-renamed": "The number of a field has another name.",
    "json-name-changed": "A field has another name in JSON.",
    "field-type-changed": "A field has another type.",
    "field-cardinality-changed": "A field became required, optional, repeated or a map.",
    "field-oneof-changed": "A field moved into a oneof, out of one, or into another one.",
    "field-default-changed": "A field that is not set is read as another value.",
    "field-packing-changed": "Repeated numbers are packed, or no longer.",
    "jstype-changed": "Generated JavaScript has another type for the number.",
    "cpp-string-type-changed": "Generated C++ has another type for the text.",
    "utf8-validation-changed": "Texts are checked to be UTF-8 at run time, or no longer.",
    "oneof-removed": "A oneof is gone.",
    "extension-removed": "An extension is no longer in its file: removed, or moved to another.",
    # Enums
    "enum-removed": "An enum is no longer in its file: removed, or moved to another file.",
    "enum-value-removed": "A number of an enum is gone.",
    "enum-value-renamed": "A number of an enum has another name.",
    "enum-openness-changed": "Unlisted numbers are kept in the field, or set apart.",
    "enum-default-changed": "The first value, which stands for an unset field, is another one.",
    # Services
    "service-removed": "A service is no longer in its file: removed, or moved to another file.",
    "rpc-removed": "A method of a service is gone.",
    "rpc-request-type-changed": "A method takes another message.",
    "rpc-response-type-changed": "A method returns another message.",
    "rpc-streaming-changed": "A method streams where it took or returned one message, or back.",
    "rpc-idempotency-changed": "The promise of a method about repeated calls differs.",
    # Additions, which old programs do not notice
    "file-added": "A new file.",
    "message-added": "A new message.",
    "field-added": "A new field.",
    "oneof-added": "A new oneof.",
    "extension-added": "A new extension.",
    "enum-added": "A new enum.",
    "enum-value-added": "A new value of an enum, which old readers do not know.",
    "service-added": "A new service.",
    "rpc-added": "A new method.",
    "deprecated": "Marked as deprecated; it works as before.",
}
