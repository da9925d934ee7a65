from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Index
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="low")
def index_on_boolean_alone(index: Index, backend: Backend) -> Iterator[Finding]:
    """An index has a boolean as its only key.

    Why: Such an index tells two groups apart. For the larger one reading the table is quicker,
        and for the smaller one the index also holds every row of the other, and is written by
        every insert.
    Fix: Make it a partial index over what the query of the rare value looks for next.
    Trade-offs: A partial index serves only queries whose condition implies its own.
    Alternatives: Put the boolean behind the column that the query filters on or sorts by.
    Upkeep: Look at its scan count; an index on a boolean is often never used.
    References: https://www.postgresql.org/docs/current/indexes-partial.html

    Bad (schema.sql):
        create table mail (id bigint primary key, sent boolean not null, due timestamptz not null);
        create index mail_sent on mail (sent); -- finding
    Good (schema.sql):
        create table mail (id bigint primary key, sent boolean not null, due timestamptz not null);
        create index mail_unsent on mail (due) where not sent;
    """
    columns = index.columns
    if index.unique or index.predicate or index.include or not columns or len(columns) != 1:
        return
    column = backend.column(index.table, columns[0])
    if column is None or column.type != "boolean":
        return
    yield Finding(
        message=f"{index} has nothing but a boolean to search by",
        evidence=(index, column),
        fix=Fix(
            text="Replace it by a partial index over the rare value, on what its query looks for"
            f" next: create index concurrently on {index.table} (...) where"
            f" {'not ' if _means_done(columns[0]) else ''}{quoted(columns[0])};",
        ),
    )


def _means_done(name: str) -> bool:
    """Whether most rows end up true, as in sent or read: the rare ones are the others."""
    return name.removeprefix("is_").endswith(("ed", "read", "sent", "done", "seen", "paid"))
