"""What the catalogs would hold, by the columns that migrations ask for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

from backstay.readers.sql.items import Composite, Index, Relation, Sequence, Table, UserType, View
from backstay.readers.sql.types import qualified, type_text

if TYPE_CHECKING:
    from backstay.readers.sql.database import Database
    from backstay.readers.sql.items import Column

# By column, the texts one of which it must equal.
Wanted = dict[str, frozenset[str]]
Look = Callable[["Database", Wanted], "bool | None"]
One = dict[str, str]
LookForOne = Callable[["Database", One], bool]


def _over(needed: tuple[str, ...], ignored: tuple[str, ...], look: LookForOne) -> Look:
    """A look that needs some columns, passes over others, and gives up where more are asked for."""

    def looked(database: Database, wanted: Wanted) -> bool | None:
        optional = {name.rstrip("?") for name in needed if name.endswith("?")}
        must = {name for name in needed if not name.endswith("?")}
        if not must <= set(wanted) or not set(wanted) <= must | optional | set(ignored):
            return None
        names = [name for name in wanted if name not in ignored]
        return any(
            look(database, dict(zip(names, values, strict=True)))
            for values in product(*(wanted[name] for name in names))
        )

    return looked


def _relations(kinds: tuple[type[Relation], ...], name: str, schema: str, *ignored: str) -> Look:
    def look(database: Database, one: One) -> bool:
        homes = [one[schema]] if schema in one else list(database.namespaces)
        return any(isinstance(database.relations.get((home, one[name])), kinds) for home in homes)

    return _over((name, f"{schema}?"), ignored, look)


def _column(database: Database, one: One) -> bool:
    table = database.relation(one.get("table_schema"), one["table_name"])
    column = table.columns.get(one["column_name"]) if table is not None else None
    if column is None:
        return False
    kind, internal = _types_of(column)
    nullable = "YES" if column.nullable else "NO"
    return (
        one.get("data_type", kind) == kind
        and one.get("udt_name", internal) == internal
        and one.get("is_nullable", nullable) == nullable
    )


_INTERNAL = {
    "smallint": "int2",
    "integer": "int4",
    "bigint": "int8",
    "real": "float4",
    "double precision": "float8",
    "boolean": "bool",
    "character varying": "varchar",
    "character": "bpchar",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}


def _types_of(column: Column) -> tuple[str, str]:
    """A column's data_type and udt_name in information_schema.columns."""
    base = column.type.base
    if isinstance(base, str):
        internal = _INTERNAL.get(base, base)
        return ("ARRAY", f"_{internal}") if column.type.array else (base, internal)
    if isinstance(base, UserType) and base.kind == "domain" and base.type is not None:
        return type_text(base.type), base.name
    return ("ARRAY", f"_{base.name}") if column.type.array else ("USER-DEFINED", base.name)


def _attribute(database: Database, one: One) -> bool:
    table = database.relation(*qualified(one["attrelid"].split(".")))
    return table is not None and one["attname"] in table.columns


def _constraints(name: str, table: str, *ignored: str) -> Look:
    def look(database: Database, one: One) -> bool:
        if table in one:
            relation = database.relation(*qualified(one[table].replace('"', "").split(".")))
            return isinstance(relation, Table) and one[name] in relation.constraints
        return any(database.constraint_names[home, one[name]] > 0 for home in database.namespaces)

    return _over((name, f"{table}?"), ignored, look)


def _type(database: Database, one: One) -> bool:
    homes = [one["nspname"]] if "nspname" in one else list(database.namespaces)
    return any(database.type(home, one["typname"]) is not None for home in homes)


def _label(type_name: str) -> LookForOne:
    def look(database: Database, one: One) -> bool:
        found = database.type(*qualified(one[type_name].replace('"', "").split(".")))
        return isinstance(found, UserType) and one["enumlabel"] in found.labels

    return look


def _parts(attribute: str, name: str, table: str, *ignored: str) -> Look:
    def look(database: Database, one: One) -> bool:
        if table in one:
            relation = database.relation(*qualified(one[table].replace('"', "").split(".")))
            return relation is not None and one[name] in getattr(relation, attribute, {})
        relations = database.relations.values()
        return any(one[name] in getattr(each, attribute, {}) for each in relations)

    return _over((name, f"{table}?"), ignored, look)


def _named(attribute: str, name: str, *ignored: str) -> Look:
    return _over((name,), ignored, lambda database, one: one[name] in getattr(database, attribute))


def _function(database: Database, one: One) -> bool:
    homes = [one["nspname"]] if "nspname" in one else list(database.namespaces)
    return any(database.routines.get((home, one["proname"])) for home in homes)


_RELATIONS = (Table, View, Index, Sequence, Composite)

# By the catalogs that a query reads, apart from those that only name schemas and tables.
LOOKS: dict[frozenset[str], Look] = {
    frozenset(names.split()): look
    for names, look in {
        "tables": _relations(
            (Table, View), "table_name", "table_schema", "table_type", "table_catalog"
        ),
        "pg_tables": _relations((Table,), "tablename", "schemaname"),
        "views": _relations((View,), "table_name", "table_schema"),
        "pg_views": _relations((View,), "viewname", "schemaname"),
        "pg_matviews": _relations((View,), "matviewname", "schemaname"),
        "pg_class": _relations(_RELATIONS, "relname", "nspname", "relkind"),
        "": _relations(_RELATIONS, "relname", "nspname", "relkind"),
        "pg_indexes": _relations((Index,), "indexname", "schemaname", "tablename"),
        "sequences": _relations((Sequence,), "sequence_name", "sequence_schema"),
        "pg_sequences": _relations((Sequence,), "sequencename", "schemaname"),
        "columns": _over(
            (
                *("table_name", "column_name", "table_schema?"),
                *("data_type?", "udt_name?", "is_nullable?"),
            ),
            ("table_catalog",),
            _column,
        ),
        "pg_attribute": _over(("attrelid", "attname"), (), _attribute),
        "pg_constraint": _constraints("conname", "conrelid", "contype", "relname", "nspname"),
        "table_constraints": _constraints(
            *("constraint_name", "table_name", "table_schema"),
            *("constraint_type", "constraint_schema", "table_catalog"),
        ),
        "pg_type": _over(("typname", "nspname?"), ("typtype",), _type),
        "pg_enum": _over(("enumlabel", "enumtypid"), (), _label("enumtypid")),
        "pg_enum pg_type": _over(
            ("enumlabel", "typname"), ("typtype", "nspname"), _label("typname")
        ),
        "pg_trigger": _parts("triggers", "tgname", "tgrelid", "relname", "tgisinternal"),
        "triggers": _parts("triggers", "trigger_name", "event_object_table", "trigger_schema"),
        "pg_policies": _parts("policies", "policyname", "tablename", "schemaname"),
        "pg_policy": _parts("policies", "polname", "polrelid", "relname"),
        "pg_namespace": _named("namespaces", "nspname"),
        "schemata": _named("namespaces", "schema_name", "catalog_name"),
        "pg_extension": _named("extensions", "extname"),
        "pg_proc": _over(("proname", "nspname?"), ("prokind",), _function),
    }.items()
}
