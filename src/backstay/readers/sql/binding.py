"""Ties the names in expressions and queries to the things that they stand for.

What a name means is kept in the tree itself (``expressions.BOUND``), so that printing follows
renames, and what is needed is collected, so that dropping a column finds its views and indexes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.expressions import BOUND
from backstay.readers.sql.inference import column_name, inferred_type
from backstay.readers.sql.items import (
    Column,
    Expression,
    Item,
    Relation,
    Routine,
    Table,
    TypeUse,
    View,
)
from backstay.readers.sql.types import qualified, strings, type_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.foreign.postgast import Node
    from backstay.model.places import Place
    from backstay.readers.sql.database import Database

_SYSTEM_COLUMNS = {
    "ctid": TypeUse(base="tid"),
    "xmin": TypeUse(base="xid"),
    "xmax": TypeUse(base="xid"),
    "cmin": TypeUse(base="cid"),
    "cmax": TypeUse(base="cid"),
    "tableoid": TypeUse(base="oid"),
}
# Deeper expressions could not be printed within Python's limit on calls.
_MOST_LEVELS = 150


@dataclass(slots=True, kw_only=True)
class Output:
    """A column that a query or one of its sources yields."""

    name: str
    type: TypeUse | None = None
    column: Column | None = None


@dataclass(slots=True, kw_only=True)
class Source:
    """Something in FROM. ``columns`` is None where they cannot be told."""

    name: str
    columns: dict[str, Output] | None
    relation: Relation | None = None


@dataclass(slots=True, kw_only=True)
class Scope:
    """The names that an expression can use."""

    sources: list[Source] = field(default_factory=list)
    star: list[Output] | None = field(default_factory=list)
    queries: dict[str, list[Output] | None] = field(default_factory=dict)
    outputs: frozenset[str] = frozenset()
    parent: Scope | None = None

    def query(self, name: str) -> list[Output] | None:
        """The columns of a WITH query of that name.

        Raises:
            KeyError: there is none.
        """
        scope: Scope | None = self
        while scope is not None:
            if name in scope.queries:
                return scope.queries[name]
            scope = scope.parent
        raise KeyError(name)


class Binder:
    """Binds one expression or query and collects what it needs."""

    def __init__(self, database: Database, where: Place) -> None:
        self.database = database
        self.where = where
        self.alone = False  # names can only be columns of the one relation
        self.columns: dict[Column, None] = {}
        self.items: dict[Item, None] = {}
        self.reads: dict[Relation, None] = {}

    # Expressions

    def visit(self, value: Any, scope: Scope) -> None:  # noqa: ANN401 (any part of a tree)
        """Bind all names in a part of a tree."""
        if type(value) is list:
            for each in value:
                self.visit(each, scope)
        elif type(value) is dict:
            for kind, inner in value.items():
                handler = _HANDLERS.get(kind)
                if handler is not None:
                    handler(self, inner, scope)
                elif type(inner) is dict or type(inner) is list:
                    self.visit(inner, scope)

    def _column_reference(self, node: Node, scope: Scope) -> None:
        output = self.find(node, scope)
        if output is not None and output.column is not None:
            node[BOUND] = output.column
            self.columns[output.column] = None

    def find(self, node: Node, scope: Scope) -> Output | None:
        """The column that a reference stands for; None for whole rows and where it is open.

        Raises:
            NotApplied: no source in reach has such a column, and all of them are known.
        """
        if any("A_Star" in each for each in node["fields"]):
            return None
        parts = strings(node["fields"])
        known = True
        reach: Scope | None = scope
        while reach is not None:
            for source in reach.sources:
                rest = _rest(source, parts)
                if rest is None:
                    continue
                if not rest:
                    self._whole_row(source)
                    return None
                output = self._output(source, rest[0], certain=len(parts) > 1)
                if output is not None:
                    return output
                known = known and _is_known(source)
            if len(parts) == 1 and parts[0] in reach.outputs:
                return None
            reach = reach.parent
        if known and parts:
            raise NotApplied(f"there is no column {'.'.join(parts)}")
        return None

    def _output(self, source: Source, name: str, *, certain: bool) -> Output | None:
        """The column of that name in a source, made up where ``certain`` and it may be there."""
        if source.columns is None:
            return None
        if name in source.columns:
            return source.columns[name]
        if name in _SYSTEM_COLUMNS:
            return Output(name=name, type=_SYSTEM_COLUMNS[name])
        relation = source.relation
        if isinstance(relation, Table) and relation.implied and (certain or self.alone):
            column = self.database.column(relation, name, self.where)
            return Output(name=name, type=column.type, column=column)
        return None

    def _whole_row(self, source: Source) -> None:
        if source.relation is not None:
            self.items[source.relation] = None

    def _call(self, node: Node, scope: Scope) -> None:
        arguments = node.get("args", [])
        schema, name = qualified(strings(node["funcname"]))
        if name in {"nextval", "currval", "setval"} and arguments:
            self._sequence(arguments[0])
        for routine in self._chosen(schema, name, arguments, scope):
            self.items[routine] = None
        for kind, inner in node.items():
            if kind != "funcname":
                self.visit(inner, scope)

    def _sequence(self, node: Node) -> None:
        """Tie ``nextval('name')`` to the sequence."""
        constant = node.get("TypeCast", {}).get("arg", node).get("A_Const", {})
        if "sval" in constant:
            parts = [part.strip('"') for part in constant["sval"].get("sval", "").split(".")]
            relation = self.database.relation(*qualified(parts))
            if relation is not None:
                constant[BOUND] = relation
                self.items[relation] = None

    def _chosen(
        self, schema: str | None, name: str, arguments: list[Node], scope: Scope
    ) -> Iterable[Routine]:
        """The function that a call means, where that can be told from the arguments."""
        candidates = [
            routine
            for routine in self.database.routines_named(schema, name)
            if _takes(routine, len(arguments))
        ]
        if len(candidates) > 1:
            types = [self.type_of(argument, scope) for argument in arguments]
            candidates = [
                routine
                for routine in candidates
                if all(
                    use is None or (use.base, use.array) == (given.base, given.array)
                    for use, given in zip(types, routine.arguments, strict=False)
                )
            ]
        return candidates if len(candidates) == 1 else ()

    def _type(self, node: Node, _: Scope) -> None:
        use = type_use(node, self.database)
        node[BOUND] = use
        if isinstance(use.base, Item):
            self.items[use.base] = None

    def _cast(self, node: Node, scope: Scope) -> None:
        self.visit(node["arg"], scope)
        self._type(node["typeName"], scope)
        if strings(node["typeName"].get("names", []))[-1:] == ["regclass"]:
            self._sequence(node["arg"])

    def _sublink(self, node: Node, scope: Scope) -> None:
        if "testexpr" in node:
            self.visit(node["testexpr"], scope)
        self.visit(node["subselect"], scope)

    def _select(self, node: Node, scope: Scope) -> None:
        self.select(node, scope)

    def type_of(self, node: Node, scope: Scope) -> TypeUse | None:
        """The type of an expression, as far as it can be told."""

        def look_up(part: Node) -> TypeUse | None:
            kind, value = next(iter(part.items()))
            if kind == "ColumnRef":
                output = self.find(value, scope)
                return output.type if output is not None else None
            if kind == "TypeCast":
                return type_use(value["typeName"], self.database)
            if kind == "FuncCall":
                schema, name = qualified(strings(value["funcname"]))
                chosen = list(self._chosen(schema, name, value.get("args", []), scope))
                return chosen[0].result if chosen else None
            if kind == "SubLink":
                return self._sublink_type(value, scope)
            return None

        return inferred_type(node, look_up)

    def _sublink_type(self, value: Node, scope: Scope) -> TypeUse | None:
        if value["subLinkType"] in {"EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK"}:
            return TypeUse(base="boolean")
        outputs = self.select(value["subselect"]["SelectStmt"], scope)
        first = outputs[0].type if outputs else None
        if first is None or value["subLinkType"] != "ARRAY_SUBLINK":
            return first
        return TypeUse(base=first.base, array=True)

    # Queries

    def select(self, node: Node, parent: Scope | None) -> list[Output] | None:
        """Bind a query; its columns, or None where they cannot be told."""
        from backstay.readers.sql.queries import bind_select  # noqa: PLC0415 (each needs the other)

        return bind_select(self, node, parent)


def _is_known(source: Source) -> bool:
    """Whether all columns of a source are known."""
    implied = isinstance(source.relation, Table) and source.relation.implied
    return source.columns is not None and not implied


def _rest(source: Source, parts: list[str]) -> list[str] | None:
    """What is left of a dotted name after that of the source, None if it is of another one."""
    if len(parts) == 1:
        whole = parts[0] == source.name and parts[0] not in (source.columns or {})
        return [] if whole else parts
    if parts[0] == source.name:
        return parts[1:]
    relation = source.relation
    if relation is not None and parts[:2] == [relation.schema, relation.name]:
        return parts[2:]
    return None


def _takes(routine: Routine, count: int) -> bool:
    most = len(routine.arguments)
    return most - routine.defaults <= count <= most or (routine.variadic and count >= most - 1)


_HANDLERS: dict[str, Callable[[Binder, Node, Scope], None]] = {
    "ColumnRef": Binder._column_reference,  # noqa: SLF001 (a table of its own methods)
    "FuncCall": Binder._call,  # noqa: SLF001
    "TypeCast": Binder._cast,  # noqa: SLF001
    "typeName": Binder._type,  # noqa: SLF001
    "SubLink": Binder._sublink,  # noqa: SLF001
    "SelectStmt": Binder._select,  # noqa: SLF001
}


def source_of(relation: Relation, name: str | None = None) -> Source:
    """A relation as something whose columns an expression can name."""
    known = not isinstance(relation, View) or relation.columns_known
    outputs = {
        column.name: Output(name=column.name, type=column.type, column=column)
        for column in relation.columns.values()
    }
    return Source(name=name or relation.name, columns=outputs if known else None, relation=relation)


def bind_expression(
    database: Database, node: Node, relation: Relation | None, where: Place, *others: str
) -> Expression:
    """An expression over the columns of one relation, also under ``others`` ("new", "old").

    Raises:
        NotApplied: it names a column that is not there, or is nested too deeply.
    """
    if _too_deep(node):
        raise NotApplied("an expression is nested too deeply")
    scope = Scope()
    if relation is not None:
        scope.sources = [source_of(relation, name) for name in (None, *others)]
    binder = Binder(database, where)
    binder.alone = True
    binder.visit(node, scope)
    return Expression(tree=node, columns=tuple(binder.columns), needs=tuple(binder.items))


def _too_deep(node: Node) -> bool:
    level: list[Any] = [node]
    for _ in range(2 * _MOST_LEVELS):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


__all__ = ["Binder", "Output", "Scope", "Source", "bind_expression", "column_name", "source_of"]
