"""What differs between the enums of two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.protobuf.collecting import Collector, Recipe, Told, levels, who
from backstay.compatibility.protobuf.ranges import Numbers, missing, shown
from backstay.compatibility.protobuf.types import names_by_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.protobuf.reach import Reach
    from backstay.compatibility.protobuf.schema import Definition
    from backstay.foreign.protobuf import EnumDescriptorProto
    from backstay.model.places import Place

_VALUES, _OPTIONS = 2, 3
_NUMBER = 2
_FEATURES, _ENUM_TYPE, _JSON_FORMAT, _DEPRECATED = 7, 2, 6, 3

_ONLY_SENT = "only responses hold it, and these have it no longer; stored data may"


class _Pair(NamedTuple):
    """An enum in both versions."""

    old: Definition[EnumDescriptorProto]
    new: Definition[EnumDescriptorProto]
    old_at: Place
    new_at: Place
    reach: Reach
    package: str

    def told(self, kind: str, text: str) -> Told:
        """A change of the enum as a whole."""
        return Told(
            kind=kind,
            subject=self.new.name,
            text=text,
            old=self.old_at,
            new=self.new_at,
            reach=self.reach,
            package=self.package,
        )


def compare_enums(collector: Collector) -> None:
    """Take down what differs in enums that both versions have."""
    for old in collector.old.schema.enums.values():
        new = collector.new.schema.enums.get(collector.types.new_name(old.name))
        if new is None or (old.features == new.features and old.proto == new.proto):
            continue
        pair = _Pair(
            old=old,
            new=new,
            old_at=collector.old.at.place(old.file, old.path),
            new_at=collector.new.at.place(new.file, new.path),
            reach=collector.reach(old.name, new.name),
            package=collector.package(old.file),
        )
        for found in (
            _removed(collector, pair),
            _renamed(collector, pair),
            _added(collector, pair),
            _whole(collector, pair),
            _reservations(pair),
        ):
            for told in found:
                collector.add(told)


def _removed(collector: Collector, pair: _Pair) -> Iterator[Told]:
    after = names_by_number(pair.new.proto)
    reserved = Numbers((each.start, each.end) for each in pair.new.proto.reserved_range)
    now = {value.name: value.number for value in pair.new.proto.value}
    at = {value.name: index for index, value in enumerate(pair.old.proto.value)}
    for number, names in names_by_number(pair.old.proto).items():
        if number in after:
            continue
        name = names[0]
        moved = now.get(name)
        closed = pair.new.features.closed_enums
        text = f"{name} = {number} of {pair.new.name} is gone"
        if moved is not None:
            text = f"{name} of {pair.new.name} was {number} and is {moved}"
        text += f": {who(pair.reach)} meet a number that is "
        text += "set apart as unknown" if closed else "kept without a name"
        text += ", and are refused as JSON" if moved is None else ""
        wire = moved is not None or closed or number not in reserved
        yield pair.told("enum-value-removed", text)._replace(
            subject=f"{pair.new.name}.{name}",
            breaks=levels(wire=wire, json=moved is None),
            old=collector.old.at.place(pair.old.file, (*pair.old.path, _VALUES, at[name])),
            recipe=_recipe(pair, number),
            doubt=_ONLY_SENT if pair.reach.direction == "response" else None,
        )


def _renamed(collector: Collector, pair: _Pair) -> Iterator[Told]:
    before = names_by_number(pair.old.proto)
    after = names_by_number(pair.new.proto)
    at = {value.name: index for index, value in enumerate(pair.old.proto.value)}
    for index, value in enumerate(pair.new.proto.value):
        names = before.get(value.number)
        now = after[value.number]
        if names is None or set(names) <= set(now):
            continue
        # A name in place of another one; where one of several names was only dropped, what is left.
        fresh = [name for name in now if name not in names]
        if value.name not in (fresh or now[:1]):
            continue
        lost = [name for name in names if name not in now]
        text = f"{value.number} of {pair.new.name} was {', '.join(lost)} and is {value.name}:"
        text += f" {who(pair.reach)} are refused as JSON, and code that names it does not compile"
        yield pair.told("enum-value-renamed", text)._replace(
            subject=f"{pair.new.name}.{value.name}",
            breaks=("json", "source"),
            old=collector.old.at.place(pair.old.file, (*pair.old.path, _VALUES, at[lost[0]])),
            new=collector.new.at.place(
                pair.new.file,
                (*pair.new.path, _VALUES, index, _NUMBER),
                (*pair.new.path, _VALUES, index),
            ),
            recipe=_recipe(pair, value.number),
        )


def _added(collector: Collector, pair: _Pair) -> Iterator[Told]:
    before = {value.number for value in pair.old.proto.value}
    old_names = {value.name for value in pair.old.proto.value}
    for index, value in enumerate(pair.new.proto.value):
        if value.number in before or value.name in old_names:
            continue
        text = f"{value.name} = {value.number} of {pair.new.name} is new"
        told = pair.told("enum-value-added", text)._replace(
            subject=f"{pair.new.name}.{value.name}",
            new=collector.new.at.place(pair.new.file, (*pair.new.path, _VALUES, index)),
        )
        if pair.reach.direction == "request":
            yield told
            continue
        closed = pair.old.features.closed_enums
        apart = "set it apart as unknown" if closed else "read a number without a name"
        yield told._replace(
            text=f"{text}: readers with the old files {apart}, and refuse it in JSON",
            breaks=("behaviour",),
            risky=True,
            recipe=_recipe(pair, value.number),
        )


def _whole(collector: Collector, pair: _Pair) -> Iterator[Told]:
    old, new = pair.old, pair.new

    def at_option(told: Told, *option: int) -> Told:
        old_path = (*old.path, _OPTIONS, *option)
        new_path = (*new.path, _OPTIONS, *option)
        return told._replace(
            old=collector.old.at.place(old.file, old_path, old.path),
            new=collector.new.at.place(new.file, new_path, new.path),
        )

    if old.features.closed_enums != new.features.closed_enums:
        closed = new.features.closed_enums
        text = f"{new.name} became {'closed' if closed else 'open'}: numbers that it does not list"
        text += " are set apart as unknown" if closed else " are kept in the field"
        text += f" where they were {'kept' if closed else 'set apart'}, also in generated code"
        told = pair.told("enum-openness-changed", text)
        yield at_option(told, _FEATURES, _ENUM_TYPE)._replace(
            breaks=("source", "behaviour"),
            recipe=_recipe(pair, *_unlisted(pair)),
        )
    if old.features.json and not new.features.json:
        text = f"for {new.name} the compiler no longer refuses names that are the same in JSON"
        told = pair.told("json-format-changed", text)
        yield at_option(told, _FEATURES, _JSON_FORMAT)._replace(
            breaks=("json",), doubt="it breaks nobody until two names are the same in JSON"
        )
    firsts = [each.proto.value[0] for each in (old, new) if each.proto.value]
    if len(firsts) == 2 and firsts[0].number != firsts[1].number:
        text = f"{new.name} starts with {firsts[1].name} = {firsts[1].number} where it started"
        text += f" with {firsts[0].name} = {firsts[0].number}: a field that is not set is read as"
        yield at_option(pair.told("enum-default-changed", f"{text} another value"))._replace(
            breaks=("wire", "json"), recipe=_recipe(pair)._replace(unset=True)
        )
    if new.proto.options.deprecated and not old.proto.options.deprecated:
        yield at_option(
            pair.told("deprecated", f"{new.name} is deprecated and works as before"), _DEPRECATED
        )


def _reservations(pair: _Pair) -> Iterator[Told]:
    old, new = pair.old.proto, pair.new.proto
    name = pair.new.name
    kept = Numbers((each.start, each.end) for each in new.reserved_range)
    for each in old.reserved_range:
        if gone := missing((each.start, each.end), kept):
            text = f"{name} no longer reserves {shown(gone)}: a value that takes a number again"
            yield pair.told(
                "reservation-dropped", f"{text} is read as the one that had it"
            )._replace(
                subject=f"{name}#{shown(gone)}",
                breaks=("wire",),
                doubt="it breaks nobody until a number is used again",
            )
    words = set(new.reserved_name)
    for word in old.reserved_name:
        if word not in words:
            text = f"{name} no longer reserves the name {word}: a value that takes it again is"
            yield pair.told(
                "reservation-dropped", f"{text} read from JSON as the one that had it"
            )._replace(
                subject=f"{name}#{word}",
                breaks=("json",),
                doubt="it breaks nobody until the name is used again",
            )


def _unlisted(pair: _Pair) -> tuple[int, ...]:
    """Numbers that neither version lists."""
    listed = {value.number for each in (pair.old, pair.new) for value in each.proto.value}
    return tuple(number for number in range(1, len(listed) + 2) if number not in listed)[:1]


def _recipe(pair: _Pair, *numbers: int) -> Recipe:
    return Recipe(pair.old.name, pair.new.name, enum=pair.old.name, values=numbers)
