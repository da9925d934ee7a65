"""All that files say about a backend, through the one pass that finds them."""

from __future__ import annotations

import datetime as dt
import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backstay.model.backend import Backend
from backstay.model.contracts import Operation
from backstay.model.data import Table
from backstay.model.decisions import DecisionRecord
from backstay.model.deployment import Service
from backstay.model.events import Emit, Progress, unheard
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.findings import Stage
from backstay.model.places import Place
from backstay.practices.catalogue import all_practices, current_name
from backstay.project.cache import Cache, cache_key
from backstay.project.first_settings import guess_stage
from backstay.project.settings import (
    Settings,
    load_settings,
    settings_file,
    stated_sizes,
    with_current_names,
)
from backstay.readers.collector import collector_paused
from backstay.readers.inventory import Inventory, take_inventory
from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from backstay.review.targets import Targets

Reader = Callable[[Sequence[str], Sources], Iterator[Fact]]

# For each kind of input that the inventory knows: module and function of its reader.
READERS = {
    "sql": ("backstay.readers.sql", "read_sql"),
    "openapi": ("backstay.readers.openapi", "read_openapi"),
    "compose": ("backstay.readers.compose", "read_compose"),
    "dockerfile": ("backstay.readers.dockerfile", "read_dockerfiles"),
    "decision-record": ("backstay.readers.decision_records", "read_decision_records"),
}


_NOT_READ_YET = {"graphql": "GraphQL", "protobuf": "protobuf"}

# Languages whose files may define tables, endpoints or queries that are not read yet.
_SOURCE_CODE = {
    ".py": "Python",
    ".rs": "Rust",
    ".go": "Go",
    ".java": "Java",
    ".kt": "Kotlin",
    ".ts": "TypeScript",
    ".js": "JavaScript",
    ".rb": "Ruby",
    ".php": "PHP",
    ".cs": "C#",
    ".ex": "Elixir",
    ".scala": "Scala",
    ".prisma": "Prisma",
}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read of one project, and the settings it is judged by."""

    root: Path
    inventory: Inventory
    sources: Sources
    backend: Backend
    settings: Settings
    stage: Stage
    stage_source: str


class ReadingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a command says beside the settings about what to read, and how.

    ``today`` is the day that recorded decisions are held against, the present one where None.
    """

    stage: Stage | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    use_cache: bool = True
    today: dt.date | None = None


def read_backend(
    targets: Targets, options: ReadingOptions, emit: Emit, settings: Settings | None = None
) -> Reading:
    """Read the settings, unless they are given, and all inputs below the targets.

    Raises:
        BadRequest: the settings have a fault.
    """
    settings = settings or settings_of(targets.root)
    emit(Progress(step="look", text=str(targets.root)))
    inventory = take_inventory(
        targets.root,
        paths=targets.paths,
        include=(*settings.include, *options.include),
        exclude=(*settings.exclude, *options.exclude),
    )
    cache = Cache.of_user(enabled=options.use_cache)
    facts = read_facts(targets.root, inventory, cache, emit)
    backend = backend_of(facts, inventory, settings, options.today)
    stage, source = stage_of(options.stage, settings.stage, backend)
    return Reading(
        root=targets.root,
        inventory=inventory,
        sources=Sources(targets.root),
        backend=backend,
        settings=settings,
        stage=stage,
        stage_source=source,
    )


def backend_of(
    facts: Iterable[Fact], inventory: Inventory, settings: Settings, today: dt.date | None = None
) -> Backend:
    """The backend of what was read, with what was left out, stated and decided."""
    read = tuple(facts)
    tables = [fact.name for fact in read if isinstance(fact, Table)]
    sizes, unused = stated_sizes(settings, tables)
    return _with_decisions_held(Backend((*read, *_left_out(inventory), *sizes, *unused)), today)


def _with_decisions_held(backend: Backend, today: dt.date | None) -> Backend:
    """The backend with what has become of the decisions that are recorded in it."""
    if not backend.of(DecisionRecord):
        return backend
    from backstay.decisions.holding import held  # noqa: PLC0415 (only where there are records)

    day = today or dt.datetime.now(dt.UTC).date()
    return Backend((*backend.facts, *held(backend, day)))


def settings_of(root: Path) -> Settings:
    """The settings of the project at ``root``, with the present names of practices.

    Raises:
        BadRequest: they have a fault.
    """
    names = [each.name for each in all_practices()]
    return with_current_names(load_settings(root), settings_file(root), current_name, names)


def stage_of(asked: Stage | None, stated: Stage | None, backend: Backend) -> tuple[Stage, str]:
    """The company's stage, and where it is known from: asked for, stated, or guessed."""
    if asked is not None:
        return asked, "as asked"
    if stated is not None:
        return stated, "backstay.toml"
    return guess_stage(
        services=len(backend.of(Service)),
        tables=len(backend.of(Table)),
        operations=len(backend.of(Operation)),
    )


def read_facts(
    root: Path, inventory: Inventory, cache: Cache, emit: Emit = unheard
) -> tuple[Fact, ...]:
    """The facts of every input in the inventory, from the cache where no file has changed."""
    facts: list[Fact] = []
    for kind in READERS:
        files = inventory.files_of(kind)
        if files:
            emit(Progress(step="read", text=f"{len(files)} {kind} file(s)"))
            facts.extend(_facts_of(kind, files, root, cache))
    return tuple(facts)


def _facts_of(kind: str, files: tuple[str, ...], root: Path, cache: Cache) -> tuple[Fact, ...]:
    key = cache_key(root, kind)
    known = cache.load(key, root, files)
    if known is not None:
        return known.facts
    module, function = READERS[kind]
    reader: Reader = getattr(importlib.import_module(module), function)
    sources = Sources(root)
    with collector_paused():
        facts = tuple(reader(files, sources))
    cache.store(key, files, sources.opened, facts)
    return facts


def _left_out(inventory: Inventory) -> Iterator[Fact]:
    """What the inventory saw and no reader reads, as facts."""
    for file, why in inventory.unread:
        yield Unread(where=Place(file=file), why=why)
    reasons: dict[str, list[str]] = {}
    for folder, why in inventory.skipped:
        reasons.setdefault(why, []).append(folder)
    for why, folders in reasons.items():
        shown = ", ".join(folders[:5]) + (
            f" and {len(folders) - 5} more" if len(folders) > 5 else ""
        )
        yield NotChecked(
            where=Place(file=folders[0]),
            what=f"folders: {shown}",
            why=f"{why}; name one as target or in include to read it",
        )
    for kind, title in _NOT_READ_YET.items():
        files = inventory.files_of(kind)
        if files:
            yield NotChecked(
                where=Place(file=files[0]),
                what=f"{len(files)} {title} file(s), such as {files[0]}",
                why=f"{title} is not read yet",
            )
    code = Counter(
        {_SOURCE_CODE[suffix]: count for suffix, count in inventory.other if suffix in _SOURCE_CODE}
    )
    if code:
        counts = ", ".join(f"{count} {language}" for language, count in code.most_common())
        yield NotChecked(
            where=Place(file="."),
            what=f"source code ({counts} files)",
            why="tables, queries and endpoints that are defined in code are not read yet",
        )
