"""What the checks of a table ask of its values, as far as their common forms tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.lab.expressions import checked_expression, column_of, name_of, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.foreign.postgast import Node
    from backstay.lab.expressions import Scope
    from backstay.lab.planning import PlannedCheck

Constant = int | float | str | bool

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_LENGTHS = {"length", "char_length", "character_length", "octet_length"}
_TRIMS = {"btrim", "trim", "ltrim", "rtrim", "lower", "upper"}


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What the values of one column may be. Bounds count themselves in."""

    lowest: int | float | None = None
    highest: int | float | None = None
    choices: tuple[Constant, ...] = ()
    shortest: int = 0
    longest: int | None = None
    required: bool = False


class Ordering(msgspec.Struct, frozen=True, kw_only=True):
    """One column's values are below another's, in the same row."""

    lesser: str
    greater: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Two columns' values differ, in the same row."""

    one: str
    other: str


FREE = Restriction()
Rule = tuple[str, Restriction] | Ordering | Difference


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """All that was understood of a table's checks."""

    restrictions: dict[str, Restriction] = {}
    orderings: tuple[Ordering, ...] = ()
    differences: tuple[Difference, ...] = ()

    def of(self, column: str) -> Restriction:
        """What is asked of one column."""
        return self.restrictions.get(column, FREE)


def rules_of(checks: Iterable[PlannedCheck], scope: Scope) -> Rules:
    """What the checks ask for. What is not understood is left to be tried."""
    restrictions: dict[str, Restriction] = {}
    orderings, differences = [], []
    for check in checks:
        tree = checked_expression(check.expression, scope)
        for rule in _rules(tree):
            if isinstance(rule, Ordering):
                orderings.append(rule)
            elif isinstance(rule, Difference):
                differences.append(rule)
            else:
                column = check.columns[0] if check.domain else rule[0]
                known = restrictions.get(column, FREE)
                restrictions[column] = _narrowed(known, rule[1])
    return Rules(
        restrictions=restrictions, orderings=tuple(orderings), differences=tuple(differences)
    )


def constants_beside(column: str, expression: str, scope: Scope) -> tuple[Constant, ...]:
    """The constants that an expression compares with a column, each once."""
    tree = checked_expression(expression, scope)
    found: list[Constant] = []
    for kind, node in nodes_of(tree):
        if kind != "A_Expr" or "lexpr" not in node:
            continue
        sides = (node["lexpr"], node.get("rexpr", {}))
        if any(_names(side, column) for side in sides):
            constants = [
                _constant({inner: part}) for side in sides for inner, part in nodes_of(side)
            ]
            found += [each for each in constants if each is not None]
    return tuple(dict.fromkeys(found))


def _names(node: Node, column: str) -> bool:
    """Whether a side of a comparison is the column, perhaps cast or put through one function."""
    node = _plain(node)
    arguments = node.get("FuncCall", {}).get("args", [])
    if len(arguments) == 1:
        node = _plain(arguments[0])
    return column_of(node) == column


def columns_in(expression: str, scope: Scope) -> frozenset[str]:
    """The columns that an expression names."""
    tree = checked_expression(expression, scope)
    found = (column_of({kind: node}) for kind, node in nodes_of(tree) if kind == "ColumnRef")
    return frozenset(each for each in found if each is not None)


def _narrowed(one: Restriction, other: Restriction) -> Restriction:
    choices = one.choices or other.choices
    if one.choices and other.choices:
        choices = tuple(each for each in one.choices if each in other.choices)
    return Restriction(
        lowest=_most(one.lowest, other.lowest),
        highest=_least(one.highest, other.highest),
        choices=choices,
        shortest=max(one.shortest, other.shortest),
        longest=_least(one.longest, other.longest),  # type: ignore[arg-type]  # both are whole
        required=one.required or other.required,
    )


def _most(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else max(one, other)


def _least(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else min(one, other)


def _rules(node: Node) -> Iterator[Rule]:
    match next(iter(node.items())):
        case "BoolExpr", {"boolop": "AND_EXPR", "args": arms}:
            for arm in arms:
                yield from _rules(arm)
        case "BoolExpr", {"boolop": "OR_EXPR", "args": arms}:
            yield from _of_alternatives(arms)
        case "NullTest", {"nulltesttype": "IS_NOT_NULL", "arg": argument}:
            column = column_of(argument)
            if column is not None:
                yield column, Restriction(required=True)
        case "A_Expr", {"kind": "AEXPR_OP", "lexpr": left, "rexpr": right} as expression:
            yield from _of_comparison(name_of(expression["name"]), left, right)
        case "A_Expr", {"kind": "AEXPR_IN" | "AEXPR_OP_ANY", "lexpr": left} as expression:
            yield from _of_choices(left, expression)
        case "A_Expr", {"kind": "AEXPR_BETWEEN", "lexpr": left, "rexpr": right}:
            lower, upper = right["List"]["items"]
            yield from _of_comparison(">=", left, lower)
            yield from _of_comparison("<=", left, upper)


def _of_alternatives(arms: list[Node]) -> Iterator[Rule]:
    """``a is null or RULE`` asks for RULE of what is there; equalities are choices."""
    rest = [arm for arm in arms if arm.get("NullTest", {}).get("nulltesttype") != "IS_NULL"]
    if len(rest) == 1:
        yield from _rules(rest[0])
        return
    rules = [list(_rules(arm)) for arm in rest]
    columns: set[str] = set()
    choices: list[Constant] = []
    for rule in rules:
        if len(rule) != 1 or not isinstance(rule[0], tuple) or not rule[0][1].choices:
            return
        columns.add(rule[0][0])
        choices += rule[0][1].choices
    if len(columns) == 1:
        yield columns.pop(), Restriction(choices=tuple(choices))


def _of_choices(left: Node, expression: Node) -> Iterator[Rule]:
    column = column_of(_plain(left))
    if column is None or name_of(expression["name"]) != "=":
        return
    right = _plain(expression["rexpr"])
    items = right.get("List", {}).get("items") or right.get("A_ArrayExpr", {}).get("elements", [])
    choices = tuple(_constant(_plain(item)) for item in items)
    if choices and None not in choices:
        yield column, Restriction(choices=tuple(each for each in choices if each is not None))


def _of_comparison(operator: str, left: Node, right: Node) -> Iterator[Rule]:
    left, right = _plain(left), _plain(right)
    if _constant(left) is not None:
        left, right, operator = right, left, _FLIPPED.get(operator, "")
    column, other, constant = column_of(left), column_of(right), _constant(right)
    if column is not None and other is not None:
        yield from _between(operator, column, other)
    elif column is not None and constant is not None:
        yield column, _bound(operator, constant)
    elif isinstance(constant, int) and (measured := _measured(left)) is not None:
        yield measured, _length(operator, constant)


def _between(operator: str, column: str, other: str) -> Iterator[Rule]:
    if operator in {"<", "<="}:
        yield Ordering(lesser=column, greater=other)
    elif operator in {">", ">="}:
        yield Ordering(lesser=other, greater=column)
    elif operator == "<>":
        yield Difference(one=column, other=other)


def _bound(operator: str, constant: Constant) -> Restriction:
    if operator == "=":
        return Restriction(choices=(constant,))
    if isinstance(constant, str):
        return Restriction(shortest=1) if (operator, constant) == ("<>", "") else FREE
    step = 1 if isinstance(constant, int) else abs(constant) * 0.01 + 0.01
    bounds = {
        ">": Restriction(lowest=constant + step),
        ">=": Restriction(lowest=constant),
        "<": Restriction(highest=constant - step),
        "<=": Restriction(highest=constant),
    }
    return bounds.get(operator, FREE)


def _length(operator: str, constant: int) -> Restriction:
    lengths = {
        ">": Restriction(shortest=constant + 1),
        "<>": Restriction(shortest=constant + 1),
        ">=": Restriction(shortest=constant),
        "<": Restriction(longest=constant - 1),
        "<=": Restriction(longest=constant),
        "=": Restriction(shortest=constant, longest=constant),
    }
    return lengths.get(operator, FREE)


def _measured(node: Node) -> str | None:
    """The column whose length a node takes."""
    call = node.get("FuncCall", {})
    if name_of(call.get("funcname", [])).removeprefix("pg_catalog.") not in _LENGTHS:
        return None
    argument = _plain(call.get("args", [{}])[0])
    inner = argument.get("FuncCall", {})
    if name_of(inner.get("funcname", [])).removeprefix("pg_catalog.") in _TRIMS:
        argument = _plain(inner.get("args", [{}])[0])
    return column_of(argument)


def _plain(node: Node) -> Node:
    """A node without casts and collations around it."""
    while "TypeCast" in node or "CollateClause" in node:
        node = (node.get("TypeCast") or node.get("CollateClause") or {}).get("arg", {})
    return node


def _constant(node: Node) -> Constant | None:
    """The value of a constant, or None where the node is none."""
    negated = node.get("A_Expr", {})
    if negated.get("kind") == "AEXPR_OP" and "lexpr" not in negated:
        value = _constant(_plain(negated["rexpr"])) if name_of(negated["name"]) == "-" else None
        return -value if isinstance(value, int | float) else None
    match node.get("A_Const", {}):
        case {"ival": whole}:
            return int(whole.get("ival", 0))
        case {"fval": number}:
            text = str(number.get("fval", "0"))
            return int(text) if text.isdecimal() else float(text)
        case {"sval": text}:
            return str(text.get("sval", ""))
        case {"boolval": truth}:
            return bool(truth.get("boolval", False))
    return None
