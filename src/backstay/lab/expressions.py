"""Which of a stranger's SQL expressions may run in the lab.

Defaults, checks, policies and views come as text from files that nobody has looked at. The lab runs
such a text only if each node of its parse tree is of a known harmless kind and each function in it
stands on a list: nothing that waits, writes, reads files, changes settings, or makes large values
from small ones. The body of a function never runs as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backstay.lab.column_types import is_known_type
from backstay.model.data import Name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from backstay.foreign.postgast import Node


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LARGEST_BYTES = 20_000
_MOST_NODES = 2_000

_NODES = _words(
    """
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star Alias BitString BoolExpr Boolean
    BooleanTest CaseExpr CaseWhen CoalesceExpr CollateClause ColumnRef Float FuncCall GroupingFunc
    GroupingSet Integer JoinExpr List MinMaxExpr NullTest RangeSubselect RangeVar ResTarget RowExpr
    SQLValueFunction SelectStmt SortBy String SubLink TypeCast TypeName WindowDef CommonTableExpr
    WithClause
    """
)

# Harmless on any arguments: they neither wait nor write, and their result is no larger than what
# goes in. So not: repeat, lpad, replace, format, pg_sleep, set_config, nextval, generate_series.
FUNCTIONS = _words(
    """
    abs age any_value array_agg array_cat array_length array_lower array_ndims array_position
    array_remove array_to_string array_upper ascii avg bit_length bool_and bool_or btrim
    cardinality cbrt ceil ceiling char_length character_length chr clock_timestamp concat concat_ws
    count date date_bin date_part date_trunc degrees dense_rank div every exp extract family
    first_value float4 float8 floor gcd gen_random_uuid greatest hashtext host hostmask initcap
    int2 int4 int8 isempty isfinite json_agg json_array_length json_build_array json_build_object
    json_object_agg json_strip_nulls json_typeof jsonb_agg jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_extract_path
    jsonb_extract_path_text jsonb_object_agg jsonb_strip_nulls jsonb_typeof justify_days
    justify_hours justify_interval lag last_value lcm lead least left length like_escape ln log
    log10 lower lower_inc lower_inf ltrim make_date make_interval make_time make_timestamp
    make_timestamptz masklen max md5 min mod netmask network now ntile num_nonnulls num_nulls
    numeric octet_length overlaps pi position power random range_merge rank regexp_like
    regexp_match regexp_substr reverse right round row_number row_to_json rtrim scale
    set_masklen setweight sha224 sha256 sign split_part sqrt starts_with statement_timestamp
    string_agg string_to_array strip strpos substr substring sum text textlike timezone to_char
    to_date to_hex to_json to_jsonb to_number to_timestamp to_tsvector transaction_timestamp
    translate trim trunc unnest upper upper_inc upper_inf uuid varchar width_bucket xpath_exists
    """
)
# Of the session; a policy may ask for these, a default or a check hardly does.
SESSION_FUNCTIONS = frozenset(("current_setting",))


class UnknownPart(Exception):  # noqa: N818 (what it is about, not that it is an error)
    """An expression has a part that the lab does not run; the text names the part."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression may name beside columns.

    Attributes:
        types: enums and domains that were built.
        relations: tables and views that were built.
        functions: functions of the schema that were stood in for, as "schema.name".
    """

    types: tuple[Name, ...] = ()
    relations: tuple[Name, ...] = ()
    functions: tuple[str, ...] = ()


NOTHING = Scope()


def checked_expression(text: str, scope: Scope = NOTHING) -> Node:
    """The tree of an expression all of whose parts are known; its text may then run in brackets.

    Raises:
        UnknownPart: a part is not known, or the text is more than one expression.
    """
    # As the argument of a function: a text such as "1) or (2" would be no single argument then.
    query = parsed_query(f"SELECT f(\n{text}\n)")
    if set(query) != {"targetList", "limitOption", "op"} or query["op"] != "SETOP_NONE":
        raise UnknownPart("text that is not one expression")
    targets = query["targetList"]
    call = targets[0].get("ResTarget", {}).get("val", {}).get("FuncCall")
    if len(targets) != 1 or call is None or call.get("funcname") != [{"String": {"sval": "f"}}]:
        raise UnknownPart("text that is not one expression")
    arguments = call.get("args", [])
    if len(arguments) != 1 or set(call) - {"funcname", "args", "funcformat", "location"}:
        raise UnknownPart("text that is not one expression")
    _check(arguments[0], scope)
    expression: Node = arguments[0]
    return expression


def checked_query(text: str, scope: Scope) -> Node:
    """The tree of a SELECT all of whose parts are known; its text may then run.

    Raises:
        UnknownPart: a part is not known, or the text is not one SELECT.
    """
    query = parsed_query(text)
    _check({"SelectStmt": query}, scope)
    return query


def nodes_of(tree: object) -> Iterator[tuple[str, Any]]:
    """All nodes of a tree with their kinds, itself included, in the order of the text."""
    waiting: list[object] = [tree]
    while waiting:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(reversed(current))
        elif isinstance(current, dict):
            for kind, value in current.items():
                if kind[:1].isupper():
                    yield kind, value
            waiting.extend(reversed(list(current.values())))


def name_of(parts: list[Node]) -> str:
    """A dotted name from the parser's list of strings."""
    return ".".join(part.get("String", {}).get("sval", "*") for part in parts)


def column_of(node: Node) -> str | None:
    """The column that a node refers to, or None where it is something else."""
    fields = node.get("ColumnRef", {}).get("fields", [])
    return fields[-1].get("String", {}).get("sval") if fields else None


def parsed_query(sql: str) -> Node:
    """The tree of one SELECT, nothing of which is checked: only to look at.

    Raises:
        UnknownPart: the text is not one SELECT, or too long.
    """
    from backstay.foreign import postgast  # noqa: PLC0415 (heavy)

    data = sql.encode()
    if len(data) > _LARGEST_BYTES or b"\0" in data:
        raise UnknownPart("text of more than 20 kB")
    try:
        statements = postgast.parse(data)
    except postgast.SqlFault as fault:
        raise UnknownPart(f"text that does not parse: {fault.problem}") from fault
    if len(statements) != 1 or "SelectStmt" not in statements[0].get("stmt", {}):
        raise UnknownPart("more or other than one SELECT")
    found: Node = statements[0]["stmt"]["SelectStmt"]
    return found


def _check(tree: Node, scope: Scope) -> None:
    queries = [node for kind, node in nodes_of(tree) if kind == "CommonTableExpr"]
    known = {each.get("ctename", "") for each in queries}
    for count, (kind, node) in enumerate(nodes_of(tree)):
        if count > _MOST_NODES:
            raise UnknownPart(f"an expression of more than {_MOST_NODES} parts")
        if kind not in _NODES:
            raise UnknownPart(f"{kind}")
        match kind:
            case "FuncCall":
                _check_function(node, scope)
            case "TypeCast":
                _check_type(node.get("typeName", {}), scope)
            case "A_Indirection":
                _check_indirection(node)
            case "RangeVar":
                _check_relation(node, scope, known)
            case "SelectStmt":
                _check_query(node)


def _check_query(node: Node) -> None:
    """Refuse what a query may do beside reading. Arms of a UNION are no nodes of their own here."""
    if "intoClause" in node or "lockingClause" in node:
        raise UnknownPart("SELECT INTO or FOR UPDATE")
    if node.get("withClause", {}).get("recursive"):
        raise UnknownPart("WITH RECURSIVE")
    for arm in ("larg", "rarg"):
        if arm in node:
            _check_query(node[arm])


def _check_function(call: Node, scope: Scope) -> None:
    name = name_of(call.get("funcname", []))
    if name in scope.functions or f"public.{name}" in scope.functions:
        return
    plain = name.removeprefix("pg_catalog.")
    if plain not in FUNCTIONS and plain not in SESSION_FUNCTIONS:
        raise UnknownPart(f"function {name}")


def _check_indirection(node: Node) -> None:
    """Refuse ``(x).name``: where x has no such field, PostgreSQL calls a function of that name."""
    if any("String" in each for each in node.get("indirection", [])):
        raise UnknownPart("field of a row")


def _check_type(node: Node, scope: Scope) -> None:
    name = name_of(node.get("names", []))
    plain = name.removeprefix("pg_catalog.")
    if is_known_type(plain) or any(plain in (t.name, f"{t.schema}.{t.name}") for t in scope.types):
        return
    raise UnknownPart(f"type {plain}")


def _check_relation(node: Node, scope: Scope, queries: Collection[str]) -> None:
    schema, name = node.get("schemaname"), node.get("relname", "")
    if schema is None and name in queries:
        return
    if any(each.name == name and schema in (None, each.schema) for each in scope.relations):
        return
    raise UnknownPart(f"table {schema + '.' if schema else ''}{name}")
