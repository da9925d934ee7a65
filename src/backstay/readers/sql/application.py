"""Applies one statement of any kind to a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstay.readers.sql.alter import alter_table
from backstay.readers.sql.drops import drop_statement
from backstay.readers.sql.indexes import create_index
from backstay.readers.sql.renames import rename, set_schema
from backstay.readers.sql.tables import create_table, create_table_as, select_into

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

Action = Callable[["Step", "Node"], None]


def apply(step: Step, statement: Node) -> None:
    """Apply a statement; what does not concern the schema changes nothing.

    Raises:
        NotApplied: it would fail on this schema.
    """
    kind, node = next(iter(statement.items()))
    action = _ACTIONS.get(kind)
    if action is not None:
        action(step, node)


def _select(step: Step, node: Node) -> None:
    if "intoClause" in node:
        select_into(step, node)


def _create_foreign_table(step: Step, node: Node) -> None:
    create_table(step, node["base"])


def _create_table_as(step: Step, node: Node) -> None:
    if node.get("objtype") == "OBJECT_TABLE":
        create_table_as(step, node)


_ACTIONS: dict[str, Action] = {
    "CreateStmt": create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "IndexStmt": create_index,
    "AlterTableStmt": alter_table,
    "DropStmt": drop_statement,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
}
