"""Binds queries: what they read, and which columns they yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.readers.sql.binding import Binder, Output, Scope, Source, source_of
from backstay.readers.sql.database import NotApplied
from backstay.readers.sql.expressions import BOUND
from backstay.readers.sql.inference import column_name
from backstay.readers.sql.items import Relation
from backstay.readers.sql.types import qualified, strings, type_use

if TYPE_CHECKING:
    from backstay.foreign.postgast import Node

Outputs = list[Output] | None

_SYSTEM = {"pg_catalog", "information_schema"}
_CLAUSES = ("whereClause", "havingClause", "windowClause", "limitOffset", "limitCount")
# These may also use the names of output columns.
_OUTPUT_CLAUSES = ("groupClause", "sortClause", "distinctClause")


def bind_select(binder: Binder, node: Node, parent: Scope | None) -> Outputs:
    """Bind a query; its columns, or None where they cannot be told."""
    scope = Scope(parent=parent)
    if "withClause" in node:
        _bind_with(binder, node["withClause"], scope)
    if node.get("op", "SETOP_NONE") != "SETOP_NONE":
        left = bind_select(binder, node["larg"], scope)
        bind_select(binder, node["rarg"], scope)
        _bind_ordering(binder, node, scope, left)
        return left
    if "valuesLists" in node:
        return _bind_values(binder, node["valuesLists"], scope)
    for item in node.get("fromClause", []):
        _add(scope, *_bind_source(binder, item, scope))
    outputs = _bind_targets(binder, node.get("targetList", []), scope)
    for clause in _CLAUSES:
        if clause in node:
            binder.visit(node[clause], scope)
    _bind_ordering(binder, node, scope, outputs)
    return outputs


def _bind_ordering(binder: Binder, node: Node, scope: Scope, outputs: Outputs) -> None:
    scope.outputs = frozenset(output.name for output in outputs or ())
    for clause in _OUTPUT_CLAUSES:
        if clause in node:
            binder.visit(node[clause], scope)


def _bind_with(binder: Binder, clause: Node, scope: Scope) -> None:
    for each in clause["ctes"]:
        query = each["CommonTableExpr"]
        name = query["ctename"]
        inner = query["ctequery"]
        names = strings(query.get("aliascolnames", []))
        select = inner.get("SelectStmt")
        if select is None:
            scope.queries[name] = None
            binder.visit(inner, scope)
            continue
        if clause.get("recursive") and "larg" in select:
            first = bind_select(binder, select["larg"], scope)
            scope.queries[name] = _renamed(first, names)
        scope.queries[name] = _renamed(bind_select(binder, select, scope), names)


def _bind_values(binder: Binder, rows: list[Node], scope: Scope) -> Outputs:
    for row in rows:
        binder.visit(row, scope)
    first = rows[0].get("List", {}).get("items", []) if rows else []
    return [
        Output(name=f"column{number}", type=binder.type_of(value, scope))
        for number, value in enumerate(first, start=1)
    ]


def _bind_targets(binder: Binder, targets: list[Node], scope: Scope) -> Outputs:
    outputs: list[Output] = []
    complete = True
    for each in targets:
        target = each["ResTarget"]
        value = target["val"]
        reference = value.get("ColumnRef")
        if reference is not None and "A_Star" in reference["fields"][-1]:
            star = _star(binder, strings(reference["fields"]), scope)
            complete = complete and star is not None
            outputs += star or []
            continue
        if "A_Indirection" in value and "A_Star" in value["A_Indirection"]["indirection"][-1]:
            complete = False
        binder.visit(value, scope)
        name = target.get("name") or column_name(value)
        outputs.append(Output(name=name, type=binder.type_of(value, scope)))
    return outputs if complete else None


def _star(binder: Binder, parts: list[str], scope: Scope) -> Outputs:
    """The columns that ``*`` or ``name.*`` stands for."""
    found = scope.star
    if parts:
        source = next((each for each in scope.sources if each.name == parts[-1]), None)
        found = list(source.columns.values()) if source and source.columns is not None else None
        if source is not None and source.relation is not None:
            binder.items[source.relation] = None
    for output in found or ():
        if output.column is not None:
            binder.columns[output.column] = None
    return None if found is None else [Output(name=o.name, type=o.type) for o in found]


def _add(scope: Scope, sources: list[Source], star: Outputs) -> None:
    scope.sources += sources
    scope.star = None if star is None or scope.star is None else scope.star + star


def _bind_source(binder: Binder, item: Node, scope: Scope) -> tuple[list[Source], Outputs]:
    kind, value = next(iter(item.items()))
    if kind == "JoinExpr":
        return _bind_join(binder, value, scope)
    if kind == "RangeVar":
        source = _relation_source(binder, value, scope)
    elif kind == "RangeSubselect":
        # LATERAL ones see their siblings; for the others these names do no harm.
        outputs = bind_select(binder, value["subquery"]["SelectStmt"], scope)
        source = _named("", outputs)
    else:
        binder.visit(value, scope)
        source = _function_source(binder, value) if kind == "RangeFunction" else _named("", None)
    source = _aliased(source, value.get("alias"))
    return [source], None if source.columns is None else list(source.columns.values())


def _relation_source(binder: Binder, value: Node, scope: Scope) -> Source:
    name = value["relname"]
    if "schemaname" not in value:
        try:
            return _named(name, scope.query(name))
        except KeyError:
            pass
    relation = binder.database.relation(value.get("schemaname"), name)
    if relation is None:
        home = value.get("schemaname")
        if home not in _SYSTEM and not name.startswith("pg_"):
            key = (home or "public", name)
            binder.database.unknown.setdefault(key, binder.where)
        return Source(name=name, columns=None)
    value[BOUND] = relation
    binder.reads[relation] = None
    binder.items[relation] = None
    return source_of(relation)


def _function_source(binder: Binder, value: Node) -> Source:
    """A function in FROM: its columns where a column list or a table's row type tells them."""
    call = value["functions"][0]["List"]["items"][0]
    name = column_name(call)
    if "coldeflist" in value:
        outputs = [
            Output(
                name=each["ColumnDef"]["colname"],
                type=type_use(each["ColumnDef"]["typeName"], binder.database),
            )
            for each in value["coldeflist"]
        ]
        return _named(name, outputs)
    if "FuncCall" in call:
        found = binder.database.routines_named(*qualified(strings(call["FuncCall"]["funcname"])))
        if len(found) == 1 and found[0].outputs:
            return _named(name, [Output(name=n, type=use) for n, use in found[0].outputs])
        if len(found) == 1 and found[0].result and isinstance(found[0].result.base, Relation):
            row = source_of(found[0].result.base)
            outputs = [Output(name=o.name, type=o.type) for o in (row.columns or {}).values()]
            return _named(name, outputs)
    return Source(name=name, columns=None)


def _named(name: str, outputs: Outputs) -> Source:
    columns = None if outputs is None else {output.name: output for output in outputs}
    return Source(name=name, columns=columns)


def _renamed(outputs: Outputs, names: list[str]) -> Outputs:
    if outputs is None:
        return None
    return [
        Output(name=name, type=output.type, column=output.column)
        for name, output in zip(
            [*names, *(output.name for output in outputs[len(names) :])], outputs, strict=False
        )
    ]


def _aliased(source: Source, alias: Node | None) -> Source:
    if alias is None:
        return source
    names = strings(alias.get("colnames", []))
    columns = source.columns
    if names and columns is not None:
        columns = _named("", _renamed(list(columns.values()), names)).columns
    return Source(name=alias["aliasname"], columns=columns, relation=source.relation)


def _bind_join(binder: Binder, value: Node, scope: Scope) -> tuple[list[Source], Outputs]:
    left, left_star = _bind_source(binder, value["larg"], scope)
    # The right side sees the left one if it is lateral.
    inner = Scope(parent=scope, sources=left)
    right, right_star = _bind_source(binder, value["rarg"], inner)
    sources = left + right
    if "quals" in value:
        binder.visit(value["quals"], Scope(parent=scope, sources=sources))
    star: Outputs = None
    if left_star is not None and right_star is not None:
        shared = strings(value.get("usingClause", []))
        if value.get("isNatural"):
            names = {output.name for output in right_star}
            shared = [output.name for output in left_star if output.name in names]
        star = _merged(binder, shared, left_star, right_star)
    if "alias" in value:
        source = _aliased(_named("", star), value["alias"])
        return [source], star
    return sources, star


def _merged(binder: Binder, shared: list[str], left: list[Output], right: list[Output]) -> Outputs:
    """The columns of a join: those of USING once and first, then the others."""
    for output in [*left, *right]:
        if output.name in shared and output.column is not None:
            binder.columns[output.column] = None
    first = [output for name in shared for output in left if output.name == name]
    if len(first) < len(shared):
        raise NotApplied(f"there is no column {shared[len(first)]} to join on")
    rest = [output for output in [*left, *right] if output.name not in shared]
    return first + rest
