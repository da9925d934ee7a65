"""Tables built in the lab as planned. Names are always quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.lab.column_types import built_in
from backstay.lab.planning import CannotBuild
from backstay.lab.quoting import identifier, identifiers, literal, relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.psycopg import Connection
    from backstay.lab.planning import Plan, PlannedColumn, PlannedTable
    from backstay.model.data import Action, Domain, ForeignKey, Index, IndexKey, Name

_ACTIONS: dict[Action, str] = {
    "no action": "NO ACTION",
    "restrict": "RESTRICT",
    "cascade": "CASCADE",
    "set null": "SET NULL",
    "set default": "SET DEFAULT",
}


def create_tables(connection: Connection, plan: Plan) -> None:
    """Create types and bare tables: what rows must fulfil, without keys and indexes."""
    for schema in _schemas(plan):
        run(connection, f"CREATE SCHEMA {identifier(schema)}")
    for enum in plan.enums:
        labels = ", ".join(map(literal, enum.labels))
        run(connection, f"CREATE TYPE {relation(enum.name)} AS ENUM ({labels})")
    for domain in plan.domains:
        run(connection, _domain(domain))
    for table in plan.tables:
        run(connection, _table(table))


def add_keys(connection: Connection, plan: Plan) -> None:
    """Add keys and indexes to filled tables: each is then built in one pass over the rows."""
    for table in plan.tables:
        name = relation(table.name)
        if table.primary_key:
            key = identifiers(table.primary_key)
            run(connection, f"ALTER TABLE {name} ADD PRIMARY KEY ({key})")
        for unique in table.uniques:
            run(connection, f"ALTER TABLE {name} ADD UNIQUE ({identifiers(unique)})")
        for index in table.indexes:
            run(connection, index_statement(index))
    for parent, columns in _missing_parent_keys(plan):
        run(connection, f"ALTER TABLE {relation(parent)} ADD UNIQUE ({identifiers(columns)})")
    for foreign_key in plan.keys:
        run(connection, _foreign_key(foreign_key))


def drop_tables(connection: Connection, plan: Plan) -> None:
    """Undo ``create_tables``, so that the plan can be built again at another size."""
    for table in plan.tables:
        run(connection, f"DROP TABLE {relation(table.name)} CASCADE")
    for domain in plan.domains:
        run(connection, f"DROP DOMAIN {relation(domain.name)} CASCADE")
    for enum in plan.enums:
        run(connection, f"DROP TYPE {relation(enum.name)} CASCADE")
    for schema in _schemas(plan):
        run(connection, f"DROP SCHEMA {identifier(schema)} CASCADE")


def index_statement(index: Index) -> str:
    """CREATE INDEX for an index whose parts are allowed."""
    keys = ", ".join(_index_key(key, index.method) for key in index.keys)
    unique = "UNIQUE " if index.unique else ""
    include = f" INCLUDE ({identifiers(index.include)})" if index.include else ""
    distinct = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    where = f" WHERE (\n{index.predicate}\n)" if index.predicate is not None else ""
    return (
        f"CREATE {unique}INDEX {identifier(index.name)} ON {relation(index.table)} "
        f"USING {index.method} ({keys}){include}{distinct}{where}"
    )


def run(connection: Connection, statement: str) -> None:
    """Run a statement that the lab wrote.

    Raises:
        CannotBuild: PostgreSQL refuses it, with its reason.
    """
    from backstay.foreign.psycopg import Error, errors  # noqa: PLC0415 (slow to import)

    try:
        connection.execute(statement.encode())
    except (errors.QueryCanceled, errors.OperationalError):
        raise
    except Error as error:
        first = statement.split("\n", 1)[0][:120]
        raise CannotBuild(f"PostgreSQL refuses {first!r}: {_in_short(error)}") from error


def _schemas(plan: Plan) -> list[str]:
    names = [*(table.name for table in plan.tables), *plan.scope.types]
    return sorted({name.schema for name in names} - {"public"})


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split("\n", 1)[0].split())


def _domain(domain: Domain) -> str:
    checks = "".join(f" CHECK (\n{text}\n)" for text in domain.checks)
    required = "" if domain.nullable else " NOT NULL"
    return f"CREATE DOMAIN {relation(domain.name)} AS {built_in(domain.type).sql}{required}{checks}"


def _table(table: PlannedTable) -> str:
    lines = [_column(column) for column in table.columns]
    lines += [
        f"CONSTRAINT {identifier(check.name)} CHECK (\n{check.expression}\n)"
        for check in table.checks
        if not check.domain
    ]
    return f"CREATE TABLE {relation(table.name)} (" + ", ".join(lines) + ")"


def _column(column: PlannedColumn) -> str:
    text = f"{identifier(column.name)} {column.type.sql}"
    if column.generated is not None:
        text += f" GENERATED ALWAYS AS (\n{column.generated}\n) STORED"
    elif column.default is not None:
        text += f" DEFAULT (\n{column.default}\n)"
    return text if column.nullable else text + " NOT NULL"


def _missing_parent_keys(plan: Plan) -> Iterator[tuple[Name, tuple[str, ...]]]:
    """Columns that a foreign key refers to without a key on them that is known."""
    seen: set[tuple[Name, frozenset[str]]] = set()
    for key in plan.keys:
        table = plan.table(key.parent)
        known = [frozenset(each) for each in (table.primary_key, *table.uniques)]
        known += [frozenset(i.columns or ()) for i in table.indexes if i.unique and not i.predicate]
        wanted = frozenset(key.parent_columns)
        if wanted not in known and (key.parent, wanted) not in seen:
            seen.add((key.parent, wanted))
            yield key.parent, key.parent_columns


def _foreign_key(key: ForeignKey) -> str:
    of_set_null = f" ({identifiers(key.set_null_columns)})" if key.set_null_columns else ""
    return (
        f"ALTER TABLE {relation(key.table)} ADD CONSTRAINT {identifier(key.name)} "
        f"FOREIGN KEY ({identifiers(key.columns)}) REFERENCES {relation(key.parent)} "
        f"({identifiers(key.parent_columns)}) ON DELETE {_ACTIONS[key.on_delete]}"
        f"{of_set_null} ON UPDATE {_ACTIONS[key.on_update]}"
        + (" DEFERRABLE" if key.deferrable else "")
    )


def _index_key(key: IndexKey, method: str) -> str:
    text = identifier(key.column) if key.column is not None else f"(\n{key.expression}\n)"
    if key.operator_class is not None:
        text += f" {key.operator_class}"
    if method != "btree":
        return text
    direction = "DESC" if key.descending else "ASC"
    return f"{text} {direction} NULLS {'FIRST' if key.nulls_first else 'LAST'}"
