"""Whether the schema that was worked out from files is the one that PostgreSQL makes of them.

Facts of both are compared field by field. Expressions are compared as trees without the casts,
parentheses and qualifications that PostgreSQL adds when it prints them; queries of views are not
compared, their columns and what they read are.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.foreign.postgast import Node, SqlFault, parse
from backstay.model import data
from backstay.readers.sql.expressions import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.model.backend import Backend
    from backstay.model.facts import Fact

_COMPARED: tuple[type[Fact], ...] = (
    data.Table,
    data.Column,
    data.PrimaryKey,
    data.Unique,
    data.ForeignKey,
    data.Check,
    data.Exclusion,
    data.Index,
    data.View,
    data.Sequence,
    data.Policy,
    data.Trigger,
    data.Enum,
    data.Domain,
    data.Function,
    data.Extension,
)
_NOT_COMPARED = {"where", "derived"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d{1,3})?\Z", re.IGNORECASE)
_TRUTHS = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), "true"),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), "false"),
}
_INTERVAL_UNITS = {
    "year": ("months", 12),
    "mon": ("months", 1),
    "month": ("months", 1),
    "week": ("days", 7),
    "day": ("days", 1),
    "hour": ("seconds", 3600),
    "minute": ("seconds", 60),
    "min": ("seconds", 60),
    "second": ("seconds", 1),
    "sec": ("seconds", 1),
}
_INTERVAL_PART = re.compile(
    rf"(-?\d+(?:\.\d+)?)\s*(:\d+(?::\d+(?:\.\d+)?)?|(?:{'|'.join(_INTERVAL_UNITS)})s?\b)",
    re.IGNORECASE,
)
# Written or not, these are what PostgreSQL would take anyway.
_DEFAULT_CLASS = re.compile(r"(?!.*(?:pattern|trgm|path)_ops\Z).*_ops\Z")


def differences(static: Backend, real: Backend, database: str) -> tuple[str, ...]:
    """What differs between the model of a database and the real one, in words.

    Args:
        static: the facts that files gave.
        real: the facts that the catalogs of a server gave, under the same database name.
        database: that name.
    """
    found: list[str] = []
    for kind in _COMPARED:
        ours = {_key(fact): fact for fact in static.of(kind) if fact.scope == database}
        theirs = {_key(fact): fact for fact in real.of(kind) if fact.scope == database}
        found += [f"{ours[key]}: is not in the database" for key in ours if key not in theirs]
        found += [f"{theirs[key]}: is only in the database" for key in theirs if key not in ours]
        for key, fact in ours.items():
            if key in theirs:
                found += [f"{fact}: {each}" for each in _unlike(fact, theirs[key])]
    return tuple(found)


def _key(fact: Fact) -> str:
    """What names a thing: constraints, indexes and columns go by their own names."""
    if isinstance(fact, data.TableFact):
        return f"{fact.kind} {fact.table} {getattr(fact, 'name', '')}"
    return str(fact)


def _unlike(ours: Fact, theirs: Fact) -> Iterator[str]:
    for field in type(ours).__struct_fields__:
        if field in _NOT_COMPARED:
            continue
        mine, real = getattr(ours, field), getattr(theirs, field)
        if mine == real or (field == "body" and real == ""):  # SQL-standard bodies are kept apart
            continue
        normal = _NORMAL.get((type(ours), field))
        if normal is None or normal(ours, mine) != normal(theirs, real):
            yield f"{field} is {_shown(mine)}, and {_shown(real)} in the database"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(str, value)) + ")"
    return str(value)


# Expressions


@cache
def normal_expression(text: str | None) -> str | None:
    """An expression without what PostgreSQL adds when it prints it."""
    if text is None:
        return None
    try:
        statement = parse(b"select " + text.encode())[0]["stmt"]["SelectStmt"]
    except SqlFault:
        return " ".join(text.split())
    return text_of(_plain(statement["targetList"][0]["ResTarget"]["val"]))


def _plain(node: Node) -> Node:
    kind, value = next(iter(node.items()))
    if kind == "TypeCast":
        return _plain_cast(value)
    if kind == "A_Const":
        return _plain_constant(node)
    if kind == "BoolExpr":
        return {kind: {**value, "args": _flattened(value)}}
    if kind == "ColumnRef" and len(value["fields"]) > 1:
        first = value["fields"][0].get("String", {}).get("sval", "")
        if first not in {"new", "old"}:
            return {kind: {"fields": value["fields"][-1:]}}
    copy = {key: _plain_part(part) for key, part in value.items()}
    if kind == "FuncCall":
        copy["funcname"] = copy["funcname"][-1:]
        copy.pop("funcformat", None)
    if kind == "RangeVar":
        copy.pop("schemaname", None)
    if kind == "ResTarget":
        copy.pop("name", None)
    return {kind: copy}


def _plain_cast(value: Node) -> Node:
    """What is cast; an interval as its months, days and seconds, however it was written."""
    inner = _plain(value["arg"])
    text = inner.get("A_Const", {}).get("sval", {}).get("sval")
    names = value["typeName"].get("names", [{}])
    if text is None or names[-1].get("String", {}).get("sval") != "interval":
        return inner
    months, days, seconds = 0.0, 0.0, 0.0
    for amount, unit in _INTERVAL_PART.findall(text):
        if unit[0] == ":":
            hours, minutes, rest = f"{amount}{unit}:0".split(":")[:3]
            seconds += int(hours) * 3600 + int(minutes) * 60 + float(rest)
        else:
            kind, factor = _INTERVAL_UNITS[unit.lower().removesuffix("s")]
            months += float(amount) * factor * (kind == "months")
            days += float(amount) * factor * (kind == "days")
            seconds += float(amount) * factor * (kind == "seconds")
    if _INTERVAL_PART.sub("", text).strip():
        return inner
    return {"A_Const": {"sval": {"sval": f"{months} {days} {seconds}"}}}


def _plain_part(part: Any) -> Any:  # noqa: ANN401 (any part of a tree)
    if type(part) is list:
        return [_plain(each) if type(each) is dict else each for each in part]
    if type(part) is dict and part:
        first = next(iter(part))
        return _plain(part) if first[:1].isupper() else _plain({"": part})[""]
    return part


def _plain_constant(node: Node) -> Node:
    constant = node["A_Const"]
    text = next((str(constant[k].get(k, "")) for k in ("sval", "fval") if k in constant), "")
    if "bsval" in constant:
        text = str(constant["bsval"].get("bsval", ""))[1:]
    if not _NUMBER.match(text):
        return node
    return {"A_Const": {"fval": {"fval": format(Decimal(text), "f")}}}


def _flattened(value: Node) -> list[Node]:
    found = []
    for each in value["args"]:
        plain = _plain(each)
        inner = plain.get("BoolExpr")
        if inner and inner["boolop"] == value["boolop"] != "NOT_EXPR":
            found += inner["args"]
        else:
            found.append(plain)
    return found


def _expression(_: Fact, text: str | None) -> str | None:
    return normal_expression(text)


def _json(text: str) -> str:
    """A JSON constant without the spaces that do not count."""
    try:
        value = msgspec.json.decode(text.removeprefix("'").removesuffix("'").replace("''", "'"))
    except msgspec.DecodeError:
        return text
    return msgspec.json.encode(value, order="sorted").decode()


def _default(fact: Fact, text: str | None) -> str | None:
    if text is not None and isinstance(fact, data.Column) and fact.type.startswith("interval"):
        text = f"({text})::interval"
    normal = normal_expression(text)
    if normal is not None and isinstance(fact, data.Column) and fact.type == "jsonb":
        return _json(normal)
    if normal == "NULL":
        return None
    if isinstance(fact, data.Column) and fact.type == "boolean" and normal is not None:
        return _TRUTHS.get(normal.strip("'").lower(), normal)
    return normal


def _keys(_: Fact, keys: tuple[data.IndexKey, ...]) -> tuple[data.IndexKey, ...]:
    return tuple(
        msgspec.structs.replace(
            key,
            expression=normal_expression(key.expression),
            operator_class=None
            if key.operator_class and _DEFAULT_CLASS.match(key.operator_class)
            else key.operator_class,
        )
        for key in keys
    )


def _as_set(_: Fact, values: tuple[Any, ...]) -> frozenset[Any]:
    return frozenset(values)


def _ignored(*_: object) -> None:
    return None


_NORMAL: dict[tuple[type[Fact], str], Callable[[Fact, Any], Any]] = {
    (data.Column, "default"): _default,
    (data.Column, "generated"): _expression,
    (data.Check, "expression"): _expression,
    (data.Check, "columns"): _as_set,
    (data.Index, "keys"): _keys,
    (data.Index, "predicate"): _expression,
    (data.Exclusion, "definition"): _ignored,
    (data.View, "definition"): _ignored,
    (data.View, "reads"): _as_set,
    (data.Policy, "using"): _expression,
    (data.Policy, "check"): _expression,
    (data.Trigger, "condition"): _expression,
    (data.Domain, "checks"): lambda _, checks: tuple(map(normal_expression, checks)),
    (data.Extension, "schema"): lambda _, schema: schema or "public",
}
