"""Chance that is the same at each run: PostgreSQL's own hash of a row's number.

So a table fills by one INSERT ... SELECT inside the server, and a child's row works out its
parent's key from the parent's row number without looking it up.
"""

from __future__ import annotations

import zlib

import msgspec

_BITS_31 = 2_147_483_647
_BITS_62 = 4_611_686_018_427_387_903


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """Chance for one purpose. ``row`` is SQL of type bigint; ``seed`` tells purposes apart."""

    row: str
    seed: int

    @property
    def bits(self) -> str:
        """64 random bits, as a bigint."""
        return f"hashint8extended({self.row}, {self.seed})"

    def below(self, count: int) -> str:
        """A whole number from 0 to ``count - 1``, each as likely as the other."""
        if count <= _BITS_31:
            return f"((({self.bits} & {_BITS_31}) * {count}) >> 31)"
        return f"(({self.bits} & {_BITS_62}) % {count})"

    def low_below(self, count: int | str) -> str:
        """A whole number from 0 to ``count - 1``, low ones more often.

        The square of an even draw: the first of n comes sqrt(n) times as often as the mean one,
        a quarter of them hold half of the draws. Data of shops and forums look like this; what a
        real table looks like only its own statistics can say. ``count`` may be SQL.
        """
        even = f"({self.bits} & {_BITS_31})"
        return f"(((({even} * {even}) >> 31) * {count}) >> 31)"

    @property
    def share(self) -> str:
        """A float from 0 to 1, without 1."""
        return f"(({self.bits} & {_BITS_31})::float8 / {_BITS_31 + 1})"


def seed_of(*parts: object) -> int:
    """A number that stands for the parts; the same on every machine."""
    return zlib.crc32("|".join(map(str, parts)).encode()) & _BITS_31
