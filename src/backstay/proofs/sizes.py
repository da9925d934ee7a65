"""How many rows each table of an experiment gets, and what that says about the real ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstay.lab.planning import Plan, PlannedTable
    from backstay.model.backend import Backend
    from backstay.model.cascades import Cascade
    from backstay.model.data import Name

MOST_ROWS = 2_000_000
# Where no size is known: from a table that fits into a few pages to one that does not.
LADDER = (1_000, 10_000, 100_000)
_ROWS_A_PARENT = 10
_MOST_ROWS_OF_A_FAN = 20_000
# What filling took here, and what an experiment may spend on it.
_SECONDS_A_ROW = 1.2e-6
_SECONDS_A_VALUE = 0.6e-6
_FILLING_SECONDS = 3.0
_BYTES = 600_000_000
_BYTES_A_VALUE = {"text": 40, "json": 40, "uuid": 16, "bytes": 32, "integer": 8, "other": 60}


def known_sizes(backend: Backend, tables: Iterable[Name]) -> dict[Name, int]:
    """The sizes that are stated or known."""
    found = ((name, backend.size_of(name)) for name in tables)
    return {name: size.rows for name, size in found if size is not None}


def most_rows(plan: Plan, table: Name) -> int:
    """How many rows of a table an experiment builds at most, to stay quick and small."""
    columns = plan.table(table).columns
    seconds = _SECONDS_A_ROW + len(columns) * _SECONDS_A_VALUE
    width = sum(_BYTES_A_VALUE.get(column.type.kind, 8) for column in columns) + 30
    most = min(MOST_ROWS, _FILLING_SECONDS / seconds, _BYTES / width)
    return max(1_000, int(most) // 1_000 * 1_000)


def scale_of(plan: Plan, rows: Mapping[Name, int]) -> int:
    """By what to divide all sizes so that filling them stays quick; their ratios remain."""
    share = sum(count / most_rows(plan, name) for name, count in rows.items())
    return max(1, math.ceil(share))


def usual_parents(children: int) -> int:
    """How many parents so many children are taken to have where nobody says."""
    return max(2, children // _ROWS_A_PARENT)


def fanned_sizes(plan: Plan, cascade: Cascade, fan: int) -> dict[Name, int]:
    """So many rows for each row of the table above, level by level, as far as keys allow."""
    rows = {cascade.root: 2}
    for key in cascade.keys:
        if key.table not in rows:
            above = 1 if key.parent == cascade.root else rows[key.parent]
            rows[key.table] = min(_MOST_ROWS_OF_A_FAN, fan * above)
    for _ in range(cascade.levels + 1):  # what limits one table may limit the next
        for name in cascade.tables:
            rows[name] = min(rows[name], _combinations(plan.table(name), cascade, rows))
    return rows


def _combinations(table: PlannedTable, cascade: Cascade, rows: Mapping[Name, int]) -> int:
    """How many rows the table's unique sets allow that consist of references alone."""
    keys = [key for key in cascade.keys if key.table == table.name]
    most = MOST_ROWS
    for unique in (table.primary_key, *table.uniques, *_unique_indexes(table)):
        within = [key for key in keys if set(key.columns) <= set(unique)]
        if not unique or {column for key in within for column in key.columns} != set(unique):
            continue
        parents = [key.parent for key in within]
        factors = [rows[name] - parents[:at].count(name) for at, name in enumerate(parents)]
        most = min(most, math.prod(factors))
    return max(1, most)


def _unique_indexes(table: PlannedTable) -> list[tuple[str, ...]]:
    return [index.columns or () for index in table.indexes if index.unique]
