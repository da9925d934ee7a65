"""Places in a text: byte offsets, lines and columns, worked out only for what is reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.readers.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONE_RETURN = re.compile(r"\r(?!\n)")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a file: `start` and `end` count bytes from 0, lines and columns from 1.

    Columns count characters. `end` and `end_column` are those of the first character after it.
    """

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


def line_of(text: str, index: int) -> int:
    """The line (from 1) of the character at `index`."""
    return 1 + _with_newlines(text[:index]).count("\n")


def spans_of(data: bytes, text: str, ranges: Iterable[tuple[int, int]]) -> list[Span]:
    """Spans of ranges given in characters of `text`, which is `data` decoded; one pass for all."""
    ranges = list(ranges)
    places = _places(data, text, sorted({index for pair in ranges for index in pair}))
    spans = []
    for start, end in ranges:
        (first, line, column), (last, end_line, end_column) = places[start], places[end]
        spans.append(
            Span(
                start=first,
                end=last,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
            )
        )
    return spans


def characters_of(utf8: bytes, offsets: Iterable[int]) -> dict[int, int]:
    """For each byte offset into UTF-8 text, how many characters stand before it."""
    if utf8.isascii():
        return {offset: offset for offset in offsets}
    at, count, found = 0, 0, {}
    for offset in sorted(set(offsets)):
        count += len(str(memoryview(utf8)[at:offset], "utf-8"))
        at = offset
        found[offset] = count
    return found


def _places(data: bytes, text: str, indexes: list[int]) -> dict[int, tuple[int, int, int]]:
    """For each index (in order): its byte offset, line and column."""
    encoding, offset = encoding_of(data)
    text = _with_newlines(text)
    one_byte_each = encoding == "utf-8" and text.isascii()
    at, line, line_start = 0, 1, 0
    places = {}
    for index in indexes:
        line += text.count("\n", at, index)
        line_start = text.rfind("\n", at, index) + 1 or line_start
        offset += index - at if one_byte_each else len(text[at:index].encode(encoding))
        at = index
        places[index] = (offset, line, index - line_start + 1)
    return places


def _with_newlines(text: str) -> str:
    """The text with each lone carriage return (an old Macintosh line end) as a newline."""
    if "\r" not in text:
        return text
    return _LONE_RETURN.sub("\n", text)
