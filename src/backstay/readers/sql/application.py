"""Applies one statement of any kind to a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstay.readers.sql.alter import alter_table
from backstay.readers.sql.blocks import run_block, run_calls
from backstay.readers.sql.drops import drop_statement
from backstay.readers.sql.grants import default_privileges, grant
from backstay.readers.sql.indexes import create_index
from backstay.readers.sql.kinds import (
    alter_domain,
    alter_enum,
    alter_sequence,
    create_composite,
    create_domain,
    create_enum,
    create_range,
    create_sequence,
    define,
)
from backstay.readers.sql.renames import rename, set_schema
from backstay.readers.sql.routines import alter_function, create_function
from backstay.readers.sql.settings import (
    alter_starting_path,
    comment,
    create_extension,
    create_schema,
    set_path_by_call,
    set_variable,
)
from backstay.readers.sql.tables import create_table, create_table_as, select_into
from backstay.readers.sql.triggers import alter_policy, create_policy, create_rule, create_trigger
from backstay.readers.sql.views import create_materialized_view, create_view

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
    else:
        set_path_by_call(step, node)
        run_calls(step, node, apply)


def _call(step: Step, node: Node) -> None:
    run_calls(step, node, apply)


def _do(step: Step, node: Node) -> None:
    run_block(step, node, apply)


def _transaction(step: Step, node: Node) -> None:
    if node["kind"] == "TRANS_STMT_ROLLBACK":
        step.notes.append("ROLLBACK is taken for nothing: what stands before it is kept")


def _create_foreign_table(step: Step, node: Node) -> None:
    create_table(step, node["base"])


def _create_table_as(step: Step, node: Node) -> None:
    if node.get("objtype") == "OBJECT_TABLE":
        create_table_as(step, node)
    else:
        create_materialized_view(step, node)


_ACTIONS: dict[str, Action] = {
    "CreateStmt": create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CreateTableAsStmt": _create_table_as,
    "SelectStmt": _select,
    "CallStmt": _call,
    "DoStmt": _do,
    "TransactionStmt": _transaction,
    "ViewStmt": create_view,
    "IndexStmt": create_index,
    "CreateEnumStmt": create_enum,
    "AlterEnumStmt": alter_enum,
    "CreateDomainStmt": create_domain,
    "AlterDomainStmt": alter_domain,
    "CompositeTypeStmt": create_composite,
    "CreateRangeStmt": create_range,
    "DefineStmt": define,
    "CreateSeqStmt": create_sequence,
    "AlterSeqStmt": alter_sequence,
    "CreateFunctionStmt": create_function,
    "AlterFunctionStmt": alter_function,
    "CreateTrigStmt": create_trigger,
    "CreatePolicyStmt": create_policy,
    "AlterPolicyStmt": alter_policy,
    "RuleStmt": create_rule,
    "CreateSchemaStmt": create_schema,
    "VariableSetStmt": set_variable,
    "AlterDatabaseSetStmt": alter_starting_path,
    "AlterRoleSetStmt": alter_starting_path,
    "CreateExtensionStmt": create_extension,
    "CommentStmt": comment,
    "GrantStmt": grant,
    "AlterDefaultPrivilegesStmt": default_privileges,
    "AlterTableStmt": alter_table,
    "DropStmt": drop_statement,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
}
