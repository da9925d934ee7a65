"""Types that have another name in the new version, so that what they hold can be compared."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from backstay.compatibility.graphql.types import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.graphql.schema import InputValue, Schema, TypeDefinition


def renamed_types(old: Schema, new: Schema) -> dict[str, str]:
    """New names by old ones.

    A type was renamed where everything that named it names one new type of the same kind, which
    holds at least half of what it held.
    """
    gone = old.types.keys() - new.types.keys()
    come = new.types.keys() - old.types.keys()
    if not gone or not come:
        return {}
    followers: dict[str, set[str]] = defaultdict(set)
    for was, now in _references(old, new):
        if was in gone and was != now:
            followers[was].add(now)
    found = {
        was: next(iter(names))
        for was, names in followers.items()
        if len(names) == 1 and names <= come
    }
    taken = list(found.values())
    return {
        was: now
        for was, now in found.items()
        if taken.count(now) == 1 and _are_alike(old.types[was], new.types[now])
    }


def _references(old: Schema, new: Schema) -> Iterator[tuple[str, str]]:
    """Pairs of named types that stand in the same place of both versions."""
    for role, root in old.roots.items():
        if role in new.roots:
            yield root.type, new.roots[role].type
    for name, before in old.types.items():
        after = new.types.get(name)
        if after is None:
            continue
        for key, field in before.fields.items():
            if key in after.fields:
                yield name_of(field.type), name_of(after.fields[key].type)
                yield from _of_inputs(field.arguments, after.fields[key].arguments)
        yield from _of_inputs(before.inputs, after.inputs)


def _of_inputs(old: dict[str, InputValue], new: dict[str, InputValue]) -> Iterator[tuple[str, str]]:
    for key, value in old.items():
        if key in new:
            yield name_of(value.type), name_of(new[key].type)


def _are_alike(old: TypeDefinition, new: TypeDefinition) -> bool:
    if old.kind != new.kind:
        return False
    held = {*old.fields, *old.inputs, *old.values, *old.members}
    holds = {*new.fields, *new.inputs, *new.values, *new.members}
    return bool(held) and 2 * len(held & holds) >= len(held)
