"""What a statement really did: pages touched and rows read, deleted and written, by table.

PostgreSQL does the work of a foreign key in triggers, after the statement's plan has ended. So
EXPLAIN (ANALYZE, BUFFERS) shows only its time; its pages and rows are in none of the plan's nodes.
The statistics of the current transaction hold all of it. They are exact, and (unlike hits against
reads) the same at each run once the session has loaded its catalogs. They include what earlier
transactions of the session have not yet reported, so differences are taken.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from backstay.foreign.psycopg import Connection

# Of a table: itself, its indexes, and what holds its long values.
_COUNTERS = """
SELECT n.nspname, t.relname,
    sum(pg_stat_get_xact_blocks_fetched(part.oid)),
    sum(pg_stat_get_xact_tuples_fetched(part.oid))
        + sum(pg_stat_get_xact_tuples_returned(part.oid)) FILTER (WHERE part.oid = t.oid),
    sum(pg_stat_get_xact_tuples_deleted(part.oid)) FILTER (WHERE part.oid = t.oid),
    sum(pg_stat_get_xact_tuples_updated(part.oid)) FILTER (WHERE part.oid = t.oid)
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
    SELECT t.oid
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = t.oid
    UNION ALL SELECT t.reltoastrelid WHERE t.reltoastrelid <> 0
    UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = t.reltoastrelid
) AS part
WHERE t.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY 1, 2 ORDER BY 1, 2
"""


class TableWork(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to one table. ``pages`` are of 8 kB and counted at each touch."""

    pages: int = 0
    rows_read: int = 0
    rows_deleted: int = 0
    rows_updated: int = 0


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement did, by schema and name of the table; ``seconds`` are of this one run."""

    tables: dict[tuple[str, str], TableWork]
    seconds: float

    @property
    def pages(self) -> int:
        """Pages touched, over all tables."""
        return sum(each.pages for each in self.tables.values())

    @property
    def rows_read(self) -> int:
        """Rows read, over all tables."""
        return sum(each.rows_read for each in self.tables.values())

    @property
    def rows_deleted(self) -> int:
        """Rows deleted, over all tables."""
        return sum(each.rows_deleted for each in self.tables.values())

    @property
    def rows_updated(self) -> int:
        """Rows updated, over all tables."""
        return sum(each.rows_updated for each in self.tables.values())


def work_of(connection: Connection, statement: str) -> Work:
    """Run a statement within the open transaction, undo it, and say what it did.

    The first time a session runs it, loading the catalogs and planning touches pages as well.
    """
    connection.execute("SAVEPOINT before_work")
    before = _counters(connection)
    started = time.perf_counter()
    connection.execute(statement.encode())
    seconds = time.perf_counter() - started
    after = _counters(connection)
    connection.execute("ROLLBACK TO before_work")
    tables = {
        name: TableWork(
            pages=counts[0] - before[name][0],
            rows_read=counts[1] - before[name][1],
            rows_deleted=counts[2] - before[name][2],
            rows_updated=counts[3] - before[name][3],
        )
        for name, counts in after.items()
        if counts != before[name]
    }
    return Work(tables=tables, seconds=seconds)


def _counters(connection: Connection) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    rows = connection.execute(_COUNTERS).fetchall()
    return {
        (schema, name): (int(pages), int(read), int(deleted), int(updated))
        for schema, name, pages, read, deleted, updated in rows
    }
