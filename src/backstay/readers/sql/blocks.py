"""DO blocks and called functions: the statements that they run, as far as that can be told.

Statements that stand in a body are applied in order. What hangs on data, loops or text put together
at run time is noted and left undone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from backstay.foreign.postgast import SqlFault, parse, parse_plpgsql
from backstay.readers.sql.conditions import truth_of
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.step import Step, option
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.items import Routine

Apply = Callable[[Step, "Node"], None]

_DEFINES = re.compile(
    r"\b(?:create|alter|drop|rename|grant|revoke|comment|truncate)\b|\bexecute\b", re.IGNORECASE
)
# Functions that call functions, and so on.
_MOST_LEVELS = 8


class _Returned(Exception):  # noqa: N818 (control flow of the body, not an error)
    pass


def run_block(step: Step, node: Node, apply: Apply) -> None:
    """DO: apply what stands in its body."""
    language = option(node["args"], "language")
    body = option(node["args"], "as")
    if language is not None and language["String"]["sval"].lower() != "plpgsql":
        step.notes.append(f"a DO block in {language['String']['sval']} is not read")
        return
    text = body["String"].get("sval", "") if body else ""
    if _DEFINES.search(text) is None and "perform" not in text.lower():
        return
    _run_source(step, step.text, apply)


def run_calls(step: Step, node: Node, apply: Apply) -> None:
    """SELECT function() and CALL procedure(): apply what the function's body defines."""
    calls = [node["funccall"]] if "funccall" in node else []
    for each in node.get("targetList", []):
        value = each["ResTarget"].get("val", {})
        if "FuncCall" in value:
            calls.append(value["FuncCall"])
    for call in calls:
        found = step.database.routines_named(*qualified(strings(call["funcname"])))
        for routine in found[:1]:
            if routine.body and _DEFINES.search(routine.body):
                _run_routine(step, routine, call, apply)


def _run_routine(step: Step, routine: Routine, call: Node, apply: Apply) -> None:
    if step.level >= _MOST_LEVELS:
        step.notes.append(f"{routine.name} calls itself")
        return
    inner = step.within(step.text, None)
    if routine.language == "sql" and not call.get("args") and routine.body:
        _apply_text(inner, routine.body, apply)
    elif routine.language == "plpgsql":
        _run_source(inner, routine.source, apply)
    else:
        step.notes.append(f"what {routine.name} does to the schema cannot be told")
    step.notes += inner.notes


def _run_source(step: Step, source: bytes, apply: Apply) -> None:
    try:
        functions = parse_plpgsql(source)
    except SqlFault as fault:
        step.notes.append(f"its body cannot be read: {fault.problem}")
        return
    runner = _Runner(step, apply)
    for function in functions:
        action = function["PLpgSQL_function"].get("action")
        if action:
            try:
                runner.run(action)
            except _Returned:
                continue


def _apply_text(step: Step, text: str, apply: Apply) -> None:
    try:
        statements = parse(text.encode())
    except SqlFault as fault:
        step.notes.append(f"a statement in it cannot be read: {fault.problem}")
        return
    for each in statements:
        apply(step, each["stmt"])


class _Runner:
    """Walks one PL/pgSQL body."""

    def __init__(self, step: Step, apply: Apply) -> None:
        self.step = step
        self.apply = apply
        self.at = 0  # how far into the text the statements were found

    def run(self, node: Node) -> None:
        kind, value = next(iter(node.items()))
        action = _ACTIONS.get(kind)
        if action is not None:
            action(self, value)
        elif _may_define(value):
            self.step.notes.append("it changes the schema in a loop")

    def body(self, nodes: list[Node]) -> None:
        for each in nodes:
            self.run(each)

    def _block(self, value: Node) -> None:
        if "exceptions" not in value:
            self.body(value.get("body", []))
            return
        strict, self.step.strict = self.step.strict, True
        try:
            self.body(value.get("body", []))
        except NotApplied:
            self.step.strict = strict
            handlers = value["exceptions"]["PLpgSQL_exception_block"].get("exc_list", [])
            if len(handlers) == 1:
                self.body(handlers[0]["PLpgSQL_exception"].get("action", []))
        finally:
            self.step.strict = strict

    def _statement(self, value: Node) -> None:
        self._sql(value["sqlstmt"]["PLpgSQL_expr"]["query"])

    def _perform(self, value: Node) -> None:
        query = value["expr"]["PLpgSQL_expr"]["query"]
        self._sql(query if query.lower().startswith("select") else f"SELECT {query}")

    def _call(self, value: Node) -> None:
        self._sql(value["expr"]["PLpgSQL_expr"]["query"])

    def _sql(self, query: str) -> None:
        text = query.encode()
        found = self.step.text.find(text, self.at) if self.step.located else -1
        start = self.step.start + found if found >= 0 else None
        self.at = found + len(text) if found >= 0 else self.at
        inner = self.step.within(text, start)
        _apply_text(inner, query, self.apply)
        self.step.notes += inner.notes

    def _execute(self, value: Node) -> None:
        text = constant_text(value["query"]["PLpgSQL_expr"]["query"])
        if text is None:
            self.step.notes.append("it runs a statement that is put together at run time")
            return
        self._sql(text)

    def _if(self, value: Node) -> None:
        branches = [(value["cond"], value.get("then_body", []))]
        for each in value.get("elsif_list", []):
            branch = each["PLpgSQL_if_elsif"]
            branches.append((branch["cond"], branch.get("stmts", [])))
        for condition, body in branches:
            truth = truth_of(condition["PLpgSQL_expr"]["query"], self.step.database)
            if truth is None:
                if _may_define(value):
                    self.step.notes.append("it changes the schema under a condition")
                return
            if truth:
                self.body(body)
                return
        self.body(value.get("else_body", []))

    def _return(self, _: Node) -> None:
        raise _Returned


_ACTIONS: dict[str, Callable[[_Runner, Node], None]] = {
    "PLpgSQL_stmt_block": _Runner._block,  # noqa: SLF001 (a table of its own methods)
    "PLpgSQL_stmt_execsql": _Runner._statement,  # noqa: SLF001
    "PLpgSQL_stmt_perform": _Runner._perform,  # noqa: SLF001
    "PLpgSQL_stmt_call": _Runner._call,  # noqa: SLF001
    "PLpgSQL_stmt_dynexecute": _Runner._execute,  # noqa: SLF001
    "PLpgSQL_stmt_if": _Runner._if,  # noqa: SLF001
    "PLpgSQL_stmt_return": _Runner._return,  # noqa: SLF001
}


def _may_define(node: Any) -> bool:  # noqa: ANN401 (any part of a tree)
    """Whether a part of a body may change the schema."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if type(part) is list:
            waiting += part
        elif type(part) is dict:
            if "PLpgSQL_stmt_dynexecute" in part:
                return True
            statement = part.get("PLpgSQL_stmt_execsql")
            query = statement["sqlstmt"]["PLpgSQL_expr"]["query"] if statement else ""
            if _DEFINES.match(query.lstrip()):
                return True
            waiting += part.values()
    return False


def constant_text(expression: str) -> str | None:
    """The text of an expression made of constants and ``||`` alone, else None."""
    try:
        statement = parse(b"select " + expression.encode())[0]["stmt"]["SelectStmt"]
    except SqlFault:
        return None
    targets = statement.get("targetList", [])
    return _constant(targets[0]["ResTarget"]["val"]) if len(targets) == 1 else None


def _constant(node: Node) -> str | None:
    constant = node.get("A_Const", {})
    if "sval" in constant:
        return str(constant["sval"].get("sval", ""))
    operation = node.get("A_Expr", {})
    if strings(operation.get("name", [])) == ["||"] and "lexpr" in operation:
        left, right = _constant(operation["lexpr"]), _constant(operation["rexpr"])
        return None if left is None or right is None else left + right
    return _constant(node["TypeCast"]["arg"]) if "TypeCast" in node else None
