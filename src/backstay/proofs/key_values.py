"""Keys of parents to try: the one that most rows refer to, the one that fewest do, one without."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backstay.lab.quoting import identifier, literal, relation

if TYPE_CHECKING:
    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import PlannedTable
    from backstay.model.data import ForeignKey


class KeyValue(NamedTuple):
    """A key's values as texts, and how many rows refer to them."""

    texts: tuple[str, ...]
    children: int


def most_and_least(connection: Connection, key: ForeignKey) -> tuple[KeyValue, KeyValue] | None:
    """The parents with the most and the fewest children, of those with any."""
    columns = ", ".join(map(identifier, key.columns))
    texts = ", ".join(f"{identifier(column)}::text" for column in key.columns)
    present = " AND ".join(f"{identifier(column)} IS NOT NULL" for column in key.columns)
    query = (
        f"WITH counted AS MATERIALIZED (SELECT {columns}, count(*) AS children "  # noqa: S608
        f"FROM {relation(key.table)} WHERE {present} GROUP BY {columns}) "
        f"(SELECT children, {texts} FROM counted ORDER BY children DESC, {columns} LIMIT 1) "
        "UNION ALL "
        f"(SELECT children, {texts} FROM counted ORDER BY children, {columns} LIMIT 1)"
    )
    found = connection.execute(query.encode()).fetchall()
    if not found:
        return None
    most, least = (KeyValue(texts=tuple(row[1:]), children=row[0]) for row in found)
    return most, least


def childless(connection: Connection, key: ForeignKey) -> KeyValue | None:
    """A parent that no row refers to."""
    texts = ", ".join(f"parent.{identifier(column)}::text" for column in key.parent_columns)
    order = ", ".join(f"parent.{identifier(column)} DESC" for column in key.parent_columns)
    joined = " AND ".join(
        f"child.{identifier(own)} = parent.{identifier(of_parent)}"
        for own, of_parent in zip(key.columns, key.parent_columns, strict=True)
    )
    query = (
        f"SELECT {texts} FROM {relation(key.parent)} AS parent WHERE NOT EXISTS "  # noqa: S608
        f"(SELECT FROM {relation(key.table)} AS child WHERE {joined}) ORDER BY {order} LIMIT 1"
    )
    row = connection.execute(query.encode()).fetchone()
    return None if row is None else KeyValue(texts=tuple(row), children=0)


def equals(table: PlannedTable, columns: tuple[str, ...], value: KeyValue) -> str:
    """The condition that a row has that key in these columns."""
    return " AND ".join(
        f"{identifier(column)} = {literal(text)}::{table.column(column).type.sql}"
        for column, text in zip(columns, value.texts, strict=True)
    )
