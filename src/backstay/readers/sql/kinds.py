"""Types of the database's own: enums, domains, composite and range types; sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.binding import bind_expression
from backstay.readers.sql.columns import plain_columns
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.items import Column, Composite, Default, Item, Link, Sequence, UserType
from backstay.readers.sql.step import option
from backstay.readers.sql.types import qualified, strings, type_text, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step


def create_enum(step: Step, node: Node) -> None:
    """CREATE TYPE ... AS ENUM."""
    schema, name = qualified(strings(node["typeName"]))
    step.database.add_type(
        UserType(
            kind="enum",
            name=name,
            schema=step.database.schema_to_create_in(schema),
            where=step.place(),
            labels=strings(node.get("vals", [])),
        )
    )


def _user_type(step: Step, parts: list[str], kind: str) -> UserType:
    found = step.database.type(*qualified(parts))
    if not isinstance(found, UserType) or found.kind != kind:
        raise NotApplied(f"there is no {kind} {parts[-1]}")
    return found


def alter_enum(step: Step, node: Node) -> None:
    """ALTER TYPE ... ADD VALUE and RENAME VALUE.

    Raises:
        NotApplied: there is no such type or neighbour, or the label is there already.
    """
    enum = _user_type(step, strings(node["typeName"]), "enum")
    labels, new = enum.labels, node["newVal"]
    if new in labels:
        if node.get("skipIfNewValExists"):
            return
        raise NotApplied(f"the label {new} is there already")
    if "oldVal" in node:
        if node["oldVal"] not in labels:
            raise NotApplied(f"there is no label {node['oldVal']}")
        labels[labels.index(node["oldVal"])] = new
        _rename_in_defaults(enum, node["oldVal"], new)
        return
    neighbour = node.get("newValNeighbor")
    if neighbour is None:
        labels.append(new)
        return
    if neighbour not in labels:
        raise NotApplied(f"there is no label {neighbour}")
    labels.insert(labels.index(neighbour) + bool(node.get("newValIsAfter")), new)


def _rename_in_defaults(enum: UserType, old: str, new: str) -> None:
    """Defaults keep the label itself, whatever it is called."""
    for item in enum.used_by:
        column = item.column if isinstance(item, Default) else item
        if isinstance(column, Column) and column.default is not None:
            tree = column.default.tree
            constant = tree.get("TypeCast", {}).get("arg", tree).get("A_Const", {})
            if constant.get("sval", {}).get("sval") == old:
                constant["sval"] = {"sval": new}


def create_domain(step: Step, node: Node) -> None:
    """CREATE DOMAIN."""
    schema, name = qualified(strings(node["domainname"]))
    domain = UserType(
        kind="domain",
        name=name,
        schema=step.database.schema_to_create_in(schema),
        where=step.place(),
        type=type_use(node["typeName"], step.database),
    )
    checks = []
    for each in node.get("constraints", []):
        constraint = each["Constraint"]
        if constraint["contype"] == "CONSTR_NOTNULL":
            domain.nullable = False
        elif constraint["contype"] == "CONSTR_CHECK":
            checks.append(constraint)
    step.database.add_type(domain)
    assert domain.type is not None
    if isinstance(domain.type.base, Item):
        domain.needs(domain.type.base)
    for constraint in checks:
        _add_domain_check(step, domain, constraint)


def _add_domain_check(step: Step, domain: UserType, node: Node) -> None:
    name = node.get("conname") or step.database.free_constraint_name(
        domain.schema, domain.name, None, "check", domain.checks
    )
    tree = node["raw_expr"]
    domain.checks[name] = bind_expression(step.database, _with_value(tree), None, domain.where)


def _with_value(node: Node) -> Node:
    """The tree with VALUE, which the grammar takes for a column, as a keyword."""
    if "ColumnRef" in node and strings(node["ColumnRef"]["fields"]) == ["value"]:
        return {"SQLValueFunction": {"op": "SVFOP_VALUE"}}
    copy: Node = {}
    for key, value in node.items():
        if type(value) is dict:
            copy[key] = _with_value(value)
        elif type(value) is list:
            copy[key] = [_with_value(each) if type(each) is dict else each for each in value]
        else:
            copy[key] = value
    return copy


def alter_domain(step: Step, node: Node) -> None:
    """ALTER DOMAIN.

    Raises:
        NotApplied: there is no such domain or constraint.
    """
    domain = _user_type(step, strings(node["typeName"]), "domain")
    kind = node.get("subtype", "")
    kind = kind if len(kind) == 1 else _DOMAIN_WORDS.get(kind, "")
    constraint = node.get("def", {}).get("Constraint", {})
    if kind == "O" or constraint.get("contype") == "CONSTR_NOTNULL":
        domain.nullable = False
    elif kind == "N":
        domain.nullable = True
    elif kind == "C":
        _add_domain_check(step, domain, constraint)
    elif kind == "X":
        step.database.names_were_freed()
        gone = domain.checks.pop(node["name"], None)
        if gone is None and not node.get("missing_ok"):
            raise NotApplied(f"there is no constraint {node['name']}")


_DOMAIN_WORDS = {
    "AD_AlterDefault": "T",
    "AD_DropNotNull": "N",
    "AD_SetNotNull": "O",
    "AD_AddConstraint": "C",
    "AD_DropConstraint": "X",
    "AD_ValidateConstraint": "V",
}


def create_composite(step: Step, node: Node) -> None:
    """CREATE TYPE ... AS (...)."""
    written = node["typevar"]
    composite = Composite(
        name=written["relname"],
        schema=step.database.schema_to_create_in(written.get("schemaname")),
        where=step.place(),
    )
    step.database.add_relation(composite)
    plain_columns(step, composite, node.get("coldeflist", []))


def create_range(step: Step, node: Node) -> None:
    """CREATE TYPE ... AS RANGE."""
    schema, name = qualified(strings(node["typeName"]))
    kind = UserType(
        kind="range",
        name=name,
        schema=step.database.schema_to_create_in(schema),
        where=step.place(),
    )
    step.database.add_type(kind)


def define(step: Step, node: Node) -> None:
    """CREATE TYPE ... (base type or shell), CREATE AGGREGATE."""
    from backstay.readers.sql.routines import create_aggregate  # noqa: PLC0415

    if node.get("kind") == "OBJECT_AGGREGATE":
        create_aggregate(step, node)
    if node.get("kind") != "OBJECT_TYPE":
        return
    schema, name = qualified(strings(node["defnames"]))
    schema = step.database.schema_to_create_in(schema)
    if (schema, name) not in step.database.types:
        kind = UserType(kind="base", name=name, schema=schema, where=step.place())
        step.database.add_type(kind)


def create_sequence(step: Step, node: Node) -> None:
    """CREATE SEQUENCE.

    Raises:
        NotApplied: the name is taken.
    """
    written = node["sequence"]
    database = step.database
    home = "pg_temp" if written.get("relpersistence") == "t" else written.get("schemaname")
    schema = database.schema_to_create_in(home)
    if (schema, written["relname"]) in database.relations and node.get("if_not_exists"):
        return
    options = node.get("options", [])
    written_type = option(options, "as")
    sequence = Sequence(
        name=written["relname"],
        schema=schema,
        where=step.place(),
        type=type_text(type_use(written_type["TypeName"], database)) if written_type else "bigint",
    )
    database.add_relation(sequence)
    _set_owner(step, sequence, options)


def alter_sequence(step: Step, node: Node) -> None:
    """ALTER SEQUENCE: its type and the column that owns it.

    Raises:
        NotApplied: there is no such sequence.
    """
    written = node["sequence"]
    found = step.database.relation(written.get("schemaname"), written["relname"])
    if found is None and node.get("missing_ok"):
        return
    if not isinstance(found, Sequence):
        raise NotApplied(f"there is no sequence {written['relname']}")
    options = node.get("options", [])
    kind = option(options, "as")
    if kind:
        found.type = type_text(type_use(kind["TypeName"], step.database))
    _set_owner(step, found, options)


def _set_owner(step: Step, sequence: Sequence, options: list[Node]) -> None:
    owner = option(options, "owned_by")
    if owner is None:
        return
    parts = strings(owner["List"]["items"])
    column = None
    if parts != ["none"]:
        relation = step.relation(*qualified(parts[:-1]))
        column = step.database.column(relation, parts[-1], step.place())
        if relation.schema != sequence.schema:
            raise NotApplied(f"{sequence.name} must be in the schema of its table")
    if sequence.owner is not None:
        sequence.release(sequence.owner)
    sequence.owner = column
    if column is not None:
        sequence.needs(column, Link.AUTO)
