"""Which paths of a tree git ignores: nested `.gitignore` files and `.git/info/exclude`.

Git itself is not asked: it may be missing, and running it in a stranger's repository can start
programs that the repository's settings name. Files that are tracked although a rule ignores them
are therefore left out here.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import msgspec

from backstay.readers import limits
from backstay.readers.ignore import IgnoreRules

if TYPE_CHECKING:
    from pathlib import Path


class IgnoredPaths(msgspec.Struct, frozen=True, kw_only=True):
    """The rules that hold in one folder.

    Attributes:
        top: the repository's folder, which holds `.git`; the tree's root where there is none.
        rules: (length of the path of the rules' folder, rules), the outermost first.
    """

    top: str
    rules: tuple[tuple[int, IgnoreRules], ...] = ()

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path (below `top`) is ignored; those of its parents are for the caller."""
        for length, rules in reversed(self.rules):
            verdict = rules.verdict(path[length:], is_folder=is_folder)
            if verdict is not None:
                return verdict
        return False

    def within(self, folder: str) -> IgnoredPaths:
        """The rules that hold in `folder` (below `top`), with those of its own `.gitignore`."""
        place = f"{self.top}/{folder}" if folder else self.top
        return self.extended_by(f"{place}/.gitignore", folder)

    def extended_by(self, file: str, folder: str) -> IgnoredPaths:
        """These rules and, with the last word, those of one ignore file, which hold in `folder`."""
        rules = IgnoreRules(_lines_of(file))
        if not rules:
            return self
        length = len(folder) + 1 if folder else 0
        return IgnoredPaths(top=self.top, rules=(*self.rules, (length, rules)))


def ignored_paths(root: Path, path: str) -> tuple[IgnoredPaths, str]:
    """The rules that hold for `path` below `root` by the folders above it, and root below `top`."""
    for top in (root, *root.parents):
        if os.path.lexists(top / ".git"):
            break
    else:
        top = root
    lead = root.relative_to(top).as_posix()
    lead = "" if lead == "." else lead + "/"
    rules = IgnoredPaths(top=str(top)).extended_by(str(top / ".git" / "info" / "exclude"), "")
    parts = (lead + path).rstrip("/").split("/") if lead + path else []
    for depth in range(len(parts)):
        rules = rules.within("/".join(parts[:depth]))
    return rules, lead


def _lines_of(file: str) -> list[str]:
    """The lines of an ignore file; none where it cannot be read, as git has it."""
    try:
        with open(file, "rb", opener=open_without_waiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return []
            return stream.read(limits.MAX_IGNORE_BYTES).decode("utf-8-sig", "replace").split("\n")
    except OSError:
        return []


def open_without_waiting(path: str, flags: int) -> int:
    """Open a file for reading; opening a pipe would otherwise wait for a writer for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
