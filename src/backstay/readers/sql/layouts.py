"""Which SQL files form which database, in which order they apply, and which of them undo others.

Layouts are told apart by names and by marks in comments, in this order: marked sections (dbmate,
goose, ...), one directory a migration (diesel, Prisma), Flyway's ``V1__``, ``.up.sql`` and
``.down.sql`` (golang-migrate, sqlx), numbers in front (plain). What is left are schema files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.readers.sql.dialects import hinted_by_name
from backstay.readers.sql.scripts import Script
from backstay.readers.sql.sections import Direction, sections_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Order = tuple[Any, ...]

_NUMBERED = re.compile(
    r"(?P<version>\d+(?:[.\-]\d+)*)(?:[_.\- ]+(?P<title>.*?))?\.sql\Z", re.IGNORECASE
)
_PAIRED = re.compile(r"(?P<version>\d+)_?(?P<title>.*?)\.(?P<way>up|down)\.sql\Z", re.IGNORECASE)
_FLYWAY = re.compile(
    r"(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeated>R))__(?P<title>.*)\.sql\Z"
)
_DIRECTORY = re.compile(r"(?P<version>\d[\d\-]*)[_\-](?P<title>.+)\Z")
_UNDOES = re.compile(r"(?:[._\-](?:down|rollback|undo|revert))\.sql\Z", re.IGNORECASE)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A file, or a section of one, that is applied as one migration.

    Attributes:
        order: what the migration tool sorts by.
        in_transaction: whether the tool runs it in one; None where that is unknown.
    """

    script: Script
    start: int
    end: int
    version: str
    title: str
    direction: Direction
    order: Order
    in_transaction: bool | None = None


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one database. ``tool`` is "schema" for files that are not migrations."""

    database: str
    tool: str
    parts: tuple[Part, ...]

    @property
    def is_migrations(self) -> bool:
        """Whether the files are migrations."""
        return self.tool != "schema"


def layouts_of(scripts: Iterable[Script]) -> tuple[list[Layout], list[Script]]:
    """The migration directories among some files, and the files that are no migrations."""
    found: dict[Group, list[Part]] = defaultdict(list)
    rest: list[Script] = []
    for script in scripts:
        for recognise in _RECOGNISERS:
            match = recognise(script)
            if match is not None:
                folder, tool, parts = match
                found[folder, tool, hinted_by_name(script.file)] += parts
                break
        else:
            rest.append(script)
    layouts = [
        Layout(database=folder, tool=tool, parts=_sorted(parts))
        for (folder, tool, _), parts in _with_shared(found).items()
    ]
    return sorted(_merged(layouts), key=lambda layout: (layout.database, layout.tool)), rest


def _sorted(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (part.order, part.script.file)))


Group = tuple[str, str, str | None]


def _with_shared(found: dict[Group, list[Part]]) -> dict[Group, list[Part]]:
    """Groups by dialect, each with the files of its folder that are for all dialects.

    A migration in a dialect's own file (``1_a.mysql.up.sql``) takes the place of ``1_a.up.sql``.
    """
    groups: dict[Group, list[Part]] = {}
    dialects = {(folder, tool) for folder, tool, dialect in found if dialect is not None}
    for (folder, tool, dialect), parts in found.items():
        if dialect is None and (folder, tool) in dialects:
            continue
        own = {(part.version, part.direction) for part in parts}
        shared = found.get((folder, tool, None), []) if dialect is not None else []
        more = [part for part in shared if (part.version, part.direction) not in own]
        groups[folder, tool, dialect] = parts + more
    return groups


def _folder(file: str) -> str:
    return str(PurePosixPath(file).parent)


def _numeric(version: str) -> Order:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _part(script: Script, match: re.Match[str], order: Order, **more: Any) -> Part:  # noqa: ANN401
    return Part(
        script=script,
        start=script.start,
        end=len(script.text),
        version=match["version"] or "",
        title=(match["title"] or "").replace("_", " ").strip(),
        order=order,
        direction=more.pop("direction", "up"),
        **more,
    )


Match = tuple[str, str, list[Part]]


def _sectioned(script: Script) -> Match | None:
    marked = sections_of(script.text)
    if marked is None:
        return None
    tool, sections = marked
    name = PurePosixPath(script.file).name
    match = _NUMBERED.match(name)
    version = match["version"] if match else name
    title = (match["title"] or "" if match else name).replace("_", " ")
    order = (0, _numeric(version)) if match else (1, (), name)
    return (
        _folder(script.file),
        tool,
        [
            Part(
                script=script,
                start=section.start,
                end=section.end,
                version=version,
                title=title,
                direction=section.direction,
                order=order,
                in_transaction=section.in_transaction,
            )
            for section in sections
        ],
    )


def _directory(script: Script) -> Match | None:
    """NAME/up.sql and NAME/down.sql of diesel, NAME/migration.sql of Prisma."""
    path = PurePosixPath(script.file)
    name = path.name.lower()
    tool = "prisma" if name == "migration.sql" else "diesel"
    if name not in {"up.sql", "down.sql", "migration.sql"}:
        return None
    match = _DIRECTORY.match(path.parent.name)
    if match is None:
        return None
    # Diesel compares versions as text, without their dashes.
    version = match["version"] if tool == "prisma" else path.parent.name.split("_")[0]
    order = (path.parent.name,) if tool == "prisma" else (version.replace("-", ""),)
    part = _part(
        script,
        match,
        order,
        direction="down" if name == "down.sql" else "up",
        in_transaction=True if tool == "diesel" else None,
    )
    part = msgspec.structs.replace(part, version=version)
    return str(path.parent.parent), tool, [part]


def _flyway(script: Script) -> Match | None:
    match = _FLYWAY.match(PurePosixPath(script.file).name)
    if match is None:
        return None
    if match["repeated"]:
        order: Order = (1, (), match["title"])
        part = _part(script, match, order, in_transaction=True)
        part = msgspec.structs.replace(part, version="R")
    else:
        order = (0, _numeric(match["version"].replace("_", ".")), match["kind"])
        way = "down" if match["kind"] == "U" else "up"
        part = _part(script, match, order, direction=way, in_transaction=True)
    return _folder(script.file), "flyway", [part]


def _paired(script: Script) -> Match | None:
    match = _PAIRED.match(PurePosixPath(script.file).name)
    if match is None:
        return None
    way = match["way"].lower()
    part = _part(script, match, _numeric(match["version"]), direction=way)
    return _folder(script.file), "paired", [part]


def _plain(script: Script) -> Match | None:
    name = PurePosixPath(script.file).name
    match = _NUMBERED.match(name)
    if match is None:
        return None
    way = "down" if _UNDOES.search(name) else "up"
    part = _part(script, match, _numeric(match["version"]), direction=way)
    return _folder(script.file), "plain", [part]


_RECOGNISERS: tuple[Callable[[Script], Match | None], ...] = (
    _sectioned,
    _directory,
    _flyway,
    _paired,
    _plain,
)


def _merged(layouts: list[Layout]) -> list[Layout]:
    """Layouts in which the subfolders of one folder count as one, where Flyway would read them so.

    Flyway looks into subfolders. Those whose versions differ go together; where two hold the same
    version (one a dialect, say), each is a database of its own.
    """
    by_parent: dict[str, list[Layout]] = defaultdict(list)
    kept = [layout for layout in layouts if layout.tool != "flyway"]
    for layout in layouts:
        if layout.tool == "flyway":
            by_parent[_folder(layout.database)].append(layout)
    for parent, siblings in by_parent.items():
        above = [layout for layout in kept if layout.database == parent and layout.tool == "flyway"]
        parts = [part for layout in [*siblings, *above] for part in layout.parts]
        versions = [(part.version, part.title) for part in parts if part.direction == "up"]
        numbers = {version for version, _ in versions if version != "R"}
        if len(siblings) == 1 or len(numbers) < sum(version != "R" for version, _ in versions):
            kept += siblings
            continue
        parts.sort(key=lambda part: (part.order, part.script.file))
        kept.append(Layout(database=parent, tool="flyway", parts=tuple(parts)))
    return [_with_baseline(layout) for layout in kept]


def _with_baseline(layout: Layout) -> Layout:
    """Where Flyway has a baseline, a new database starts from the last one."""
    if layout.tool != "flyway":
        return layout
    baselines = [part for part in layout.parts if part.order[-1] == "B"]
    if not baselines:
        return layout
    last = baselines[-1]
    kept = tuple(
        part
        for part in layout.parts
        if part is last or part.order[0] == 1 or part.order[1] > last.order[1]
    )
    return msgspec.structs.replace(layout, parts=kept)
