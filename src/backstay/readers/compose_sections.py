"""Parts of a compose file with their addresses, also through YAML aliases and merges."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import msgspec

from backstay.model.facts import Unread
from backstay.model.places import Place
from backstay.readers.compose_values import plain
from backstay.readers.pointers import pointer_of


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping of a compose file, with its address.

    Attributes:
        origins: where each mapping and list is written, by identity: what an alias or a merge
            brings in is the very object that stands at its anchor.
    """

    value: dict[str, Any]
    file: str
    document: int
    path: tuple[str | int, ...]
    problems: list[Unread]
    origins: Mapping[int, tuple[str | int, ...]]

    @property
    def folder(self) -> str:
        """Where relative paths start."""
        return posixpath.dirname(self.file)

    def place(self, *segments: str | int) -> Place:
        """The place of a value below this mapping, at its anchor where it has one."""
        path, value = self.path, self.value
        for segment in segments:
            value = _child(value, segment)
            path = self.origins.get(id(value), (*path, segment))
        return Place(file=self.file, pointer=pointer_of(path), document=self.document)

    def within(self, key: str) -> Section:
        """The mapping below a key, empty where there is none."""
        value = self.value.get(key)
        mapping = value if isinstance(value, dict) else {}
        path = self.origins.get(id(mapping), (*self.path, key))
        return msgspec.structs.replace(self, value=mapping, path=path)

    def text(self, key: str) -> str | None:
        """The scalar below a key."""
        return plain(self.value.get(key))

    def refuse(self, why: str, *segments: str | int) -> None:
        """Note that a part could not be read."""
        self.problems.append(Unread(where=self.place(*segments), why=why))


def _child(value: Any, segment: str | int) -> Any:  # noqa: ANN401 (plain data)
    if isinstance(value, dict):
        return value.get(str(segment))
    if isinstance(value, list) and isinstance(segment, int):
        return value[segment]
    return None


def origins_of(value: Any) -> dict[int, tuple[str | int, ...]]:  # noqa: ANN401 (plain data)
    """For each mapping and list in a document, by identity, the path at which it comes first."""
    found: dict[int, tuple[str | int, ...]] = {}
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while waiting:
        each, path = waiting.pop()
        if not isinstance(each, (dict, list)) or id(each) in found:
            continue
        found[id(each)] = path
        children = list(each.items() if isinstance(each, dict) else enumerate(each))
        waiting += [(child, (*path, key)) for key, child in reversed(children)]
    return found
