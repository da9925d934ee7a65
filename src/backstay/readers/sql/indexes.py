"""Indexes, also those of partitions, which follow the index of their parent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from backstay.readers.sql import names
from backstay.readers.sql.binding import bind_expression
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.expressions import BOUND, text_of
from backstay.readers.sql.inference import index_column_name
from backstay.readers.sql.items import (
    Column,
    Constraint,
    Expression,
    Index,
    IndexPart,
    Link,
    Table,
    View,
)
from backstay.readers.sql.types import EXTENSION_CLASSES, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.model.places import Place
    from backstay.readers.sql.step import Step


def create_index(step: Step, node: Node) -> None:
    """CREATE INDEX.

    Raises:
        NotApplied: its table or a column is missing, or its name is taken.
    """
    place, database = step.place(), step.database
    relation = database.relation(
        node["relation"].get("schemaname"), node["relation"]["relname"]
    ) or step.table(node["relation"])
    if not isinstance(relation, Table | View):
        raise NotApplied(f"{relation.name} cannot have an index")
    predicate = None
    if "whereClause" in node:
        predicate = bind_expression(database, node["whereClause"], relation, place)
    name = node.get("idxname")
    parts = tuple(
        key_part(step, relation, each["IndexElem"], place) for each in node["indexParams"]
    )
    include = tuple(
        database.column(relation, each["IndexElem"].get("name", ""), place)
        for each in node.get("indexIncludingParams", [])
    )
    if name is not None and (relation.schema, name) in database.relations:
        if node.get("if_not_exists"):
            return
        raise NotApplied(f"{name} exists already")
    if name is None:
        columns = names.joined(index_names(parts, include))
        name = database.free_relation_name(relation.schema, relation.name, columns, "idx")
    index = Index(
        name=name,
        schema=relation.schema,
        where=place,
        table=relation,
        parts=parts,
        include=include,
        unique=node.get("unique", False),
        nulls_not_distinct=node.get("nulls_not_distinct", False),
        method=node.get("accessMethod", "btree"),
        predicate=predicate,
    )
    add_index(step, index)
    if node["relation"].get("inh", False):
        spread_to_partitions(step, index)
    elif isinstance(relation, Table) and relation.partition_strategy is not None:
        index.valid = not relation.children


def key_part(step: Step, relation: Table | View, node: Node, where: Place) -> IndexPart:
    """One key of an index as written."""
    classes, collations = strings(node.get("opclass", [])), strings(node.get("collation", []))
    key: Column | Expression
    if "name" in node:
        key = step.database.column(relation, node["name"], where)
    else:
        expression = node["expr"]
        while "CollateClause" in expression:
            collations = strings(expression["CollateClause"]["collname"])
            expression = expression["CollateClause"]["arg"]
        key = bind_expression(step.database, expression, relation, where)
        if "ColumnRef" in expression and key.columns:  # a column in brackets is a column
            key = key.columns[0]
    descending = node.get("ordering") == "SORTBY_DESC"
    nulls = node.get("nulls_ordering", "SORTBY_NULLS_DEFAULT")
    return IndexPart(
        key=key,
        descending=descending,
        nulls_first=descending if nulls == "SORTBY_NULLS_DEFAULT" else nulls.endswith("FIRST"),
        operator_class=classes[-1] if classes else None,
        collation=collations[-1] if collations else None,
    )


def index_names(parts: tuple[IndexPart, ...], include: tuple[Column, ...]) -> list[str]:
    """The names of an index's own columns, from which its default name is made."""
    written = [
        part.key.name if isinstance(part.key, Column) else index_column_name(part.key.tree)
        for part in parts
    ]
    return names.index_columns([*written, *(column.name for column in include)])


def add_index(step: Step, index: Index) -> None:
    """Take in an index and note what it needs."""
    step.database.add_relation(index)
    index.table.indexes[index.name] = index
    if index.constraint is None:
        link_index(index)
    for part in index.parts:
        extension = EXTENSION_CLASSES.get(part.operator_class or "")
        if extension in step.database.extensions:
            index.needs(step.database.extensions[extension])
        if isinstance(part.key, Expression):
            _needs_expression(index, part.key)
    if index.predicate is not None:
        _needs_expression(index, index.predicate)


def _needs_expression(index: Index, expression: Expression) -> None:
    for column in expression.columns:
        index.needs(column, Link.AUTO)
    for item in expression.needs:
        index.needs(item)


def link_index(index: Index) -> None:
    """Tie an index without a constraint to its columns and table."""
    for part in index.parts:
        if isinstance(part.key, Column):
            index.needs(part.key, Link.AUTO)
    for column in index.include:
        index.needs(column, Link.AUTO)
    index.needs(index.table, Link.AUTO)


def spread_to_partitions(step: Step, index: Index) -> None:
    """Give each partition of the index's table an index like it, or take one that is there."""
    if not isinstance(index.table, Table) or index.table.partition_strategy is None:
        return
    for child in index.table.children:
        attach_index(step, index, child)


def check_valid(index: Index) -> None:
    """A parent's index that was made alone becomes valid with the last partition's."""
    if not index.valid and isinstance(index.table, Table):
        attached = sum(
            each.parent is index
            for child in index.table.children
            for each in child.indexes.values()
        )
        index.valid = attached == len(index.table.children)


def attach_index(step: Step, parent: Index, table: Table) -> None:
    """Find or make a partition's index for that of its parent."""
    for own in table.indexes.values():
        if own.parent is None and _alike(parent, own):
            own.parent = parent
            own.needs(parent, Link.AUTO)
            return
    copy = copied_index(step, parent, table, parent.where)
    copy.parent = parent
    copy.needs(parent, Link.AUTO)
    spread_to_partitions(step, copy)


def copied_index(step: Step, original: Index, table: Table, where: Place) -> Index:
    """An index like another one on a table with columns of the same names."""
    parts = tuple(
        replace(part, key=moved_key(step, part.key, table, where)) for part in original.parts
    )
    include = tuple(table.columns[column.name] for column in original.include)
    kind = original.constraint.kind if original.constraint else None
    label = {"primary key": "pkey", "unique": "key", "exclusion": "excl"}.get(kind or "", "idx")
    columns = None if label == "pkey" else names.joined(index_names(parts, include))
    name = step.database.free_relation_name(
        table.schema, table.name, columns, label, constraint=kind is not None
    )
    predicate = original.predicate and moved_expression(step, original.predicate, table, where)
    index = Index(
        name=name,
        schema=table.schema,
        where=where,
        table=table,
        parts=parts,
        include=include,
        unique=original.unique,
        nulls_not_distinct=original.nulls_not_distinct,
        method=original.method,
        predicate=predicate,
    )
    if original.constraint is not None:
        index.constraint = Constraint(
            kind=original.constraint.kind,
            name=name,
            where=where,
            table=table,
            columns=tuple(part.key for part in parts if isinstance(part.key, Column)),
            deferrable=original.constraint.deferrable,
            index=index,
        )
    add_index(step, index)
    if index.constraint is not None:
        step.database.add_constraint(index.constraint)
        index.needs(index.constraint, Link.INTERNAL)
    return index


def moved_key(
    step: Step, key: Column | Expression, table: Table, where: Place
) -> Column | Expression:
    """A key with the columns of another table."""
    if isinstance(key, Column):
        return step.database.column(table, key.name, where)
    return moved_expression(step, key, table, where)


def moved_expression(step: Step, expression: Expression, table: Table, where: Place) -> Expression:
    """An expression over the columns of the same names in another table."""
    return bind_expression(step.database, unbound(expression.tree), table, where)


def unbound(node: Node) -> Node:
    """A copy of a tree in which column names are as they are now and tied to nothing."""
    copy: Node = {}
    for key, value in node.items():
        if key == BOUND:
            continue
        if type(value) is dict:
            copy[key] = unbound(value)
        elif type(value) is list:
            copy[key] = [unbound(each) if type(each) is dict else each for each in value]
        else:
            copy[key] = value
    bound = node.get(BOUND)
    if isinstance(bound, Column):
        copy["fields"] = [{"String": {"sval": bound.name}}]
    return copy


def _alike(parent: Index, own: Index) -> bool:
    def shape(index: Index) -> tuple[object, ...]:
        keys = tuple(
            part.key.name if isinstance(part.key, Column) else text_of(part.key.tree)
            for part in index.parts
        )
        return (keys, index.method, index.unique, index.predicate is None)

    same_constraint = parent.constraint is None or (
        own.constraint is not None and own.constraint.kind == parent.constraint.kind
    )
    return same_constraint and shape(parent) == shape(own)
