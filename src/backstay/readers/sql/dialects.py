"""Which SQL dialect a script is written in, by the words in its name and by its content."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from backstay.foreign.postgast import SqlFault
from backstay.readers.sql.splitter import split, without_quotes
from backstay.readers.sql.statements import trees_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.readers.sql.scripts import Script

POSTGRESQL = "postgresql"
UNKNOWN = "unknown"

# How people know the dialects.
TITLES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlserver": "SQL Server",
    "oracle": "Oracle",
    "clickhouse": "ClickHouse",
    "cockroachdb": "CockroachDB",
    "h2": "H2",
    "duckdb": "DuckDB",
    "snowflake": "Snowflake",
    "bigquery": "BigQuery",
}

_WORDS = {
    **dict.fromkeys(("postgres", "postgresql", "pg", "psql", "pgsql"), "postgresql"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
    **dict.fromkeys(("mssql", "sqlserver", "tsql"), "sqlserver"),
    **dict.fromkeys(("oracle", "plsql"), "oracle"),
    **dict.fromkeys(("cockroach", "cockroachdb", "crdb"), "cockroachdb"),
    "clickhouse": "clickhouse",
    "h2": "h2",
    "duckdb": "duckdb",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
}
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def _signs(*patterns: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(patterns), re.IGNORECASE | re.MULTILINE)


_SIGNS = {
    "mysql": _signs(
        rb"`\w+`",
        rb"\bengine\s*=\s*\w*(?:innodb|myisam|memory)\b",
        rb"\bauto_increment\b",
        rb"^\s*delimiter\s",
        rb"\bcharset\s*=",
        rb"\b(?:tinyint|mediumint|mediumtext|longtext)\b",
        rb"\bunsigned\b",
        rb"\bon\s+update\s+current_timestamp\b",
    ),
    "sqlite": _signs(rb"\bautoincrement\b", rb"^\s*pragma\s", rb"\bwithout\s+rowid\b"),
    "sqlserver": _signs(
        rb"\[dbo\]",
        rb"^\s*go\s*$",
        rb"\bnvarchar\b",
        rb"\bidentity\s*\(\s*\d+\s*,",
        rb"\buniqueidentifier\b",
    ),
    "oracle": _signs(rb"\bvarchar2\b", rb"\bnumber\s*\(\s*\d", rb"^/\s*$"),
    "clickhouse": _signs(rb"\bengine\s*=\s*\w*mergetree\b"),
    # Types that PostgreSQL does not have and several others do.
    UNKNOWN: _signs(rb"\w\s+(?:blob|clob|datetime)\b\s*(?:,|\)|not\b|null\b|default\b|$)"),
}
_POSTGRESQL = _signs(
    rb"\b(?:big|small)?serial\b",
    rb"\b(?:jsonb|timestamptz|bytea|plpgsql|tsvector|citext|inet)\b",
    rb"::\s*\w",
    rb"\$\w*\$",
    rb"\busing\s+(?:gin|gist|brin|btree)\b",
    rb"\bcreate\s+(?:extension|type|domain|policy)\b",
    rb"\balter\s+\w+\s+\w+\s+owner\s+to\b",
    rb"\bset_config\s*\(",
    rb"\breturning\b|\bon\s+conflict\b|\bilike\b",
    rb"\btimestamp\s+with(?:out)?\s+time\s+zone\b|\bcharacter\s+varying\b|\w\[\]",
)
# Without one of these, the signs cannot be there: looking for them is much faster.
_LITERALS = {
    "mysql": (
        *(b"`", b"engine", b"auto_increment", b"delimiter", b"charset", b"tinyint", b"mediumint"),
        *(b"mediumtext", b"longtext", b"unsigned", b"update current_timestamp"),
    ),
    "sqlite": (b"autoincrement", b"pragma", b"rowid"),
    "sqlserver": (b"[dbo]", b"\ngo", b"nvarchar", b"identity", b"uniqueidentifier"),
    "oracle": (b"varchar2", b"number", b"\n/"),
    "clickhouse": (b"mergetree",),
    UNKNOWN: (b"blob", b"clob", b"datetime"),
}
_TRIED = 20


def hinted(file: str) -> str | None:
    """The dialect that a word of the file's name, or else of its folders, states."""
    path = PurePosixPath(file.lower())
    for part in (path.name, *reversed(path.parts[:-1])):
        for word in _BETWEEN_WORDS.split(part):
            if word in _WORDS:
                return _WORDS[word]
    return None


def hinted_by_name(file: str) -> str | None:
    """The dialect that a word of the file's own name states."""
    return hinted(PurePosixPath(file).name)


def hinted_by_names(files: Iterable[str]) -> str | None:
    """The dialect that the first of some files' own names to state one states."""
    return next((hint for hint in map(hinted_by_name, files) if hint is not None), None)


def dialect_of(scripts: list[Script]) -> str:
    """The dialect of scripts that belong together.

    A word in the files' own names counts, and one in their folders' unless the content shows
    another one; without either, it is PostgreSQL's if it parses as such.
    """
    named = hinted_by_names(script.file for script in scripts)
    if named is not None:
        return named
    shown: dict[str, int] = {}
    for script in scripts:
        for dialect, count in _counted(script.text).items():
            shown[dialect] = shown.get(dialect, 0) + count
    hint = hinted(scripts[0].file)
    if hint is not None and (hint in shown or not shown):
        return hint
    others = {dialect: count for dialect, count in shown.items() if dialect != POSTGRESQL}
    if others and max(others.values()) > shown.get(POSTGRESQL, 0):
        return max(others, key=lambda dialect: others[dialect])
    if shown.get(POSTGRESQL):
        return POSTGRESQL
    return POSTGRESQL if _parses(scripts) else UNKNOWN


def _counted(text: bytes) -> dict[str, int]:
    """How often the signs of each dialect stand outside of quotes and comments."""
    lower = text.lower()
    raw = [
        dialect
        for dialect, literals in _LITERALS.items()
        if any(literal in lower for literal in literals) and _SIGNS[dialect].search(text)
    ]
    if not raw:
        return {POSTGRESQL: 1} if _POSTGRESQL.search(text) else {}
    plain = without_quotes(text)
    found = {dialect: len(_SIGNS[dialect].findall(plain)) for dialect in raw}
    found[POSTGRESQL] = len(_POSTGRESQL.findall(plain))
    return {dialect: count for dialect, count in found.items() if count}


def _parses(scripts: list[Script]) -> bool:
    """Whether most of the first statements are SQL as PostgreSQL knows it."""
    tried = failed = 0
    for script in scripts:
        for piece in split(script.text, script.start):
            if tried >= _TRIED:
                break
            tried += 1
            try:
                trees_of(script.text[piece.start : piece.end])
            except SqlFault:
                failed += 1
    return failed * 2 <= tried
