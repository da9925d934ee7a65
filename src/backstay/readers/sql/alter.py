"""ALTER TABLE and its kin, one function for each thing that it can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.alter_columns import COLUMN_ACTIONS, ONLY, drop_not_null
from backstay.readers.sql.columns import add_column, needs_type
from backstay.readers.sql.constraints import Wanted, add_constraints, set_not_null
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.indexes import check_valid
from backstay.readers.sql.inheritance import attach, detach, inherit_column, refuse_other_types
from backstay.readers.sql.items import (
    Column,
    Composite,
    Constraint,
    Index,
    Link,
    Relation,
    Table,
    View,
)
from backstay.readers.sql.removal import drop
from backstay.readers.sql.types import strings, type_use

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

# PostgreSQL runs the commands of one ALTER TABLE in passes: what is dropped or changes its type
# comes before what is added.
_PASSES = {
    "AT_DropColumn": 0,
    "AT_DropConstraint": 0,
    "AT_AlterColumnType": 1,
    "AT_AddColumn": 2,
    "AT_SetExpression": 2,
}


def alter_table(step: Step, node: Node) -> None:
    """ALTER TABLE, ALTER INDEX, ALTER VIEW, ALTER SEQUENCE ... with commands."""
    written = node["relation"]
    relation = step.database.relation(written.get("schemaname"), written["relname"])
    if relation is None and node.get("missing_ok"):
        return
    if relation is None or isinstance(relation, Table):
        relation = step.table(written)
    only = not written.get("inh", False)
    commands = [{**each["AlterTableCmd"], ONLY: only} for each in node["cmds"]]
    commands.sort(key=lambda command: _PASSES.get(command["subtype"], 3))
    wanted: list[Wanted] = []
    for command in commands:
        with step.noting():
            _run(step, relation, command, wanted)
    if isinstance(relation, Table):
        add_constraints(step, relation, wanted)


def _run(step: Step, relation: Relation, command: Node, wanted: list[Wanted]) -> None:
    kind = command["subtype"]
    if isinstance(relation, Table):
        if kind == "AT_AddColumn":
            wanted += _add_column(step, relation, command)
            return
        if kind == "AT_AddConstraint":
            wanted += _add_constraint(step, relation, command["def"]["Constraint"])
            return
        action = _TABLE_ACTIONS.get(kind)
        if action is not None:
            action(step, relation, command)
    elif isinstance(relation, Composite):
        _alter_composite(step, relation, command)
    elif isinstance(relation, Index) and kind == "AT_AttachPartition":
        _attach_index(step, relation, command)
    elif isinstance(relation, View) and kind in {"AT_SetRelOptions", "AT_ResetRelOptions"}:
        _view_options(relation, command)


def _add_column(step: Step, table: Table, command: Node) -> list[Wanted]:
    node = command["def"]["ColumnDef"]
    if table.partition_of is not None:
        raise NotApplied(f"{table.name} is a partition and gets its columns from its parent")
    there = table.columns.get(node["colname"])
    if there is not None and not there.implied and command.get("missing_ok"):
        return []
    if command[ONLY] and table.children:
        raise NotApplied(f"the children of {table.name} must get the column, too")
    refuse_other_types(table, node["colname"], type_use(node["typeName"], step.database))
    wanted = add_column(step, table, node)
    for child in table.children:
        inherit_column(step, child, table.columns[node["colname"]])
    return wanted


def _add_constraint(step: Step, table: Table, node: Node) -> list[Wanted]:
    if node["contype"] == "CONSTR_NOTNULL":
        for name in strings(node.get("keys", [])):
            column = step.database.column(table, name, step.part(node))
            set_not_null(column, node.get("conname"))
        return []
    return [Wanted(node=node, where=step.part(node), deferrable=node.get("deferrable", False))]


def _drop_constraint(step: Step, table: Table, command: Node) -> None:
    name = command["name"]
    constraint = table.constraints.get(name)
    if constraint is None:
        for column in table.columns.values():
            if not column.nullable and column.not_null_name == name:
                drop_not_null(step, table, {**command, "name": column.name})
                return
        if command.get("missing_ok") or table.implied:
            return
        raise NotApplied(f"{table.name} has no constraint {name}")
    if constraint.inherited:
        raise NotApplied(f"the constraint {name} of {table.name} is inherited")
    for child in table.children:
        copy = child.constraints.get(name)
        if copy is not None and copy.kind == "check" and copy.inherited:
            copy.inherited -= 1
    cascade = command.get("behavior") == "DROP_CASCADE"
    drop(step.database, [constraint], cascade=cascade)


def _constraint(table: Table, name: str) -> Constraint | None:
    constraint = table.constraints.get(name)
    if constraint is None and not table.implied:
        raise NotApplied(f"{table.name} has no constraint {name}")
    return constraint


def _validate(step: Step, table: Table, command: Node) -> None:  # noqa: ARG001
    constraint = _constraint(table, command["name"])
    if constraint is not None:
        constraint.validated = True


def _alter_constraint(step: Step, table: Table, command: Node) -> None:  # noqa: ARG001
    node = command["def"]
    node = node.get("ATAlterConstraint") or node.get("Constraint") or {}
    constraint = _constraint(table, node["conname"])
    if constraint is not None and (node.get("alterDeferrability") or "deferrable" in node):
        constraint.deferrable = node.get("deferrable", False)


def _set_flag(name: str, *, value: bool) -> Callable[[Step, Table, Node], None]:
    def action(step: Step, table: Table, command: Node) -> None:  # noqa: ARG001
        setattr(table, name, value)

    return action


def _attach(step: Step, table: Table, command: Node) -> None:
    child = step.table(command["def"]["PartitionCmd"]["name"])
    attach(step, table, child, partition=True)


def _detach(step: Step, table: Table, command: Node) -> None:
    child = step.table(command["def"]["PartitionCmd"]["name"])
    detach(step, table, child, step.place())


def _inherit(step: Step, table: Table, command: Node) -> None:
    attach(step, step.table(command["def"]["RangeVar"]), table, partition=False)


def _disinherit(step: Step, table: Table, command: Node) -> None:
    detach(step, step.table(command["def"]["RangeVar"]), table, step.place())


def _attach_index(step: Step, index: Index, command: Node) -> None:
    name = command["def"]["PartitionCmd"]["name"]
    child = step.relation(name.get("schemaname"), name["relname"])
    if isinstance(child, Index):
        child.parent = index
        child.needs(index, Link.AUTO)
        check_valid(index)


def _triggers(*, enabled: bool, every: bool = False) -> Callable[[Step, Table, Node], None]:
    def action(step: Step, table: Table, command: Node) -> None:  # noqa: ARG001
        if every:
            for trigger in table.triggers.values():
                trigger.enabled = enabled
            return
        named = table.triggers.get(command["name"])
        if named is None:
            raise NotApplied(f"{table.name} has no trigger {command['name']}")
        named.enabled = enabled

    return action


def _view_options(view: View, command: Node) -> None:
    for each in command.get("def", {}).get("List", {}).get("items", []):
        element = each["DefElem"]
        if element["defname"] == "security_invoker":
            view.security_invoker = command["subtype"] == "AT_SetRelOptions" and truth(element)


def truth(element: Node) -> bool:
    """Whether an option such as ``security_invoker = on`` is on."""
    value = element.get("arg")
    if value is None:
        return True
    text = next(iter(value.values()))
    word = text.get("sval") or text.get("ival") or text.get("boolval") or ""
    return str(word).lower() in {"true", "on", "yes", "1"}


def _alter_composite(step: Step, composite: Composite, command: Node) -> None:
    kind = command["subtype"]
    if kind == "AT_AddColumn":
        node = command["def"]["ColumnDef"]
        column = Column(
            name=node["colname"],
            where=step.part(node),
            table=composite,
            position=len(composite.columns) + 1,
            type=type_use(node["typeName"], step.database),
        )
        composite.columns[column.name] = column
        column.needs(composite, Link.AUTO)
        needs_type(step, column)
    elif kind == "AT_DropColumn" and command["name"] in composite.columns:
        cascade = command.get("behavior") == "DROP_CASCADE"
        drop(step.database, [composite.columns[command["name"]]], cascade=cascade)
    elif kind == "AT_AlterColumnType" and command["name"] in composite.columns:
        use = type_use(command["def"]["ColumnDef"]["typeName"], step.database)
        composite.columns[command["name"]].type = use


_TABLE_ACTIONS: dict[str, Callable[[Step, Table, Node], None]] = {
    **COLUMN_ACTIONS,
    "AT_DropConstraint": _drop_constraint,
    "AT_ValidateConstraint": _validate,
    "AT_AlterConstraint": _alter_constraint,
    "AT_EnableRowSecurity": _set_flag("row_security", value=True),
    "AT_DisableRowSecurity": _set_flag("row_security", value=False),
    "AT_ForceRowSecurity": _set_flag("row_security_forced", value=True),
    "AT_NoForceRowSecurity": _set_flag("row_security_forced", value=False),
    "AT_SetLogged": _set_flag("unlogged", value=False),
    "AT_SetUnLogged": _set_flag("unlogged", value=True),
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _disinherit,
    "AT_EnableTrig": _triggers(enabled=True),
    "AT_EnableAlwaysTrig": _triggers(enabled=True),
    "AT_EnableReplicaTrig": _triggers(enabled=True),
    "AT_DisableTrig": _triggers(enabled=False),
    "AT_EnableTrigAll": _triggers(enabled=True, every=True),
    "AT_DisableTrigAll": _triggers(enabled=False, every=True),
    "AT_EnableTrigUser": _triggers(enabled=True, every=True),
    "AT_DisableTrigUser": _triggers(enabled=False, every=True),
}
