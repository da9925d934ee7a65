"""Where in a file something stands, in bytes, from what the compiler recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.places import Place

if TYPE_CHECKING:
    from backstay.compatibility.protobuf.naming import Named
    from backstay.compatibility.protobuf.schema import Path, Schema

_TAB = 8
"""The compiler counts columns on to the next multiple of this at a tab."""


class Locations:
    """Places in the files of one version; each file is indexed when it is first asked about."""

    def __init__(self, named: Named, schema: Schema) -> None:
        self._named = named
        self._schema = schema
        self._spans: dict[str, dict[Path, tuple[int, ...]]] = {}
        self._lines: dict[str, list[int]] = {}

    def place(self, file: str, *paths: Path) -> Place:
        """The first of these that the file writes out; else its beginning, as for all of it."""
        spans = self._index(file)
        span = next((spans[path] for path in paths if path in spans), None)
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

    def _index(self, file: str) -> dict[Path, tuple[int, ...]]:
        found = self._spans.get(file)
        if found is None:
            found = self._spans[file] = {}
            for location in self._schema.files[file].source_code_info.location:
                found.setdefault(tuple(location.path), tuple(location.span))
        return found

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
