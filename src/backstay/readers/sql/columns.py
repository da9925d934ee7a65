"""Columns of tables: how a definition becomes a column with its default and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.binding import bind_expression
from backstay.readers.sql.constraints import Wanted, set_not_null
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.expressions import BOUND
from backstay.readers.sql.items import (
    Column,
    Default,
    Expression,
    Item,
    Link,
    Relation,
    Sequence,
    Table,
)
from backstay.readers.sql.step import option
from backstay.readers.sql.types import EXTENSION_TYPES, SERIALS, strings, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.model.places import Place
    from backstay.readers.sql.step import Step

_TABLE_CONSTRAINTS = {
    "CONSTR_PRIMARY",
    "CONSTR_UNIQUE",
    "CONSTR_EXCLUSION",
    "CONSTR_CHECK",
    "CONSTR_FOREIGN",
}


def add_column(step: Step, table: Table, node: Node) -> list[Wanted]:
    """Add a column to a table; the constraints that its definition asks for are returned.

    Raises:
        NotApplied: the table has a column of that name.
    """
    name = node["colname"]
    there = table.columns.get(name)
    if there is not None and not there.implied:
        raise NotApplied(f"{table.name} has a column {name} already")
    table.last_position += 1
    column = Column(
        name=name,
        where=step.part(node),
        table=table,
        position=table.last_position,
        type=type_use(node["typeName"], step.database) if "typeName" in node else _NO_TYPE,
        collation=_collation(node),
    )
    table.columns[name] = column
    column.needs(table, Link.AUTO)
    needs_type(step, column)
    serial = strings(node.get("typeName", {}).get("names", []))
    if len(serial) == 1 and serial[0] in SERIALS:
        _make_serial(step, column)
    return column_constraints(step, column, node)


_NO_TYPE = type_use({"names": [{"String": {"sval": "unknown"}}]}, None)  # type: ignore[arg-type]


def _collation(node: Node) -> str | None:
    names = strings(node.get("collClause", {}).get("collname", []))
    return names[-1] if names else None


def needs_type(step: Step, column: Column) -> None:
    """Tie a column to its type, where that is one of the database or of an extension."""
    if isinstance(column.type.base, Item):
        column.needs(column.type.base)
        return
    extension = step.database.extensions.get(EXTENSION_TYPES.get(column.type.base, ""))
    if extension is not None:
        column.needs(extension)


def column_constraints(step: Step, column: Column, node: Node) -> list[Wanted]:
    """Apply what a definition says about the column itself; return its table constraints."""
    wanted: list[Wanted] = []
    limits = _limits(node.get("constraints", []), column.where, step)
    for each in node.get("constraints", []):
        constraint = each["Constraint"]
        kind = constraint["contype"]
        if kind == "CONSTR_NOTNULL":
            set_not_null(column, constraint.get("conname"))
        elif kind == "CONSTR_DEFAULT":
            set_default(step, column, constraint["raw_expr"])
        elif kind == "CONSTR_IDENTITY":
            make_identity(step, column, constraint)
        elif kind == "CONSTR_GENERATED":
            set_generated(step, column, constraint["raw_expr"])
            column.virtual = constraint.get("generated_kind") == "v"
        elif kind == "CONSTR_ATTR_DEFERRABLE" and wanted:
            wanted[-1].deferrable = True
        elif kind == "CONSTR_ATTR_NOT_ENFORCED" and wanted:
            wanted[-1].node["is_enforced"] = False
        elif kind in _TABLE_CONSTRAINTS:
            where = step.part(constraint, limits.get(constraint.get("location", 0)))
            wanted.append(
                Wanted(
                    node=constraint,
                    where=where,
                    column=column.name,
                    deferrable=constraint.get("deferrable", False),
                )
            )
    return wanted


def _limits(nodes: list[Node], where: Place, step: Step) -> dict[int, int]:
    """For each constraint of a column, by its position, where the next one begins."""
    starts = [node["Constraint"].get("location", 0) for node in nodes]
    end = (where.end or 0) - step.start
    return dict(zip(starts, [*starts[1:], end], strict=False))


def set_generated(step: Step, column: Column, node: Node) -> None:
    """Let a column be computed from others."""
    expression = bind_expression(step.database, node, column.table, column.where)
    column.generated = expression
    for used in (*expression.columns, *expression.needs):
        column.needs(used)


def set_default(step: Step, column: Column, node: Node | None) -> None:
    """Give a column another default, or none; columns that inherit it follow.

    A default of null is none at all, as PostgreSQL has it.
    """
    drop_default(column)
    if node is not None and not node.get("A_Const", {}).get("isnull"):
        expression = bind_expression(step.database, node, None, column.where)
        column.default = expression
        if expression.needs:
            default = Default(name=column.name, where=column.where, column=column)
            default.needs(column, Link.AUTO)
            for item in expression.needs:
                default.needs(item)
            column.default_item = default


def keep_default(column: Column) -> None:
    """Before a column gets another type: its default stays one of the type that it has."""
    if isinstance(column.type.base, Item) and column.default is not None:
        if column.default_item is None:
            column.default_item = Default(name=column.name, where=column.where, column=column)
            column.default_item.needs(column, Link.AUTO)
        column.default_item.needs(column.type.base)


def drop_default(column: Column) -> None:
    """Take a column's default away."""
    column.default = None
    if column.default_item is not None:
        for item in list(column.default_item.uses):
            column.default_item.release(item)
        column.default_item = None


def _make_serial(step: Step, column: Column) -> None:
    sequence = own_sequence(step, column, str(column.type.base), Link.AUTO)
    call = {
        "FuncCall": {
            "funcname": [{"String": {"sval": "nextval"}}],
            "args": [
                {
                    "TypeCast": {
                        "arg": {"A_Const": {"sval": {"sval": sequence.name}, BOUND: sequence}},
                        "typeName": {"names": [{"String": {"sval": "regclass"}}]},
                    }
                }
            ],
        }
    }
    column.default = Expression(tree=call, needs=(sequence,))
    column.default_item = Default(name=column.name, where=column.where, column=column)
    column.default_item.needs(column, Link.AUTO)
    column.default_item.needs(sequence)
    set_not_null(column)


def own_sequence(
    step: Step, column: Column, type_text: str, link: Link, name: str | None = None
) -> Sequence:
    """Make the sequence behind a serial or identity column."""
    table = column.table
    sequence = Sequence(
        name=name or step.database.free_relation_name(table.schema, table.name, column.name, "seq"),
        schema=table.schema,
        where=column.where,
        type=type_text,
        owner=column,
    )
    step.database.add_relation(sequence)
    sequence.needs(column, link)
    return sequence


def make_identity(step: Step, column: Column, node: Node) -> None:
    """GENERATED ... AS IDENTITY."""
    if column.identity is not None or column.default is not None:
        raise NotApplied(f"{column.name} has a default or an identity already")
    written = option(node.get("options", []), "sequence_name")
    name = strings(written["List"]["items"])[-1] if written else None
    own_sequence(step, column, str(column.type.base), Link.INTERNAL, name)
    column.identity = "always" if node.get("generated_when") == "a" else "by default"
    set_not_null(column)


def plain_columns(step: Step, relation: Relation, nodes: list[Node]) -> None:
    """The columns of a composite type."""
    for position, each in enumerate(nodes, start=1):
        node = each["ColumnDef"]
        column = Column(
            name=node["colname"],
            where=step.part(node),
            table=relation,
            position=position,
            type=type_use(node["typeName"], step.database),
        )
        relation.columns[column.name] = column
        column.needs(relation, Link.AUTO)
        needs_type(step, column)
