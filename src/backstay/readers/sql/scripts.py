"""The SQL files themselves, as UTF-8 bytes, and how positions in them become places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.places import Place
from backstay.readers.encoding import decode_text, encoding_of

if TYPE_CHECKING:
    from backstay.readers.sources import Sources


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
        return Place(file=self.file, start=self._offset(start), end=self._offset(end))

    def moved(self, place: Place) -> Place:
        """A place in the text as a place in the file, where these differ."""
        if self.encoding == "utf-8" or place.start is None or place.end is None:
            return place
        return self.place(place.start, place.end)

    def _offset(self, at: int) -> int:
        if self.encoding == "utf-8":
            return at
        mark = 4 if "32" in self.encoding else 2
        return mark + len(self.text[:at].decode("utf-8", "replace").encode(self.encoding))


def read_script(file: str, sources: Sources) -> Script:
    """Read one file.

    Raises:
        Unreadable: it is missing, too large, binary or wrongly encoded.
    """
    data = sources.read(file)
    encoding, _ = encoding_of(data)
    text = decode_text(data)
    return Script(file=file, text=data if encoding == "utf-8" else text.encode(), encoding=encoding)
