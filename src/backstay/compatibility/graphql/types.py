"""References to types as GraphQL writes them ("[ID!]!"), and what a change of one means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Outcome = Literal["same", "milder", "nullable", "non-null", "changed"]


def name_of(type_: str) -> str:
    """The named type below lists and exclamation marks."""
    return type_.strip("[]!")


def item_of(type_: str) -> str | None:
    """The type of a list's items; None where it is no list."""
    nullable = type_.removesuffix("!")
    return nullable[1:-1] if nullable.startswith("[") else None


def depth_of(type_: str) -> int:
    """How many lists stand within each other."""
    return type_.count("[")


def output_change(old: str, new: str, renamed: Mapping[str, str]) -> Outcome:
    """What a field's new type means to clients of the old one.

    "milder": what was nullable is not any more; "nullable": what was not null may be now.
    """
    marks = _marks(old, new, renamed)
    if marks is None:
        return "changed"
    if any(was and not now for was, now in marks):
        return "nullable"
    return "same" if all(was == now for was, now in marks) else "milder"


def input_change(old: str, new: str, renamed: Mapping[str, str]) -> Outcome:
    """What an argument's new type means to clients of the old one.

    A list where one value was taken counts as changed: variables of the old type are refused.
    """
    marks = _marks(old, new, renamed)
    if marks is None:
        return "changed"
    if any(now and not was for was, now in marks):
        return "non-null"
    return "same" if all(was == now for was, now in marks) else "milder"


def _marks(old: str, new: str, renamed: Mapping[str, str]) -> list[tuple[bool, bool]] | None:
    """Whether each level was and is non-null, from outside; None where the shapes differ."""
    name = name_of(old)
    if depth_of(old) != depth_of(new) or renamed.get(name, name) != name_of(new):
        return None
    return list(zip(_exclamations(old), _exclamations(new), strict=True))


def _exclamations(type_: str) -> list[bool]:
    """From the outermost list to the named type."""
    # "[[A!]!]!" splits into "A!", "!", "!".
    return [part.endswith("!") for part in type_.split("]")][::-1]
