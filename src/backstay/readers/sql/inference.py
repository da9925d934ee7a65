"""What a query's column is called and of which type it is, as far as that can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from backstay.foreign.postgast import Node
from backstay.readers.sql.items import TypeUse
from backstay.readers.sql.types import qualified, strings

_BOOLEAN = TypeUse(base="boolean")
_TEXT = TypeUse(base="text")
_INTEGER = TypeUse(base="integer")
_BIGINT = TypeUse(base="bigint")
_NUMERIC = TypeUse(base="numeric")
_DOUBLE = TypeUse(base="double precision")
_WITH_ZONE = TypeUse(base="timestamp with time zone")
_JSON = TypeUse(base="json")
_JSONB = TypeUse(base="jsonb")

_RESULTS = {
    **dict.fromkeys(("count", "row_number", "rank", "dense_rank", "nextval", "currval"), _BIGINT),
    **dict.fromkeys(
        ("lower", "upper", "concat", "concat_ws", "string_agg", "format", "md5", "replace", "left"),
        _TEXT,
    ),
    **dict.fromkeys(("to_char", "initcap", "btrim", "ltrim", "rtrim", "right", "repeat"), _TEXT),
    **dict.fromkeys(("substring", "substr", "split_part", "regexp_replace", "reverse"), _TEXT),
    **dict.fromkeys(("length", "char_length", "octet_length", "array_length"), _INTEGER),
    **dict.fromkeys(
        ("now", "transaction_timestamp", "clock_timestamp", "to_timestamp"), _WITH_ZONE
    ),
    **dict.fromkeys(("bool_and", "bool_or", "every", "starts_with"), _BOOLEAN),
    **dict.fromkeys(("json_agg", "json_build_object", "row_to_json", "to_json"), _JSON),
    **dict.fromkeys(("jsonb_agg", "jsonb_build_object", "to_jsonb", "jsonb_object_agg"), _JSONB),
    **dict.fromkeys(
        ("gen_random_uuid", "uuid_generate_v4", "uuidv7", "uuidv4"), TypeUse(base="uuid")
    ),
    **dict.fromkeys(("random", "percent_rank", "cume_dist"), _DOUBLE),
    **dict.fromkeys(("to_tsvector", "setweight"), TypeUse(base="tsvector")),
    "date": TypeUse(base="date"),
    "extract": _NUMERIC,
    "date_part": _DOUBLE,
    "age": TypeUse(base="interval"),
}
_SAME_AS_ARGUMENT = {
    "max",
    "min",
    "first_value",
    "last_value",
    "lag",
    "lead",
    "any_value",
    "nth_value",
}
_SUMS = {
    "smallint": _BIGINT,
    "integer": _BIGINT,
    "bigint": _NUMERIC,
    "numeric": _NUMERIC,
    "real": TypeUse(base="real"),
    "double precision": _DOUBLE,
    "interval": TypeUse(base="interval"),
    "money": TypeUse(base="money"),
}
_VALUE_FUNCTIONS = {
    "CURRENT_DATE": TypeUse(base="date"),
    "CURRENT_TIMESTAMP": _WITH_ZONE,
    "LOCALTIMESTAMP": TypeUse(base="timestamp without time zone"),
    "CURRENT_TIME": TypeUse(base="time with time zone"),
    "LOCALTIME": TypeUse(base="time without time zone"),
}
_COMPARISONS = {
    *("=", "<>", "!=", "<", ">", "<=", ">=", "~", "!~", "~*", "!~*", "~~", "!~~", "~~*", "!~~*"),
    *("@>", "<@", "&&", "@@", "?", "?|", "?&"),
}
_NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
_WEAK = 1
_STRONG = 2

Lookup = Callable[[Node], TypeUse | None]


def column_name(node: Node) -> str:
    """The name that a query gives to an output column without AS."""
    return _figured(node)[0] or "?column?"


def index_column_name(node: Node) -> str:
    """The name that an index gives to the column of an expression."""
    return _figured(node)[0] or "expr"


def _figured(node: Node) -> tuple[str | None, int]:  # noqa: C901, PLR0911 (one line a kind)
    kind, value = next(iter(node.items()))
    if kind == "ColumnRef":
        named = strings(value["fields"])
        return (named[-1], _STRONG) if named else (None, 0)
    if kind == "FuncCall":
        return strings(value["funcname"])[-1], _STRONG
    if kind == "A_Indirection":
        named = strings(value["indirection"])
        return (named[-1], _STRONG) if named else _figured(value["arg"])
    if kind == "TypeCast":
        name, strength = _figured(value["arg"])
        if strength == _STRONG:
            return name, strength
        return strings(value["typeName"].get("names", []))[-1], _WEAK
    if kind == "CollateClause":
        return _figured(value["arg"])
    if kind == "CaseExpr":
        name, strength = _figured(value["defresult"]) if "defresult" in value else (None, 0)
        return (name, strength) if strength == _STRONG else ("case", _WEAK)
    if kind == "SubLink":
        return _figured_subquery(value)
    if kind == "A_Expr":
        return ("nullif", _STRONG) if value["kind"] == "AEXPR_NULLIF" else (None, 0)
    if kind == "MinMaxExpr":
        return ("greatest" if value.get("op") == "IS_GREATEST" else "least"), _STRONG
    if kind == "SQLValueFunction":
        return str(value["op"]).removeprefix("SVFOP_").removesuffix("_N").lower(), _STRONG
    return _FIXED_NAMES.get(kind, (None, 0))


_FIXED_NAMES = {
    "CoalesceExpr": ("coalesce", _STRONG),
    "A_ArrayExpr": ("array", _STRONG),
    "RowExpr": ("row", _STRONG),
    "GroupingFunc": ("grouping", _STRONG),
    "JsonObjectConstructor": ("json_object", _STRONG),
    "JsonArrayConstructor": ("json_array", _STRONG),
    "JsonArrayQueryConstructor": ("json_array", _STRONG),
    "JsonObjectAgg": ("json_objectagg", _STRONG),
    "JsonArrayAgg": ("json_arrayagg", _STRONG),
    "XmlSerialize": ("xmlserialize", _STRONG),
    "MergeSupportFunc": ("merge_action", _STRONG),
}


def _figured_subquery(value: Node) -> tuple[str | None, int]:
    kind = value["subLinkType"]
    if kind == "EXISTS_SUBLINK":
        return "exists", _STRONG
    if kind == "ARRAY_SUBLINK":
        return "array", _STRONG
    targets = value["subselect"].get("SelectStmt", {}).get("targetList", [])
    if kind == "EXPR_SUBLINK" and targets:
        target = targets[0]["ResTarget"]
        if "name" in target:
            return target["name"], _STRONG
        return _figured(target["val"])
    return None, 0


def inferred_type(node: Node, look_up: Lookup) -> TypeUse | None:  # noqa: C901, PLR0911 (one line a kind)
    """The type of an expression, or None; ``look_up`` tells those of names, casts and queries."""
    kind, value = next(iter(node.items()))
    if kind == "A_Const":
        return _constant_type(value)
    if kind in {"BoolExpr", "NullTest", "BooleanTest"}:
        return _BOOLEAN
    if kind == "A_Expr":
        return _operation_type(value, look_up)
    if kind == "FuncCall":
        return look_up(node) or _call_type(value, look_up)
    if kind in {"CoalesceExpr", "MinMaxExpr"}:
        return _first_known(value["args"], look_up)
    if kind == "CaseExpr":
        results = [when["CaseWhen"]["result"] for when in value["args"]]
        results += [value["defresult"]] if "defresult" in value else []
        return _first_known(results, look_up)
    if kind == "SQLValueFunction":
        name = str(value["op"]).removeprefix("SVFOP_").removesuffix("_N")
        return _VALUE_FUNCTIONS.get(name, TypeUse(base="name"))
    if kind == "CollateClause":
        return inferred_type(value["arg"], look_up)
    if kind == "A_ArrayExpr":
        return _array_of(_first_known(value.get("elements", []), look_up))
    if kind == "A_Indirection" and all("A_Indices" in step for step in value["indirection"]):
        inner = inferred_type(value["arg"], look_up)
        return replace(inner, array=False) if inner is not None and inner.array else None
    return look_up(node)


def _is_string(node: Node) -> bool:
    return "sval" in node.get("A_Const", {})


def _array_of(use: TypeUse | None) -> TypeUse | None:
    return None if use is None else replace(use, array=True, modifiers="")


def _first_known(nodes: list[Node], look_up: Lookup) -> TypeUse | None:
    """The type that several expressions have together; without its modifiers unless they agree."""
    strong = [node for node in nodes if not node.get("A_Const", {}).get("isnull")]
    uses = [inferred_type(node, look_up) for node in strong]
    typed = [use for use, node in zip(uses, strong, strict=True) if use and not _is_string(node)]
    known = typed or [use for use in uses if use]
    if not known:
        return None
    if all(use.base in _NUMBERS and not use.array for use in known):
        first = max(known, key=lambda use: _NUMBERS.index(str(use.base)))
    else:
        first = known[0]
    alike = len(typed) == len(nodes) and all(
        (use.base, use.modifiers) == (first.base, first.modifiers) for use in known
    )
    return first if alike else replace(first, modifiers="")


def _constant_type(value: Node) -> TypeUse | None:
    if "ival" in value:
        return _INTEGER
    if "fval" in value:
        return _BIGINT if str(value["fval"].get("fval", "")).isdigit() else _NUMERIC
    if "boolval" in value:
        return _BOOLEAN
    return _TEXT


def _operation_type(value: Node, look_up: Lookup) -> TypeUse | None:  # noqa: PLR0911 (by operator)
    name = qualified(strings(value.get("name", [])))[1]
    if value["kind"] == "AEXPR_NULLIF":
        return inferred_type(value["lexpr"], look_up)
    if value["kind"] != "AEXPR_OP" or name in _COMPARISONS:
        return _BOOLEAN
    left = inferred_type(value["lexpr"], look_up) if "lexpr" in value else None
    right = inferred_type(value["rexpr"], look_up)
    if name in {"->>", "#>>"}:
        return _TEXT
    if left is None or right is None:
        return None if "lexpr" in value else right
    if name == "||" and (left.base == "text" or right.base == "text"):
        return _TEXT
    if left.base == right.base and left.array == right.array:
        return replace(left, modifiers="") if name in {"+", "-", "*", "/", "%", "||"} else None
    if left.base in _NUMBERS and right.base in _NUMBERS and name in {"+", "-", "*", "/"}:
        wider = max(left, right, key=lambda use: _NUMBERS.index(str(use.base)))
        return replace(wider, modifiers="")
    return None


def _call_type(value: Node, look_up: Lookup) -> TypeUse | None:  # noqa: PLR0911 (by function)
    schema, name = qualified(strings(value["funcname"]))
    args = value.get("args", [])
    if name in _RESULTS and schema in {None, "pg_catalog"}:
        return _RESULTS[name]
    first = inferred_type(args[0], look_up) if args else None
    if first is None:
        return None
    if name in _SAME_AS_ARGUMENT:
        return replace(first, modifiers="") if name in {"max", "min"} else first
    if name == "array_agg":
        return _array_of(first)
    if name == "sum":
        return _SUMS.get(str(first.base))
    if name == "avg":
        return _DOUBLE if first.base in {"real", "double precision"} else _NUMERIC
    return None
