from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Table
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="info", default=False)
def identifier_needs_quotes(table: Table, backend: Backend) -> Iterator[Finding]:
    """A table or column can only be named in quotes.

    Why: Names with capitals or spaces must be quoted in every statement that is written by hand;
        without quotes they are folded to lower case and not found.
    Fix: Use lower_case_with_underscores for new names, and map them in the object mapper.
    Trade-offs: Renaming existing ones breaks every query that names them.
    Alternatives: Leave them where a tool made them and only that tool reads them.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS

    Bad (schema.sql):
        create table "OrderItem" (id bigint primary key); -- finding
    Good (schema.sql):
        create table order_item (id bigint primary key);
    """
    columns = [column for column in backend.columns_of(table.name) if _quotes(column.name)]
    if not columns and not _quotes(table.name.name):
        return
    names = ", ".join(column.name for column in columns[:3])
    what = names if columns and not _quotes(table.name.name) else table.name.name
    yield Finding(
        message=f"{table.name}: {what} can only be named in quotes",
        evidence=(table, *columns[:3]),
        cause=f"quoted names of {table.name.database}",
        fix=Fix(text="Use lower case with underscores for new names."),
    )


def _quotes(name: str) -> bool:
    return quoted(name) != name
