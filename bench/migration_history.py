"""Seconds per statement of generated migration histories at 1x, 4x and 16x: they must stay level.

    python bench/migration_history.py

A history creates, alters, renames and drops tables, columns, keys, indexes and views, as years
of development do. Each size is read three times; the median of the process's own CPU time counts.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

SIZES = (250, 1_000, 4_000, 16_000)
PER_MIGRATION = 5
ROUNDS = 3
# How far the costliest size may lie above the cheapest before the command fails.
MOST_GROWTH = 1.6


class History:
    """Writes statements that are valid one after the other."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, list[str]] = {}
        self.views: list[tuple[str, str]] = []
        self.indexes: list[tuple[str, str]] = []
        self.count = 0

    def statements(self, wanted: int) -> list[str]:
        found: list[str] = []
        while len(found) < wanted:
            found.append(self._next())
        return found

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def _next(self) -> str:
        if len(self.tables) < 3:
            return self._create_table()
        actions = (
            (self._create_table, 12),
            (self._add_column, 22),
            (self._alter_column, 14),
            (self._rename_column, 8),
            (self._drop_column, 8),
            (self._create_index, 14),
            (self._drop_index, 6),
            (self._add_foreign_key, 8),
            (self._create_view, 4),
            (self._drop_view, 3),
            (self._rename_table, 3),
            (self._drop_table, 3),
        )
        chosen = self.random.choices([action for action, _ in actions], [w for _, w in actions])[0]
        return chosen() or self._add_column()

    def _table(self) -> str:
        return self.random.choice(list(self.tables)[-60:])

    def _create_table(self) -> str:
        name = self._name("table")
        self.tables[name] = ["name", "amount"]
        return (
            f"create table {name} (id bigserial primary key, name varchar(80) not null unique,"
            " amount numeric(10,2) default 0 check (amount >= 0),"
            " created_at timestamptz default now())"
        )

    def _add_column(self) -> str:
        table, column = self._table(), self._name("column")
        self.tables[table].append(column)
        return f"alter table {table} add column {column} integer not null default 0"

    def _alter_column(self) -> str | None:
        table = self._table()
        if self._is_viewed(table):
            return None
        column = self.random.choice(self.tables[table][2:] or ["amount"])
        change = self.random.choice(
            ("drop not null", "set not null", "set default 1", "type bigint")
        )
        return f"alter table {table} alter column {column} {change}"

    def _is_viewed(self, table: str) -> bool:
        return any(of == table for _, of in self.views)

    def _rename_column(self) -> str | None:
        table = self._table()
        if len(self.tables[table]) < 3:
            return None
        at = self.random.randrange(2, len(self.tables[table]))
        old, new = self.tables[table][at], self._name("column")
        self.tables[table][at] = new
        return f"alter table {table} rename column {old} to {new}"

    def _drop_column(self) -> str | None:
        table = self._table()
        if len(self.tables[table]) < 3 or self._is_viewed(table):
            return None
        column = self.tables[table].pop()
        self.indexes = [(name, of) for name, of in self.indexes if of != f"{table}.{column}"]
        return f"alter table {table} drop column {column} cascade"

    def _create_index(self) -> str:
        table, name = self._table(), self._name("index")
        column = self.random.choice(self.tables[table])
        self.indexes.append((name, f"{table}.{column}"))
        return f"create index {name} on {table} ({column}) where {column} is not null"

    def _drop_index(self) -> str | None:
        if not self.indexes:
            return None
        name, _ = self.indexes.pop(self.random.randrange(len(self.indexes)))
        return f"drop index if exists {name}"

    def _add_foreign_key(self) -> str:
        table, parent, column = self._table(), self._table(), self._name("parent")
        self.tables[table].append(column)
        return (
            f"alter table {table} add column {column} bigint references {parent} on delete cascade"
        )

    def _create_view(self) -> str:
        table, name = self._table(), self._name("view")
        self.views.append((name, table))
        query = f"select t.id, t.name, count(*) from {table} t group by t.id, t.name"
        return f"create view {name} as {query}"

    def _drop_view(self) -> str | None:
        if not self.views:
            return None
        name, _ = self.views.pop()
        return f"drop view if exists {name}"

    def _rename_table(self) -> str:
        old, new = self._table(), self._name("table")
        self.tables[new] = self.tables.pop(old)
        self.views = [(name, new if of == old else of) for name, of in self.views]
        return f"alter table {old} rename to {new}"

    def _drop_table(self) -> str:
        table = self._table()
        del self.tables[table]
        self.views = [(name, of) for name, of in self.views if of != table]
        return f"drop table {table} cascade"


def write(folder: Path, size: int) -> list[str]:
    statements = History().statements(size)
    files = []
    for number in range(0, size, PER_MIGRATION):
        name = f"{number // PER_MIGRATION + 1:06}_step.sql"
        text = ";\n".join(statements[number : number + PER_MIGRATION])
        (folder / name).write_text(text + ";\n")
        files.append(name)
    return files


def seconds(folder: Path, files: list[str]) -> float:
    started = time.process_time()
    facts = list(read_sql(files, Sources(folder)))
    spent = time.process_time() - started
    refused = [fact for fact in facts if fact.kind == "not-checked"]
    assert not refused, refused[0]
    return spent


def main() -> int:
    print(f"{'statements':>10}  {'CPU s':>8}  {'us each':>8}  {'peak MB':>8}")
    each = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            files = write(Path(name), size)
            spent = statistics.median(seconds(Path(name), files) for _ in range(ROUNDS))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each.append(spent / size)
        print(f"{size:>10}  {spent:>8.3f}  {spent / size * 1e6:>8.1f}  {peak:>8.0f}")
    growth = max(each) / min(each[1:])
    print(f"the costliest statement of a size takes {growth:.2f} times the cheapest")
    return 0 if each[-1] <= each[1] * MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
