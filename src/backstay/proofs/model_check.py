"""Is the schema that was worked out from files the one that PostgreSQL makes of them?

Where a laboratory is at hand, the statements themselves are run in it, and its catalogs are
compared with the model, object by object. What differs is said, never mended: findings rest on the
static model, and a reader of the report should know where that may be wrong.

The statements come from strangers. They run as the superuser only where the kernel confines the
server to its own folder, else as a role without special rights; see ``lab.confinement``.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from backstay.foreign.psycopg import Connection, Error
from backstay.lab.catalog import read_catalog
from backstay.lab.server import OWNER, SUPERUSER, Server
from backstay.model.backend import Backend
from backstay.model.facts import NotChecked
from backstay.model.migrations import MigrationStatement
from backstay.model.places import Place
from backstay.proofs.schema_check import differences
from backstay.readers.sql.splitter import split
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.model.data import Dialect
    from backstay.readers.sources import Sources

SECONDS = 20.0  # for one database; Lemmy's 342 migrations take two
_SHOWN = 10


def check_models(
    dialects: Sequence[Dialect], backend: Backend, sources: Sources, server: Server
) -> Iterator[NotChecked]:
    """What differs between the model and PostgreSQL, for each database that was read."""
    for dialect in dialects:
        if dialect.dialect == "postgresql":
            yield from _check(dialect, backend, sources, server)


def _check(
    dialect: Dialect, backend: Backend, sources: Sources, server: Server
) -> Iterator[NotChecked]:
    where = Place(file=dialect.files[0])
    statements = _statements(dialect, backend, sources)
    role = SUPERUSER if server.confined else OWNER
    with (
        server.database() as name,
        contextlib.closing(server.connect(name, role=role, statement_seconds=5.0)) as connection,
    ):
        failures = _run(statements, connection)
        connection.execute("reset all")
        real = Backend(read_catalog(connection, dialect.database))
    if failures:
        yield NotChecked(
            where=where,
            what=f"{len(failures)} of {len(statements)} statements of {dialect.database}",
            why=f"PostgreSQL {server.version} here did not take them: {failures[0]}",
        )
    if len(failures) * 2 > len(statements):
        return  # what they build on stands elsewhere: a comparison would repeat that
    found = differences(backend, real, dialect.database)
    for each in found[:_SHOWN]:
        why = f"the model and PostgreSQL {server.version} differ"
        yield NotChecked(where=where, what=f"{dialect.database}: {each}", why=why)
    if len(found) > _SHOWN:
        why = f"the model and PostgreSQL {server.version} differ"
        what = f"{dialect.database}: {len(found) - _SHOWN} more objects"
        yield NotChecked(where=where, what=what, why=why)


def _statements(dialect: Dialect, backend: Backend, sources: Sources) -> list[bytes]:
    """The statements as they stand in the files (those of facts are shortened), in order."""
    found: list[bytes] = []
    texts: dict[str, bytes] = {}
    with contextlib.suppress(Unreadable):  # said as unread already
        texts = {file: sources.read(file) for file in dialect.files}
    if dialect.layout == "schema":
        for text in texts.values():
            found += [text[at.start : at.end] for at in split(text)]
        return found
    for each in backend.of(MigrationStatement):
        place = each.where
        mine = each.database == dialect.database and each.direction == "up"
        if mine and isinstance(place, Place) and place.file in texts:
            found.append(texts[place.file][place.start : place.end])
    return found


def _run(statements: Sequence[bytes], connection: Connection) -> list[str]:
    """Run the statements one by one; the messages of those that failed."""
    failures = []
    deadline = time.monotonic() + SECONDS
    for done, statement in enumerate(statements):
        if time.monotonic() > deadline:
            failures += [f"{SECONDS:.0f} s were used up"] * (len(statements) - done)
            break
        try:
            connection.execute(statement)
        except Error as error:
            failures.append(str(error).partition("\n")[0])
            with contextlib.suppress(Error):
                connection.rollback()
    return failures
