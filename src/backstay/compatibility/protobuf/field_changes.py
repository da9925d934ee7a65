"""What differs between a field and itself in the other version."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from backstay.compatibility.protobuf.collecting import Collector, Recipe, Told, levels, who
from backstay.compatibility.protobuf.fields import CARDINALITIES, Cardinality, Field, fields_of
from backstay.compatibility.protobuf.types import Unlike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.compatibility.protobuf.reach import Reach
    from backstay.compatibility.protobuf.schema import Path
    from backstay.model.changes import Direction

_NAME, _LABEL, _TYPE, _TYPE_NAME, _DEFAULT, _OPTIONS, _JSON_NAME = 1, 4, 5, 6, 7, 8, 10
_CTYPE, _DEPRECATED, _JSTYPE, _FEATURES = 1, 3, 6, 21
_UTF8_VALIDATION, _CPP, _JAVA = 4, 1000, 1001

MOST_RIVALS = 200
"""Members of a oneof that are looked at; the first one nearly always decides."""


class FieldPair:
    """A field in both versions, with those beside it.

    ``before`` and ``after`` are the fields of the two messages by number; of an extension none.
    """

    def __init__(  # noqa: PLR0913 (what it is, and its surroundings)
        self,
        collector: Collector,
        old: Field,
        new: Field,
        *,
        before: Mapping[int, Field],
        after: Mapping[int, Field],
        reach: Reach,
    ) -> None:
        self._collector = collector
        self._old = old
        self._new = new
        self._before = before
        self._after = after
        self._reach = reach

    def compare(self) -> None:
        """Take down all that differs."""
        for found in (
            self._name(),
            self._json_name(),
            self._type(),
            self._cardinality(),
            self._oneof(),
            self._default(),
            self._generated(),
            self._safe(),
        ):
            for told in found:
                self._collector.add(told)

    def _told(self, kind: str, text: str, *paths: Path) -> Told:
        """A change of the field; the paths are parts of it, the first that is written counts."""
        old, new = self._old, self._new
        return Told(
            kind=kind,
            subject=new.full_name,
            text=text,
            old=self._collector.old.at.place(
                old.file, *((*old.path, *path) for path in paths), old.path
            ),
            new=self._collector.new.at.place(
                new.file, *((*new.path, *path) for path in paths), new.path
            ),
            reach=self._reach,
            package=self._collector.package(old.file),
            recipe=Recipe(old.owner, new.owner, (old.number,)),
        )

    def _name(self) -> Iterator[Told]:
        old, new = self._old, self._new
        if old.is_extension or new.is_extension:
            if old.full_name == new.full_name:
                return
            if self._collector.types.new_name(old.full_name) == new.full_name:
                return
            text = f"extension {old.number} of {new.owner} was {old.full_name}"
            text += f" and is {new.full_name}: code and JSON that name it do not find it"
            told = self._told("field-renamed", text, (_NAME,))
            yield told._replace(breaks=levels(json="the name"))
            return
        if old.name == new.name:
            return
        other_json = old.json_name != new.json_name
        text = f"field {old.number} of {new.owner} was {old.name} and is {new.name}"
        if other_json:
            text += f": JSON with {old.json_name} is refused or read without it, and generated"
            text += " code has another accessor"
        else:
            text += ": generated code has another accessor"
        told = self._told("field-renamed", text, (_NAME,))
        yield told._replace(breaks=levels(json=other_json))

    def _json_name(self) -> Iterator[Told]:
        old, new = self._old, self._new
        plain_rename = old.name != new.name and old.plain_json_name and new.plain_json_name
        if old.json_name == new.json_name or plain_rename or new.is_extension:
            return
        text = f"{new.full_name} was {old.json_name} in JSON and is {new.json_name}:"
        text += f" it breaks {who(self._reach)} as JSON"
        told = self._told("json-name-changed", text, (_JSON_NAME,))
        yield told._replace(breaks=("json",))

    def _type(self) -> Iterator[Told]:
        old, new = self._old, self._new
        types, direction = self._collector.types, self._reach.direction
        if old.key and new.key:
            same = types.same(old.key, new.key) and types.same(old.value, new.value)
            key = types.unlike(old.key, new.key, direction)
            value = types.unlike(old.value, new.value, direction)
            unlike = Unlike(*(one or two for one, two in zip(key, value, strict=True)))
        elif old.key or new.key:
            entry = self._is_entry_form()
            why = "" if entry == "entry" else "a map has entries"
            same, unlike = entry == "entry", Unlike(wire=why, json=why)
        else:
            same = types.same(old.value, new.value)
            unlike = types.unlike(old.value, new.value, direction)
        if same:
            return
        text = f"{new.full_name} was {old.type_text} and is {new.type_text}"
        if old.name != new.name and unlike.wire and not new.is_extension:
            text = f"number {old.number} of {new.owner} was {old.type_text} {old.name} and is"
            text += f" used again for {new.type_text} {new.name}"
        reason = unlike.wire or unlike.json or unlike.behaviour
        broken = f": {reason}, which breaks {who(self._reach)}" if reason else ""
        told = self._told(
            "field-type-changed",
            text + (broken or ": generated code has another type"),
            (_TYPE_NAME,),
            (_TYPE,),
        )
        breaks = levels(wire=unlike.wire, json=unlike.json)
        yield told._replace(breaks=(*breaks, "behaviour") if unlike.behaviour else breaks)

    def _is_entry_form(self) -> str:
        """Whether one is a map and the other a list of what its entries are on the wire."""
        old, new = self._old, self._new
        mapped, listed = (old, new) if old.key else (new, old)
        side = self._collector.new if old.key else self._collector.old
        message = side.schema.messages.get(listed.value.name)
        if listed.cardinality != "repeated" or listed.value.kind != "message" or message is None:
            return ""
        parts = fields_of(side.schema, message)
        if set(parts) != {1, 2} or mapped.key is None:
            return ""
        same = self._collector.types.same
        pairs = [(mapped.key, parts[1].value), (mapped.value, parts[2].value)]
        if old.key:
            fits = all(same(one, two) for one, two in pairs)
        else:
            fits = all(same(two, one) for one, two in pairs)
        return "entry" if fits else ""

    def _cardinality(self) -> Iterator[Told]:
        old, new = self._old, self._new
        if old.cardinality == new.cardinality or self._follows():
            return
        wire, json = _unlike_cardinality(old, new, self._reach.direction)
        before, after = CARDINALITIES[old.cardinality], CARDINALITIES[new.cardinality]
        text = f"{new.full_name} was {before} and is {after}"
        reason = wire or json
        if reason:
            text += f": {reason}, which breaks {who(self._reach)}"
        else:
            text += ": generated code tells an unset field from zero in another way"
        told = self._told("field-cardinality-changed", text)
        required = "required" in (old.cardinality, new.cardinality)
        recipe = Recipe(old.owner, new.owner, (old.number,), unset=required)
        yield told._replace(breaks=levels(wire=wire, json=json), recipe=recipe)

    def _follows(self) -> bool:
        """Whether it only has presence, or lost it, as messages and members of a oneof have it."""
        pair = (self._old, self._new)
        singular = {each.cardinality for each in pair} == {"implicit", "explicit"}
        always = [bool(each.oneof) or each.value.kind in ("message", "group") for each in pair]
        return singular and always[0] != always[1]

    def _oneof(self) -> Iterator[Told]:
        old, new = self._old, self._new
        if old.oneof == new.oneof or new.is_extension:
            return
        rival = self._rival()
        moved = f"from oneof {old.oneof}" if old.oneof else "from outside of all oneofs"
        moved += f" into oneof {new.oneof}" if new.oneof else " out of it"
        text = f"{new.full_name} moved {moved}"
        if rival:
            text += f": of it and {rival.name}, both set by one side, the other keeps one,"
            text += f" which breaks {who(self._reach)}"
        else:
            text += ": generated code has another accessor"
        told = self._told("field-oneof-changed", text)
        yield told._replace(
            breaks=levels(wire=rival, json=rival),
            recipe=Recipe(old.owner, new.owner, (old.number, *([rival.number] if rival else ()))),
        )

    def _rival(self) -> Field | None:
        """A field that the writer may set beside this one while the reader keeps one of them."""
        ways = {
            "request": [(self._before, self._after)],
            "response": [(self._after, self._before)],
        }.get(
            self._reach.direction,
            [(self._before, self._after), (self._after, self._before)],
        )
        number = self._old.number
        for written, read in ways:
            group = read[number].oneof
            if not group:
                continue
            beside = (
                other
                for other in written.values()
                if other.number != number
                and other.number in read
                and read[other.number].oneof == group
            )
            for other in islice(beside, MOST_RIVALS):
                if not other.oneof or other.oneof != written[number].oneof:
                    return other
        return None

    def _default(self) -> Iterator[Told]:
        old, new = self._old, self._new
        if old.default is None or new.default is None or old.value.kind != new.value.kind:
            return
        if old.default == new.default or (old.value.kind == "enum" and self._first_value_moved()):
            return
        text = f"{new.full_name}, where it is not set, was read as {_shown(old.default)} and is"
        text += f" read as {_shown(new.default)}: the two sides take one message for two things"
        told = self._told("field-default-changed", text, (_DEFAULT,))
        recipe = Recipe(old.owner, new.owner, (old.number,), unset=True)
        yield told._replace(breaks=("wire", "json", "source"), recipe=recipe)

    def _first_value_moved(self) -> bool:
        """Whether the enum's own first value differs, which is told of the enum."""
        enums = (
            self._collector.old.schema.enums.get(self._old.value.name),
            self._collector.new.schema.enums.get(self._new.value.name),
        )
        firsts = [each.proto.value[0].name for each in enums if each and each.proto.value]
        return firsts == [self._old.default, self._new.default]

    def _generated(self) -> Iterator[Told]:
        old, new = self._old, self._new
        if old.jstype != new.jstype:
            text = f"{new.full_name} was {old.jstype} and is {new.jstype}: generated JavaScript"
            text += " has another type for it"
            told = self._told("jstype-changed", text, (_OPTIONS, _JSTYPE))
            yield told._replace(breaks=("source",), recipe=None)
        if old.cpp_string != new.cpp_string and "string" in (old.value.kind, new.value.kind):
            text = f"{new.full_name} was {old.cpp_string} and is {new.cpp_string}: generated C++"
            text += " has another type for it"
            option = (_OPTIONS, _FEATURES, _CPP)
            told = self._told("cpp-string-type-changed", text, (_OPTIONS, _CTYPE), option)
            yield told._replace(breaks=("source",), recipe=None)
        if old.has_texts and new.has_texts:
            yield from self._checks()

    def _checks(self) -> Iterator[Told]:
        old, new = self._old, self._new
        java_only = old.checks_utf8 == new.checks_utf8
        if java_only and old.java_checks_utf8 == new.java_checks_utf8:
            return
        more = new.java_checks_utf8 if java_only else new.checks_utf8
        where = " in Java" if java_only else ""
        text = f"texts of {new.full_name} are {'now' if more else 'no longer'} checked to be"
        text += f" UTF-8{where}: what one side takes the other {'refuses' if more else 'refused'}"
        options = [(_OPTIONS, _FEATURES, _UTF8_VALIDATION), (_OPTIONS, _FEATURES, _JAVA)]
        told = self._told("utf8-validation-changed", text, *options)
        recipe = Recipe(old.owner, new.owner, (old.number,), payload=b"\xff")
        mapped = java_only or old.key or new.key
        yield told._replace(breaks=("source", "behaviour"), recipe=None if mapped else recipe)

    def _safe(self) -> Iterator[Told]:
        old, new = self._old, self._new
        both_lists = old.cardinality == new.cardinality == "repeated"
        if old.packed != new.packed and both_lists and old.value.kind == new.value.kind:
            text = f"{new.full_name} is {'packed' if new.packed else 'no longer packed'};"
            yield self._told("field-packing-changed", f"{text} every reader takes both forms")
        if new.deprecated and not old.deprecated:
            text = f"{new.full_name} is deprecated and works as before"
            yield self._told("deprecated", text, (_OPTIONS, _DEPRECATED))


def _unlike_cardinality(old: Field, new: Field, direction: Direction) -> tuple[str, str]:
    """What a reader meets on the wire and in JSON."""
    ways = {"request": [(old, new)], "response": [(new, old)]}.get(
        direction, [(old, new), (new, old)]
    )
    wire = next((why for writer, reader in ways if (why := _lost(writer, reader))), "")
    forms = (_json_form(old.cardinality), _json_form(new.cardinality))
    if forms[0] == forms[1]:
        return wire, wire
    return wire, f"JSON has {forms[1]} where it had {forms[0]}"


def _lost(writer: Field, reader: Field) -> str:
    many = ("repeated", "map")
    if reader.cardinality == "required" and writer.cardinality not in ("required", *many):
        return "a message without it is refused"
    if writer.cardinality in many and reader.cardinality not in many:
        if reader.value.kind in ("string", "bytes"):
            return "of several values only the last is read"
        if reader.value.kind in ("message", "group"):
            return "several values are merged into one"
        return "of several values at most the last is read"
    if reader.cardinality == "required":
        return "a message without it is refused"
    return ""


def _json_form(cardinality: Cardinality) -> str:
    return {"repeated": "a list", "map": "an object of entries"}.get(cardinality, "one value")


def _shown(default: str) -> str:
    return f'"{default}"' if not default or not default.isascii() or " " in default else default
