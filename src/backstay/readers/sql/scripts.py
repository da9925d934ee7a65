"""The SQL files themselves, as UTF-8 bytes, and how positions in them become places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.places import Place
from backstay.readers.encoding import decode_text, encoding_of

if TYPE_CHECKING:
    from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.facts import Fact


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    Attributes:
        text: UTF-8, with the byte order mark left in, so that positions are those of the file.
        encoding: how the file itself is written.
    """

    file: str
    text: bytes
    encoding: str = "utf-8"

    @property
    def start(self) -> int:
        """Where the text begins, after a byte order mark."""
        return 3 if self.encoding == "utf-8" and self.text[:3] == b"\xef\xbb\xbf" else 0

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch of the text."""
        return Place(file=self.file, start=start, end=end)


def read_script(file: str, sources: Sources) -> Script:
    """Read one file.

    Raises:
        Unreadable: it is missing, too large, binary or wrongly encoded.
    """
    data = sources.read(file)
    encoding, _ = encoding_of(data)
    text = decode_text(data)
    return Script(file=file, text=data if encoding == "utf-8" else text.encode(), encoding=encoding)


def in_files(facts: list[Fact], scripts: Iterable[Script]) -> list[Fact]:
    """The facts with the places of their files, where these are not written in UTF-8."""
    wide = {script.file: script for script in scripts if script.encoding != "utf-8"}
    if not wide:
        return facts
    offsets: dict[str, set[int]] = {file: set() for file in wide}
    for fact in facts:
        if isinstance(fact.where, Place) and fact.where.file in wide:
            offsets[fact.where.file].update({fact.where.start or 0, fact.where.end or 0})
    moved = {file: _moved(script, offsets[file]) for file, script in wide.items()}
    return [_in_file(fact, moved) for fact in facts]


def _in_file(fact: Fact, moved: dict[str, dict[int, int]]) -> Fact:
    where = fact.where
    if not isinstance(where, Place) or where.file not in moved or where.start is None:
        return fact
    to = moved[where.file]
    place = msgspec.structs.replace(where, start=to[where.start], end=to[where.end or 0])
    return msgspec.structs.replace(fact, where=place)


def _moved(script: Script, offsets: Iterable[int]) -> dict[int, int]:
    """For each position in the UTF-8 text, that in the file."""
    at, moved = 0, 4 if "32" in script.encoding else 2  # after the byte order mark
    found = {}
    for offset in sorted(offsets):
        part = script.text[at:offset].decode("utf-8", "replace")
        moved += len(part.encode(script.encoding))
        at = offset
        found[offset] = moved
    return found
