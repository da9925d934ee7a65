"""Primary keys, unique, exclusion, foreign key and check constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstay.readers.sql import names
from backstay.readers.sql.binding import bind_expression
from backstay.readers.sql.comparable import comparable
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.indexes import add_index, index_names, key_part, spread_to_partitions
from backstay.readers.sql.items import Column, Constraint, Index, IndexPart, Link, Table
from backstay.readers.sql.types import strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.model.data import Action
    from backstay.model.places import Place
    from backstay.readers.sql.step import Step

_ACTIONS: dict[str, Action] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
_INDEXED = {"CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"}


@dataclass(slots=True, kw_only=True)
class Wanted:
    """A constraint as written, with the column it stands at, if it does."""

    node: Node
    where: Place
    column: str | None = None
    deferrable: bool = False


def add_constraints(step: Step, table: Table, wanted: list[Wanted]) -> None:
    """Add constraints in the order in which PostgreSQL does: checks, keys, foreign keys.

    What cannot be added is noted: the table and its other constraints are worth more than the
    certainty that the statement would fail.
    """
    checks = [each for each in wanted if each.node["contype"] == "CONSTR_CHECK"]
    keys = [each for each in wanted if each.node["contype"] in _INDEXED]
    keys.sort(key=lambda each: each.node["contype"] != "CONSTR_PRIMARY")
    foreign = [each for each in wanted if each.node["contype"] == "CONSTR_FOREIGN"]
    for each in checks:
        with step.noting():
            add_check(step, table, each)
    for each in _without_repeats(keys):
        with step.noting():
            add_key(step, table, each)
    for each in foreign:
        with step.noting():
            add_foreign_key(step, table, each)


def _without_repeats(keys: list[Wanted]) -> list[Wanted]:
    """UNIQUE PRIMARY KEY makes one index; a name given to either is kept."""
    kept: dict[tuple[object, ...], Wanted] = {}
    for number, each in enumerate(keys):
        node = each.node
        written = tuple(strings(node.get("keys", []))) or (each.column,)
        include = tuple(strings(node.get("including", [])))
        nulls = node.get("nulls_not_distinct", False)
        only = number if node["contype"] == "CONSTR_EXCLUSION" or "indexname" in node else None
        first = kept.setdefault((written, include, nulls, each.deferrable, only), each)
        if first is not each and "conname" in node:
            first.node.setdefault("conname", node["conname"])
    return list(kept.values())


def add_check(step: Step, table: Table, wanted: Wanted) -> Constraint | None:
    """Add a check constraint."""
    node, database = wanted.node, step.database
    expression = bind_expression(database, node["raw_expr"], table, wanted.where)
    own = [column for column in expression.columns if column.table is table]
    name = node.get("conname")
    if name is None:
        one = own[0].name if len(own) == 1 else None
        name = database.free_constraint_name(
            table.schema, table.name, one, "check", table.constraints
        )
    constraint = Constraint(
        kind="check",
        name=name,
        where=wanted.where,
        table=table,
        columns=tuple(own),
        expression=expression,
        validated=_is_validated(node),
        inheritable=not node.get("is_no_inherit", False),
    )
    database.add_constraint(constraint)
    for item in expression.needs:
        constraint.needs(item)
    return constraint


def _is_validated(node: Node) -> bool:
    """Whether the constraint holds for all rows: neither NOT VALID nor NOT ENFORCED."""
    return bool(node.get("is_enforced")) and not node.get("skip_validation")


def add_key(step: Step, table: Table, wanted: Wanted) -> Constraint:
    """Add a primary key, unique or exclusion constraint with its index.

    Raises:
        NotApplied: there is a primary key already, or a column is missing.
    """
    node, database = wanted.node, step.database
    primary = node["contype"] == "CONSTR_PRIMARY"
    if primary and any(each.kind == "primary key" for each in table.constraints.values()):
        raise NotApplied(f"{table.name} has a primary key already")
    if "indexname" in node:
        return _adopt_index(step, table, wanted)
    parts, include = _key_parts(step, table, wanted)
    name = node.get("conname")
    if name is None:
        label = {"CONSTR_PRIMARY": "pkey", "CONSTR_UNIQUE": "key"}.get(node["contype"], "excl")
        columns = None if primary else names.joined(index_names(parts, include))
        name = database.free_relation_name(
            table.schema, table.name, columns, label, constraint=True
        )
    kind = {"CONSTR_PRIMARY": "primary key", "CONSTR_UNIQUE": "unique"}
    constraint = Constraint(
        kind=kind.get(node["contype"], "exclusion"),  # type: ignore[arg-type]  # one of the three
        name=name,
        where=wanted.where,
        table=table,
        columns=tuple(part.key for part in parts if isinstance(part.key, Column)),
        deferrable=wanted.deferrable,
    )
    predicate = None
    if "where_clause" in node:
        predicate = bind_expression(database, node["where_clause"], table, wanted.where)
    index = Index(
        name=name,
        schema=table.schema,
        where=wanted.where,
        table=table,
        parts=parts,
        include=include,
        unique=node["contype"] != "CONSTR_EXCLUSION",
        nulls_not_distinct=node.get("nulls_not_distinct", False),
        method="gist" if node.get("without_overlaps") else node.get("access_method", "btree"),
        predicate=predicate,
        constraint=constraint,
    )
    _keep_key(step, constraint, index)
    spread_to_partitions(step, index)
    return constraint


def _keep_key(step: Step, constraint: Constraint, index: Index) -> None:
    if constraint.name in constraint.table.constraints:
        raise NotApplied(f"{constraint.table.name} has a constraint {constraint.name} already")
    add_index(step, index)
    step.database.add_constraint(constraint)
    constraint.index = index
    for column in index.include:
        constraint.needs(column, Link.AUTO)
    index.needs(constraint, Link.INTERNAL)
    if constraint.kind == "primary key":
        for column in constraint.columns:
            set_not_null(column)


def set_not_null(column: Column, name: str | None = None, *, only: bool = False) -> None:
    """Forbid nulls in a column, and in those that inherit it unless ``only`` it is meant."""
    if column.nullable or name is not None:
        column.nullable = False
        column.not_null_name = name or names.object_name(column.table.name, column.name, "not_null")
    if isinstance(column.table, Table) and not only:
        for child in column.table.children:
            if column.name in child.columns:
                set_not_null(child.columns[column.name])


def _key_parts(
    step: Step, table: Table, wanted: Wanted
) -> tuple[tuple[IndexPart, ...], tuple[Column, ...]]:
    node, database = wanted.node, step.database
    include = tuple(
        database.column(table, name, wanted.where) for name in strings(node.get("including", []))
    )
    if node["contype"] == "CONSTR_EXCLUSION":
        parts = []
        for pair in node["exclusions"]:
            element, operator = pair["List"]["items"]
            part = key_part(step, table, element["IndexElem"], wanted.where)
            part.operator = strings(operator["List"]["items"])[-1]
            parts.append(part)
        return tuple(parts), include
    written = strings(node.get("keys", [])) or [wanted.column or ""]
    if len(set(written)) < len(written):
        raise NotApplied(f"a key of {table.name} names a column twice")
    columns = [database.column(table, name, wanted.where) for name in written]
    for key, _ in table.partition_keys:
        if isinstance(key, Column) and key not in columns:
            raise NotApplied(f"a key of {table.name} must include {key.name}, which partitions it")
    return tuple(IndexPart(key=column) for column in columns), include


def _adopt_index(step: Step, table: Table, wanted: Wanted) -> Constraint:
    """ADD CONSTRAINT ... USING INDEX: the index takes the constraint's name."""
    node, database = wanted.node, step.database
    index = database.relation(table.schema, node["indexname"])
    if (
        not isinstance(index, Index)
        or index.table is not table
        or not index.unique
        or index.constraint is not None
    ):
        raise NotApplied(f"{table.name} has no unique index {node['indexname']}")
    name = node.get("conname", index.name)
    if name in table.constraints:
        raise NotApplied(f"{table.name} has a constraint {name} already")
    primary = node["contype"] == "CONSTR_PRIMARY"
    constraint = Constraint(
        kind="primary key" if primary else "unique",
        name=name,
        where=wanted.where,
        table=table,
        columns=tuple(part.key for part in index.parts if isinstance(part.key, Column)),
        deferrable=wanted.deferrable,
    )
    if name != index.name:
        del table.indexes[index.name]
        database.rename_relation(index, index.schema, name)
        table.indexes[name] = index
    database.add_constraint(constraint)
    for used in list(index.uses):
        if isinstance(used, Column):
            index.release(used)
    constraint.index = index
    index.constraint = constraint
    index.needs(constraint, Link.INTERNAL)
    if primary:
        for column in constraint.columns:
            set_not_null(column)
    return constraint


def add_foreign_key(step: Step, table: Table, wanted: Wanted) -> Constraint:
    """Add a foreign key.

    Raises:
        NotApplied: a column or the parent's key is missing.
    """
    node, database = wanted.node, step.database
    written = strings(node.get("fk_attrs", [])) or [wanted.column or ""]
    columns = tuple(database.column(table, name, wanted.where) for name in written)
    parent = step.table(node["pktable"])
    parent_columns, key = _parent_key(step, parent, strings(node.get("pk_attrs", [])), wanted)
    if parent_columns and len(parent_columns) != len(columns):
        raise NotApplied(f"a foreign key needs as many columns as {parent.name} has in its key")
    for column, referred in zip(columns, parent_columns, strict=False):
        if not comparable(column.type, referred.type):
            raise NotApplied(f"{column.name} cannot refer to a column of another type")
    name = node.get("conname") or database.free_constraint_name(
        table.schema, table.name, names.joined(written), "fkey", table.constraints
    )
    constraint = Constraint(
        kind="foreign key",
        name=name,
        where=wanted.where,
        table=table,
        columns=columns,
        parent=parent,
        parent_columns=parent_columns,
        on_delete=_ACTIONS[node.get("fk_del_action", "a")],
        on_update=_ACTIONS[node.get("fk_upd_action", "a")],
        set_null=tuple(
            database.column(table, name, wanted.where)
            for name in strings(node.get("fk_del_set_cols", []))
        ),
        deferrable=wanted.deferrable,
        validated=_is_validated(node),
    )
    database.add_constraint(constraint)
    for column in parent_columns:
        constraint.needs(column)
    constraint.needs(parent)
    if key is not None:
        constraint.needs(key)
    return constraint


def _parent_key(
    step: Step, parent: Table, written: list[str], wanted: Wanted
) -> tuple[tuple[Column, ...], Index | None]:
    """The parent's columns and the index that keeps them unique."""
    if not written:
        for each in parent.constraints.values():
            if each.kind == "primary key":
                return each.columns, each.index
        if parent.implied:
            return (), None
        raise NotApplied(f"{parent.name} has no primary key to refer to")
    columns = tuple(step.database.column(parent, name, wanted.where) for name in written)
    for index in parent.indexes.values():
        keys = {part.key for part in index.parts}
        if index.unique and index.predicate is None and keys == set(columns):
            return columns, index
    if parent.implied:
        return columns, None
    raise NotApplied(f"{parent.name} has no unique key on ({', '.join(written)})")
