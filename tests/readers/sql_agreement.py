"""Runs SQL on a real PostgreSQL and through the SQL reader, and tells where they differ."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from backstay.foreign.psycopg import Connection, Error, errors, sql
from backstay.lab.catalog import read_catalog
from backstay.model.backend import Backend
from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.places import Place
from backstay.proofs.schema_check import differences
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql
from backstay.readers.sql.run import DEFECT
from backstay.readers.sql.splitter import split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from backstay.lab.server import Server

FILE = "schema.sql"
_CASE = re.compile(r"^## (.+?)\n\n```sql\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def cases(book: Path) -> dict[str, str]:
    """The titled SQL snippets of a Markdown file."""
    return dict(_CASE.findall(book.read_text()))


def facts_of(folder: Path, files: dict[str, str]) -> list[Fact]:
    """What the SQL reader says about some files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(read_sql(list(files), Sources(folder), every_doubt=True))


def statements(script: str) -> list[str]:
    text = script.encode()
    return [text[piece.start : piece.end].decode() for piece in split(text)]


@contextlib.contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """A connection to a database of its own; making one takes long, so cases share it."""
    with server.database() as name, contextlib.closing(server.connect(name)) as connection:
        yield connection


def empty(connection: Connection) -> None:
    """Drop everything that a case has made."""
    connection.execute("discard all")
    rows = connection.execute(
        "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'"
    ).fetchall()
    for (schema,) in rows:
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    connection.execute("create schema public")
    for (extension,) in connection.execute(
        "select extname from pg_extension where extname <> 'plpgsql'"
    ).fetchall():
        connection.execute(sql.SQL("drop extension {}").format(sql.Identifier(extension)))


def refusals(connection: Connection, script: Sequence[str]) -> dict[str, str]:
    """Run statements one by one; those that PostgreSQL refuses, each with its reason."""
    refused = {}
    for statement in script:
        try:
            connection.execute(statement.encode())
        except Error as error:
            refused[statement] = str(error).splitlines()[0]
    return refused


_OUT_OF_REACH = (
    errors.UndefinedTable,
    errors.InvalidSchemaName,
    errors.UndefinedFunction,
    errors.DatatypeMismatch,
    errors.InvalidTextRepresentation,
    errors.CannotCoerce,
)


def within_reach(connection: Connection, script: Sequence[str]) -> list[str]:
    """The statements but those about tables, types and functions that are not there.

    Those whose values do not fit their types are left out, too: the reader does not look at values.

    PostgreSQL refuses these; the reader takes them as made in files that it has not seen.
    """
    empty(connection)
    kept = []
    for statement in script:
        try:
            connection.execute(statement.encode())
        except _OUT_OF_REACH:
            continue
        except errors.UndefinedObject as error:
            if str(error).startswith("type "):
                continue
        except Error:
            pass
        kept.append(statement)
    return kept


def disagreements(connection: Connection, folder: Path, script: str) -> list[str]:
    """How the model of a script differs from what PostgreSQL makes of it."""
    static = facts_of(folder, {FILE: script})
    empty(connection)
    refused = refusals(connection, statements(script))
    real = read_catalog(connection, FILE)
    told = _told(script.encode(), static)
    assert not [why for why in told.values() if why.startswith(DEFECT)], told
    found = list(differences(Backend(static), Backend(real), FILE))
    found += [f"refused here alone ({told[at]}): {at}" for at in told if at not in refused]
    found += [f"refused there alone ({refused[at]}): {at}" for at in refused if at not in told]
    return found


def _told(text: bytes, facts: list[Fact]) -> dict[str, str]:
    """The statements that the reader could not read or apply, each with the reason."""
    told = {}
    for fact in facts:
        if isinstance(fact, NotChecked | Unread) and isinstance(fact.where, Place):
            at = fact.where.start or 0
            for piece in split(text):
                if piece.start <= at <= piece.end:
                    told[text[piece.start : piece.end].decode()] = fact.why
    return told
