"""Expressions as SQL text, from the parser's tree, in the manner of ``pg_get_expr``.

Names that ``binding`` tied to columns, sequences and types are printed as they are called now.
Casts that PostgreSQL adds itself are not known, and parentheses stand only where they are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.readers.sql.items import Column, Relation
from backstay.readers.sql.keywords import identifier, literal
from backstay.readers.sql.types import BUILT_IN, qualified, strings, type_name, type_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.postgast import Node

# Where binding leaves what a name stands for, in the node itself.
BOUND = "bound"

_SPELLED_TYPES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
}


def text_of(node: Node) -> str:
    """The expression as SQL text."""
    kind, value = next(iter(node.items()))
    printer = _PRINTERS.get(kind)
    return printer(value) if printer else f"{_words(kind)}(...)"


def _words(kind: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in kind)[1:]


def _inner(node: Node) -> str:
    """The text of an operand: in parentheses where it is an operation itself."""
    text = text_of(node)
    kind = next(iter(node))
    if kind == "A_Expr" and node[kind]["kind"] not in _SELF_CONTAINED:
        return f"({text})"
    return f"({text})" if kind in _OPERATIONS else text


_SELF_CONTAINED = {"AEXPR_NULLIF"}
_OPERATIONS = {"BoolExpr", "NullTest", "BooleanTest", "CollateClause"}


def _list(nodes: list[Node]) -> str:
    return ", ".join(map(text_of, nodes))


def _constant(value: Node) -> str:
    if value.get("isnull"):
        return "NULL"
    for kind in ("ival", "fval"):
        if kind in value:
            return str(value[kind].get(kind, 0))
    if "boolval" in value:
        return "true" if value["boolval"].get("boolval") else "false"
    if "bsval" in value:
        text = str(value["bsval"].get("bsval", "b"))
        hexadecimal = text[:1] == "x"
        bits = "".join(f"{int(digit, 16):04b}" for digit in text[1:]) if hexadecimal else text[1:]
        return f"B'{bits}'"
    bound = value.get(BOUND)
    if isinstance(bound, Relation):
        return literal(type_name(bound))
    return literal(value.get("sval", {}).get("sval", ""))


def _column(value: Node) -> str:
    # A qualifier tells OLD from NEW, and one table of a subquery from another: it is kept.
    parts = [
        "*" if "A_Star" in field else identifier(field["String"].get("sval", ""))
        for field in value["fields"]
    ]
    bound = value.get(BOUND)
    if isinstance(bound, Column):
        parts[-1] = identifier(bound.name)
    return ".".join(parts)


def _operation(value: Node) -> str:
    return _OPERATION_KINDS[value["kind"]](value)


def _operator(value: Node) -> str:
    schema, name = qualified(strings(value["name"]))
    return name if schema in (None, "pg_catalog") else f"OPERATOR({identifier(schema)}.{name})"


def _binary(value: Node) -> str:
    if "RowExpr" in value.get("lexpr", {}) and "RowExpr" in value["rexpr"]:
        by_column = _rows(value)
        if by_column is not None:
            return by_column
    right = _inner(value["rexpr"]) if "rexpr" in value else ""
    left = _inner(value["lexpr"]) + " " if "lexpr" in value else ""
    gap = " " if left or not right[:1].isdigit() else ""
    return f"{left}{_operator(value)}{gap}{right}"


def _rows(value: Node) -> str | None:
    """(a, b) = (1, 2) as PostgreSQL keeps it: column by column."""
    left, right = (value[side]["RowExpr"].get("args", []) for side in ("lexpr", "rexpr"))
    word = {"=": " AND ", "<>": " OR "}.get(_operator(value))
    if word is None or len(left) != len(right):
        return None
    pairs = zip(left, right, strict=True)
    return word.join(f"({_inner(a)} {_operator(value)} {_inner(b)})" for a, b in pairs)


def _any(word: str) -> Callable[[Node], str]:
    def text(value: Node) -> str:
        right = text_of(value["rexpr"])
        return f"{_inner(value['lexpr'])} {_operator(value)} {word} ({right})"

    return text


def _in(value: Node) -> str:
    items = value["rexpr"].get("List", {}).get("items", [])
    negated = strings(value["name"]) == ["<>"]
    left = _inner(value["lexpr"])
    if "RowExpr" in value["lexpr"]:
        each = {"kind": "AEXPR_OP", "name": value["name"], "lexpr": value["lexpr"]}
        comparisons = (f"({_binary({**each, 'rexpr': item})})" for item in items)
        return (" AND " if negated else " OR ").join(comparisons)
    if len(items) == 1:
        return f"{left} {'<>' if negated else '='} {_inner(items[0])}"
    return f"{left} {'<> ALL' if negated else '= ANY'} (ARRAY[{_list(items)}])"


def _between(value: Node) -> str:
    low, high = value["rexpr"]["List"]["items"]
    left, low, high = _inner(value["lexpr"]), _inner(low), _inner(high)
    inside = f"({left} >= {low}) AND ({left} <= {high})"
    outside = f"({left} < {low}) OR ({left} > {high})"
    if not value["kind"].endswith("_SYM"):
        return outside if value["kind"].startswith("AEXPR_NOT") else inside
    turned = f"({left} >= {high}) AND ({left} <= {low})"
    turned_outside = f"({left} < {high}) OR ({left} > {low})"
    if value["kind"].startswith("AEXPR_NOT"):
        return f"({outside}) AND ({turned_outside})"
    return f"({inside}) OR ({turned})"


_OPERATION_KINDS: dict[str, Callable[[Node], str]] = {
    "AEXPR_OP": _binary,
    "AEXPR_OP_ANY": _any("ANY"),
    "AEXPR_OP_ALL": _any("ALL"),
    "AEXPR_DISTINCT": lambda v: f"{_inner(v['lexpr'])} IS DISTINCT FROM {_inner(v['rexpr'])}",
    "AEXPR_NOT_DISTINCT": lambda v: (
        f"NOT ({_inner(v['lexpr'])} IS DISTINCT FROM {_inner(v['rexpr'])})"
    ),
    "AEXPR_NULLIF": lambda v: f"NULLIF({text_of(v['lexpr'])}, {text_of(v['rexpr'])})",
    "AEXPR_IN": _in,
    "AEXPR_LIKE": _binary,
    "AEXPR_ILIKE": _binary,
    "AEXPR_SIMILAR": _binary,
    "AEXPR_BETWEEN": _between,
    "AEXPR_NOT_BETWEEN": _between,
    "AEXPR_BETWEEN_SYM": _between,
    "AEXPR_NOT_BETWEEN_SYM": _between,
}


def _logic(value: Node) -> str:
    args = [_inner(arg) for arg in value["args"]]
    if value["boolop"] == "NOT_EXPR":
        return f"NOT {args[0]}"
    return (" AND " if value["boolop"] == "AND_EXPR" else " OR ").join(args)


def _null_test(value: Node) -> str:
    word = "IS NULL" if value["nulltesttype"] == "IS_NULL" else "IS NOT NULL"
    return f"{_inner(value['arg'])} {word}"


def _boolean_test(value: Node) -> str:
    return f"{_inner(value['arg'])} {value['booltesttype'].replace('_', ' ')}"


def _call(value: Node) -> str:
    schema, name = qualified(strings(value["funcname"]))
    args = value.get("args", [])
    if schema == "pg_catalog" and value.get("funcformat") == "COERCE_SQL_SYNTAX":
        if name == "timezone" and len(args) > 1:
            return f"({_inner(args[1])} AT TIME ZONE {_inner(args[0])})"
        if name == "extract" and args:
            field = args[0].get("A_Const", {}).get("sval", {}).get("sval", "")
            return f"EXTRACT({field} FROM {_list(args[1:])})"
    home = "" if schema in (None, "pg_catalog", "public") else f"{identifier(schema)}."
    inside = "*" if value.get("agg_star") else _list(args)
    if value.get("agg_distinct"):
        inside = "DISTINCT " + inside
    if "agg_order" in value:
        inside += " ORDER BY " + _list(value["agg_order"])
    text = f"{home}{identifier(name)}({inside})"
    if "agg_filter" in value:
        text += f" FILTER (WHERE {text_of(value['agg_filter'])})"
    if "over" in value:
        text += f" OVER ({_window(value['over'])})"
    return text


def _window(value: Node) -> str:
    parts = [identifier(value["name"])] if "name" in value else []
    if "partitionClause" in value:
        parts.append("PARTITION BY " + _list(value["partitionClause"]))
    if "orderClause" in value:
        parts.append("ORDER BY " + _list(value["orderClause"]))
    return " ".join(parts)


def _sort(value: Node) -> str:
    text = text_of(value["node"])
    text += {"SORTBY_DESC": " DESC", "SORTBY_ASC": " ASC"}.get(value["sortby_dir"], "")
    nulls = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST"}
    return text + nulls.get(value["sortby_nulls"], "")


def _cast(value: Node) -> str:
    return f"{_inner(value['arg'])}::{_type(value['typeName'])}"


def _type(value: Node) -> str:
    bound = value.get(BOUND)
    if bound is not None:
        return type_text(bound)
    schema, name = qualified(strings(value.get("names", [])))
    known = schema in (None, "pg_catalog") and name in BUILT_IN
    text = _SPELLED_TYPES.get(name, name) if known else ".".join(filter(None, (schema, name)))
    return text + ("[]" if "arrayBounds" in value else "")


def _case(value: Node) -> str:
    parts = ["CASE"]
    if "arg" in value:
        parts.append(text_of(value["arg"]))
    for when in value["args"]:
        branch = when["CaseWhen"]
        parts.append(f"WHEN {text_of(branch['expr'])} THEN {text_of(branch['result'])}")
    parts.append(f"ELSE {text_of(value['defresult']) if 'defresult' in value else 'NULL'}")
    return " ".join([*parts, "END"])


def _value_function(value: Node) -> str:
    name = str(value["op"]).removeprefix("SVFOP_")
    if name.endswith("_N"):
        return f"{name[:-2]}({value.get('typmod', 0)})"
    return name


def _indirection(value: Node) -> str:
    text = _inner(value["arg"])
    if "A_Indices" not in value["indirection"][0]:
        text = f"({text})"
    for step in value["indirection"]:
        if "A_Indices" in step:
            text += _indices(step["A_Indices"])
        else:
            text += ".*" if "A_Star" in step else "." + identifier(step["String"]["sval"])
    return text


def _indices(value: Node) -> str:
    upper = text_of(value["uidx"]) if "uidx" in value else ""
    if not value.get("is_slice"):
        return f"[{upper}]"
    return f"[{text_of(value['lidx']) if 'lidx' in value else ''}:{upper}]"


def _sublink(value: Node) -> str:
    query = f"({text_of(value['subselect'])})"
    kind = value["subLinkType"]
    if kind == "EXISTS_SUBLINK":
        return f"EXISTS {query}"
    if kind == "ARRAY_SUBLINK":
        return f"ARRAY{query}"
    if kind in {"ANY_SUBLINK", "ALL_SUBLINK"}:
        left = _inner(value["testexpr"])
        if "operName" not in value:
            return f"{left} IN {query}"
        word = "ANY" if kind == "ANY_SUBLINK" else "ALL"
        return f"{left} {qualified(strings(value['operName']))[1]} {word} {query}"
    return query


def _collate(value: Node) -> str:
    _, name = qualified(strings(value["collname"]))
    return f"{_inner(value['arg'])} COLLATE {identifier(name)}"


def _min_max(value: Node) -> str:
    word = "GREATEST" if value.get("op") == "IS_GREATEST" else "LEAST"
    return f"{word}({_list(value['args'])})"


def _relation(value: Node) -> str:
    bound = value.get(BOUND)
    if isinstance(bound, Relation):
        name = type_name(bound)
    else:
        home = value.get("schemaname")
        name = (f"{identifier(home)}." if home else "") + identifier(value["relname"])
    return name + _alias(value)


def _alias(value: Node) -> str:
    return " " + identifier(value["alias"]["aliasname"]) if "alias" in value else ""


def _join(value: Node) -> str:
    words = {"JOIN_LEFT": "LEFT JOIN", "JOIN_RIGHT": "RIGHT JOIN", "JOIN_FULL": "FULL JOIN"}
    word = words.get(value["jointype"], "JOIN")
    text = f"{text_of(value['larg'])} {word} {text_of(value['rarg'])}"
    if "quals" in value:
        return f"{text} ON {text_of(value['quals'])}"
    if "usingClause" in value:
        return f"{text} USING ({', '.join(map(identifier, strings(value['usingClause'])))})"
    return text


def _target(value: Node) -> str:
    text = text_of(value["val"])
    return f"{text} AS {identifier(value['name'])}" if "name" in value else text


def _select(value: Node) -> str:
    if value.get("op", "SETOP_NONE") != "SETOP_NONE":
        word = value["op"].removeprefix("SETOP_") + (" ALL" if value.get("all") else "")
        return f"{_select(value['larg'])} {word} {_select(value['rarg'])}"
    if "valuesLists" in value:
        return "VALUES " + ", ".join(f"({text_of(row)})" for row in value["valuesLists"])
    parts = ["SELECT"]
    if "distinctClause" in value:
        parts.append("DISTINCT")
    parts.append(_list(value.get("targetList", [])))
    clauses: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("fromClause", "FROM", _list),
        ("whereClause", "WHERE", text_of),
        ("groupClause", "GROUP BY", _list),
        ("havingClause", "HAVING", text_of),
        ("sortClause", "ORDER BY", _list),
        ("limitOffset", "OFFSET", text_of),
        ("limitCount", "LIMIT", text_of),
    )
    for key, word, printer in clauses:
        if key in value:
            parts.append(f"{word} {printer(value[key])}")
    return " ".join(part for part in parts if part)


_PRINTERS: dict[str, Callable[[Node], str]] = {
    "A_Const": _constant,
    "ColumnRef": _column,
    "A_Expr": _operation,
    "BoolExpr": _logic,
    "NullTest": _null_test,
    "BooleanTest": _boolean_test,
    "FuncCall": _call,
    "TypeCast": _cast,
    "CaseExpr": _case,
    "CoalesceExpr": lambda v: f"COALESCE({_list(v['args'])})",
    "MinMaxExpr": _min_max,
    "SQLValueFunction": _value_function,
    "A_ArrayExpr": lambda v: f"ARRAY[{_list(v.get('elements', []))}]",
    "A_Indirection": _indirection,
    "RowExpr": lambda v: f"ROW({_list(v.get('args', []))})",
    "CollateClause": _collate,
    "SubLink": _sublink,
    "SelectStmt": _select,
    "RangeVar": _relation,
    "RangeSubselect": lambda v: f"({text_of(v['subquery'])}){_alias(v)}",
    "RangeFunction": lambda v: (
        ", ".join(text_of(f["List"]["items"][0]) for f in v["functions"]) + _alias(v)
    ),
    "JoinExpr": _join,
    "ResTarget": _target,
    "SortBy": _sort,
    "List": lambda v: _list(v.get("items", [])),
    "NamedArgExpr": lambda v: f"{identifier(v['name'])} => {text_of(v['arg'])}",
    "ParamRef": lambda v: f"${v.get('number', 0)}",
    "SetToDefault": lambda _: "DEFAULT",
    "A_Star": lambda _: "*",
    "String": lambda v: literal(v.get("sval", "")),
    "Integer": lambda v: str(v.get("ival", 0)),
    "Float": lambda v: str(v.get("fval", "0")),
}
