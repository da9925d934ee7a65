"""The facts that a database holds once all its statements have run."""

from __future__ import annotations

from collections.abc import Iterator

from backstay.model import data
from backstay.model.facts import Fact, NotChecked
from backstay.readers.sql.database import TEMPORARY, Database
from backstay.readers.sql.expressions import text_of
from backstay.readers.sql.grants import shown_privileges
from backstay.readers.sql.items import (
    Column,
    Constraint,
    Expression,
    Grant,
    Index,
    IndexPart,
    Item,
    Policy,
    Relation,
    Routine,
    Sequence,
    Table,
    Trigger,
    TypeUse,
    UserType,
    View,
)
from backstay.readers.sql.keywords import identifier
from backstay.readers.sql.types import type_text

ELSEWHERE = "the table is created elsewhere"

Facts = Iterator[Fact]


def facts_of(database: Database) -> Facts:
    """All facts about the schema, relations first."""
    return _Writer(database).facts()


def _text(expression: Expression | None) -> str | None:
    return None if expression is None else text_of(expression.tree)


class _Writer:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.names: dict[Item, data.Name] = {}

    def name(self, item: Relation | UserType | Routine) -> data.Name:
        found = self.names.get(item)
        if found is None:
            found = data.Name(database=self.database.name, schema=item.schema, name=item.name)
            self.names[item] = found
        return found

    def facts(self) -> Facts:
        for relation in self.database.relations.values():
            if relation.schema == TEMPORARY:
                continue
            if isinstance(relation, Table):
                yield from self.table(relation)
            elif isinstance(relation, View):
                yield from self.view(relation)
            elif isinstance(relation, Sequence):
                yield self.sequence(relation)
        for kind in self.database.types.values():
            yield from self.type(kind)
        for overloads in self.database.routines.values():
            for routine in overloads:
                if routine.kind != "aggregate":
                    yield self.routine(routine)
        yield from self.rest()

    def table(self, table: Table) -> Facts:
        if not table.implied:
            parents = tuple(map(self.name, table.parents))
            partition_of = None if table.partition_of is None else self.name(table.partition_of)
            yield data.Table(
                where=table.where,
                name=self.name(table),
                row_security=table.row_security,
                row_security_forced=table.row_security_forced,
                partition_key=_partition_key(table),
                partition_of=partition_of,
                inherits=parents,
                unlogged=table.unlogged,
                comment=table.comment,
            )
        for column in table.columns.values():
            if not column.implied:
                yield self.column(column, table)
        for constraint in table.constraints.values():
            yield from self.constraint(constraint, table)
        for index in table.indexes.values():
            yield self.index(index)
        for policy in table.policies.values():
            yield self.policy(policy)
        for trigger in table.triggers.values():
            yield self.trigger(trigger)

    def column(self, column: Column, table: Table) -> Fact:
        base = column.type.base
        return data.Column(
            where=column.where,
            derived=_derived(table),
            table=self.name(table),
            name=column.name,
            position=column.position,
            type=type_text(column.type),
            nullable=column.nullable,
            default=_text(column.default),
            identity=column.identity,
            generated=_text(column.generated),
            serial=_is_serial(column),
            user_type=self.name(base)
            if isinstance(base, UserType) and base.kind in {"enum", "domain"}
            else None,
            collation=column.collation,
            comment=column.comment,
        )

    def constraint(self, constraint: Constraint, table: Table) -> Facts:
        where, derived, own = constraint.where, _derived(table), self.name(table)
        columns = tuple(column.name for column in constraint.columns)
        if constraint.kind == "primary key":
            yield data.PrimaryKey(
                where=where, derived=derived, table=own, name=constraint.name, columns=columns
            )
        elif constraint.kind == "unique":
            index = constraint.index
            yield data.Unique(
                where=where,
                derived=derived,
                table=own,
                name=constraint.name,
                columns=columns,
                nulls_not_distinct=index is not None and index.nulls_not_distinct,
                deferrable=constraint.deferrable,
            )
        elif constraint.kind == "foreign key" and constraint.parent is not None:
            yield data.ForeignKey(
                where=where,
                derived=derived,
                table=own,
                name=constraint.name,
                columns=columns,
                parent=self.name(constraint.parent),
                parent_columns=tuple(column.name for column in constraint.parent_columns),
                on_delete=constraint.on_delete,
                on_update=constraint.on_update,
                set_null_columns=tuple(column.name for column in constraint.set_null),
                deferrable=constraint.deferrable,
                validated=constraint.validated,
            )
        elif constraint.kind == "check" and constraint.local:
            yield data.Check(
                where=where,
                derived=derived,
                table=own,
                name=constraint.name,
                expression=_text(constraint.expression) or "",
                columns=columns,
                validated=constraint.validated,
            )
        elif constraint.kind == "exclusion" and constraint.index is not None:
            yield data.Exclusion(
                where=where,
                derived=derived,
                table=own,
                name=constraint.name,
                definition=_exclusion(constraint.index),
            )

    def index(self, index: Index) -> Fact:
        return data.Index(
            where=index.where,
            derived=_derived(index.table),
            table=self.name(index.table),
            name=index.name,
            keys=tuple(map(_key, index.parts)),
            include=tuple(column.name for column in index.include),
            unique=index.unique,
            nulls_not_distinct=index.nulls_not_distinct,
            method=index.method,
            predicate=_text(index.predicate),
            constraint=None if index.constraint is None else index.constraint.name,
            valid=index.valid,
        )

    def view(self, view: View) -> Facts:
        yield data.View(
            where=view.where,
            name=self.name(view),
            definition=view.definition,
            materialized=view.materialized,
            reads=tuple(map(self.name, view.reads)),
            columns=tuple(view.columns) if view.columns_known else None,
            security_invoker=view.security_invoker,
        )
        for index in view.indexes.values():
            yield self.index(index)
        for trigger in view.triggers.values():
            yield self.trigger(trigger)

    def sequence(self, sequence: Sequence) -> Fact:
        owner = sequence.owner
        return data.Sequence(
            where=sequence.where,
            name=self.name(sequence),
            type=sequence.type,
            owner_table=None if owner is None else self.name(owner.table),
            owner_column=None if owner is None else owner.name,
        )

    def policy(self, policy: Policy) -> Fact:
        return data.Policy(
            where=policy.where,
            table=self.name(policy.table),
            name=policy.name,
            command=policy.command,
            roles=policy.roles,
            permissive=policy.permissive,
            using=_text(policy.using),
            check=_text(policy.check),
        )

    def trigger(self, trigger: Trigger) -> Fact:
        schema, function = trigger.function
        return data.Trigger(
            where=trigger.where,
            table=self.name(trigger.table),
            name=trigger.name,
            timing=trigger.timing,
            events=trigger.events,
            each_row=trigger.each_row,
            function=self.name(trigger.routine)
            if trigger.routine is not None
            else data.Name(database=self.database.name, schema=schema, name=function),
            condition=_text(trigger.condition),
            enabled=trigger.enabled,
        )

    def type(self, kind: UserType) -> Facts:
        if kind.kind == "enum":
            yield data.Enum(where=kind.where, name=self.name(kind), labels=tuple(kind.labels))
        elif kind.kind == "domain" and kind.type is not None:
            yield data.Domain(
                where=kind.where,
                name=self.name(kind),
                type=type_text(kind.type),
                nullable=kind.nullable,
                checks=tuple(text_of(check.tree) for check in kind.checks.values()),
            )

    def routine(self, routine: Routine) -> Fact:
        return data.Function(
            where=routine.where,
            name=self.name(routine),
            arguments=tuple(_plain_type(use) for use in routine.arguments),
            returns=_returns(routine),
            language=routine.language,
            body=routine.body,
            security_definer=routine.security_definer,
            volatility=routine.volatility,
            settings=tuple(routine.settings.items()),
            procedure=routine.kind == "procedure",
        )

    def grant(self, grant: Grant) -> Facts:
        for held, option in ((grant.privileges, False), (grant.with_option, True)):
            if held:
                yield data.Grant(
                    where=grant.where,
                    database=self.database.name,
                    privileges=shown_privileges(grant.kind, held),
                    object_kind=grant.kind,
                    object=self.granted_object(grant.target),
                    role=grant.role,
                    with_grant_option=option,
                )

    def granted_object(self, target: Item | str) -> str:
        if isinstance(target, Routine):
            return f"{self.name(target)}({', '.join(map(_plain_type, target.arguments))})"
        if isinstance(target, Relation | UserType):
            return str(self.name(target))
        return target if isinstance(target, str) else identifier(target.name)

    def rest(self) -> Facts:
        for grant in self.database.grants.values():
            yield from self.grant(grant)
        for extension in self.database.extensions.values():
            yield data.Extension(
                where=extension.where,
                database=self.database.name,
                name=extension.name,
                schema=extension.schema,
            )
        for (schema, table), place in self.database.unknown.items():
            yield NotChecked(
                where=place,
                what=f"table {table if schema == 'public' else f'{schema}.{table}'}",
                why="used here, but none of these files creates it",
            )


def _derived(table: Relation) -> str | None:
    return ELSEWHERE if isinstance(table, Table) and table.implied else None


def _is_serial(column: Column) -> bool:
    """Whether the default is the next value of a sequence that the column owns."""
    return column.default is not None and any(
        isinstance(item, Sequence) and item.owner is column for item in column.default.needs
    )


def _plain_type(use: TypeUse) -> str:
    return type_text(TypeUse(base=use.base, array=use.array))


def _returns(routine: Routine) -> str | None:
    """What a function returns, as ``pg_get_function_result`` prints it."""
    if routine.kind == "procedure":
        return None
    if routine.returns_table:
        outputs = (f"{identifier(name)} {_plain_type(use)}" for name, use in routine.outputs)
        return f"TABLE({', '.join(outputs)})"
    if routine.result is None:
        return "record" if routine.outputs else "void"
    return ("SETOF " if routine.returns_set else "") + _plain_type(routine.result)


def _partition_key(table: Table) -> str | None:
    if table.partition_strategy is None:
        return None
    keys = []
    for key, operator_class in table.partition_keys:
        if isinstance(key, Column):
            text = identifier(key.name)
        else:
            text = text_of(key.tree)
            text = text if "FuncCall" in key.tree else f"({text})"
        keys.append(f"{text} {operator_class}".rstrip())
    return f"{table.partition_strategy} ({', '.join(keys)})"


def _key(part: IndexPart) -> data.IndexKey:
    return data.IndexKey(
        column=part.key.name if isinstance(part.key, Column) else None,
        expression=None if isinstance(part.key, Column) else text_of(part.key.tree),
        descending=part.descending,
        nulls_first=part.nulls_first,
        operator_class=part.operator_class,
        collation=part.collation,
    )


def _exclusion(index: Index) -> str:
    parts = ", ".join(f"{_key(part)} WITH {part.operator}" for part in index.parts)
    predicate = f" WHERE ({_text(index.predicate)})" if index.predicate is not None else ""
    return f"EXCLUDE USING {index.method} ({parts}){predicate}"
