"""From places to lines and columns, for what is reported only."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from backstay.model.envelope import Location
from backstay.model.places import LiveObject, Place, Where
from backstay.readers.positions import locate_many
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.readers.sources import Sources


def locations(places: Iterable[Where], sources: Sources) -> dict[Where, Location]:
    """The location of each place; each file is read once. What cannot be read has no line."""
    found: dict[Where, Location] = {}
    by_file: dict[str, set[Place]] = defaultdict(set)
    for where in places:
        if isinstance(where, LiveObject):
            found[where] = Location(system=where.system, object=where.object)
        else:
            by_file[where.file].add(where)
    for file, wanted in by_file.items():
        found.update(_in_file(file, wanted, sources))
    return found


def _in_file(file: str, wanted: set[Place], sources: Sources) -> dict[Where, Location]:
    try:
        data = sources.read(file)
        found = _at_pointers(data, file, wanted)
    except Unreadable:
        return {place: Location(file=file, pointer=place.pointer) for place in wanted}
    lines = _Lines(data) if any(place.start is not None for place in wanted) else None
    for place in wanted:
        if lines is not None and place.start is not None:
            line, column = lines.at(place.start)
            end_line, end_column = lines.at(place.end if place.end is not None else place.start)
            found[place] = Location(
                file=file,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                pointer=place.pointer,
            )
        else:
            found.setdefault(place, Location(file=file, pointer=place.pointer))
    return found


def _at_pointers(data: bytes, file: str, wanted: set[Place]) -> dict[Where, Location]:
    found: dict[Where, Location] = {}
    places = [place for place in wanted if place.start is None and place.pointer is not None]
    for document in {place.document for place in places}:
        asked = {place.pointer or "": place for place in places if place.document == document}
        spans = locate_many(data, asked, name=file, part="key", document=document)
        for pointer, span in spans.items():
            found[asked[pointer]] = Location(
                file=file,
                line=span.line,
                column=span.column,
                end_line=span.end_line,
                end_column=span.end_column,
                pointer=pointer,
            )
    return found


class _Lines:
    """Line starts of one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = data.find(b"\n", at + 1)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1; columns count characters."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        return line, 1 + len(self._data[start:offset].decode("utf-8", "replace"))
