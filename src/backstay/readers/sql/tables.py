"""CREATE TABLE in all its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.binding import Binder, bind_expression
from backstay.readers.sql.columns import add_column, column_constraints, needs_type
from backstay.readers.sql.constraints import Wanted, add_constraints, set_not_null
from backstay.readers.sql.database import TEMPORARY, UNKNOWN_TYPE, NotApplied
from backstay.readers.sql.inheritance import attach_partition, inherit
from backstay.readers.sql.items import Column, Expression, Link, Relation, Table
from backstay.readers.sql.likeness import like
from backstay.readers.sql.removal import drop
from backstay.readers.sql.types import strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

_STRATEGIES = {
    "PARTITION_STRATEGY_RANGE": "range",
    "PARTITION_STRATEGY_LIST": "list",
    "PARTITION_STRATEGY_HASH": "hash",
}


def create_table(step: Step, node: Node) -> None:
    """CREATE TABLE, also of partitions and foreign tables.

    Raises:
        NotApplied: the name is taken, or something that it needs is missing.
    """
    table = new_table(step, node["relation"], if_not_exists=node.get("if_not_exists", False))
    if table is None:
        return
    parents = [step.table(each["RangeVar"]) for each in node.get("inhRelations", [])]
    # The table itself is not yet there: LIKE may name another one of the same name.
    sources = [
        step.relation(each["relation"].get("schemaname"), each["relation"]["relname"])
        for each in _likes(node)
    ]
    step.database.add_relation(table)
    try:
        _fill(step, table, node, parents, sources)
    except NotApplied:
        drop(step.database, [table], cascade=True)
        raise


def new_table(step: Step, node: Node, *, if_not_exists: bool) -> Table | None:
    """An empty table of that name, or None if there is one and that is allowed."""
    database = step.database
    persistence = node.get("relpersistence", "p")
    home = TEMPORARY if persistence == "t" else node.get("schemaname")
    schema = database.schema_to_create_in(home)
    there = database.relations.get((schema, node["relname"]))
    if isinstance(there, Table) and there.implied:
        drop(database, [there], cascade=True)
    elif there is not None:
        if if_not_exists:
            return None
        raise NotApplied(f"{node['relname']} exists already")
    return Table(
        name=node["relname"],
        schema=schema,
        where=step.place(),
        temporary=schema == TEMPORARY,
        unlogged=persistence == "u",
    )


def _likes(node: Node) -> list[Node]:
    elements = node.get("tableElts", [])
    return [each["TableLikeClause"] for each in elements if "TableLikeClause" in each]


def _fill(
    step: Step, table: Table, node: Node, parents: list[Table], sources: list[Relation]
) -> None:
    partition = "partbound" in node
    wanted: list[Wanted] = []
    for parent in parents:
        inherit(step, table, parent, partition=partition)
    if "ofTypename" in node:
        _typed_columns(step, table, node["ofTypename"])
    copied: list[Callable[[], None]] = []
    for each in node.get("tableElts", []):
        if "ColumnDef" in each:
            wanted += _column(step, table, each["ColumnDef"])
        elif "Constraint" in each:
            wanted += table_constraint(step, table, each["Constraint"])
        elif "TableLikeClause" in each:
            copied.append(like(step, table, sources[len(copied)], each["TableLikeClause"]))
    if "partspec" in node:
        _set_partitioning(step, table, node["partspec"])
    add_constraints(step, table, wanted)
    for finish in copied:
        finish()
    if partition:
        attach_partition(step, parents[0], table)


def _column(step: Step, table: Table, node: Node) -> list[Wanted]:
    """A column definition; one that names an inherited or typed column adds to it."""
    there = table.columns.get(node["colname"])
    if there is None or not (there.inherited or "typeName" not in node):
        return add_column(step, table, node)
    there.local = True
    return column_constraints(step, there, node)


def table_constraint(step: Step, table: Table, node: Node) -> list[Wanted]:
    """A constraint of the table as a whole. NOT NULL ones are applied at once."""
    if node["contype"] == "CONSTR_NOTNULL":
        for name in strings(node.get("keys", [])):
            column = step.database.column(table, name, step.part(node))
            set_not_null(column, node.get("conname"))
        return []
    return [Wanted(node=node, where=step.part(node), deferrable=node.get("deferrable", False))]


def _typed_columns(step: Step, table: Table, node: Node) -> None:
    names = strings(node["names"])
    kind = step.relation(names[-2] if len(names) > 1 else None, names[-1])
    table.needs(kind)
    for column in kind.columns.values():
        table.last_position += 1
        copy = Column(
            name=column.name,
            where=step.place(),
            table=table,
            position=table.last_position,
            type=column.type,
        )
        table.columns[copy.name] = copy
        copy.needs(table, Link.AUTO)
        needs_type(step, copy)


def _set_partitioning(step: Step, table: Table, node: Node) -> None:
    table.partition_strategy = _STRATEGIES[node["strategy"]]
    keys: list[tuple[Column | Expression, str]] = []
    for each in node["partParams"]:
        element = each["PartitionElem"]
        classes = " ".join(strings(element.get("opclass", [])))
        if "name" in element:
            keys.append((step.database.column(table, element["name"], table.where), classes))
        else:
            expression = bind_expression(step.database, element["expr"], table, table.where)
            keys.append((expression, classes))
    table.partition_keys = tuple(keys)


def create_table_as(step: Step, node: Node) -> None:
    """CREATE TABLE ... AS: the columns of a query, with their types where these can be told."""
    into = node["into"]
    table = new_table(step, into["rel"], if_not_exists=node.get("if_not_exists", False))
    if table is None:
        return
    query = node["query"]
    outputs = None
    if "SelectStmt" in query:
        outputs = Binder(step.database, step.place()).select(query["SelectStmt"], None)
    if outputs is None:
        step.notes.append(f"the columns of {table.name}, made from a query, cannot be told")
    step.database.add_relation(table)
    given = strings(into.get("colNames", []))
    for position, output in enumerate(outputs or (), start=1):
        column = Column(
            name=given[position - 1] if position <= len(given) else output.name,
            where=step.place(),
            table=table,
            position=position,
            type=output.type or UNKNOWN_TYPE,
        )
        table.columns[column.name] = column
        column.needs(table, Link.AUTO)
        needs_type(step, column)
    table.last_position = len(table.columns)


def select_into(step: Step, node: Node) -> None:
    """SELECT ... INTO makes a table, too."""
    query = {key: value for key, value in node.items() if key != "intoClause"}
    create_table_as(step, {"into": node["intoClause"], "query": {"SelectStmt": query}})
