"""Types of columns as the lab declares them, and what kind of values they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.lab.quoting import relation
from backstay.model.data import Column, Domain, Enum, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal[
    "integer", "numeric", "float", "boolean", "text", "uuid", "date", "timestamp", "time",
    "interval", "json", "bytes", "enum", "address", "other",
]  # fmt: skip

_KINDS: dict[str, Kind] = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "oid": "integer",
    "numeric": "numeric",
    "money": "numeric",
    "real": "float",
    "double precision": "float",
    "boolean": "boolean",
    "text": "text",
    "character varying": "text",
    "character": "text",
    "bpchar": "text",
    '"char"': "text",
    "name": "text",
    "uuid": "uuid",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamp",
    "time without time zone": "time",
    "time with time zone": "time",
    "interval": "interval",
    "json": "json",
    "jsonb": "json",
    "bytea": "bytes",
    "inet": "address",
    "cidr": "address",
}
# A value for each type of which one value is as good as another.
CONSTANTS: dict[str, str] = {
    "bit": "B'1'",
    "bit varying": "B'101'",
    "macaddr": "'08:00:2b:01:02:03'",
    "macaddr8": "'08:00:2b:01:02:03:04:05'",
    "point": "'(1,2)'",
    "line": "'{1,2,3}'",
    "lseg": "'[(0,0),(1,1)]'",
    "box": "'(1,1),(0,0)'",
    "path": "'[(0,0),(1,1)]'",
    "polygon": "'((0,0),(1,1),(1,0))'",
    "circle": "'<(0,0),1>'",
    "int4range": "'[1,10)'",
    "int8range": "'[1,10)'",
    "numrange": "'[1,10)'",
    "daterange": "'[2025-01-01,2025-02-01)'",
    "tsrange": "'[2025-01-01,2025-02-01)'",
    "tstzrange": "'[2025-01-01 00:00:00+00,2025-02-01 00:00:00+00)'",
    "int4multirange": "'{[1,10)}'",
    "int8multirange": "'{[1,10)}'",
    "nummultirange": "'{[1,10)}'",
    "datemultirange": "'{[2025-01-01,2025-02-01)}'",
    "tsmultirange": "'{[2025-01-01,2025-02-01)}'",
    "tstzmultirange": "'{[2025-01-01 00:00:00+00,2025-02-01 00:00:00+00)}'",
    "tsvector": "'believable made row up'",
    "tsquery": "'believable'",
    "pg_lsn": "'0/1'",
    "xid": "'1'",
    "xid8": "'1'",
    "jsonpath": "'$.a'",
}
# Other spellings, as an expression's casts may use them.
_SPELLINGS = {
    "int2": "smallint",
    "int4": "integer",
    "int": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "char": "character",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "decimal": "numeric",
}
# Types that not every PostgreSQL has, for which another does the same work here.
_STAND_INS = {"xml": "text", "citext": "text", "ltree": "text", "hstore": "text", "ulid": "uuid"}
_LARGEST = {"smallint": 32_767, "integer": 2_147_483_647, "oid": 2_147_483_647}
_LARGEST_BIGINT = 9_223_372_036_854_775_807
_MODIFIED = re.compile(
    r"(?P<base>[a-z0-9\" ]+?)\s*(?:\((?P<modifiers>\d+(?:,-?\d+)?)\))?"
    r"(?P<rest> with(?:out)? time zone"
    r"| (?:year|month|day|hour|minute|second)(?: to (?:month|hour|minute|second))?)?\Z"
)


class ColumnType(msgspec.Struct, frozen=True, kw_only=True):
    """A type that the lab can declare and fill.

    Attributes:
        sql: as it stands in CREATE TABLE.
        kind: of values.
        base: the built-in type without modifiers.
        largest: of whole numbers.
        length: in characters, of texts that are limited.
        scale: digits after the point.
        labels: of an enum.
        domain: the domain that it is.
        stands_in_for: the real type, where this is another that does the same work or none.
    """

    sql: str
    kind: Kind
    base: str
    largest: int = 0
    length: int | None = None
    scale: int = 2
    labels: tuple[str, ...] = ()
    array: bool = False
    domain: Name | None = None
    stands_in_for: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the real type, and bytes stand in for it."""
        return self.stands_in_for is not None and self.base == "bytea"


def is_known_type(name: str) -> bool:
    """Whether an expression may cast to a type of that name."""
    plain = _SPELLINGS.get(name, name)
    return plain in _KINDS or plain in CONSTANTS


def type_of(
    column: Column, enums: Mapping[Name, Enum], domains: Mapping[Name, Domain]
) -> ColumnType:
    """The type of a column; what the lab does not know is stood in for by bytes."""
    text, array = column.type, column.type.endswith("[]")
    user_type = column.user_type
    if user_type is not None and user_type in enums:
        return _of_enum(enums[user_type], array=array)
    if user_type is not None and user_type in domains:
        domain = domains[user_type]
        found = built_in(domain.type)
        sql = relation(domain.name) + ("[]" if array else "")
        if found.stands_in_for is None and not found.array:
            return msgspec.structs.replace(found, sql=sql, domain=domain.name, array=array)
        return found
    return built_in(text)


def _of_enum(enum: Enum, *, array: bool) -> ColumnType:
    sql = relation(enum.name)
    return ColumnType(
        sql=f"{sql}[]" if array else sql, kind="enum", base=sql, labels=enum.labels, array=array
    )


def built_in(text: str) -> ColumnType:
    """The type of that name; bytes where the lab does not know it."""
    array = text.endswith("[]")
    matched = _MODIFIED.match(text.removesuffix("[]"))
    if matched is None:
        return _unknown(text)
    base = _base_of(matched)
    if base in _STAND_INS:
        stand_in = built_in(_STAND_INS[base] + ("[]" if array else ""))
        return msgspec.structs.replace(stand_in, stands_in_for=text)
    if base not in _KINDS and base not in CONSTANTS:
        return _unknown(text)
    modifiers = [int(each) for each in (matched["modifiers"] or "").split(",") if each]
    kind = _KINDS.get(base, "other")
    return ColumnType(
        sql=text,
        kind=kind,
        base=base,
        array=array,
        largest=_largest(base, modifiers),
        length=_length(base, modifiers),
        scale=_scale(base, modifiers),
    )


def _base_of(matched: re.Match[str]) -> str:
    rest = matched["rest"] or ""
    written = matched["base"] + (rest if "time zone" in rest else "")
    return _SPELLINGS.get(written, written)


def _unknown(text: str) -> ColumnType:
    return ColumnType(sql="bytea", kind="bytes", base="bytea", length=32, stands_in_for=text)


def _largest(base: str, modifiers: list[int]) -> int:
    if base == "numeric" and modifiers:
        return int(10 ** max(0, modifiers[0] - (modifiers[1] if len(modifiers) > 1 else 0))) - 1
    return _LARGEST.get(base, _LARGEST_BIGINT)


def _length(base: str, modifiers: list[int]) -> int | None:
    if base in {'"char"', "character"}:
        return modifiers[0] if modifiers else 1
    if base == "name":
        return 63
    return modifiers[0] if base == "character varying" and modifiers else None


def _scale(base: str, modifiers: list[int]) -> int:
    if base == "numeric" and modifiers:
        return modifiers[1] if len(modifiers) > 1 else 0
    return 2
