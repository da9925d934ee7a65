"""A project as it would be after an edit.

The edited files stand in a temporary folder; all others are read where they are. Nothing is
written to the project.
"""

from __future__ import annotations

import contextlib
import importlib
import posixpath
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from backstay.hosts.relevance import ACCEPTING, may_be_referred_to
from backstay.model.contracts import UnresolvedReference
from backstay.model.errors import NotAvailable
from backstay.model.places import Place
from backstay.project.cache import Cache, cache_key
from backstay.readers.collector import collector_paused
from backstay.readers.inventory import Inventory, take_inventory
from backstay.readers.sources import Sources
from backstay.readers.unreadable import Unreadable
from backstay.review.reading import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backstay.model.facts import Fact
    from backstay.project.settings import Settings

_MOST_ROUNDS = 50


class OverlaySources(Sources):
    """Reads some files below a root from elsewhere."""

    def __init__(self, root: Path, replaced: Mapping[Path, Path]) -> None:
        super().__init__(root)
        self._replaced = replaced

    def path(self, file: str) -> Path:
        """The real path of ``file``, or of what stands in for it."""
        real = super().path(file)
        return self._replaced.get(real, real)


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """A project with some files as they would be.

    Attributes:
        root: the project, with all links resolved.
        stand: a folder with the edited files, those that say what is accepted, and what decides
            whether the edited files are read.
        files: content by path below the root; None for a file that would be gone.
    """

    root: Path
    stand: Path
    files: dict[str, bytes | None]

    def sources(self) -> OverlaySources:
        """The way to read the project."""
        replaced = {self.root / file: self.stand / file for file in self.files}
        return OverlaySources(self.root, replaced)

    def edited(self, settings: Settings) -> Inventory:
        """What would be read of the edited files."""
        return take_inventory(self.stand, include=settings.include, exclude=settings.exclude)

    def inventory(self, current: Inventory, edited: Inventory) -> Inventory:
        """What would be read, given what is read now."""
        kept = [entry for entry in current.entries if entry.file not in self.files]
        new = [entry for entry in edited.entries if entry.file in self.files]
        unread = [pair for pair in current.unread if pair[0] not in self.files]
        unread += [pair for pair in edited.unread if pair[0] in self.files]
        return msgspec.structs.replace(
            current,
            entries=tuple(sorted((*kept, *new), key=lambda entry: entry.file)),
            unread=tuple(sorted(unread)),
        )

    def facts(self, inventory: Inventory, cache: Cache) -> tuple[tuple[Fact, ...], bool]:
        """All facts of the project as it would be, and whether any were read from an edited file.

        What an edit cannot change is taken from the cache.
        """
        facts: list[Fact] = []
        edited = False
        for kind in READERS:
            files = inventory.files_of(kind)
            known = cache.load(cache_key(self.root, kind), self.root, files) if files else None
            seen = set(known.opened) if known is not None else set()
            coming = self._coming_or_going() if kind == "openapi" else []
            if known and not coming and self.files.keys().isdisjoint({*seen, *files}):
                facts.extend(known.facts)
            elif files:
                sources = self.sources()
                read = self._read(kind, files, sources, {*seen, *coming})
                sources.opened |= dict.fromkeys(coming)
                facts.extend(read)
                if not self.files.keys().isdisjoint(sources.opened):
                    edited = True
                elif known is None:
                    cache.store(cache_key(self.root, kind), files, sources.opened, read)
        return tuple(facts), edited

    def _read(
        self, kind: str, files: tuple[str, ...], sources: OverlaySources, besides: set[str]
    ) -> tuple[Fact, ...]:
        facts = _facts(kind, files, sources)
        if besides.isdisjoint(self._coming_or_going()):
            return facts
        with _temporary_folder() as copy:
            return self._with_references(files, {*sources.opened, *besides}, copy)

    def _coming_or_going(self) -> list[str]:
        """Documents that contracts may refer to and that are made or removed."""
        return [
            file
            for file, content in self.files.items()
            if may_be_referred_to(file) and (content is None) == (self.root / file).exists()
        ]

    def _with_references(
        self, files: tuple[str, ...], opened: set[str], copy: Path
    ) -> tuple[Fact, ...]:
        """The facts of contracts, read from a copy: references are looked up on the disk.

        A reference that leads nowhere in the copy, and somewhere in the project, adds to it.
        """
        sources, wanted, copied = self.sources(), {*files, *opened, *self.files}, set[str]()
        facts: tuple[Fact, ...] = ()
        for _ in range(_MOST_ROUNDS):
            for file in sorted(wanted - copied):
                with contextlib.suppress(Unreadable):
                    data = sources.read(file)
                    (copy / file).parent.mkdir(parents=True, exist_ok=True)
                    (copy / file).write_bytes(data)
            copied |= wanted
            facts = _facts("openapi", files, Sources(copy))
            wanted = {each for fact in facts if (each := _referred(fact))} - copied
            if not wanted:
                break
        return facts


def _facts(kind: str, files: Sequence[str], sources: Sources) -> tuple[Fact, ...]:
    module, function = READERS[kind]
    reader = getattr(importlib.import_module(module), function)
    with collector_paused():
        return tuple(reader(files, sources))


def _referred(fact: Fact) -> str | None:
    """The file that a reference without a target names, below the root."""
    if not isinstance(fact, UnresolvedReference) or not isinstance(fact.where, Place):
        return None
    path = unquote(fact.reference.partition("#")[0])
    if not path or "\0" in path or path.startswith("/") or "://" in path:
        return None
    file = posixpath.normpath(posixpath.join(posixpath.dirname(fact.where.file), path))
    return None if file.startswith("..") else file


@contextlib.contextmanager
def overlaid(root: Path, files: dict[str, bytes | None]) -> Iterator[Overlay]:
    """The project at ``root`` with files as they would be; the folder is gone when the block ends.

    Raises:
        NotAvailable: there is no room for it.
    """
    top = next((each for each in (root, *root.parents) if (each / ".git").exists()), root)
    try:
        with _temporary_folder() as folder:
            stand = folder / root.relative_to(top)
            (folder / ".git" / "info").mkdir(parents=True)
            stand.mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                if content is not None:
                    (stand / file).parent.mkdir(parents=True, exist_ok=True)
                    (stand / file).write_bytes(content)
            for name in ACCEPTING:
                if name not in files:
                    _copy(root / name, stand / name)
            _copy_what_decides(top, folder, [(root / file).relative_to(top) for file in files])
            yield Overlay(root=root, stand=stand, files=files)
    except OSError as error:
        raise NotAvailable(
            f"there is no room to try the edit: {error.strerror or error}. Make some in the"
            " temporary folder, or set TMPDIR to another"
        ) from error


def _copy_what_decides(top: Path, folder: Path, files: Sequence[Path]) -> None:
    """Copy what says whether files are read: what git ignores, and what marks environments."""
    _copy(top / ".git" / "info" / "exclude", folder / ".git" / "info" / "exclude")
    for above in {above for file in files for above in file.parents}:
        if (folder / above).is_dir():
            for name in (".gitignore", "pyvenv.cfg"):
                if not (folder / above / name).exists():
                    _copy(top / above / name, folder / above / name)


def _copy(source: Path, target: Path) -> None:
    if source.is_file() and not source.is_symlink():
        with contextlib.suppress(PermissionError):
            shutil.copyfile(source, target)


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="backstay-edit-", ignore_cleanup_errors=True) as made:
        yield Path(made).resolve()
