"""The two sides of a comparison: paths on disk, or ``REF:PATH`` of a git repository."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BadRequest
from backstay.project.git import toplevel
from backstay.project.git_trees import tree_at
from backstay.readers.inventory import take_inventory
from backstay.readers.recognition import suffix_of
from backstay.readers.sources import Sources
from backstay.readers.unreadable import Unreadable
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.review.targets import Targets

KINDS = {"openapi": "API description", "graphql": "GraphQL schema", "protobuf": "protobuf file"}
_SUFFIXES = {".json", ".yaml", ".yml", ".proto", ".graphql", ".graphqls", ".gql"}
_INTROSPECTION = b'"__schema"'


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison.

    Attributes:
        root: the folder that references may not lead out of; names of files are below it.
        base: the folder below the root that was given, "" for the root itself; files of the two
            sides that have the same name below it belong together.
        prefix: what stands before a file's name in reports, such as "main:".
        files: the contracts by kind, one of ``KINDS``.
    """

    root: Path
    base: str
    prefix: str
    files: dict[str, tuple[str, ...]]

    def below_base(self, file: str) -> str:
        """A file's name below what was given."""
        return file.removeprefix(f"{self.base}/") if self.base else file


@contextlib.contextmanager
def both_sides(old: str, new: str) -> Iterator[tuple[Side, Side]]:
    """What two arguments name, readable until the block ends.

    Raises:
        BadRequest: there is no such path or revision, or no contract in it.
    """
    on_disk = tuple(each for each in (old, new) if not _is_revision(each))
    targets = resolve_targets(on_disk) if on_disk else None
    with _side_of(old, targets) as before, _side_of(new, targets) as after:
        yield before, after


def _is_revision(given: str) -> bool:
    return ":" in given and not os.path.lexists(given)


@contextlib.contextmanager
def _side_of(given: str, targets: Targets | None) -> Iterator[Side]:
    """One side; all that are on disk are named below one root."""
    if targets is not None and not _is_revision(given):
        path = Path(given).resolve().relative_to(targets.root).as_posix()
        yield _side(given, targets.root, path, "")
        return
    revision, _, path = given.partition(":")
    if "//" in path:
        raise BadRequest(f"{given!r} is an address. Give a file, a folder, or REF:PATH of git.")
    top = toplevel(Path.cwd())
    if top is None:
        raise BadRequest(f"There is no {given!r}, and no git repository here to look for it in.")
    wanted = os.path.normpath(_in_repository(path, top))
    with tree_at(top, revision, wanted=lambda file: suffix_of(file) in _SUFFIXES) as tree:
        if not (tree / wanted).exists():
            raise BadRequest(f"There is no {path!r} at {revision}.")
        yield _side(given, tree.resolve(), wanted, f"{revision}:")


def _in_repository(path: str, top: Path) -> str:
    """The path below the top of the repository; as git, one that begins with ./ is from here."""
    if path.startswith(("./", "../")):
        return os.path.relpath(Path.cwd() / path, top)
    return path or "."


def _side(given: str, root: Path, path: str, prefix: str) -> Side:
    is_file = (root / path).is_file()
    files: dict[str, tuple[str, ...]] = {}
    inventory = take_inventory(root, paths=(path,))
    for kind in KINDS:
        found = inventory.files_of(kind)
        if found:
            files[kind] = found
    if is_file and not files and _is_introspection(root, path):
        files["graphql"] = (path,)
    if not files:
        what = "is no" if is_file else "holds no"
        raise BadRequest(f"{given!r} {what} {', '.join(KINDS.values())} that Backstay compares.")
    base = os.path.dirname(path) if is_file else path  # noqa: PTH120 (a name, not a file)
    return Side(root=root, base="" if base == "." else base, prefix=prefix, files=files)


def _is_introspection(root: Path, path: str) -> bool:
    if suffix_of(path) != ".json":
        return False
    try:
        return _INTROSPECTION in Sources(root).read(path)
    except Unreadable:
        return False


def shared_kinds(old: Side, new: Side) -> tuple[str, ...]:
    """The kinds of contracts that both sides hold.

    Raises:
        BadRequest: there are none.
    """
    shared = tuple(kind for kind in KINDS if kind in old.files and kind in new.files)
    if shared:
        return shared
    left = " and ".join(f"{KINDS[kind]}s" for kind in old.files)
    right = " and ".join(f"{KINDS[kind]}s" for kind in new.files)
    raise BadRequest(f"One side holds {left}, the other {right}: they cannot be compared.")


class BothSources(Sources):
    """Reads the files of both sides by the names that reports give them."""

    def __init__(self, old: Side, new: Side) -> None:
        super().__init__(new.root)
        self._new, self._old = Sources(new.root), Sources(old.root)
        self._prefixes = (old.prefix, new.prefix)

    def read(self, file: str) -> bytes:
        """The content of a file by the name that its side gives it in reports."""
        old, new = self._prefixes
        if old and file.startswith(old):
            return self._old.read(file.removeprefix(old))
        return self._new.read(file.removeprefix(new))
