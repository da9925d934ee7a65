"""Triggers, row level security policies and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from backstay.readers.sql.binding import bind_expression
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import (
    Column,
    Expression,
    Item,
    Link,
    Policy,
    Relation,
    Rule,
    Table,
    Trigger,
    View,
)
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

# Bits of a trigger's type in PostgreSQL's parse nodes (catalog/pg_trigger.h).
_BEFORE = 1 << 1
_INSTEAD = 1 << 6
_EVENTS = {1 << 2: "insert", 1 << 3: "delete", 1 << 4: "update", 1 << 5: "truncate"}


def create_trigger(step: Step, node: Node) -> None:
    """CREATE [OR REPLACE] [CONSTRAINT] TRIGGER.

    Raises:
        NotApplied: its function or a column is missing, or its name is taken.
    """
    written, database = node["relation"], step.database
    table = database.relation(written.get("schemaname"), written["relname"])
    if table is None:
        table = step.table(written)
    if not isinstance(table, Table | View):
        raise NotApplied(f"{table.name} cannot have a trigger")
    name = node["trigname"]
    if name in table.triggers:
        if not node.get("replace"):
            raise NotApplied(f"{table.name} has a trigger {name} already")
        _release(table.triggers[name])
    schema, function = qualified(strings(node["funcname"]))
    found = [each for each in database.routines_named(schema, function) if not each.arguments]
    events, timing = node.get("events", 0), node.get("timing", 0)
    trigger = Trigger(
        name=name,
        where=step.place(),
        table=table,
        timing=_timing(timing),
        events=tuple(word for bit, word in _EVENTS.items() if events & bit),
        each_row=node.get("row", False),
        function=(schema or "public", function),
        routine=found[0] if found else None,
    )
    if "whenClause" in node:
        trigger.condition = bind_expression(
            database, node["whenClause"], table, step.place(), "new", "old"
        )
    columns = [
        database.column(table, each, step.place()) for each in strings(node.get("columns", []))
    ]
    table.triggers[name] = trigger
    trigger.needs(table, Link.AUTO)
    if trigger.routine is not None:
        trigger.needs(trigger.routine)
    needs_all(trigger, columns, trigger.condition)


def _timing(bits: int) -> Literal["before", "after", "instead of"]:
    if bits & _BEFORE:
        return "before"
    return "instead of" if bits & _INSTEAD else "after"


def _release(item: Item) -> None:
    for used in list(item.uses):
        item.release(used)


def needs_all(item: Item, columns: list[Column], *expressions: Expression | None) -> None:
    """Tie a thing to columns and to what expressions need."""
    for column in columns:
        item.needs(column)
    for expression in expressions:
        if expression is not None:
            for used in (*expression.columns, *expression.needs):
                item.needs(used)


def create_policy(step: Step, node: Node) -> None:
    """CREATE POLICY.

    Raises:
        NotApplied: the table has a policy of that name.
    """
    table = step.table(node["table"])
    name = node["policy_name"]
    if name in table.policies:
        raise NotApplied(f"{table.name} has a policy {name} already")
    policy = Policy(
        name=name,
        where=step.place(),
        table=table,
        command=node.get("cmd_name", "all"),
        roles=role_names(node.get("roles", [])) or ("public",),
        permissive=node.get("permissive", False),
    )
    _set_conditions(step, policy, node)
    table.policies[name] = policy
    policy.needs(table, Link.AUTO)


def alter_policy(step: Step, node: Node) -> None:
    """ALTER POLICY.

    Raises:
        NotApplied: there is no such policy.
    """
    table = step.table(node["table"])
    policy = table.policies.get(node["policy_name"])
    if policy is None:
        if table.implied:
            return
        raise NotApplied(f"{table.name} has no policy {node['policy_name']}")
    if "roles" in node:
        policy.roles = role_names(node["roles"])
    _set_conditions(step, policy, node)


def _set_conditions(step: Step, policy: Policy, node: Node) -> None:
    where = step.place()
    if "qual" in node:
        policy.using = bind_expression(step.database, node["qual"], policy.table, where)
    if "with_check" in node:
        policy.check = bind_expression(step.database, node["with_check"], policy.table, where)
    for used in list(policy.uses):
        if used is not policy.table:
            policy.release(used)
    needs_all(policy, [], policy.using, policy.check)


_ROLES = {
    "ROLESPEC_PUBLIC": "public",
    "ROLESPEC_CURRENT_USER": "current_user",
    "ROLESPEC_CURRENT_ROLE": "current_role",
    "ROLESPEC_SESSION_USER": "session_user",
}


def role_names(nodes: list[Node]) -> tuple[str, ...]:
    """The roles in a list, ``public`` among them."""
    return tuple(
        _ROLES.get(node["RoleSpec"]["roletype"]) or node["RoleSpec"].get("rolename", "")
        for node in nodes
    )


def create_rule(step: Step, node: Node) -> None:
    """CREATE RULE: only that it exists and goes with its table."""
    written = node["relation"]
    relation = step.database.relation(written.get("schemaname"), written["relname"])
    if isinstance(relation, Relation):
        rule = Rule(name=node["rulename"], where=step.place(), table=relation)
        rule.needs(relation, Link.AUTO)
