"""Up and down sections within one file, as several migration tools mark them in comments."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Direction = Literal["up", "down"]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file that is applied in one direction.

    Attributes:
        in_transaction: None where the file does not say.
    """

    direction: Direction
    start: int
    end: int
    in_transaction: bool | None = None


class _Marks(msgspec.Struct, frozen=True, kw_only=True):
    tool: str
    up: re.Pattern[bytes]
    down: re.Pattern[bytes]
    no_transaction: re.Pattern[bytes] | None = None


def _line(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"^[ \t]*--[ \t]*" + pattern, re.MULTILINE | re.IGNORECASE)


_TOOLS = (
    _Marks(
        tool="dbmate",
        up=_line(rb"migrate:up\b[^\r\n]*"),
        down=_line(rb"migrate:down\b[^\r\n]*"),
        no_transaction=_line(rb"migrate:(?:up|down)\b[^\r\n]*\btransaction:false"),
    ),
    _Marks(
        tool="goose",
        up=_line(rb"\+goose[ \t]+up\b[^\r\n]*"),
        down=_line(rb"\+goose[ \t]+down\b[^\r\n]*"),
        no_transaction=_line(rb"\+goose[ \t]+no[ \t]+transaction"),
    ),
    _Marks(
        tool="sql-migrate",
        up=_line(rb"\+migrate[ \t]+up\b[^\r\n]*"),
        down=_line(rb"\+migrate[ \t]+down\b[^\r\n]*"),
        no_transaction=_line(rb"\+migrate[ \t]+(?:up|down)[ \t]+notransaction"),
    ),
    _Marks(
        tool="node-pg-migrate",
        up=_line(rb"up[ \t]+migration[ \t]*(?=\r|\n|\Z)"),
        down=_line(rb"down[ \t]+migration[ \t]*(?=\r|\n|\Z)"),
    ),
    _Marks(
        tool="rambler",
        up=_line(rb"rambler[ \t]+up\b[^\r\n]*"),
        down=_line(rb"rambler[ \t]+down\b[^\r\n]*"),
    ),
)


# One of these stands in every mark.
_WORDS = (b"igrat", b"+goose", b"ambler", b"IGRAT", b"+GOOSE", b"AMBLER", b"+Goose")


def sections_of(text: bytes) -> tuple[str, list[Section]] | None:
    """The tool that marked a file's sections, and these; None where there are no marks."""
    if not any(word in text for word in _WORDS):
        return None
    for marks in _TOOLS:
        edges = [(mark.start(), "up") for mark in marks.up.finditer(text)]
        if not edges:
            continue
        edges += [(mark.start(), "down") for mark in marks.down.finditer(text)]
        edges.sort()
        plain = marks.no_transaction is not None and marks.no_transaction.search(text)
        ends = [at for at, _ in edges[1:]] + [len(text)]
        in_transaction = None if marks.no_transaction is None else not plain
        return marks.tool, [
            Section(
                direction="up" if direction == "up" else "down",
                start=at,
                end=end,
                in_transaction=in_transaction,
            )
            for (at, direction), end in zip(edges, ends, strict=True)
        ]
    return None
