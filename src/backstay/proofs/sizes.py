"""How many rows each table of an experiment gets, and what that says about the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.lab.planning import Plan
    from backstay.model.backend import Backend
    from backstay.model.data import Name

MOST_ROWS = 2_000_000
# Where no size is known: from a table that fits into a few pages to one that does not.
LADDER = (1_000, 10_000, 100_000)
_ROWS_A_PARENT = 10
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


def usual_parents(children: int) -> int:
    """How many parents so many children are taken to have where nobody says."""
    return max(2, children // _ROWS_A_PARENT)
