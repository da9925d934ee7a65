"""Type names: from the parser's tree to what ``format_type`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.items import Item, Relation, TypeUse, UserType
from backstay.readers.sql.keywords import identifier

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.database import Database

SERIALS = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}

_SPELLED = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "character",
    "varchar": "character varying",
    "varbit": "bit varying",
    "char": '"char"',
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
}

BUILT_IN = frozenset(
    [
        *_SPELLED,
        *"""
        aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange
        anycompatiblenonarray anycompatiblerange anyelement anyenum anymultirange anynonarray
        anyrange bit box bytea cid cidr circle cstring date datemultirange daterange event_trigger
        fdw_handler gtsvector index_am_handler inet int2vector int4multirange int4range
        int8multirange int8range internal interval json jsonb jsonpath language_handler line lseg
        macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path
        pg_brin_bloom_summary pg_brin_minmax_multi_summary pg_ddl_command pg_dependencies pg_lsn
        pg_mcv_list pg_ndistinct pg_node_tree pg_snapshot point polygon record refcursor regclass
        regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure
        regrole regtype table_am_handler text tid trigger tsm_handler tsmultirange tsquery tsrange
        tstzmultirange tstzrange tsvector txid_snapshot unknown uuid void xid xid8 xml
        """.split(),  # noqa: SIM905 (easier to read)
    ]
)

# Which of the well-known extensions brings which types.
EXTENSION_TYPES = {
    "citext": "citext",
    "hstore": "hstore",
    "ltree": "ltree",
    "lquery": "ltree",
    "ltxtquery": "ltree",
    "cube": "cube",
    "seg": "seg",
    "query_int": "intarray",
    "geometry": "postgis",
    "geography": "postgis",
    "box2d": "postgis",
    "box3d": "postgis",
    "raster": "postgis_raster",
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
    "isbn": "isn",
    "isbn13": "isn",
    "issn": "isn",
    "ean13": "isn",
    "semver": "semver",
    "ulid": "ulid",
    "h3index": "h3",
}

# Which of them brings which operator classes for indexes.
EXTENSION_CLASSES = {
    "gin_trgm_ops": "pg_trgm",
    "gist_trgm_ops": "pg_trgm",
    "gist_ltree_ops": "ltree",
    "gin_hstore_ops": "hstore",
    "gin__int_ops": "intarray",
    "gist__int_ops": "intarray",
    "vector_l2_ops": "vector",
    "vector_ip_ops": "vector",
    "vector_cosine_ops": "vector",
}

_INTERVAL_FIELDS = {
    4: " year",
    2: " month",
    8: " day",
    1024: " hour",
    2048: " minute",
    4096: " second",
    6: " year to month",
    1032: " day to hour",
    3080: " day to minute",
    7176: " day to second",
    3072: " hour to minute",
    7168: " hour to second",
    6144: " minute to second",
    0x7FFF: "",
}


def strings(nodes: list[Node]) -> list[str]:
    """The texts of a list of String nodes."""
    return [node["String"].get("sval", "") for node in nodes if "String" in node]


def qualified(parts: list[str]) -> tuple[str | None, str]:
    """Schema (or None) and name of a dotted name; a database in front is dropped."""
    if not parts:
        return None, ""
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def type_use(node: Node, database: Database) -> TypeUse:
    """The type that a TypeName node stands for."""
    parts = strings(node.get("names", []))
    array = bool(node.get("arrayBounds"))
    if node.get("pct_type"):
        return _column_type(parts, database)
    schema, name = qualified(parts)
    if schema == "pg_catalog" or (schema is None and name in BUILT_IN):
        return _built_in(name, node.get("typmods", []), array=array)
    if schema is None and name in SERIALS:
        return TypeUse(base=SERIALS[name], array=array)
    if name.startswith("_") and database.type(schema, name) is None:
        name, array = name[1:], True
        if name in BUILT_IN:
            return _built_in(name, [], array=True)
    modifiers = ",".join(filter(None, (_modifier(each) for each in node.get("typmods", []))))
    written = f"({modifiers})" if modifiers else ""
    found = database.type(schema, name)
    if found is not None:
        return TypeUse(base=found, modifiers=written, array=array)
    extension = database.extensions.get(EXTENSION_TYPES.get(name, ""))
    home = schema or (extension.schema if extension else None)
    text = (
        identifier(name) if home in (None, "public") else f"{identifier(home)}.{identifier(name)}"
    )
    return TypeUse(base=text, modifiers=written, array=array)


def _built_in(name: str, typmods: list[Node], *, array: bool) -> TypeUse:
    numbers = [_modifier(each) for each in typmods]
    if name == "interval":
        return TypeUse(base="interval", modifiers=_interval(numbers), array=array)
    if name == "bpchar" and not numbers:
        return TypeUse(base="bpchar", array=array)
    if name == "numeric" and len(numbers) == 1:
        numbers.append("0")
    written = f"({','.join(numbers)})" if numbers else ""
    return TypeUse(base=_SPELLED.get(name, name), modifiers=written, array=array)


def _modifier(node: Node) -> str:
    constant = node.get("A_Const")
    if constant is not None:
        if "ival" in constant:
            return str(constant["ival"].get("ival", 0))
        value = constant.get("fval") or constant.get("sval") or {}
        return str(next(iter(value.values()), ""))
    if "ColumnRef" in node:
        return ".".join(strings(node["ColumnRef"]["fields"]))
    if "A_Expr" in node:  # a negative scale
        return "-" + _modifier(node["A_Expr"].get("rexpr", {}))
    return ""


def _interval(numbers: list[str]) -> str:
    fields = _INTERVAL_FIELDS.get(int(numbers[0]), "") if numbers and numbers[0].isdigit() else ""
    return fields + (f"({numbers[1]})" if len(numbers) > 1 else "")


def _column_type(parts: list[str], database: Database) -> TypeUse:
    """The type of ``table.column%TYPE`` at this moment."""
    schema, table = qualified(parts[:-1])
    relation = database.relation(schema, table)
    column = relation.columns.get(parts[-1]) if relation is not None else None
    return TypeUse(base="unknown") if column is None else column.type


def type_text(use: TypeUse) -> str:
    """The type as ``format_type`` prints it."""
    base = use.base if isinstance(use.base, str) else type_name(use.base)
    if use.modifiers and base.startswith("time") and " " in base:
        first, rest = base.split(" ", 1)
        base = f"{first}{use.modifiers} {rest}"
    else:
        base += use.modifiers
    return base + ("[]" if use.array else "")


def type_name(item: Item) -> str:
    """The name of a type of the database, with its schema unless that is public."""
    schema = item.schema if isinstance(item, UserType | Relation) else "public"
    plain = identifier(item.name)
    return plain if schema == "public" else f"{identifier(schema)}.{plain}"
