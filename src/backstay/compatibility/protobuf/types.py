"""Whether what was written as one type can be read as another: on the wire, and in JSON.

On the wire it is what the language guide says about updating a message:
https://protobuf.dev/programming-guides/proto2/#updating. In JSON it is the table of forms:
https://protobuf.dev/programming-guides/json/. Where the guide says that types are compatible as
long as the values fit, the wire is held to be the same and the loss is one of behaviour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.protobuf.fields import Field, Type, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.compatibility.protobuf.schema import Schema
    from backstay.foreign.protobuf import EnumDescriptorProto
    from backstay.model.changes import Direction

_WIRE = {
    "int32": "a varint",
    "uint32": "a varint",
    "int64": "a varint",
    "uint64": "a varint",
    "bool": "a varint",
    "enum": "a varint",
    "sint32": "a zigzag varint",
    "sint64": "a zigzag varint",
    "fixed32": "four bytes",
    "sfixed32": "four bytes",
    "fixed64": "eight bytes",
    "sfixed64": "eight bytes",
    "float": "a float",
    "double": "a double",
    "string": "bytes with a length",
    "bytes": "bytes with a length",
    "message": "bytes with a length",
    "group": "fields between two tags",
}
_JSON = {
    **dict.fromkeys(("int32", "uint32", "sint32", "fixed32", "sfixed32"), "a number"),
    **dict.fromkeys(("int64", "uint64", "sint64", "fixed64", "sfixed64"), "a number in quotes"),
    **dict.fromkeys(("float", "double"), "a number with a fraction"),
    "bool": "true or false",
    "string": "a text",
    "bytes": "a text in base64",
    "enum": "a name",
    **dict.fromkeys(("message", "group"), "an object"),
}
_RANGES = {
    "bool": (0, 1),
    "int32": (-(2**31), 2**31 - 1),
    "enum": (-(2**31), 2**31 - 1),
    "sint32": (-(2**31), 2**31 - 1),
    "sfixed32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "fixed32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "sint64": (-(2**63), 2**63 - 1),
    "sfixed64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
    "fixed64": (0, 2**64 - 1),
}

DEEPEST = 60
"""Messages inside of messages that are compared when both have other names."""


class Unlike(NamedTuple):
    """What a reader of the other type meets at each level; "" where it reads what was written."""

    wire: str = ""
    json: str = ""
    behaviour: str = ""


class Types:
    """Relations between the types of two versions."""

    def __init__(self, old: Schema, new: Schema, renamed: Mapping[str, str]) -> None:
        self._old = old
        self._new = new
        self._renamed = renamed
        self._depth = 0
        self._messages: dict[tuple[str, str], Unlike] = {}

    def new_name(self, name: str) -> str:
        """What the new version calls a type of the old one."""
        return self._renamed.get(name, name)

    def same(self, old: Type, new: Type) -> bool:
        """Whether it is one and the same type in both versions."""
        return old.kind == new.kind and self.new_name(old.name) == new.name

    def unlike(self, old: Type, new: Type, direction: Direction) -> Unlike:
        """What differs for readers; requests are written by the old and read by the new."""
        if self.same(old, new):
            return Unlike()
        if old.kind == new.kind == "enum":
            return self._unlike_enums(old.name, new.name)
        if old.kind == new.kind and old.name:
            return self.unlike_messages(old.name, new.name)
        if {old.kind, new.kind} == {"message", "group"}:
            return Unlike(wire="it is framed in another way")
        wire = self._unlike_on_wire(old, new, direction)
        json = ""
        if _JSON[old.kind] != _JSON[new.kind]:
            json = f"JSON has {_JSON[new.kind]} where it had {_JSON[old.kind]}"
        return Unlike(wire, json, "" if wire else _loss(old.kind, new.kind, direction))

    def unlike_messages(self, old: str, new: str) -> Unlike:
        """What differs between messages of different names, by all that they hold."""
        key = (old, new)
        if self.new_name(old) == new:
            return Unlike()
        if key not in self._messages:
            if self._depth > DEEPEST:
                return Unlike(wire="it is nested too deep to tell", json="it is nested too deep")
            self._messages[key] = Unlike()  # holds while it is worked out, as for circles
            self._depth += 1
            self._messages[key] = self._work_out(old, new)
            self._depth -= 1
        return self._messages[key]

    def _work_out(self, old: str, new: str) -> Unlike:
        old_message, new_message = self._old.messages.get(old), self._new.messages.get(new)
        if old_message is None or new_message is None:
            return Unlike(wire="it is another message", json="it is another message")
        before = fields_of(self._old, old_message)
        after = fields_of(self._new, new_message)
        found = Unlike()
        for number, field in before.items():
            if number not in after:
                return Unlike(
                    wire=f"it has no field {number} ({field.name})",
                    json=f"it has no field {field.name}",
                )
            each = self._unlike_fields(field, after[number])
            found = Unlike(*(kept or seen for kept, seen in zip(found, each, strict=True)))
        for number, field in after.items():
            if number not in before and field.cardinality == "required":
                return Unlike(wire=f"it requires {field.name}", json=f"it requires {field.name}")
        return found

    def _unlike_fields(self, old: Field, new: Field) -> Unlike:
        # Whether a singular field has presence is no matter of the wire.
        one, two = (
            "singular" if each in ("implicit", "explicit") else each
            for each in (old.cardinality, new.cardinality)
        )
        if one != two:
            why = f"its field {old.name} is {two}"
            return Unlike(wire=why, json=why)
        found = [self.unlike(old.value, new.value, "both")]
        if old.key and new.key:
            found.append(self.unlike(old.key, new.key, "both"))
        wire, json, behaviour = (
            next((f"its field {old.name}: {why}" for why in each if why), "")
            for each in zip(*found, strict=True)
        )
        if old.json_name != new.json_name:
            json = json or f"its field {old.name} is {new.json_name} in JSON"
        return Unlike(wire, json, behaviour)

    def _unlike_enums(self, old: str, new: str) -> Unlike:
        old_enum, new_enum = self._old.enums.get(old), self._new.enums.get(new)
        if old_enum is None or new_enum is None:
            return Unlike(wire="its numbers mean something else", json="its names differ")
        after = names_by_number(new_enum.proto)
        for number, names in names_by_number(old_enum.proto).items():
            meant = after.get(number, [])
            if not set(names) <= set(meant):
                now = f"means {meant[0]}" if meant else "means nothing"
                return Unlike(
                    wire=f"{number}, which was {names[0]}, {now}",
                    json=f"{names[0]} is no name of it",
                )
        return Unlike()

    def _unlike_on_wire(self, old: Type, new: Type, direction: Direction) -> str:
        if _WIRE[old.kind] != _WIRE[new.kind]:
            return f"the wire has {_WIRE[new.kind]} where it had {_WIRE[old.kind]}"
        if {old.kind, new.kind} == {"enum", "bool"}:
            return "all numbers but 0 are read as true"
        written = old.kind if direction != "response" else new.kind
        read = new.kind if direction != "response" else old.kind
        if {old.kind, new.kind} == {"string", "bytes"}:
            return "bytes that are no UTF-8 are refused as a text" if read == "string" else ""
        if "message" in (old.kind, new.kind):
            if direction != "both" and (written, read) == ("message", "bytes"):
                return ""
            return "what was written as one is not read as the other"
        return self._dropped_as_enum(old, new, direction)

    def _dropped_as_enum(self, old: Type, new: Type, direction: Direction) -> str:
        """A closed enum sets numbers apart that it does not list."""
        for kind, schema, reads in (
            (new, self._new, direction != "response"),
            (old, self._old, direction != "request"),
        ):
            enum = schema.enums.get(kind.name) if kind.kind == "enum" else None
            if reads and enum is not None and enum.features.closed_enums:
                return f"numbers that {kind.name} does not list are set apart"
        return ""


def names_by_number(enum: EnumDescriptorProto) -> dict[int, list[str]]:
    """The names of each number of an enum."""
    found: dict[int, list[str]] = {}
    for value in enum.value:
        found.setdefault(value.number, []).append(value.name)
    return found


def _loss(old: str, new: str, direction: Direction) -> str:
    """Which numbers do not fit, in the directions that the field is used in."""
    if old not in _RANGES or new not in _RANGES:
        return ""
    ways = {"request": [(old, new)], "response": [(new, old)]}.get(
        direction, [(old, new), (new, old)]
    )
    for written, read in ways:
        low, high = _RANGES[written]
        least, most = _RANGES[read]
        if low < least or high > most:
            return f"numbers of {written} that {read} cannot hold are read as others"
    return ""
