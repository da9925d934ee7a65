"""What differs between the messages of two versions, and their extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.protobuf.collecting import Collector, Recipe, Told, levels, who
from backstay.compatibility.protobuf.field_changes import FieldPair
from backstay.compatibility.protobuf.fields import (
    Field,
    extension_field,
    fields_of,
    real_oneofs,
)
from backstay.compatibility.protobuf.ranges import Numbers, missing, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.protobuf.reach import Reach
    from backstay.compatibility.protobuf.schema import Definition
    from backstay.foreign.protobuf import DescriptorProto
    from backstay.model.places import Place

_OPTIONS, _ONEOFS = 7, 8
_MESSAGE_SET, _NO_ACCESSOR, _DEPRECATED, _FEATURES, _JSON_FORMAT = 1, 2, 3, 12, 6


class _Pair(NamedTuple):
    """A message in both versions."""

    old: Definition[DescriptorProto]
    new: Definition[DescriptorProto]
    old_at: Place
    new_at: Place
    reach: Reach
    package: str


def compare_messages(collector: Collector) -> None:
    """Take down what differs in messages that both versions have, and in extensions."""
    for old in collector.old.schema.messages.values():
        new = collector.new.schema.messages.get(collector.types.new_name(old.name))
        if new is None or old.proto.options.map_entry or new.proto.options.map_entry:
            continue
        if old.features == new.features and old.proto == new.proto:
            continue
        pair = _Pair(
            old=old,
            new=new,
            old_at=collector.old.at.place(old.file, old.path),
            new_at=collector.new.at.place(new.file, new.path),
            reach=collector.reach(old.name, new.name),
            package=collector.package(old.file),
        )
        for told in _options(collector, pair):
            collector.add(told)
        for told in _reservations(pair):
            collector.add(told)
        _compare_fields(collector, pair)
    _compare_extensions(collector)


def _options(collector: Collector, pair: _Pair) -> Iterator[Told]:
    old, new = pair.old.proto.options, pair.new.proto.options
    name = pair.new.name

    def told(kind: str, text: str, *option: int) -> Told:
        path = (*pair.new.path, _OPTIONS, *option)
        return Told(
            kind=kind,
            subject=name,
            text=text,
            old=collector.old.at.place(
                pair.old.file, (*pair.old.path, _OPTIONS, *option), pair.old.path
            ),
            new=collector.new.at.place(pair.new.file, path, pair.new.path),
            reach=pair.reach,
            package=pair.package,
        )

    if new.no_standard_descriptor_accessor and not old.no_standard_descriptor_accessor:
        text = f"{name} has no descriptor() any more: code that calls it does not compile"
        yield told("descriptor-accessor-removed", text, _NO_ACCESSOR)._replace(breaks=("source",))
    if new.message_set_wire_format != old.message_set_wire_format:
        now = "is written" if new.message_set_wire_format else "is no longer written"
        text = f"{name} {now} as a message set: {who(pair.reach)} cannot read its extensions"
        yield told("message-set-format-changed", text, _MESSAGE_SET)._replace(
            breaks=("wire", "source")
        )
    if pair.old.features.json and not pair.new.features.json:
        text = f"for {name} the compiler no longer refuses names that are one and the same in JSON"
        yield told("json-format-changed", text, _FEATURES, _JSON_FORMAT)._replace(
            breaks=("json",), doubt="it breaks nobody until two names are the same in JSON"
        )
    if new.deprecated and not old.deprecated:
        yield told("deprecated", f"{name} is deprecated and works as before", _DEPRECATED)


def _reservations(pair: _Pair) -> Iterator[Told]:
    """Numbers and names that were set aside, or open to extensions, and are not now."""
    old, new = pair.old.proto, pair.new.proto
    place = Told(
        kind="reservation-dropped",
        subject=pair.new.name,
        text="",
        old=pair.old_at,
        new=pair.new_at,
        reach=pair.reach,
        package=pair.package,
    )
    kept = Numbers((each.start, each.end - 1) for each in new.reserved_range)
    for each in old.reserved_range:
        if gone := missing((each.start, each.end - 1), kept):
            text = f"{pair.new.name} no longer reserves {shown(gone)}: a field that takes a"
            text += " number again is read as the one that had it"
            yield place._replace(
                subject=f"{pair.new.name}#{shown(gone)}",
                text=text,
                breaks=("wire",),
                doubt="it breaks nobody until a number is used again",
            )
    names = set(new.reserved_name)
    for name in old.reserved_name:
        if name not in names:
            text = f"{pair.new.name} no longer reserves the name {name}: a field that takes it"
            text += " again is read from JSON as the one that had it"
            yield place._replace(
                subject=f"{pair.new.name}#{name}",
                text=text,
                breaks=("json",),
                doubt="it breaks nobody until the name is used again",
            )
    kept = Numbers((each.start, each.end - 1) for each in new.extension_range)
    for span in old.extension_range:
        if gone := missing((span.start, span.end - 1), kept):
            text = f"{pair.new.name} is no longer open to extensions with {shown(gone)}: files"
            text += " that extend it there do not compile"
            yield place._replace(
                kind="extension-range-removed",
                subject=f"{pair.new.name}#{shown(gone)}",
                text=text,
                breaks=("source",),
                doubt=None,
            )


def _compare_fields(collector: Collector, pair: _Pair) -> None:
    before = fields_of(collector.old.schema, pair.old)
    after = fields_of(collector.new.schema, pair.new)
    by_name = {field.name: field for field in after.values()}
    for number, field in before.items():
        if number in after:
            FieldPair(
                collector,
                field,
                after[number],
                before=before,
                after=after,
                reach=pair.reach,
            ).compare()
        else:
            collector.add(_removed(collector, pair, field, by_name.get(field.name)))
    renumbered = {field.name for number, field in before.items() if number not in after}
    for number, field in after.items():
        if number not in before and field.name not in renumbered:
            collector.add(_added(collector, pair, field))
    _compare_oneofs(collector, pair)


def _removed(collector: Collector, pair: _Pair, field: Field, moved: Field | None) -> Told:
    told = Told(
        kind="field-removed",
        subject=field.full_name,
        text="",
        old=collector.old.at.place(field.file, field.path),
        new=pair.new_at,
        reach=pair.reach,
        package=pair.package,
        recipe=Recipe(pair.old.name, pair.new.name, (field.number,)),
    )
    if moved is not None:
        text = f"{field.full_name} had number {field.number} and has {moved.number}: what was"
        text += f" written under one is not read under the other, which breaks {who(pair.reach)}"
        return told._replace(
            kind="field-number-changed",
            text=text,
            new=collector.new.at.place(moved.file, (*moved.path, 3), moved.path),
            breaks=("wire", "source"),
            recipe=Recipe(pair.old.name, pair.new.name, (field.number, moved.number)),
        )
    if field.cardinality == "required":
        return _required_removed(pair, field, told)
    return _gone(collector, pair, field, told)


def _required_removed(pair: _Pair, field: Field, told: Told) -> Told:
    text = f"the required field {field.full_name} is gone: readers with the old files refuse"
    text += " messages without it"
    wire = pair.reach.direction != "request"
    return told._replace(
        kind="required-fields-changed",
        text=text,
        breaks=levels(wire=wire, json=True),
        recipe=Recipe(pair.old.name, pair.new.name, (field.number,), unset=True, written_by="new"),
    )


def _gone(collector: Collector, pair: _Pair, field: Field, told: Told) -> Told:
    new = pair.new.proto
    by_number = Numbers((each.start, each.end - 1) for each in new.reserved_range)
    number_kept = field.number in by_number
    name_kept = field.name in new.reserved_name
    text = f"{field.full_name} (number {field.number}) is gone: "
    if pair.reach.direction == "response":
        text += f"{who(pair.reach)} find it unset"
    else:
        text += f"what {who(pair.reach)} write is lost, or refused as JSON"
    if _became_extension(collector, pair, field):
        text = f"{field.full_name} became an extension: the wire is as it was; its name in JSON"
        text += " and generated code are not"
        return told._replace(text=text, breaks=("json", "source"))
    if not number_kept or not name_kept:
        open_again = [] if number_kept else [f"number {field.number}"]
        open_again += [] if name_kept else [f"name {field.name}"]
        text += f"; its {' and '.join(open_again)} may be used again"
    doubt = None
    if pair.reach.direction == "response":
        doubt = "an unset field is legal; it depends on what callers do without it"
    return told._replace(text=text, breaks=levels(wire=not number_kept, json=True), doubt=doubt)


def _became_extension(collector: Collector, pair: _Pair, field: Field) -> bool:
    schema = collector.new.schema
    extension = schema.extension_of(pair.new.name, field.number)
    if extension is None:
        return False
    now = extension_field(schema, extension)
    alike = (field.cardinality == "repeated") == (now.cardinality == "repeated")
    return alike and collector.types.same(field.value, now.value)


def _added(collector: Collector, pair: _Pair, field: Field) -> Told:
    told = Told(
        kind="field-added",
        subject=field.full_name,
        text=f"{field.full_name} (number {field.number}) is new",
        old=pair.old_at,
        new=collector.new.at.place(field.file, field.path),
        reach=pair.reach,
        package=pair.package,
    )
    if field.cardinality != "required":
        return told
    text = f"the required field {field.full_name} is new: messages of {who(pair.reach)} are"
    text += " refused without it"
    wire = pair.reach.direction != "response"
    return told._replace(
        kind="required-fields-changed",
        text=text,
        breaks=levels(wire=wire, json=wire),
        recipe=Recipe(pair.old.name, pair.new.name, (field.number,), unset=True),
    )


def _compare_oneofs(collector: Collector, pair: _Pair) -> None:
    before, after = real_oneofs(pair.old.proto), real_oneofs(pair.new.proto)
    if before == after:
        return
    for name in before:
        if name not in after:
            index = [each.name for each in pair.old.proto.oneof_decl].index(name)
            text = f"oneof {name} of {pair.new.name} is gone: code that asks which of its fields"
            collector.add(
                Told(
                    kind="oneof-removed",
                    subject=f"{pair.old.name}.{name}",
                    text=f"{text} is set does not compile",
                    breaks=("source",),
                    old=collector.old.at.place(
                        pair.old.file, (*pair.old.path, _ONEOFS, index), pair.old.path
                    ),
                    new=pair.new_at,
                    reach=pair.reach,
                    package=pair.package,
                )
            )
    for name in after:
        if name not in before:
            index = [each.name for each in pair.new.proto.oneof_decl].index(name)
            collector.add(
                Told(
                    kind="oneof-added",
                    subject=f"{pair.new.name}.{name}",
                    text=f"oneof {name} of {pair.new.name} is new",
                    old=pair.old_at,
                    new=collector.new.at.place(
                        pair.new.file, (*pair.new.path, _ONEOFS, index), pair.new.path
                    ),
                    reach=pair.reach,
                    package=pair.package,
                )
            )


def _compare_extensions(collector: Collector) -> None:
    """Extensions are fields of what they extend, wherever they are written."""
    old, new = collector.old, collector.new
    after: dict[tuple[str, int], Field] = {}
    for extension in new.schema.extensions.values():
        field = extension_field(new.schema, extension)
        after[field.owner, field.number] = field
    for extension in old.schema.extensions.values():
        before = extension_field(old.schema, extension)
        now = after.pop((collector.types.new_name(before.owner), before.number), None)
        reach = collector.reach(before.owner, collector.types.new_name(before.owner))
        if now is not None:
            FieldPair(collector, before, now, before={}, after={}, reach=reach).compare()
        if now is None or collector.counterpart(before.file) != now.file:
            _extension_left(collector, before, now, extension.parent, reach)
    for field in after.values():
        collector.add(
            Told(
                kind="extension-added",
                subject=field.full_name,
                text=f"extension {field.full_name} of {field.owner} is new",
                new=new.at.place(field.file, field.path),
            )
        )


def _extension_left(
    collector: Collector, old: Field, now: Field | None, parent: str, reach: Reach
) -> None:
    file = collector.counterpart(old.file)
    if file is None and now is not None:
        return  # its file is gone, and that is told with what moved
    text = f"extension {old.full_name} of {old.owner} (number {old.number}) "
    if now is None:
        text += f"is gone: what {who(reach)} write is lost, or refused as JSON"
    else:
        text += f"moved to {collector.new.at.shown(now.file)}: code that imports it from its old"
        text += " place does not compile"
    wire = now is None and not _has_field(collector, old)
    collector.add(
        Told(
            kind="extension-removed",
            subject=old.full_name,
            text=text,
            breaks=levels(wire=wire, json=now is None),
            old=collector.old.at.place(old.file, old.path),
            new=collector.left_behind(file, parent),
            reach=reach,
            package=collector.package(old.file),
            recipe=Recipe(old.owner, collector.types.new_name(old.owner), (old.number,)),
        )
    )


def _has_field(collector: Collector, extension: Field) -> bool:
    """Whether the extended message itself has a field of the same number and type now."""
    schema = collector.new.schema
    owner = schema.messages.get(collector.types.new_name(extension.owner))
    field = fields_of(schema, owner).get(extension.number) if owner else None
    return field is not None and collector.types.same(extension.value, field.value)
