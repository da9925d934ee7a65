"""Conditions of a model: parsed once, checked against its facts, never evaluated as code."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Value = bool | float | str
Kind = Literal["boolean", "count", "number", "choice"]

_LONGEST = 500
_DEEPEST = 20

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_HOLDS: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression may say of one fact."""

    kind: Kind
    values: tuple[str, ...] = ()
    least: float = 0
    most: float = 0


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One fact against constants. A boolean fact alone is compared with True."""

    fact: str
    operator: str
    constants: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it is true of these values."""
        value = values[self.fact]
        if self.operator == "in":
            return value in self.constants
        if self.operator == "not in":
            return value not in self.constants
        return _HOLDS[self.operator](value, self.constants[0])


class Combination(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions that are joined by "and", "or" or "not"."""

    how: Literal["and", "or", "not"]
    parts: tuple[Comparison | Combination, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it is true of these values."""
        if self.how == "not":
            return not self.parts[0].holds(values)
        if self.how == "and":
            return all(part.holds(values) for part in self.parts)
        return any(part.holds(values) for part in self.parts)


Condition = Comparison | Combination


def comparisons_of(condition: Condition) -> Iterator[Comparison]:
    """All comparisons of a condition."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in condition.parts:
        yield from comparisons_of(part)


def parse(text: str, subjects: Mapping[str, Subject]) -> Condition:
    """The condition that a text states about facts.

    Raises:
        ValueError: it is no condition, or does not fit the facts; the message says where.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters; split it into several rules")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"is not an expression: {text.strip()!r}") from error
    return _condition(tree, subjects, 0)


def _condition(node: ast.expr, subjects: Mapping[str, Subject], depth: int) -> Condition:
    if depth > _DEEPEST:
        raise ValueError("is nested too deeply")
    if isinstance(node, ast.BoolOp):
        how: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
        parts = tuple(_condition(each, subjects, depth + 1) for each in node.values)
        return Combination(how=how, parts=parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Combination(how="not", parts=(_condition(node.operand, subjects, depth + 1),))
    if isinstance(node, ast.Name):
        subject = _subject(node.id, subjects)
        if subject.kind != "boolean":
            raise ValueError(f"{node.id} is a {subject.kind}: compare it with something")
        return Comparison(fact=node.id, operator="==", constants=(True,))
    if isinstance(node, ast.Compare):
        return _comparison(node, subjects)
    raise ValueError(
        f"{ast.unparse(node)!r} is none of: a comparison of a fact with constants, a boolean fact,"
        " and, or, not"
    )


def _comparison(node: ast.Compare, subjects: Mapping[str, Subject]) -> Condition:
    sides = [node.left, *node.comparators]
    parts = tuple(
        _one(left, _OPERATORS.get(type(how), ""), right, subjects)
        for left, how, right in zip(sides, node.ops, sides[1:], strict=False)
    )
    return parts[0] if len(parts) == 1 else Combination(how="and", parts=parts)


def _one(left: ast.expr, how: str, right: ast.expr, subjects: Mapping[str, Subject]) -> Comparison:
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        raise ValueError(f"{left.id} is compared with another fact; only constants can be")  # noqa: TRY004 (a fault of the text)
    if not how:
        raise ValueError(f"only {', '.join(_OPERATORS.values())} compare")
    if isinstance(right, ast.Name):
        if how not in _TURNED:
            raise ValueError(f"a fact stands before {how!r}, not after it")
        left, right, how = right, left, _TURNED[how]
    if not isinstance(left, ast.Name):
        raise ValueError(f"{ast.unparse(left)!r} is no fact")  # noqa: TRY004 (a fault of the text)
    constants = _constants(right, how)
    subject = _subject(left.id, subjects)
    for constant in constants:
        _check(left.id, subject, how, constant)
    return Comparison(fact=left.id, operator=how, constants=constants)


def _constants(node: ast.expr, how: str) -> tuple[Value, ...]:
    if how in {"in", "not in"}:
        if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
            raise ValueError(f'after {how!r} stands a list, as ["a", "b"]')
        return tuple(_constant(each) for each in node.elts)
    return (_constant(node),)


def _constant(node: ast.expr) -> Value:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        if isinstance(value, float):
            return -value
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool | str):
            return node.value
        if isinstance(node.value, int | float) and abs(node.value) < 1e300:
            return float(node.value)
    raise ValueError(f"{ast.unparse(node)!r} is no constant: a number, a text, True or False")


def _subject(name: str, subjects: Mapping[str, Subject]) -> Subject:
    if name in subjects:
        return subjects[name]
    import difflib  # noqa: PLC0415 (only for the message)

    close = difflib.get_close_matches(name, subjects, n=2)
    hint = f"did you mean {' or '.join(close)}?" if close else f"facts: {', '.join(subjects)}"
    raise ValueError(f"{name!r} is no fact; {hint}")


def _check(name: str, subject: Subject, how: str, constant: Value) -> None:
    """Refuse a comparison that makes no sense for the fact."""
    if subject.kind == "boolean":
        if not isinstance(constant, bool) or how not in {"==", "!="}:
            raise ValueError(f"{name} is a boolean: write {name} or not {name}")
    elif subject.kind == "choice":
        if how not in {"==", "!=", "in", "not in"}:
            raise ValueError(f"{name} is a choice: it has no order for {how!r}")
        if constant not in subject.values:
            known = ", ".join(subject.values)
            raise ValueError(f"{constant!r} is not among the values of {name} ({known})")
    elif isinstance(constant, bool) or not isinstance(constant, float):
        raise ValueError(f"{name} is a {subject.kind}: compare it with a number, not {constant!r}")
    elif subject.kind == "count" and constant != int(constant):
        raise ValueError(f"{name} is a count: {constant:g} is no whole number")
    elif not subject.least <= constant <= subject.most:
        within = f"{subject.least:,.10g} to {subject.most:,.10g}"
        raise ValueError(f"{constant:,.10g} is outside the range of {name} ({within})")
