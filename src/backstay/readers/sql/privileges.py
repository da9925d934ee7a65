"""GRANT and REVOKE on tables, views and sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.items import Privileges, Relation, Sequence, Table, View
from backstay.readers.sql.types import strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

_KINDS: dict[str, tuple[type[Relation], ...]] = {
    "OBJECT_TABLE": (Table, View, Sequence),
    "OBJECT_SEQUENCE": (Sequence,),
}
_OF_TABLES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
_OF_SEQUENCES = ("usage", "select", "update")


def change_privileges(step: Step, node: Node) -> None:
    """GRANT or REVOKE; those on columns count as on the whole, others than on relations not."""
    roles = [_role(each["RoleSpec"]) for each in node.get("grantees", [])]
    for relation in _relations(step, node):
        names = _names(node, relation)
        for role in roles:
            if node.get("is_grant"):
                _grant(step, node, relation, role, names)
            elif role in relation.grants:
                _revoke(relation, role, names)


def _grant(step: Step, node: Node, relation: Relation, role: str, names: tuple[str, ...]) -> None:
    held = relation.grants.setdefault(role, Privileges(where=step.place()))
    held.where = step.place()
    held.names.update(dict.fromkeys(names))
    held.with_grant_option |= node.get("grant_option", False)


def _revoke(relation: Relation, role: str, names: tuple[str, ...]) -> None:
    held = relation.grants[role]
    for name in names:
        held.names.pop(name, None)
    if not held.names:
        del relation.grants[role]


def _names(node: Node, relation: Relation) -> tuple[str, ...]:
    written = [each["AccessPriv"]["priv_name"] for each in node.get("privileges", [])]
    everything = _OF_SEQUENCES if isinstance(relation, Sequence) else _OF_TABLES
    return tuple(written) or everything


def _role(written: Node) -> str:
    if written["roletype"] == "ROLESPEC_CSTRING":
        return str(written["rolename"])
    return str(written["roletype"]).removeprefix("ROLESPEC_").lower()


def _relations(step: Step, node: Node) -> Iterator[Relation]:
    """Those that are named, or all there are in a schema; what is not known is passed over."""
    kinds = _KINDS.get(node["objtype"], ())
    if node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA":
        schemas = set(strings(node["objects"]))
        found = [each for each in step.database.relations.values() if each.schema in schemas]
    else:
        written = [each["RangeVar"] for each in node.get("objects", []) if "RangeVar" in each]
        named = [step.database.relation(at.get("schemaname"), at["relname"]) for at in written]
        found = [each for each in named if each is not None]
    yield from (each for each in found if isinstance(each, kinds))
