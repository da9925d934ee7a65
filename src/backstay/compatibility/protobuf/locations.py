"""Where in a file something stands, in bytes, from what the compiler recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.foreign.protobuf import SourceCodeInfo
from backstay.model.places import Place

if TYPE_CHECKING:
    from backstay.compatibility.protobuf.naming import Named
    from backstay.compatibility.protobuf.schema import Path, Schema

_TAB = 8
"""The compiler counts columns on to the next multiple of this at a tab."""


class _Sources:
    """The spans of one file, read for one definition after the other as they are asked for."""

    def __init__(self, sources: bytes) -> None:
        self._locations = SourceCodeInfo.FromString(sources).location
        self._segments: dict[Path, list[tuple[int, int]]] = {}
        self._spans: dict[Path, dict[Path, tuple[int, ...]]] = {}
        begun, current = 0, None
        for index, location in enumerate(self._locations):
            first = tuple(location.path[:2])
            if first != current:
                if current is not None:
                    self._segments.setdefault(current, []).append((begun, index))
                begun, current = index, first
        if current is not None:
            self._segments.setdefault(current, []).append((begun, len(self._locations)))

    def span(self, path: Path) -> tuple[int, ...] | None:
        """Line and column of its begin and end; without the second line it is the first."""
        first = path[:2]
        spans = self._spans.get(first)
        if spans is None:
            spans = self._spans[first] = {}
            for begin, end in self._segments.get(first, ()):
                for location in self._locations[begin:end]:
                    spans.setdefault(tuple(location.path), tuple(location.span))
        return spans.get(path)


class Locations:
    """Places in the files of one version; each file is indexed when it is first asked about."""

    def __init__(self, named: Named, schema: Schema) -> None:
        self._named = named
        self._schema = schema
        self._sources: dict[str, _Sources] = {}
        self._lines: dict[str, list[int]] = {}

    def place(self, file: str, *paths: Path) -> Place:
        """The first of these that the file writes out; else its beginning, as for all of it."""
        sources = self._sources.get(file)
        if sources is None:
            sources = self._sources[file] = _Sources(self._schema.sources[file])
        span = next((span for path in paths if (span := sources.span(path))), None)
        path = self._named.paths[file]
        if span is None:
            return Place(file=path, start=0, end=0)
        line, column, *rest = span
        end_line = rest[0] if len(rest) > 1 else line
        return Place(
            file=path,
            start=self.offset(file, line, column),
            end=self.offset(file, end_line, rest[-1]),
        )

    def shown(self, file: str) -> str:
        """The path of a file as it was given."""
        return self._named.paths[file]

    def offset(self, file: str, line: int, column: int) -> int:
        """The byte at a line and column of the compiler, which count from 0."""
        content = self._named.files[file]
        starts = self._starts(file)
        if line >= len(starts):
            return len(content)
        start = starts[line]
        end = starts[line + 1] if line + 1 < len(starts) else len(content)
        if b"\t" not in content[start : start + column]:
            return min(start + column, end)
        reached = 0
        for at in range(start, end):
            if reached >= column:
                return at
            reached += _TAB - reached % _TAB if content[at] == 0x09 else 1
        return end

    def _starts(self, file: str) -> list[int]:
        found = self._lines.get(file)
        if found is None:
            content = self._named.files[file]
            found = self._lines[file] = [0]
            at = content.find(b"\n")
            while at >= 0:
                found.append(at + 1)
                at = content.find(b"\n", at + 1)
        return found
