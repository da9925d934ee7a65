"""Views and materialized views."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.readers.sql.alter import truth
from backstay.readers.sql.binding import Binder, Output
from backstay.readers.sql.columns import needs_type
from backstay.readers.sql.database import TEMPORARY, UNKNOWN_TYPE, NotApplied
from backstay.readers.sql.items import Column, Item, Link, Relation, View
from backstay.readers.sql.types import strings, type_text

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step

_TOKEN = re.compile(
    rb"--[^\r\n]*|/\*.*?\*/|'[^']*'|\"[^\"]*\"|[()]|\bas\b", re.IGNORECASE | re.DOTALL
)
_TAIL = re.compile(
    rb"\s+with\s+(?:no\s+data|data|(?:cascaded\s+|local\s+)?check\s+option)\s*\Z", re.IGNORECASE
)


def create_view(step: Step, node: Node) -> None:
    """CREATE [OR REPLACE] VIEW.

    Raises:
        NotApplied: the name is taken, or the query names what is not there.
    """
    options = [each["DefElem"] for each in node.get("options", [])]
    _make_view(
        step,
        node["view"],
        query=node["query"],
        names=strings(node.get("aliases", [])),
        replace=node.get("replace", False),
        invoker=any(each["defname"] == "security_invoker" and truth(each) for each in options),
    )


def create_materialized_view(step: Step, node: Node) -> None:
    """CREATE MATERIALIZED VIEW.

    Raises:
        NotApplied: the name is taken, or the query names what is not there.
    """
    into = node["into"]
    written = into["rel"]
    there = step.database.relation(written.get("schemaname"), written["relname"])
    if there is not None and node.get("if_not_exists"):
        return
    view = _make_view(step, written, query=node["query"], names=strings(into.get("colNames", [])))
    view.materialized = True


def _make_view(  # noqa: PLR0913 (by name)
    step: Step,
    written: Node,
    *,
    query: Node,
    names: list[str],
    replace: bool = False,
    invoker: bool = False,
) -> View:
    database = step.database
    home = TEMPORARY if written.get("relpersistence") == "t" else written.get("schemaname")
    schema = database.schema_to_create_in(home)
    binder = Binder(database, step.place())
    outputs = binder.select(query["SelectStmt"], None) if "SelectStmt" in query else None
    _column_names(outputs, names)
    there = database.relations.get((schema, written["relname"]))
    if there is not None and not (replace and isinstance(there, View) and not there.materialized):
        raise NotApplied(f"{written['relname']} exists already")
    view = there
    if isinstance(view, View):
        _refuse_change(view, outputs, names)
    if view is None:
        view = View(name=written["relname"], schema=schema, where=step.place(), definition="")
        database.add_relation(view)
    assert isinstance(view, View)
    _set_columns(step, view, outputs, names)
    view.where = step.place()
    view.definition = _definition(step.text)
    view.security_invoker = invoker
    view.reads = tuple(binder.reads)
    _link(view, [*binder.columns, *binder.items])
    return view


def _set_columns(step: Step, view: View, outputs: list[Output] | None, names: list[str]) -> None:
    """Give the view its columns; those of a replaced view stay and new ones come after."""
    view.columns_known = outputs is not None
    written = _column_names(outputs, names)
    for position, (name, output) in enumerate(zip(written, outputs or (), strict=False), start=1):
        column = view.columns.get(name)
        if column is None:
            column = Column(
                name=name, where=view.where, table=view, position=position, type=UNKNOWN_TYPE
            )
            view.columns[name] = column
            column.needs(view, Link.AUTO)
        elif isinstance(column.type.base, Item):
            column.release(column.type.base)
        column.type = output.type or UNKNOWN_TYPE
        needs_type(step, column)


def _column_names(outputs: list[Output] | None, names: list[str]) -> list[str]:
    written = [*names, *(output.name for output in (outputs or [])[len(names) :])]
    if len(set(written)) < len(written):
        raise NotApplied("a view would have two columns of the same name")
    return written


def _refuse_change(view: View, outputs: list[Output] | None, names: list[str]) -> None:
    """A replaced view keeps its columns, with their names and types."""
    written = _column_names(outputs, names)
    if outputs is None or not view.columns_known:
        return
    if list(view.columns) != written[: len(view.columns)]:
        raise NotApplied(f"the columns of the view {view.name} cannot change")
    for column, output in zip(view.columns.values(), outputs, strict=False):
        if output.type is not None and column.type.base != "unknown":
            before, after = type_text(column.type), type_text(output.type)
            if before != after:
                raise NotApplied(f"{column.name} of the view {view.name} is {before}, not {after}")


def _link(view: View, needed: list[Item]) -> None:
    for item in list(view.uses):
        if isinstance(item, Relation | Column):
            view.release(item)
    for item in needed:
        view.needs(item)


def _definition(text: bytes) -> str:
    """The query of a view, as written: what follows the first AS outside of parentheses."""
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0].lower()
        depth += (mark == b"(") - (mark == b")")
        if mark == b"as" and depth == 0:
            query = _TAIL.sub(b"", text[token.end() :])
            return query.decode("utf-8", "replace").strip()
    return text.decode("utf-8", "replace")
