"""ALTER TABLE: what its commands do to columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.columns import (
    keep_default,
    make_identity,
    needs_type,
    set_default,
    set_generated,
)
from backstay.readers.sql.constraints import set_not_null
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import (
    Column,
    Composite,
    Extension,
    Sequence,
    Table,
    UserType,
    View,
)
from backstay.readers.sql.removal import drop
from backstay.readers.sql.types import strings, type_use

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

# Where a command keeps whether it is for the table alone (ALTER TABLE ONLY), not its children.
ONLY = "only"


def _drop_column(step: Step, table: Table, command: Node) -> None:
    column = table.columns.get(command["name"])
    if column is None:
        if command.get("missing_ok") or table.implied:
            return
        raise NotApplied(f"{table.name} has no column {command['name']}")
    if column.inherited:
        raise NotApplied(f"{column.name} of {table.name} is inherited")
    _refuse_key(table, column)
    cascade = command.get("behavior") == "DROP_CASCADE"
    found = [column] if command[ONLY] else _with_inherited(table, column)
    if command[ONLY]:
        _keep_in_children(table, column.name)
    drop(step.database, found, cascade=cascade)


def _refuse_key(table: Table, column: Column) -> None:
    """A column that partitions a table cannot go."""
    for each in (table, *table.children):
        for key, _ in each.partition_keys:
            needed = (key,) if isinstance(key, Column) else key.columns
            if any(other.name == column.name for other in needed):
                raise NotApplied(f"{column.name} is part of the partition key of {each.name}")


def _keep_in_children(table: Table, name: str) -> None:
    for child in table.children:
        if name in child.columns:
            child.columns[name].inherited -= 1
            child.columns[name].local = True


def _with_inherited(table: Table, column: Column) -> list[Column]:
    """A column and those of children that have it from nowhere else."""
    found = [column]
    for child in table.children:
        copy = child.columns.get(column.name)
        if copy is None:
            continue
        copy.inherited -= 1
        if copy.inherited == 0 and not copy.local:
            found += _with_inherited(child, copy)
    return found


def _column(step: Step, table: Table, command: Node) -> Column:
    return step.database.column(table, command["name"], step.place())


def _changed(table: Table, command: Node) -> list[Column]:
    """The column that a command names, with those that inherit it unless it says ONLY."""
    found = [table.columns[command["name"]]] if command["name"] in table.columns else []
    for child in () if command[ONLY] else table.children:
        found += _changed(child, command)
    return found


def _set_type(step: Step, table: Table, command: Node) -> None:
    node = command["def"]["ColumnDef"]
    use = type_use(node["typeName"], step.database)
    column = _column(step, table, command)
    for view in column.used_by:
        if isinstance(view, View):
            raise NotApplied(f"the view {view.name} uses the column {column.name}")
    for each in _changed(table, command):
        keep_default(each)
        for used in list(each.uses):
            if isinstance(used, UserType | Composite | Extension):
                each.release(used)
        each.type = use
        collation = strings(node.get("collClause", {}).get("collname", []))
        each.collation = collation[-1] if collation else None
        needs_type(step, each)


def _set_default(step: Step, table: Table, command: Node) -> None:
    _column(step, table, command)
    for each in _changed(table, command):
        set_default(step, each, command.get("def"))


def _set_not_null(step: Step, table: Table, command: Node) -> None:
    column = _column(step, table, command)
    if column.nullable:
        set_not_null(column, only=command[ONLY])


def drop_not_null(step: Step, table: Table, command: Node) -> None:
    """DROP NOT NULL; refused where a key, an identity or a parent needs it."""
    column = _column(step, table, command)
    for constraint in table.constraints.values():
        if constraint.kind == "primary key" and column in constraint.columns:
            raise NotApplied(f"{column.name} is part of a primary key")
    if column.identity is not None:
        raise NotApplied(f"{column.name} is an identity column")
    for parent in (*table.parents, *([table.partition_of] if table.partition_of else [])):
        above = parent.columns.get(column.name)
        if above is not None and not above.nullable:
            raise NotApplied(f"{column.name} is not null in {parent.name}")
    for each in _changed(table, command):
        each.nullable = True


def _drop_expression(step: Step, table: Table, command: Node) -> None:
    column = _column(step, table, command)
    if column.generated is None:
        if command.get("missing_ok"):
            return
        raise NotApplied(f"{column.name} is not generated")
    if column.virtual:
        raise NotApplied(f"{column.name} has no values of its own to keep")
    for each in _changed(table, command):
        for used in each.generated.columns if each.generated else ():
            each.release(used)
        each.generated = None


def _set_expression(step: Step, table: Table, command: Node) -> None:
    _column(step, table, command)
    for each in _changed(table, command):
        set_generated(step, each, command["def"])


def _refuse_partition(table: Table) -> None:
    if table.partition_of is not None:
        raise NotApplied(f"{table.name} is a partition and has the identity of its parent")


def _add_identity(step: Step, table: Table, command: Node) -> None:
    column = _column(step, table, command)
    _refuse_partition(table)
    if column.nullable:
        raise NotApplied(f"{column.name} must be NOT NULL to become an identity column")
    make_identity(step, column, command["def"]["Constraint"])


def _set_identity(step: Step, table: Table, command: Node) -> None:
    column = _column(step, table, command)
    _refuse_partition(table)
    for each in command["def"]["List"]["items"]:
        if each["DefElem"]["defname"] == "generated":
            value = each["DefElem"]["arg"]["Integer"].get("ival", 0)
            column.identity = "always" if chr(value) == "a" else "by default"


def _drop_identity(step: Step, table: Table, command: Node) -> None:
    column = _column(step, table, command)
    _refuse_partition(table)
    if column.identity is None:
        if command.get("missing_ok"):
            return
        raise NotApplied(f"{column.name} is no identity column")
    column.identity = None
    owned = [item for item in column.used_by if isinstance(item, Sequence)]
    drop(step.database, owned, cascade=False)


COLUMN_ACTIONS: dict[str, Callable[[Step, Table, Node], None]] = {
    "AT_DropColumn": _drop_column,
    "AT_AlterColumnType": _set_type,
    "AT_ColumnDefault": _set_default,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": drop_not_null,
    "AT_DropExpression": _drop_expression,
    "AT_SetExpression": _set_expression,
    "AT_AddIdentity": _add_identity,
    "AT_SetIdentity": _set_identity,
    "AT_DropIdentity": _drop_identity,
}
