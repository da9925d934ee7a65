"""Real messages that one version writes and the other refuses, loses or takes for another.

A message is made from the descriptors of the writing side, encoded by google.protobuf, and decoded
under the descriptors of the reading side. There are two controls: the writing side has to read back
what it wrote, and what the reading side already does to the same message without the field in
question does not count. Where the library shows nothing, the witness is not confirmed.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from backstay.compatibility.comparison import Witness
from backstay.compatibility.protobuf import readings, samples
from backstay.foreign.protobuf import GetMessageClass, pool_of, version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.compatibility.protobuf.collecting import Recipe
    from backstay.compatibility.protobuf.schema import Schema
    from backstay.foreign.protobuf import Descriptor, DescriptorPool, FieldDescriptor, Message
    from backstay.model.changes import Change

MOST_TRIALS = 120

Form = Literal["wire", "json"]


class _Side(NamedTuple):
    """One version of the message that is written or read."""

    word: str
    pool: DescriptorPool
    descriptor: Descriptor

    def empty(self) -> Message:
        return GetMessageClass(self.descriptor)()

    def field(self, number: int) -> FieldDescriptor | None:
        return samples.field_by_number(self.pool, self.descriptor, number)


class _Trial(NamedTuple):
    """A message of one side, what the other says, and whether that shows the change."""

    form: Form
    writer: _Side
    written: Message
    said: str
    shows: bool


class Witnesses:
    """Makes the witness of any change of a comparison, when it is asked for."""

    def __init__(self, old: Schema, new: Schema, recipes: Mapping[Change, Recipe]) -> None:
        self.schemas = (old, new)
        self._recipes = {_key(change): recipe for change, recipe in recipes.items()}
        self._enum_fields: dict[str, list[tuple[str, int]]] | None = None
        self._pools: tuple[DescriptorPool, DescriptorPool] | None = None

    def of(self, change: Change) -> Witness | None:
        """A message that shows the change; None where no message can."""
        recipe = self.recipe_of(change)
        if recipe is None or not change.breaks:
            return None
        recipe = self._with_message(recipe)
        sides = self._sides(recipe) if recipe else None
        if recipe is None or sides is None:
            return None
        forms: list[Form] = [form for form in ("wire", "json") if form in change.breaks]
        if not forms and "behaviour" in change.breaks:
            forms = ["wire", "json"]
        ways = {"request": [sides], "response": [sides[::-1]]}.get(
            change.direction, [sides, sides[::-1]]
        )
        ways = [way for way in ways if recipe.written_by in ("", way[0].word)]
        last = None
        for form in forms:
            for writer, reader in ways:
                for trial in _trials(recipe, form, writer, reader):
                    if trial.shows:
                        return _witness(trial, recipe)
                    last = last or trial
        return _witness(last, recipe) if last else None

    def recipe_of(self, change: Change) -> Recipe | None:
        """How the message is made."""
        return self._recipes.get(_key(change))

    def _sides(self, recipe: Recipe) -> tuple[_Side, _Side] | None:
        try:
            if self._pools is None:
                old, new = self.schemas
                self._pools = (pool_of(old.every_file), pool_of(new.every_file))
            before, after = self._pools
            return (
                _Side("old", before, before.FindMessageTypeByName(recipe.old)),
                _Side("new", after, after.FindMessageTypeByName(recipe.new)),
            )
        except (KeyError, TypeError):  # the library refuses what protoc took, or does not have it
            return None

    def _with_message(self, recipe: Recipe) -> Recipe | None:
        """Of an enum, a field that holds it in both versions."""
        if not recipe.enum:
            return recipe
        new = self.schemas[1]
        for name, number in self._holders(recipe.enum):
            other = new.messages.get(name)
            held = other and any(
                field.number == number and field.type_name == f".{recipe.new}"
                for field in other.proto.field
            )
            if held:
                return recipe._replace(old=name, new=name, numbers=(number,))
        return None

    def _holders(self, enum: str) -> list[tuple[str, int]]:
        """Messages of the old version with a field of an enum, and its number."""
        if self._enum_fields is None:
            self._enum_fields = {}
            old = self.schemas[0]
            for name, message in old.messages.items():
                if name not in old.map_entries:
                    for field in message.proto.field:
                        if field.type_name:
                            kept = self._enum_fields.setdefault(field.type_name[1:], [])
                            kept.append((name, field.number))
        return self._enum_fields.get(enum, [])


def _key(change: Change) -> tuple[str, str]:
    # Its places may be named in another way since; what it is about stays.
    return (change.change, change.subject)


def _witness(trial: _Trial, recipe: Recipe) -> Witness:
    # Bytes that are no text have no form in JSON, whatever the library prints for them.
    text = None if recipe.payload else readings.as_json(trial.written, trial.writer.pool)
    value = {
        "message": trial.writer.descriptor.full_name,
        "written_by": trial.writer.word,
        "read_as": trial.form,
        "bytes": trial.written.SerializePartialToString().hex(),
        "json": json.loads(text) if text is not None else None,
    }
    old_writes = trial.writer.word == "old"
    return Witness(
        value=value,
        old_says=readings.ACCEPTED if old_writes else trial.said,
        new_says=trial.said if old_writes else readings.ACCEPTED,
        confirmed=trial.shows,
        validator=f"google.protobuf {version()}",
    )


def _trials(recipe: Recipe, form: Form, writer: _Side, reader: _Side) -> Iterator[_Trial]:
    base = _base(recipe, writer, reader)
    trial = _wire_trial if form == "wire" else _json_trial
    for message in islice(_messages(recipe, writer, base), MOST_TRIALS):
        if (found := trial(recipe, writer, reader, base, message)) is not None:
            yield found


def _base(recipe: Recipe, writer: _Side, reader: _Side) -> Message:
    """What both sides ask for, but for the fields in question."""
    message = samples.bare(writer.descriptor)
    for field in reader.descriptor.fields:
        own = writer.field(field.number)
        if own is None or not field.is_required or own.is_required:
            continue
        if own.number not in recipe.numbers and (value := _first(own)) is not None:
            samples.fill(message, own, value)
    return message


def _first(field: FieldDescriptor) -> Any:  # noqa: ANN401 (a value of the field's type)
    return next(samples.values_of(field), None)


def _messages(recipe: Recipe, writer: _Side, base: Message) -> Iterator[Message]:
    fields = [field for number in recipe.numbers if (field := writer.field(number)) is not None]
    if not recipe.numbers:
        yield base
        for field in writer.descriptor.fields:
            yield from _filled(base, field)
        return
    if recipe.unset or not fields:
        yield base
    if not fields:
        return
    if recipe.payload:
        size = _varint(len(recipe.payload))
        yield from _with(base, _varint(fields[0].number << 3 | 2) + size + recipe.payload)
    elif recipe.values:
        for value in recipe.values:
            yield from _with(base, _varint(fields[0].number << 3) + _varint(value % 2**64))
    elif len(fields) > 1:
        message = _copy(base)
        for field in fields:
            samples.fill(message, field, _first(field))
        yield message
    else:
        yield from _filled(base, fields[0])


def _filled(base: Message, field: FieldDescriptor) -> Iterator[Message]:
    for value in islice(samples.values_of(field), samples.MOST_OF_A_KIND):
        message = _copy(base)
        if field.is_required:
            message.ClearField(field.name)
        samples.fill(message, field, value)
        yield message


def _copy(message: Message) -> Message:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied


def _with(base: Message, data: bytes) -> Iterator[Message]:
    """With what the library's own setters refuse and only bytes can carry, if it reads them."""
    message, refused = readings.read_on_wire(base.SerializePartialToString() + data, type(base)())
    if not refused:
        yield message


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _numbers(recipe: Recipe, message: Message) -> list[int]:
    """The fields in question: those named, where they are set or an unset one counts."""
    held = [field.number for field, _ in message.ListFields()]
    if not recipe.numbers:
        return held
    return [number for number in recipe.numbers if recipe.unset or number in held]


def _wire_trial(
    recipe: Recipe, writer: _Side, reader: _Side, base: Message, message: Message
) -> _Trial | None:
    data = message.SerializePartialToString()
    back, own = readings.read_on_wire(data, writer.empty())
    numbers = _numbers(recipe, message)
    if own or readings.difference(message, back, (writer.pool, writer.pool), numbers):
        return None
    read, refused = readings.read_on_wire(data, reader.empty())
    if refused:
        _, always = readings.read_on_wire(base.SerializePartialToString(), reader.empty())
        if always:
            return None
    said = refused or _required(recipe, message, read, reader)
    said = said or readings.difference(message, read, (writer.pool, reader.pool), numbers)
    return _Trial("wire", writer, message, said or readings.ACCEPTED, shows=bool(said))


def _required(recipe: Recipe, written: Message, read: Message, reader: _Side) -> str:
    """Which of the fields in question the reader misses."""
    if not written.IsInitialized() or read.IsInitialized():
        return ""
    names = [field.name for number in recipe.numbers if (field := reader.field(number))]
    missing = [
        each
        for each in readings.missing(read)
        if not recipe.numbers or each.partition(".")[0].partition("[")[0] in names
    ]
    return f"refused: without the required {', '.join(missing)}" if missing else ""


def _json_trial(
    recipe: Recipe, writer: _Side, reader: _Side, base: Message, message: Message
) -> _Trial | None:
    text, bare = readings.as_json(message, writer.pool), readings.as_json(base, writer.pool)
    if text is None or bare is None:
        return None
    back, own = readings.read_json(text, writer.empty(), writer.pool, lenient=False)
    numbers = _numbers(recipe, message)
    if own or readings.difference(message, back, (writer.pool, writer.pool), numbers):
        return None
    # A reader that refuses the message even without the field is asked to pass over what it
    # does not know.
    _, always = readings.read_json(bare, reader.empty(), reader.pool, lenient=False)
    lenient = bool(always) and bool(recipe.numbers)
    read, refused = readings.read_json(text, reader.empty(), reader.pool, lenient=lenient)
    if refused and lenient:
        _, always = readings.read_json(bare, reader.empty(), reader.pool, lenient=True)
        if always:
            return None
    said = refused or _required(recipe, message, read, reader)
    said = said or readings.difference(message, read, (writer.pool, reader.pool), numbers)
    if not said:
        other = readings.as_json(read, reader.pool)
        said = _other_form(text, other, numbers, (writer, reader)) if other is not None else ""
    return _Trial("json", writer, message, said or readings.ACCEPTED, shows=bool(said))


def _other_form(text: str, other: str, numbers: list[int], sides: tuple[_Side, _Side]) -> str:
    """Whether the reader writes the fields in question in another form."""
    one, two = json.loads(text), json.loads(other)
    for number in numbers:
        fields = [side.field(number) for side in sides]
        names = [readings.json_name(field) if field else "" for field in fields]
        value, now = one.get(names[0]), two.get(names[1])
        # 1 == True == 1.0 for Python, but not for readers of JSON.
        if names[0] != names[1] or json.dumps(value) != json.dumps(now):
            was = json.dumps({names[0]: value}, ensure_ascii=False)
            return f"{was} is {json.dumps({names[1]: now}, ensure_ascii=False)} when it writes it"
    return ""
