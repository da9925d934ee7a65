"""Schemas, the search path, extensions, comments: what surrounds tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.drops import find_routine
from backstay.readers.sql.items import Extension, Item, Namespace
from backstay.readers.sql.step import option
from backstay.readers.sql.types import qualified, strings

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node
    from backstay.readers.sql.step import Step


def create_schema(step: Step, node: Node) -> None:
    """CREATE SCHEMA; the elements in it are applied with it as the place for new names.

    Raises:
        NotApplied: it exists already.
    """
    from backstay.readers.sql.application import apply  # noqa: PLC0415 (each needs the other)

    name = node.get("schemaname") or node.get("authrole", {}).get("rolename", "")
    database = step.database
    there = database.namespaces.get(name)
    if there is not None and there.where.start is not None:
        if node.get("if_not_exists"):
            return
        raise NotApplied(f"the schema {name} exists already")
    if there is None:
        database.namespaces[name] = Namespace(name=name, where=step.place())
    else:
        there.where = step.place()
    before = database.search_path
    database.search_path = (name, *before)
    try:
        for element in node.get("schemaElts", []):
            apply(step, element)
    finally:
        database.search_path = before


def set_variable(step: Step, node: Node) -> None:
    """SET search_path, also back to what it was at the start."""
    if node.get("name") != "search_path":
        return
    if node["kind"] == "VAR_SET_VALUE":
        path = [
            each["A_Const"]["sval"].get("sval", "")
            for each in node.get("args", [])
            if "sval" in each.get("A_Const", {})
        ]
        set_path(step, path)
    else:
        step.database.search_path = step.database.starting_path


def set_path(step: Step, path: list[str]) -> None:
    """Look for and make names in these schemas from now on."""
    step.database.search_path = tuple(each for each in path if each not in {"", "$user"})


def set_path_by_call(step: Step, node: Node) -> None:
    """SELECT set_config('search_path', ..., ...), as pg_dump writes it."""
    for each in node.get("targetList", []):
        call = each["ResTarget"]["val"].get("FuncCall", {})
        if strings(call.get("funcname", []))[-1:] != ["set_config"]:
            continue
        texts = [
            arg["A_Const"]["sval"].get("sval", "")
            for arg in call.get("args", [])
            if "sval" in arg.get("A_Const", {})
        ]
        if len(texts) > 1 and texts[0] == "search_path":
            set_path(step, [part.strip().strip('"') for part in texts[1].split(",")])


def alter_starting_path(step: Step, node: Node) -> None:
    """ALTER DATABASE or ROLE ... SET search_path counts for later sessions."""
    setting = node["setstmt"]
    if setting.get("name") == "search_path" and setting["kind"] == "VAR_SET_VALUE":
        before = step.database.search_path
        set_variable(step, setting)
        step.database.starting_path = step.database.search_path
        step.database.search_path = before


def create_extension(step: Step, node: Node) -> None:
    """CREATE EXTENSION.

    Raises:
        NotApplied: it is there already.
    """
    name, database = node["extname"], step.database
    if name in database.extensions:
        if node.get("if_not_exists"):
            return
        raise NotApplied(f"the extension {name} is there already")
    if node.get("options") is None and name == "plpgsql":
        return
    written = option(node.get("options", []), "schema")
    schema = written["String"]["sval"] if written else None
    extension = Extension(name=name, where=step.place(), schema=schema)
    if schema:
        extension.needs(database.namespace(schema))
    database.extensions[name] = extension


def comment(step: Step, node: Node) -> None:
    """COMMENT ON.

    Raises:
        NotApplied: there is no such thing.
    """
    item = _commented(step, node["objtype"], node["object"])
    if item is not None:
        item.comment = node.get("comment")


def _commented(step: Step, kind: str, node: Node) -> Item | None:
    database = step.database
    parts = strings(node.get("List", {}).get("items", []))
    if kind in {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_INDEX"}:
        return step.relation(*qualified(parts))
    if kind == "OBJECT_COLUMN":
        relation = database.relation(*qualified(parts[:-1]))
        if relation is None:
            raise NotApplied(f"there is no {'.'.join(parts[:-1])}")
        return database.column(relation, parts[-1], step.place())
    if kind == "OBJECT_FUNCTION":
        return find_routine(step, node["ObjectWithArgs"])
    return None
