"""GRANT and REVOKE, and the default privileges of things to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.drops import find_routine
from backstay.readers.sql.items import Grant, Item, Link, Relation, Sequence, View
from backstay.readers.sql.keywords import identifier
from backstay.readers.sql.step import option
from backstay.readers.sql.triggers import role_names
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

# All privileges of each kind of object (PostgreSQL manual, "Privileges"); ``maintain`` since 17.
_ALL = {
    "table": (
        *("select", "insert", "update", "delete"),
        *("truncate", "references", "trigger", "maintain"),
    ),
    "sequence": ("usage", "select", "update"),
    "function": ("execute",),
    "schema": ("create", "usage"),
    "type": ("usage",),
}
_KINDS = {
    "OBJECT_TABLE": "table",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "function",
    "OBJECT_ROUTINE": "function",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "type",
}

# What a privilege is on: a thing, or what is in a schema: ("all tables in schema", "sales").
Target = tuple[str, Item | str]


def grant(step: Step, node: Node) -> None:
    """GRANT or REVOKE privileges on objects."""
    kind = _KINDS.get(node["objtype"])
    if kind is None:
        return
    for target in _targets(step, node, kind):
        for role in role_names(node.get("grantees", [])):
            _change(step, node, kind, target, role)


def default_privileges(step: Step, node: Node) -> None:
    """ALTER DEFAULT PRIVILEGES."""
    action = node["action"]
    kind = _KINDS.get(action["objtype"])
    if kind is None:
        return
    listed = option(node.get("options", []), "schemas")
    schemas = strings(listed["List"]["items"]) if listed else [None]
    for schema in schemas:
        target = (f"future {kind}s in", f"schema {identifier(schema)}" if schema else "any schema")
        for role in role_names(action.get("grantees", [])):
            _change(step, action, kind, target, role)


def _targets(step: Step, node: Node, kind: str) -> list[Target]:
    if node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
        schemas = strings(node.get("objects", []))
        return [(f"all {kind}s in schema", identifier(schema)) for schema in schemas]
    found: list[Target] = []
    for each in node.get("objects", []):
        item = _FINDERS[kind](step, each)
        if item is not None:
            found.append((_SPECIAL.get(type(item), kind), item))
    return found


# GRANT ... ON TABLE takes these, too.
_SPECIAL: dict[type[Item], str] = {View: "view", Sequence: "sequence"}


def _relation(step: Step, node: Node) -> Item | None:
    written = node["RangeVar"]
    return step.database.relation(written.get("schemaname"), written["relname"]) or step.table(
        written
    )


def _type(step: Step, node: Node) -> Item | None:
    return step.database.type(*qualified(strings(node.get("List", {}).get("items", []))))


_FINDERS: dict[str, Callable[[Step, Node], Item | None]] = {
    "table": _relation,
    "sequence": _relation,
    "function": lambda step, node: find_routine(step, node["ObjectWithArgs"]),
    "schema": lambda step, node: step.database.namespace(strings([node])[0]),
    "type": _type,
}


def _privileges(node: Node, kind: str) -> list[str]:
    """The privileges as written, those on columns as "select (name, email)"."""
    if "privileges" not in node:
        return list(_ALL[kind])
    found = []
    for each in node["privileges"]:
        element = each["AccessPriv"]
        columns = strings(element.get("cols", []))
        names = [element["priv_name"]] if "priv_name" in element else list(_ALL[kind])
        found += [f"{name} ({', '.join(columns)})" if columns else name for name in names]
    return found


def _change(step: Step, node: Node, kind: str, target: Target, role: str) -> None:
    grants, key = step.database.grants, (*target, role)
    privileges = dict.fromkeys(_privileges(node, kind))
    held = grants.get(key)
    if not node.get("is_grant"):
        if held is not None:
            _revoke(step, held, privileges, only_option=node.get("grant_option", False))
        if node.get("targtype") == "ACL_TARGET_ALL_IN_SCHEMA":
            _revoke_each(step, strings(node["objects"]), role, privileges)
        return
    if held is None:
        name = target[1].name if isinstance(target[1], Item) else target[1]
        held = Grant(name=name, where=step.place(), kind=target[0], target=target[1], role=role)
        grants[key] = held
        if isinstance(target[1], Item):
            held.needs(target[1], Link.AUTO)
    held.where = step.place()
    (held.with_option if node.get("grant_option") else held.privileges).update(privileges)


def _revoke(
    step: Step, held: Grant, privileges: dict[str, None], *, only_option: bool = False
) -> None:
    for privilege in privileges:
        if held.with_option.pop(privilege, 1) is None and only_option:
            held.privileges[privilege] = None
        if not only_option:
            held.privileges.pop(privilege, None)
    if not held.privileges and not held.with_option:
        step.database.forget_grant(held)


def _revoke_each(step: Step, schemas: list[str], role: str, privileges: dict[str, None]) -> None:
    """REVOKE ... ON ALL TABLES IN SCHEMA also ends what was given on single ones."""
    for held in list(step.database.grants.values()):
        inside = isinstance(held.target, Relation) and held.target.schema in schemas
        if inside and held.role == role:
            _revoke(step, held, privileges)


def shown_privileges(kind: str, privileges: dict[str, None]) -> tuple[str, ...]:
    """Privileges as facts list them: ("all",) where none is missing."""
    words = [word.removesuffix("s") for word in kind.replace("view", "table").split()]
    everything = next((_ALL[word] for word in words if word in _ALL), ())
    needed = set(everything) - {"maintain"}
    if len(needed) > 1 and needed <= set(privileges):
        return ("all",)
    return tuple(privileges)
