"""Functions and procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.alter import truth
from backstay.readers.sql.binding import Binder, Scope, Source
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.drops import argument_text, find_routine
from backstay.readers.sql.expressions import text_of
from backstay.readers.sql.items import Column, Item, Relation, Routine, TypeUse
from backstay.readers.sql.keywords import identifier
from backstay.readers.sql.types import qualified, strings, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

_INPUTS = {
    "FUNC_PARAM_IN",
    "FUNC_PARAM_INOUT",
    "FUNC_PARAM_VARIADIC",
    "FUNC_PARAM_DEFAULT",
}
_OUTPUTS = {"FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"}


def create_function(step: Step, node: Node) -> None:
    """CREATE [OR REPLACE] FUNCTION or PROCEDURE.

    Raises:
        NotApplied: there is one with these arguments.
    """
    database = step.database
    schema, name = qualified(strings(node["funcname"]))
    parameters = [each["FunctionParameter"] for each in node.get("parameters", [])]
    uses = [type_use(each["argType"], database) for each in parameters]
    modes = [each.get("mode", "FUNC_PARAM_DEFAULT") for each in parameters]
    arguments = tuple(use for use, mode in zip(uses, modes, strict=True) if mode in _INPUTS)
    outputs = tuple(
        (each.get("name", f"column{number}"), use)
        for number, (each, use, mode) in enumerate(zip(parameters, uses, modes, strict=True), 1)
        if mode in _OUTPUTS
    )
    routine = Routine(
        name=name,
        schema=database.schema_to_create_in(schema),
        where=step.place(),
        kind="procedure" if node.get("is_procedure") else "function",
        arguments=arguments,
        defaults=sum("defexpr" in each for each in parameters),
        variadic="FUNC_PARAM_VARIADIC" in modes,
        outputs=outputs,
        source=step.text,
    )
    _set_result(step, routine, node, modes)
    _set_options(routine, node.get("options", []))
    there = _with_arguments(step, routine)
    if there is not None:
        if not node.get("replace"):
            raise NotApplied(f"the function {name} exists already")
        _replace(there, routine)
        routine = there
    else:
        database.add_routine(routine)
    _link(step, routine, node)


def _with_arguments(step: Step, routine: Routine) -> Routine | None:
    wanted = [argument_text(use) for use in routine.arguments]
    overloads = step.database.routines.get((routine.schema, routine.name), ())
    return next(
        (each for each in overloads if [argument_text(u) for u in each.arguments] == wanted), None
    )


def _result_text(routine: Routine) -> tuple[object, ...]:
    uses = [use for _, use in routine.outputs] + ([routine.result] if routine.result else [])
    return (routine.returns_set, routine.returns_table, *map(argument_text, uses))


def _replace(old: Routine, new: Routine) -> None:
    if old.kind != new.kind or _result_text(old) != _result_text(new):
        raise NotApplied(f"the function {old.name} cannot change its return type")
    for field in (
        *("where", "defaults", "variadic", "result", "outputs", "language", "body", "source"),
        *("security_definer", "volatility", "settings"),
    ):
        setattr(old, field, getattr(new, field))


def _set_result(step: Step, routine: Routine, node: Node, modes: list[str]) -> None:
    """What a function returns. ``result`` stays open where it is a record of several columns."""
    if routine.kind == "procedure":
        return
    routine.returns_table = "FUNC_PARAM_TABLE" in modes
    written = node.get("returnType")
    if routine.returns_table or written is None:
        routine.result = routine.outputs[0][1] if len(routine.outputs) == 1 else None
    else:
        routine.result = type_use(written, step.database)
        routine.returns_set = written.get("setof", False)


def _set_options(routine: Routine, options: list[Node]) -> None:
    for each in options:
        element = each["DefElem"]
        name, value = element["defname"], element.get("arg", {})
        if name == "as":
            texts = strings(value.get("List", {}).get("items", []))
            routine.body = texts[0] if len(texts) == 1 else None
        elif name == "language":
            routine.language = value["String"]["sval"].lower()
        elif name == "security":
            routine.security_definer = truth(element)
        elif name == "volatility":
            routine.volatility = value["String"]["sval"]
        elif name == "set":
            _set_setting(routine, value["VariableSetStmt"])
    if routine.language in {"c", "internal"}:
        routine.body = None


def _set_setting(routine: Routine, node: Node) -> None:
    if node["kind"] == "VAR_RESET_ALL":
        routine.settings.clear()
    elif node["kind"] == "VAR_RESET":
        routine.settings.pop(node["name"], None)
    elif node["kind"] == "VAR_SET_VALUE":
        routine.settings[node["name"]] = setting_text(node)


def setting_text(node: Node) -> str:
    """The value of SET name = ..., as the catalog keeps it."""
    texts = []
    for each in node.get("args", []):
        constant = each.get("A_Const", {})
        is_text = "sval" in constant
        text = constant["sval"].get("sval", "") if is_text else text_of(each)
        listed = node.get("name") in {"search_path", "temp_tablespaces"}
        texts.append(identifier(text) if listed and is_text else text)
    return ", ".join(texts)


def _link(step: Step, routine: Routine, node: Node) -> None:
    """A function needs the types of its arguments and what its SQL-standard body reads."""
    for item in list(routine.uses):
        if isinstance(item, Relation | Column | Routine):
            routine.release(item)
    uses = [*routine.arguments, *(use for _, use in routine.outputs)]
    uses += [routine.result] if routine.result else []
    for use in uses:
        if isinstance(use.base, Item):
            routine.needs(use.base)
    if "sql_body" in node:
        routine.body = routine.body or step.text.decode("utf-8", "replace")
        binder = Binder(step.database, step.place())
        try:
            # Names may be those of parameters, so that none is refused.
            parameters = Source(name=routine.name, columns=None)
            binder.visit(node["sql_body"], Scope(sources=[parameters]))
        except NotApplied:
            return
        for item in [*binder.columns, *binder.items]:
            routine.needs(item)


def alter_function(step: Step, node: Node) -> None:
    """ALTER FUNCTION: its volatility, rights and settings.

    Raises:
        NotApplied: there is no such function.
    """
    routine = find_routine(step, node["func"])
    if routine is None:
        raise NotApplied("there is no such function")
    _set_options(routine, node.get("actions", []))


def create_aggregate(step: Step, node: Node) -> None:
    """CREATE AGGREGATE."""
    schema, name = qualified(strings(node["defnames"]))
    arguments: list[TypeUse] = []
    for each in node.get("args", []):
        for parameter in each.get("List", {}).get("items", []):
            if "FunctionParameter" in parameter:
                written = parameter["FunctionParameter"]["argType"]
                arguments.append(type_use(written, step.database))
    routine = Routine(
        name=name,
        schema=step.database.schema_to_create_in(schema),
        where=step.place(),
        kind="aggregate",
        arguments=tuple(arguments),
    )
    there = _with_arguments(step, routine)
    if there is None:
        step.database.add_routine(routine)
    elif not node.get("replace"):
        raise NotApplied(f"the aggregate {name} exists already")
