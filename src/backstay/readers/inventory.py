"""Which files of a tree are inputs, and what was left out and why."""

from __future__ import annotations

import difflib
import itertools
import os
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BadRequest
from backstay.readers.walk import Entry, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What a tree holds. All paths are below the root, with forward slashes, in order.

    Attributes:
        entries: the inputs.
        skipped: (folder, why) for what was not entered.
        unread: (path, why) for what could not be looked at.
        other: (suffix, count) for files of kinds that are not read, the most frequent first.
        ignored: how many files git ignores, those in skipped folders not counted.
    """

    entries: tuple[Entry, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    other: tuple[tuple[str, int], ...] = ()
    ignored: int = 0

    def files_of(self, kind: str) -> tuple[str, ...]:
        """The inputs of one kind."""
        return tuple(entry.file for entry in self.entries if entry.kind == kind)


def take_inventory(
    root: Path,
    *,
    paths: Sequence[str] = (".",),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Inventory:
    """Find the inputs at `paths`, which are files or folders below `root`, in one pass.

    Left out are: what `.gitignore` files name, third-party, built and test folders, links, and
    what `exclude` names. A path that is given itself is looked at wherever it stands, and so is
    what `include` names unless `exclude` does too. Both take patterns as `.gitignore` does; to
    reach into a folder that is left out, a pattern names it from the root on (`tests/db/*.sql`).

    Raises:
        BadRequest: a path does not exist, or lies outside `root`.
    """
    root = root.absolute()
    if root.is_file():
        return take_inventory(root.parent, paths=[root.name])
    below = [_below(root, path) for path in paths]
    walk = Walk(root.resolve(), include=include, exclude=exclude)
    for path in below:
        walk.take(path)
    return Inventory(
        entries=tuple(walk.entries[file] for file in sorted(walk.entries)),
        skipped=tuple(sorted(walk.skipped.items())),
        unread=tuple(sorted(walk.unread.items())),
        other=tuple(sorted(walk.other.items(), key=lambda pair: (-pair[1], pair[0]))),
        ignored=walk.ignored,
    )


def _below(root: Path, path: str) -> str:
    """The path below the root with all links followed; '' is the root."""
    given = root / path
    try:
        real = given.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise BadRequest(f"There is no '{given}'.{_close_names(given)}") from None
    if not real.is_relative_to(root.resolve()):
        raise BadRequest(f"'{given}' leads out of '{root}'; review it as a target of its own")
    if not real.is_dir() and not real.is_file():
        raise BadRequest(f"'{given}' is neither a folder nor a regular file")
    relative = real.relative_to(root.resolve()).as_posix()
    return "" if relative == "." else relative


def _close_names(path: Path) -> str:
    try:
        with os.scandir(path.parent) as found:
            names = [entry.name for entry in itertools.islice(found, 10_000)]
    except (OSError, ValueError):
        return ""
    close = difflib.get_close_matches(path.name, names, n=3)
    if not close:
        return ""
    return f" Did you mean {' or '.join(repr(str(path.parent / name)) for name in close)}?"
