from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Index
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="data", severity="low")
def index_leads_with_primary_key(index: Index, backend: Backend) -> Iterator[Finding]:
    """An index begins with the whole primary key, so that its other columns never narrow a search.

    Why: The primary key already finds at most one row. What follows it in another index can
        neither narrow the search nor order more than one row; the columns were probably meant to
        stand the other way round.
    Fix: Put the columns that the query searches by in front, or drop the index.
    Trade-offs: None, unless index-only scans by the key are what it is for.
    Alternatives: For index-only scans add the columns to the primary key's index with INCLUDE.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/indexes-multicolumn.html

    Bad (schema.sql):
        create table emoji (id bigint primary key, category text not null);
        create index emoji_category on emoji (id, category); -- finding
    Good (schema.sql):
        create table emoji (id bigint primary key, category text not null);
        create index emoji_category on emoji (category, id);
    """
    key = backend.primary_key_of(index.table)
    columns = index.columns
    if key is None or columns is None or index.unique or index.method != "btree":
        return
    width = len(key.columns)
    if index.predicate or len(columns) <= width or set(columns[:width]) != set(key.columns):
        return
    rest = columns[width:]
    turned = ", ".join((*rest, *columns[:width]))
    yield Finding(
        message=f"{index} begins with the primary key: {', '.join(rest)} cannot narrow anything",
        evidence=(index, key),
        fix=Fix(
            text=f"Turn it round to ({turned}) if a query searches by {rest[0]}, else drop it.",
            sql=f"create index concurrently on {index.table} ({turned});\n"
            f"drop index concurrently {index.qualified_name};",
            sql_as_patch=False,
        ),
    )
