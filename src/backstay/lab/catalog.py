"""The facts that a live PostgreSQL database holds, read from its catalogs.

They are the same facts as those of the SQL reader, so that practices judge both alike. One query
for each kind of thing, whatever the number of tables; PostgreSQL 13 to 18. Nothing is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from backstay.lab import catalog_queries as queries
from backstay.model import data
from backstay.model.places import LiveObject
from backstay.readers.sql.grants import shown_privileges

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from backstay.model.facts import Fact

_ACTIONS: dict[str, data.Action] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
# Bits of pg_trigger.tgtype.
_EVENTS = {1 << 2: "insert", 1 << 3: "delete", 1 << 4: "update", 1 << 5: "truncate"}
_CONDITION = re.compile(r" WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) ", re.DOTALL)

Row = tuple[Any, ...]


def read_catalog(connection: psycopg.Connection[Any], database: str) -> tuple[Fact, ...]:
    """All facts about the schemas of a database, except those of PostgreSQL and extensions.

    Args:
        connection: to a PostgreSQL server; its search path is left as it was.
        database: the name that the facts are given.
    """
    with connection.transaction(force_rollback=True):
        connection.execute("set local search_path = public")
        reader = _Catalog(connection, database)
        return tuple(reader.facts())


class _Catalog:
    def __init__(self, connection: psycopg.Connection[Any], database: str) -> None:
        self.connection = connection
        self.database = database

    def rows(self, query: str) -> list[Row]:
        return self.connection.execute(query.encode()).fetchall()

    def name(self, schema: str, name: str) -> data.Name:
        return data.Name(database=self.database, schema=schema, name=name)

    def maybe(self, schema: str | None, name: str | None) -> data.Name | None:
        return None if schema is None or name is None else self.name(schema, name)

    def at(self, *parts: str) -> LiveObject:
        return LiveObject(system="postgresql", object=".".join(parts))

    def facts(self) -> Iterator[Fact]:
        for query, make in (
            (queries.TABLES, self.table),
            (queries.COLUMNS, self.column),
            (queries.CONSTRAINTS, self.constraint),
            (queries.INDEXES, self.index),
            (queries.VIEWS, self.view),
            (queries.SEQUENCES, self.sequence),
            (queries.POLICIES, self.policy),
            (queries.TRIGGERS, self.trigger),
            (queries.ENUMS, self.enum),
            (queries.DOMAINS, self.domain),
            (queries.FUNCTIONS, self.function),
            (queries.EXTENSIONS, self.extension),
            (queries.GRANTS, self.grant),
        ):
            for row in self.rows(query):
                yield make(row)

    def table(self, row: Row) -> Fact:
        schema, name, security, forced, key, parent, inherits, unlogged, comment = row
        strategy, _, columns = (key or "").partition(" ")
        return data.Table(
            where=self.at(schema, name),
            name=self.name(schema, name),
            row_security=security,
            row_security_forced=forced,
            partition_key=f"{strategy.lower()} {columns}" if key else None,
            partition_of=self.name(*parent) if parent else None,
            inherits=tuple(self.name(*each) for each in inherits or ()),
            unlogged=unlogged,
            comment=comment,
        )

    def column(self, row: Row) -> Fact:
        (schema, table, name, position, kind, required, default, identity, generated) = row[:9]
        serial, type_schema, type_name, collation, comment = row[9:]
        return data.Column(
            where=self.at(schema, table, name),
            table=self.name(schema, table),
            name=name,
            position=position,
            type=kind,
            nullable=not required,
            default=None if generated else default,
            identity={"a": "always", "d": "by default"}.get(identity),  # type: ignore[arg-type]
            generated=default if generated else None,
            serial=serial,
            user_type=self.maybe(type_schema, type_name),
            collation=collation,
            comment=comment,
        )

    def constraint(self, row: Row) -> Fact:
        (schema, table, name, kind, columns, expression, validated, deferrable) = row[:8]
        parent, parent_columns, on_delete, on_update = row[8:12]
        nulls_not_distinct, definition, set_null = row[12:]
        where, own = self.at(schema, table, name), self.name(schema, table)
        if kind == "p":
            return data.PrimaryKey(where=where, table=own, name=name, columns=tuple(columns))
        if kind == "u":
            return data.Unique(
                where=where,
                table=own,
                name=name,
                columns=tuple(columns),
                nulls_not_distinct=nulls_not_distinct,
                deferrable=deferrable,
            )
        if kind == "x":
            return data.Exclusion(where=where, table=own, name=name, definition=definition)
        if kind == "c":
            return data.Check(
                where=where,
                table=own,
                name=name,
                expression=expression,
                columns=tuple(columns or ()),
                validated=validated,
            )
        return data.ForeignKey(
            where=where,
            table=own,
            name=name,
            columns=tuple(columns),
            parent=self.name(*parent),
            parent_columns=tuple(parent_columns),
            on_delete=_ACTIONS[on_delete],
            on_update=_ACTIONS[on_update],
            set_null_columns=tuple(set_null or ()),
            deferrable=deferrable,
            validated=validated,
        )

    def index(self, row: Row) -> Fact:
        (schema, table, name, keys, include, unique, nulls_not_distinct, method) = row[:8]
        predicate, constraint, valid = row[8:]
        return data.Index(
            where=self.at(schema, name),
            table=self.name(schema, table),
            name=name,
            keys=tuple(
                data.IndexKey(
                    column=column,
                    expression=None if column is not None else definition,
                    descending=bool(bits & 1),
                    nulls_first=bool(bits & 2),
                    operator_class=operator_class,
                    collation=collation,
                )
                for column, definition, bits, operator_class, collation in keys
            ),
            include=tuple(include or ()),
            unique=unique,
            nulls_not_distinct=nulls_not_distinct,
            method=method,
            predicate=predicate,
            constraint=constraint,
            valid=valid,
        )

    def view(self, row: Row) -> Fact:
        schema, name, definition, materialized, reads, columns, invoker = row
        return data.View(
            where=self.at(schema, name),
            name=self.name(schema, name),
            definition=definition,
            materialized=materialized,
            reads=tuple(self.name(*each) for each in reads or ()),
            columns=tuple(columns or ()),
            security_invoker=invoker,
        )

    def sequence(self, row: Row) -> Fact:
        schema, name, kind, owner, column = row
        return data.Sequence(
            where=self.at(schema, name),
            name=self.name(schema, name),
            type=kind,
            owner_table=self.name(*owner) if owner else None,
            owner_column=column,
        )

    def policy(self, row: Row) -> Fact:
        schema, table, name, command, roles, permissive, using, check = row
        return data.Policy(
            where=self.at(schema, table, name),
            table=self.name(schema, table),
            name=name,
            command=_COMMANDS[command],  # type: ignore[arg-type]  # one of the five
            roles=tuple(roles),
            permissive=permissive,
            using=using,
            check=check,
        )

    def trigger(self, row: Row) -> Fact:
        schema, table, name, bits, function_schema, function, definition, enabled = row
        condition = _CONDITION.search(definition)
        timing = "before" if bits & (1 << 1) else "instead of" if bits & (1 << 6) else "after"
        return data.Trigger(
            where=self.at(schema, table, name),
            table=self.name(schema, table),
            name=name,
            timing=timing,  # type: ignore[arg-type]  # one of the three above
            events=tuple(word for bit, word in _EVENTS.items() if bits & bit),
            each_row=bool(bits & 1),
            function=self.name(function_schema, function),
            condition=condition[1] if condition else None,
            enabled=enabled,
        )

    def enum(self, row: Row) -> Fact:
        schema, name, labels = row
        return data.Enum(
            where=self.at(schema, name), name=self.name(schema, name), labels=tuple(labels)
        )

    def domain(self, row: Row) -> Fact:
        schema, name, kind, required, checks = row
        return data.Domain(
            where=self.at(schema, name),
            name=self.name(schema, name),
            type=kind,
            nullable=not required,
            checks=tuple(checks or ()),
        )

    def function(self, row: Row) -> Fact:
        schema, name, arguments, returns, language, body, definer, volatility, settings = row[:9]
        return data.Function(
            where=self.at(schema, name),
            name=self.name(schema, name),
            arguments=tuple(arguments or ()),
            returns=returns,
            language=language,
            body=body,
            security_definer=definer,
            volatility=_VOLATILITY[volatility],  # type: ignore[arg-type]  # one of the three
            settings=tuple(tuple(each.split("=", 1)) for each in settings or ()),
            procedure=row[9],
        )

    def extension(self, row: Row) -> Fact:
        name, schema = row
        return data.Extension(where=self.at(name), database=self.database, name=name, schema=schema)

    def grant(self, row: Row) -> Fact:
        kind, schema, name, role, privileges, with_option = row
        return data.Grant(
            where=self.at(schema, name),
            database=self.database,
            privileges=shown_privileges(kind, dict.fromkeys(privileges)),
            object_kind=kind,
            object=str(self.name(schema, name)),
            role=role,
            with_grant_option=with_option,
        )
