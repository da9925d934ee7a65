"""Conditions over the catalogs, such as IF NOT EXISTS (SELECT FROM pg_type ...), without a server.

Only what migrations commonly ask: whether a table, column, type, enum label, index, constraint,
schema, function, trigger, policy or extension of some name exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.foreign.postgast import SqlFault, parse
from backstay.readers.sql.catalog_look import LOOKS, Wanted
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.database import Database

_TRUE = {"AND_EXPR": False, "OR_EXPR": True}


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
    decisive = _TRUE[operator]
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
    """Whether a query over the catalogs finds a row."""
    sources: list[str] = []
    conditions: list[Node] = []
    for each in select.get("fromClause", []):
        if not _add_source(each, sources, conditions):
            return None
    if "groupClause" in select or "withClause" in select or not sources:
        return None
    wanted: Wanted = {}
    conditions += [select["whereClause"]] if "whereClause" in select else []
    if not all(_add_equalities(condition, wanted) for condition in conditions):
        return None
    look = LOOKS.get(frozenset(sources) - _BESIDE if len(sources) > 1 else frozenset(sources))
    return None if look is None else look(database, wanted)


# Catalogs that are joined to others for a name.
_BESIDE = frozenset(("pg_namespace", "pg_class"))


def _add_source(node: Node, sources: list[str], conditions: list[Node]) -> bool:
    if "RangeVar" in node:
        sources.append(node["RangeVar"]["relname"])
        return True
    join = node.get("JoinExpr")
    if join is None or join.get("jointype") != "JOIN_INNER":
        return False
    if "quals" in join:
        conditions.append(join["quals"])
    return _add_source(join["larg"], sources, conditions) and _add_source(
        join["rarg"], sources, conditions
    )


def _add_equalities(node: Node, wanted: Wanted) -> bool:
    """Collect the columns that must equal constants; False where the condition says more."""
    if "BoolExpr" in node and node["BoolExpr"]["boolop"] == "AND_EXPR":
        return all(_add_equalities(arg, wanted) for arg in node["BoolExpr"]["args"])
    operation = node.get("A_Expr", {})
    if strings(operation.get("name", [])) != ["="]:
        return False
    left, right = operation["lexpr"], operation["rexpr"]
    column = strings(left.get("ColumnRef", {}).get("fields", []))
    if not column:
        left, right = right, left
        column = strings(left.get("ColumnRef", {}).get("fields", []))
    if operation["kind"] == "AEXPR_IN":
        texts = [_constant(item) for item in right.get("List", {}).get("items", [])]
    elif operation["kind"] == "AEXPR_OP":
        if "ColumnRef" in right:  # what ties two catalogs together
            return True
        texts = [_constant(right)]
    else:
        return False
    values = frozenset(text for text in texts if text is not None)
    if not column or len(values) < len(set(texts)):
        return False
    before = wanted.get(column[-1])
    wanted[column[-1]] = values if before is None else before & values
    return True


def _constant(node: Node) -> str | None:
    """A constant, also one cast to regclass, or the type or table of a name."""
    if "TypeCast" in node:
        return _constant(node["TypeCast"]["arg"])
    if "SQLValueFunction" in node:
        return "public" if node["SQLValueFunction"]["op"] == "SVFOP_CURRENT_SCHEMA" else None
    if "FuncCall" in node:
        called = strings(node["FuncCall"].get("funcname", []))[-1:]
        return "public" if called == ["current_schema"] else None
    if "SubLink" in node:  # (select oid from pg_type where typname = '...')
        select = node["SubLink"].get("subselect", {}).get("SelectStmt", {})
        wanted: Wanted = {}
        if "whereClause" in select and _add_equalities(select["whereClause"], wanted):
            named = wanted.get("typname") or wanted.get("relname") or frozenset()
            return next(iter(named)) if len(named) == 1 else None
        return None
    constant = node.get("A_Const", {})
    return constant["sval"].get("sval", "") if "sval" in constant else None
