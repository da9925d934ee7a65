from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Index
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(
    area="data",
    severity="low",
    stages={"enterprise": "On hot tables count the writes it saves before and after."},
)
def redundant_index(index: Index, backend: Backend) -> Iterator[Finding]:
    """An index does nothing that another index on the same table does not do as well.

    Why: A b-tree on (a, b) finds rows by a as well as a b-tree on (a) does. The shorter one is
        still written by each insert and by each update that is not heap-only, is vacuumed, takes
        cache, and gives the planner one more choice to weigh.
    Fix: Drop the index that is covered, concurrently, so that nothing waits.
    Trade-offs: The shorter index is smaller: scans of it touch fewer pages. That seldom pays for
        its upkeep, but measure on a table where a hot query relies on index-only scans of it.
    Alternatives: Keep it if it is much smaller than the wider one and read far more often than
        the table is written.
    Upkeep: Before adding an index, look whether an existing one can be widened instead.
    References: https://www.postgresql.org/docs/current/indexes-multicolumn.html

    Bad (schema.sql):
        create table post (id bigint primary key, author_id bigint, created_at timestamptz);
        create index post_author on post (author_id); -- finding
        create index post_author_created on post (author_id, created_at);
    Good (schema.sql):
        create table post (id bigint primary key, author_id bigint, created_at timestamptz);
        create index post_author_created on post (author_id, created_at);
        create index post_created on post (created_at);
    """
    if index.unique or index.constraint or not index.valid or index.method != "btree":
        return
    wider = [other for other in backend.indexes_on(index.table) if _covers(other, index)]
    if not wider:
        return
    best = min(wider, key=lambda other: (len(other.keys), other.constraint is None, other.name))
    same = len(best.keys) == len(index.keys)
    yield Finding(
        message=f"{index} is {'the same as' if same else 'covered by'} {best}",
        evidence=(index, best),
        fix=Fix(
            text=f"Drop {index.name}; {best.name} serves the same lookups.",
            sql=f"drop index concurrently {index.qualified_name};",
            undo=f"{index.definition};",
        ),
    )


def _covers(other: Index, index: Index) -> bool:
    """Whether ``other`` finds all rows that ``index`` finds, in the same order."""
    if other.name == index.name or other.method != "btree" or not other.valid:
        return False
    if other.predicate != index.predicate or not set(index.include) <= _columns(other):
        return False
    if other.keys[: len(index.keys)] != index.keys:
        return False
    # Of two that are the same, the one that serves no constraint and has the later name goes.
    same = len(other.keys) == len(index.keys) and set(other.include) <= set(index.include)
    return not same or other.unique or other.name < index.name


def _columns(index: Index) -> set[str]:
    return {key.column for key in index.keys if key.column} | set(index.include)
