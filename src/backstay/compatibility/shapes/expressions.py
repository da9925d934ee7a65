"""Regular expressions of ECMA-262, as trees, as far as they are regular.

What a finite automaton cannot do (back references, assertions in the middle) is ``Unsupported``;
what is no regular expression at all is a ``Fault``. Nothing is ever matched by backtracking, so
that no pattern can explode.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LAST = 0x10FFFF
MOST_LENGTH = 5_000
MOST_NESTING = 60

Ranges = tuple[tuple[int, int], ...]


class Fault(Exception):  # noqa: N818 (a fault in the pattern, not in the program)
    """The text is no regular expression."""


class Unsupported(Exception):  # noqa: N818 (what the pattern is, not what the program did)
    """The expression is beyond what an automaton can say, or too large."""


class Letters(NamedTuple):
    """One character out of ranges of code points."""

    ranges: Ranges


class Sequence(NamedTuple):
    """One after the other."""

    parts: tuple[Tree, ...]


class Choice(NamedTuple):
    """One of them."""

    parts: tuple[Tree, ...]


class Repeat(NamedTuple):
    """So many times; ``most`` of None is without end."""

    part: Tree
    fewest: int
    most: int | None


class Edge(NamedTuple):
    """The start (or the end) of the text."""

    start: bool


class Ahead(NamedTuple):
    """What follows must match (or must not)."""

    part: Tree
    positive: bool


Tree = Letters | Sequence | Choice | Repeat | Edge | Ahead


def merged(ranges: list[tuple[int, int]]) -> Ranges:
    """The same characters in sorted ranges that neither touch nor overlap."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(high, made[-1][1]))
        else:
            made.append((low, high))
    return tuple(made)


def others(ranges: Ranges) -> Ranges:
    """All characters but these."""
    made = []
    begin = 0
    for low, high in ranges:
        if low > begin:
            made.append((begin, low - 1))
        begin = high + 1
    if begin <= LAST:
        made.append((begin, LAST))
    return tuple(made)


DIGITS: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = merged(
    [
        (9, 13),
        (32, 32),
        (160, 160),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    ]
)
LINE_ENDS: Ranges = ((10, 10), (13, 13), (0x2028, 0x2029))
EVERY: Ranges = ((0, LAST),)
_CLASSES = {"d": DIGITS, "w": WORD, "s": SPACE}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}


def parse(pattern: str) -> Tree:
    """The tree of a pattern.

    Raises:
        Fault: it is no regular expression.
        Unsupported: it is one, but not regular, or too large.
    """
    if len(pattern) > MOST_LENGTH:
        raise Unsupported("longer than 5,000 characters")
    parser = _Parser(pattern)
    tree = parser.choice(0)
    if parser.at < len(pattern):
        raise Fault(f"unmatched ) at {parser.at}")
    return tree


class _Parser:
    """Recursive descent; nesting is bounded."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def take(self) -> str:
        if self.at >= len(self.text):
            raise Fault("ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def skip(self, wanted: str) -> bool:
        if self.text.startswith(wanted, self.at):
            self.at += len(wanted)
            return True
        return False

    def choice(self, depth: int) -> Tree:
        if depth > MOST_NESTING:
            raise Unsupported("nested too deeply")
        parts = [self.sequence(depth)]
        while self.skip("|"):
            parts.append(self.sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self, depth: int) -> Tree:
        parts: list[Tree] = []
        while self.at < len(self.text) and self.peek() not in "|)":
            parts.append(self.repeated(self.single(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Tree) -> Tree:
        sign = self.peek()
        if sign and sign in "*+?":
            self.at += 1
            bounds: tuple[int, int | None] = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        elif sign == "{" and (counted := self.counts()) is not None:
            bounds = counted
        else:
            return part
        self.skip("?")
        if self.peek() and self.peek() in "*+":
            raise Fault("nothing to repeat")
        if isinstance(part, (Edge, Ahead)):
            raise Unsupported("repeats an assertion")
        return Repeat(part, *bounds)

    def counts(self) -> tuple[int, int | None] | None:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : max(end, 0)].partition(",")
        if end < 0 or not _is_count(low) or not (high == "" or _is_count(high)):
            return None
        self.at = end + 1
        if not comma:
            return int(low), int(low)
        if not high:
            return int(low), None
        if int(high) < int(low):
            raise Fault("numbers out of order in {}")
        return int(low), int(high)

    def single(self, depth: int) -> Tree:
        sign = self.take()
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return Letters(self.bracket())
        if sign == ".":
            return Letters(others(LINE_ENDS))
        if sign in "^$":
            return Edge(sign == "^")
        if sign == "\\":
            return Letters(self.escape(within=False))
        if sign in "*+?":
            raise Fault("nothing to repeat")
        return Letters(((ord(sign), ord(sign)),))

    def group(self, depth: int) -> Tree:
        ahead = None
        if self.skip("?"):
            if self.skip("=") or self.skip("!"):
                ahead = self.text[self.at - 1] == "="
            elif self.skip("<=") or self.skip("<!"):
                raise Unsupported("looks behind")
            elif self.skip("<"):
                end = self.text.find(">", self.at)
                if end < 0:
                    raise Fault("a group's name has no end")
                self.at = end + 1
            elif not self.skip(":"):
                raise Fault(f"no group of ECMA-262 at {self.at}")
        inner = self.choice(depth + 1)
        if not self.skip(")"):
            raise Fault("a group has no end")
        return inner if ahead is None else Ahead(inner, ahead)

    def bracket(self) -> Ranges:
        negated = self.skip("^")
        ranges: list[tuple[int, int]] = []
        while not self.skip("]"):
            low = self.member()
            if self.peek() == "-" and self.peek(2)[1:] not in {"]", ""} and _single(low):
                self.at += 1
                high = self.member()
                if not _single(high):
                    ranges += [*low, (45, 45), *high]
                    continue
                if high[0][0] < low[0][0]:
                    raise Fault("a range is out of order")
                ranges.append((low[0][0], high[0][0]))
            else:
                ranges += low
        found = merged(ranges)
        return others(found) if negated else found

    def member(self) -> Ranges:
        sign = self.take()
        if sign == "\\":
            return self.escape(within=True)
        return ((ord(sign), ord(sign)),)

    def escape(self, *, within: bool) -> Ranges:
        sign = self.take()
        if sign.lower() in _CLASSES:
            found = _CLASSES[sign.lower()]
            return others(found) if sign.isupper() else found
        if sign in "pP":
            found = self.property()
            return others(found) if sign == "P" else found
        if sign == "b" and within:
            return ((8, 8),)
        if sign in "bB" or (sign in "123456789k" and not within):
            raise Unsupported("refers back, or to the edge of a word")
        if sign in _CONTROLS:
            code = _CONTROLS[sign]
        elif sign in "xu":
            code = self.hexadecimal(2 if sign == "x" else 4)
        elif sign == "c":
            code = ord(self.take()) % 32
        elif sign in "AZzGQE":
            raise Fault(f"\\{sign} is not of ECMA-262")
        else:
            code = ord(sign)
        return ((code, code),)

    def property(self) -> Ranges:
        end = self.text.find("}", self.at)
        if not self.skip("{") or end < 0:
            raise Unsupported("asks for properties of Unicode")
        name = self.text[self.at : end]
        self.at = end + 1
        return _category(name.removeprefix("General_Category=").removeprefix("gc="))

    def hexadecimal(self, size: int) -> int:
        if size == 4 and self.skip("{"):
            size = self.text.find("}", self.at) - self.at
            digits = self.text[self.at : self.at + max(size, 0)]
            self.at += max(size, 0) + 1
        else:
            digits = self.peek(size)
            self.at += size
        try:
            code = int(digits, 16)
        except ValueError as error:
            raise Fault("a code without hexadecimal digits") from error
        if code > LAST:
            raise Fault("a code beyond Unicode")
        return code


@lru_cache
def _category(name: str) -> Ranges:
    """The characters of a general category of Unicode, such as L or Lu."""
    if not re.fullmatch("[LMNPSZC][a-z]?", name):
        raise Unsupported("asks for properties of Unicode other than general categories")
    codes = (c for c in range(LAST + 1) if unicodedata.category(chr(c)).startswith(name))
    found: list[tuple[int, int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return tuple(found)


def _single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7
