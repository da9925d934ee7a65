from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A value and the words that say what it was seen in."""

    value: bool | float | str
    text: str


def count(number: int, noun: str, where: Iterable[str]) -> Seen:
    """A number of things that were counted in files."""
    return Seen(value=float(number), text=f"{plural(number, noun)} in {listed(where)}")


def plural(number: int, noun: str) -> str:
    """A number with its noun, which is given in the singular."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith('x') else 's'}"


def listed(names: Iterable[str], most: int = 2) -> str:
    """The first names in order, and how many more there are."""
    found = sorted(set(names))
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")


def whether(found: Iterable[str], kind: str, looked_in: Iterable[str]) -> Seen:
    """Whether there is any of a kind: with the names of what was found, or where it is not."""
    names = sorted(set(found))
    if names:
        return Seen(value=True, text=f"{kind}: {listed(names)}")
    what = re.sub(r"^(?:an?|another) ", "", kind)
    return Seen(value=False, text=f"no {what} in {listed(looked_in)}")
