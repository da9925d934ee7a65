"""From SQL files to facts: the schema is the result of applying the statements, worked out here."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from backstay.model.data import Dialect, Table
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.places import Place
from backstay.readers.collector import collector_paused
from backstay.readers.sql.dialects import POSTGRESQL, TITLES, dialect_of, hinted_by_names
from backstay.readers.sql.doubts import summarised
from backstay.readers.sql.layouts import Layout, layouts_of
from backstay.readers.sql.run import Run
from backstay.readers.sql.schema_files import schema_layouts
from backstay.readers.sql.scripts import Script, in_files, read_script
from backstay.readers.sql.tools import with_tools
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.readers.sources import Sources

# A schema file that shares so many of its tables with migrations is a dump of what they make.
_SAME_SCHEMA = 0.8


def read_sql(
    files: Sequence[str], sources: Sources, *, every_doubt: bool = False
) -> Iterator[Fact]:
    """The facts in some SQL files.

    Args:
        files: paths below the root of ``sources``.
        sources: where they are read.
        every_doubt: tell each statement that cannot be read or applied, also where they are many.
    """
    scripts: list[Script] = []
    for file in sorted(files):
        try:
            scripts.append(read_script(file, sources))
        except Unreadable as error:
            yield Unread(where=Place(file=file), why=error.reason)
    with collector_paused():
        facts = _facts(scripts, sources)
    yield from facts if every_doubt else summarised(facts)


def _facts(scripts: list[Script], sources: Sources) -> list[Fact]:
    found, rest = layouts_of(scripts)
    migrations = with_tools(found, sources)
    schemas, queries = schema_layouts(rest)
    facts: list[Fact] = []
    made: dict[str, set[tuple[str, str]]] = {}
    for layout in _with_own_names([*migrations, *schemas]):
        read = _layout_facts(layout)
        tables = {(f.name.schema, f.name.name) for f in read if isinstance(f, Table)}
        source = None if layout.is_migrations else _dumped(tables, made)
        if source is None:
            facts += read
            made |= {layout.database: tables} if layout.is_migrations else {}
        else:
            facts += _dump_facts(layout, source)
    facts += _query_facts(queries)
    return in_files(facts, scripts)


def _layout_facts(layout: Layout) -> list[Fact]:
    scripts = list({part.script.file: part.script for part in layout.parts}.values())
    dialect = dialect_of(scripts)
    if dialect == POSTGRESQL:
        return [dialect_fact(layout, dialect), *Run(layout).facts()]
    title = TITLES.get(dialect)
    why = f"{title} schemas are not read yet" if title else "its SQL dialect is not known"
    where = Place(file=scripts[0].file)
    return [
        dialect_fact(layout, dialect),
        NotChecked(where=where, what=f"the database {layout.database}", why=why),
    ]


def dialect_fact(layout: Layout, dialect: str) -> Dialect:
    """What kind of source a database comes from."""
    files = tuple(dict.fromkeys(part.script.file for part in layout.parts))
    return Dialect(
        where=Place(file=files[0]),
        database=layout.database,
        dialect=dialect,
        layout=layout.tool,
        files=files,
    )


def _with_own_names(layouts: list[Layout]) -> Iterator[Layout]:
    """Layouts whose databases have different names."""
    taken: set[str] = set()
    shared = Counter(layout.database for layout in layouts)
    for layout in layouts:
        name, number = layout.database, 1
        dialect = hinted_by_names(part.script.file for part in layout.parts)
        if shared[layout.database] > 1:
            name = f"{name} ({dialect or layout.tool})"
        while name in taken:
            number += 1
            name = f"{layout.database} ({dialect or layout.tool} {number})"
        taken.add(name)
        yield msgspec.structs.replace(layout, database=name)


def _dumped(tables: set[tuple[str, str]], made: dict[str, set[tuple[str, str]]]) -> str | None:
    """The migrations whose outcome a schema file repeats, if it does."""
    for database, others in made.items():
        shared = len(tables & others)
        if shared > 1 and shared >= _SAME_SCHEMA * max(len(tables), len(others)):
            return database
    return None


def _dump_facts(layout: Layout, source: str) -> list[Fact]:
    return [
        msgspec.structs.replace(dialect_fact(layout, POSTGRESQL), layout="dump"),
        NotChecked(
            where=Place(file=layout.parts[0].script.file),
            what=f"the schema in {layout.database}",
            why=f"it repeats what the migrations in {source} make, which are read instead",
        ),
    ]


def _query_facts(scripts: list[Script]) -> list[Fact]:
    """One entry for each folder of files that hold queries and no definitions."""
    folders: dict[str, list[Script]] = defaultdict(list)
    for script in scripts:
        if script.text.strip():
            folders[str(PurePosixPath(script.file).parent)].append(script)
    return [
        NotChecked(
            where=Place(file=members[0].file),
            what=f"{len(members)} SQL files in {folder}" if len(members) > 1 else members[0].file,
            why="only queries or data and no definitions; queries are not read yet",
        )
        for folder, members in folders.items()
    ]
