"""Where a fact was seen: a place in a file, or an object of a running system."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True, tag="place", tag_field="type"):
    """A place in a file. Lines and columns are worked out on demand, for what is reported.

    Attributes:
        file: path below the reviewed root, with forward slashes.
        start: byte offset of the first byte, or None where only a pointer is known.
        end: byte offset after the last byte.
        pointer: JSON pointer (RFC 6901) into a YAML or JSON document.
        document: number of the document in a YAML stream, from 0.
    """

    file: str
    start: int | None = None
    end: int | None = None
    pointer: str | None = None
    document: int = 0


class LiveObject(msgspec.Struct, frozen=True, kw_only=True, tag="live", tag_field="type"):
    """An object of a running system, such as a table of a PostgreSQL server."""

    system: str
    object: str


Where = Place | LiveObject
