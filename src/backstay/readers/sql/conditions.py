"""Conditions over the catalogs, such as IF NOT EXISTS (SELECT FROM pg_type ...), without a server.

Only what migrations commonly ask: whether a table, column, type, index, constraint, schema,
function, trigger, policy or extension of some name exists.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backstay.foreign.postgast import SqlFault, parse
from backstay.readers.sql.items import Composite, Index, Relation, Sequence, Table, View
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.database import Database

Wanted = dict[str, str]


def truth_of(text: str, database: Database) -> bool | None:
    """Whether a PL/pgSQL condition holds; None where that cannot be told."""
    try:
        statement = parse(b"select " + text.encode())[0]["stmt"]["SelectStmt"]
    except SqlFault:
        return None
    targets = statement.get("targetList", [])
    return _truth(targets[0]["ResTarget"]["val"], database) if len(targets) == 1 else None


def _truth(node: Node, database: Database) -> bool | None:
    kind, value = next(iter(node.items()))
    if kind == "BoolExpr":
        return _logic(value["boolop"], [_truth(arg, database) for arg in value["args"]])
    if kind == "SubLink" and value["subLinkType"] == "EXISTS_SUBLINK":
        return _exists(value["subselect"].get("SelectStmt", {}), database)
    if kind == "NullTest":
        there = _is_there(value["arg"], database)
        return there if there is None or value["nulltesttype"] == "IS_NOT_NULL" else not there
    if kind == "A_Const" and "boolval" in value:
        return bool(value["boolval"].get("boolval"))
    return None


def _logic(operator: str, values: list[bool | None]) -> bool | None:
    if operator == "NOT_EXPR":
        return None if values[0] is None else not values[0]
    decisive = operator == "OR_EXPR"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _is_there(node: Node, database: Database) -> bool | None:
    """Of to_regclass('name') and to_regtype('name')."""
    call = node.get("FuncCall", {})
    name = strings(call.get("funcname", []))[-1:]
    constant = call["args"][0].get("A_Const", {}) if call.get("args") else {}
    if "sval" not in constant:
        return None
    parts = [part.strip('"') for part in constant["sval"].get("sval", "").split(".")]
    if name == ["to_regclass"]:
        return database.relation(*qualified(parts)) is not None
    if name == ["to_regtype"]:
        return database.type(*qualified(parts)) is not None
    return None


def _exists(select: Node, database: Database) -> bool | None:
    sources = select.get("fromClause", [])
    if len(sources) != 1 or "RangeVar" not in sources[0] or "groupClause" in select:
        return None
    look = _CATALOGS.get(sources[0]["RangeVar"]["relname"])
    wanted = _equalities(select["whereClause"]) if "whereClause" in select else None
    return None if look is None or wanted is None else look(database, wanted)


def _equalities(node: Node) -> Wanted | None:
    """The columns that must equal constants; None where the condition says anything else."""
    if "BoolExpr" in node and node["BoolExpr"]["boolop"] == "AND_EXPR":
        found: Wanted = {}
        for arg in node["BoolExpr"]["args"]:
            part = _equalities(arg)
            if part is None:
                return None
            found |= part
        return found
    operation = node.get("A_Expr", {})
    if operation.get("kind") != "AEXPR_OP" or strings(operation.get("name", [])) != ["="]:
        return None
    left, right = operation["lexpr"], operation["rexpr"]
    column = strings(left.get("ColumnRef", {}).get("fields", []))
    text = _constant(right)
    return {column[-1]: text} if column and text is not None else None


def _constant(node: Node) -> str | None:
    """A constant, also one that is cast to regclass or the like, or a well-known function."""
    if "TypeCast" in node:
        return _constant(node["TypeCast"]["arg"])
    if "FuncCall" in node or "SQLValueFunction" in node:
        called = strings(node.get("FuncCall", {}).get("funcname", []))
        is_schema = called == ["current_schema"] or "SQLValueFunction" in node
        return "public" if is_schema else None
    constant = node.get("A_Const", {})
    return constant["sval"].get("sval", "") if "sval" in constant else None


Look = Callable[["Database", Wanted], "bool | None"]


def _only(wanted: Wanted, *allowed: str) -> bool:
    return set(wanted) <= set(allowed)


def _relations(kinds: tuple[type[Relation], ...], name: str, schema: str, *ignored: str) -> Look:
    def look(database: Database, wanted: Wanted) -> bool | None:
        if name not in wanted or not _only(wanted, name, schema, *ignored):
            return None
        homes = [wanted[schema]] if schema in wanted else database.namespaces
        return any(
            isinstance(database.relations.get((home, wanted[name])), kinds) for home in homes
        )

    return look


def _columns(database: Database, wanted: Wanted) -> bool | None:
    allowed = ("table_name", "column_name", "table_schema", "table_catalog")
    if not {"table_name", "column_name"} <= set(wanted) or not _only(wanted, *allowed):
        return None
    table = database.relation(wanted.get("table_schema"), wanted["table_name"])
    return table is not None and wanted["column_name"] in table.columns


def _constraints(name: str, *ignored: str) -> Look:
    def look(database: Database, wanted: Wanted) -> bool | None:
        if name not in wanted or not _only(wanted, name, *ignored):
            return None
        return any(
            database.constraint_names[schema, wanted[name]] > 0 for schema in database.namespaces
        )

    return look


def _types(database: Database, wanted: Wanted) -> bool | None:
    if "typname" not in wanted or not _only(wanted, "typname", "typtype"):
        return None
    return any(database.type(schema, wanted["typname"]) for schema in database.namespaces)


def _parts(attribute: str, name: str, table: str, *ignored: str) -> Look:
    def look(database: Database, wanted: Wanted) -> bool | None:
        if name not in wanted or not _only(wanted, name, table, *ignored):
            return None
        if table in wanted:
            relation = database.relation(*qualified(wanted[table].split(".")))
            return relation is not None and wanted[name] in getattr(relation, attribute, {})
        relations = database.relations.values()
        return any(wanted[name] in getattr(each, attribute, {}) for each in relations)

    return look


def _named(attribute: str, name: str) -> Look:
    def look(database: Database, wanted: Wanted) -> bool | None:
        if set(wanted) != {name}:
            return None
        return wanted[name] in getattr(database, attribute)

    return look


def _functions(database: Database, wanted: Wanted) -> bool | None:
    if set(wanted) != {"proname"}:
        return None
    return any(database.routines.get((each, wanted["proname"])) for each in database.namespaces)


_CATALOGS: dict[str, Look] = {
    "tables": _relations((Table, View), "table_name", "table_schema", "table_type"),
    "pg_tables": _relations((Table,), "tablename", "schemaname"),
    "views": _relations((View,), "table_name", "table_schema"),
    "pg_views": _relations((View,), "viewname", "schemaname"),
    "pg_matviews": _relations((View,), "matviewname", "schemaname"),
    "pg_class": _relations((Table, View, Index, Sequence, Composite), "relname", "-", "relkind"),
    "pg_indexes": _relations((Index,), "indexname", "schemaname", "tablename"),
    "sequences": _relations((Sequence,), "sequence_name", "sequence_schema"),
    "columns": _columns,
    "pg_constraint": _constraints("conname", "conrelid", "contype"),
    "table_constraints": _constraints(
        "constraint_name", "table_name", "table_schema", "constraint_type", "constraint_schema"
    ),
    "pg_type": _types,
    "pg_trigger": _parts("triggers", "tgname", "tgrelid"),
    "triggers": _parts("triggers", "trigger_name", "event_object_table", "trigger_schema"),
    "pg_policies": _parts("policies", "policyname", "tablename", "schemaname"),
    "pg_policy": _parts("policies", "polname", "polrelid"),
    "pg_namespace": _named("namespaces", "nspname"),
    "schemata": _named("namespaces", "schema_name"),
    "pg_extension": _named("extensions", "extname"),
    "pg_proc": _functions,
}
