"""Bytes to text: which encoding, and a plain reason where it is none that we read."""

from __future__ import annotations

import codecs

from backstay.readers.unreadable import Unreadable

# The longer marks first: the UTF-32 mark starts with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(data: bytes) -> tuple[str, int]:
    """The encoding that a byte order mark states (else UTF-8), and the length of the mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def decode_text(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        Unreadable: the bytes are binary or in another encoding.
    """
    encoding, skip = encoding_of(data)
    if encoding == "utf-8" and b"\0" in data[:4096]:
        raise Unreadable(_with_zero_bytes(data[:4096]))
    try:
        return str(memoryview(data)[skip:], encoding)
    except UnicodeDecodeError as error:
        line = data[: skip + error.start].decode(encoding, "replace").count("\n") + 1
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        byte = data[skip + error.start]
        raise Unreadable(
            f"not {name} text (byte 0x{byte:02x}); save the file as UTF-8", line=line
        ) from error


def _with_zero_bytes(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4 and min(even, odd) == 0:
        return "looks like UTF-16 without a byte order mark; save the file as UTF-8"
    return "a binary file (it holds zero bytes), not text"
