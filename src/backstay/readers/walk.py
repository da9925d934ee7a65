"""The walk over a tree that an inventory is made of.

It works on path texts and directory entries, because 100,000 path objects would take a second.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.readers.ignore import IgnoreRules
from backstay.readers.ignored_paths import IgnoredPaths, ignored_paths, open_without_waiting
from backstay.readers.recognition import (
    bytes_to_look_at,
    claims_to_be_input,
    kind_by_content,
    kind_by_name,
    needs_a_look,
    suffix_of,
)
from backstay.readers.skipped_folders import SKIPPED_FOLDERS, UNNAMED_FOLDERS, VENDORED

if TYPE_CHECKING:
    from collections.abc import Sequence


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is an input: its path below the root, its kind, its size in bytes."""

    file: str
    kind: str
    size: int


class _Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder to be listed.

    Attributes:
        path: below the root; '' is the root.
        ignored: what git ignores in it; None where that does not count.
        wanted: everything, or only what `include` names.
        given: it is a target of its own, so that its name does not count.
    """

    path: str
    ignored: IgnoredPaths | None
    wanted: Literal["all", "included"] = "all"
    given: bool = False


class Walk:
    """Collects what stands below the targets that it is told to take."""

    def __init__(self, root: Path, *, include: Sequence[str], exclude: Sequence[str]) -> None:
        self.entries: dict[str, Entry] = {}
        self.skipped: dict[str, str] = {}
        self.unread: dict[str, str] = {}
        self.other: Counter[str] = Counter()
        self.ignored = 0
        self._root = root
        self._lead = ""
        self._include = IgnoreRules(include)
        self._exclude = IgnoreRules(exclude)
        self._included_stems = tuple(_stem(pattern) for pattern in include)

    def take(self, path: str) -> None:
        """Look at a target, a file or a folder below the root."""
        if not (self._root / path).is_dir():
            if not self._file(path, path.rpartition("/")[2]):
                self.unread.setdefault(path, "not recognised as an input that is read here")
            return
        ignored, self._lead = ignored_paths(self._root, path)
        todo = [_Folder(path=path, ignored=ignored, given=True)]
        while todo:
            todo += self._list(todo.pop())

    def _list(self, folder: _Folder) -> list[_Folder]:
        """Look at the files of a folder and give its folders."""
        try:
            with os.scandir(f"{self._root}/{folder.path}") as scan:
                found = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.unread[folder.path or "."] = f"cannot be listed: {error.strerror}"
            return []
        names = {entry.name for entry in found}
        if "pyvenv.cfg" in names and not folder.given:
            self.skipped[folder.path] = VENDORED
            return []
        if ".gitignore" in names and folder.ignored is not None:
            ignored = folder.ignored.within((self._lead + folder.path).rstrip("/"))
            folder = msgspec.structs.replace(folder, ignored=ignored)
        prefix = folder.path + "/" if folder.path else ""
        return [below for entry in found if (below := self._look(entry, prefix, folder))]

    def _look(self, entry: os.DirEntry[str], prefix: str, folder: _Folder) -> _Folder | None:
        """Take a file, or give the folder to be listed."""
        name = entry.name
        path = prefix + name
        if not name.isascii() and not _is_text(name):
            shown = path.encode("utf-8", "backslashreplace").decode()
            self.unread[shown] = "its name is not UTF-8 text"
        elif entry.is_dir(follow_symlinks=False):
            return self._enter(name, path, folder)
        elif not self._is_left_out(path, folder):
            if not entry.is_file(follow_symlinks=False):
                self._special(entry, path)
            elif not self._file(path, name):
                self.other[suffix_of(name)] += 1
        return None

    def _enter(self, name: str, path: str, folder: _Folder) -> _Folder | None:
        if name in UNNAMED_FOLDERS:
            return None
        if self._exclude and self._exclude.verdict(path, is_folder=True):
            self.skipped[path] = "excluded by the settings"
            return None
        if self._include and self._include.verdict(path, is_folder=True):
            return _Folder(path=path, ignored=None)
        why = SKIPPED_FOLDERS.get(name)
        if why is None and self._is_ignored(path, folder, is_folder=True):
            why = "ignored by git"
        if why is None:
            return msgspec.structs.replace(folder, path=path, given=False)
        if folder.wanted == "all":
            self.skipped[path] = why
        if any(stem.startswith(path + "/") for stem in self._included_stems):
            return _Folder(path=path, ignored=None, wanted="included")
        return None

    def _is_left_out(self, path: str, folder: _Folder) -> bool:
        if self._exclude and self._exclude.verdict(path, is_folder=False):
            return True
        if self._include and self._include.verdict(path, is_folder=False):
            return False
        if folder.wanted == "included":
            return True
        ignored = self._is_ignored(path, folder, is_folder=False)
        self.ignored += ignored
        return ignored

    def _is_ignored(self, path: str, folder: _Folder, *, is_folder: bool) -> bool:
        if folder.ignored is None:
            return False
        return folder.ignored.ignores(self._lead + path, is_folder=is_folder)

    def _file(self, path: str, name: str) -> bool:
        """Whether a file was dealt with: as an entry if it is an input, or as unread."""
        kind = kind_by_name(name)
        if kind is None and not needs_a_look(name):
            return False
        try:
            with open(f"{self._root}/{path}", "rb", opener=open_without_waiting) as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    self.unread[path] = "not a regular file"
                    return True
                kind = kind or kind_by_content(name, stream.read(bytes_to_look_at(name)))
        except OSError as error:
            self.unread[path] = f"cannot be read: {error.strerror}"
            return True
        if kind:
            self.entries[path] = Entry(file=path, kind=kind, size=status.st_size)
        return kind is not None

    def _special(self, entry: os.DirEntry[str], path: str) -> None:
        """Name links that leave the tree, and what is no file but has the name of an input."""
        may_be_input = claims_to_be_input(entry.name)
        if not entry.is_symlink():
            if may_be_input:
                self.unread[path] = "not a regular file"
            return
        real = Path(os.path.realpath(entry.path))
        if real.is_relative_to(self._root) and real.exists():
            return  # what it leads to is met where it stands
        if real.is_dir():
            self.skipped[path] = "a link out of the tree"
        elif may_be_input:
            why = "a link out of the tree" if real.exists() else "a link that leads nowhere"
            self.unread[path] = why


def _stem(pattern: str) -> str:
    """The folders that a pattern names before its first wildcard."""
    parts = pattern.removeprefix("/").split("/")
    literal = [part for part in parts if part]
    for at, part in enumerate(literal):
        if any(mark in part for mark in "*?[\\"):
            literal = literal[:at]
            break
    return "/".join(literal) + "/"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
