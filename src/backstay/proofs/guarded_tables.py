"""What an experiment on row level security needs: tables, policies, functions and views.

Starting from the table or view at issue, policies are followed to the tables that their subqueries
read and to the functions that they call. A function is built only if it is one SELECT whose parts
are all known; its text is then as harmless as a view's.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.lab.column_types import built_in
from backstay.lab.expressions import (
    FUNCTIONS,
    SESSION_FUNCTIONS,
    Scope,
    UnknownPart,
    checked_expression,
    checked_query,
    name_of,
    nodes_of,
    parsed_query,
)
from backstay.lab.planning import CannotBuild, Plan, plan_tables
from backstay.model.data import Function, Name, Policy, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.foreign.postgast import Node
    from backstay.model.backend import Backend

_SETTING = re.compile(r"current_setting\s*\(\s*'([^']+)'")
# Functions that a platform brings along, so that no migration defines them.
_PLATFORM = {
    "auth.uid": ("uuid", "select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid"),
    "auth.role": ("text", "select nullif(current_setting('request.jwt.claim.role', true), '')"),
}


class Standin(msgspec.Struct, frozen=True, kw_only=True):
    """A function without arguments that is one SELECT. ``settings`` are those that it asks for."""

    name: Name
    returns: str
    body: str
    security_definer: bool = False
    settings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name as an expression's scope lists it."""
        return f"{self.name.schema}.{self.name.name}"


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """All that is built, in an order in which it can be.

    Attributes:
        secured: the tables with row level security.
        forced: those of them for whose owner it holds too.
        texts: the trees of the policies' conditions, the functions and the views.
    """

    plan: Plan
    secured: tuple[Name, ...]
    forced: tuple[Name, ...]
    policies: tuple[Policy, ...]
    functions: tuple[Standin, ...]
    views: tuple[View, ...]
    texts: tuple[Any, ...]


def scene_of(backend: Backend, tables: Iterable[Name], view: View | None = None) -> Scene:
    """What to build for an experiment on these tables, and on a view over them.

    Raises:
        CannotBuild: a policy, function or view has a part that the lab does not run.
    """
    return _Collector(backend).collect(list(tables), view)


class _Collector:
    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.tables: list[Name] = []
        self.views: list[View] = []
        self.functions: dict[str, Standin] = {}
        self.policies: list[Policy] = []
        self.texts: list[Any] = []

    def collect(self, tables: list[Name], view: View | None) -> Scene:
        if view is not None:
            self._add_view(view)
        for name in tables:
            self._add_relation(name)
        for name in self.tables:  # grows while policies lead on
            for policy in self.backend.policies_of(name):
                if policy.command in {"all", "select"}:
                    self._add_policy(policy)
        self._add_parents()
        scope = self._scope()
        for each in self.views:
            tree = self._checked(str(each), partial(checked_query, each.definition, scope))
            self.texts.append({"SelectStmt": tree})
        known = [table for table in map(self.backend.table, self.tables) if table is not None]
        return Scene(
            plan=self._plan(),
            secured=tuple(table.name for table in known if table.row_security),
            forced=tuple(table.name for table in known if table.row_security_forced),
            policies=tuple(self.policies),
            functions=tuple(self.functions.values()),
            views=tuple(self.views),
            texts=tuple(self.texts),
        )

    def _plan(self) -> Plan:
        keys = [
            key
            for name in self.tables
            for key in self.backend.foreign_keys_of(name)
            if key.parent in self.tables
        ]
        named = self._named_columns()
        essential = [
            (column.table, column.name)
            for name in self.tables
            for column in self.backend.columns_of(name)
            if column.name in named
        ]
        return plan_tables(
            self.backend, self.tables, keys=keys, essential=essential, wanted=lambda i: i.unique
        )

    def _named_columns(self) -> set[str]:
        return {
            field.get("String", {}).get("sval", "")
            for text in self.texts
            for kind, node in nodes_of(text)
            if kind == "ColumnRef"
            for field in node.get("fields", [])
        }

    def _add_parents(self) -> None:
        """Add what columns in policies refer to, so that their values meet."""
        named = self._named_columns()
        for name in tuple(self.tables):
            for key in self.backend.foreign_keys_of(name):
                known = self.backend.columns_of(key.parent)
                if named & set(key.columns) and known and key.parent not in self.tables:
                    self.tables.append(key.parent)

    def _scope(self) -> Scope:
        types = [table.user_type for name in self.tables for table in self.backend.columns_of(name)]
        return Scope(
            types=tuple({each for each in types if each is not None}),
            relations=(*self.tables, *(view.name for view in self.views)),
            functions=tuple(self.functions),
        )

    def _add_relation(self, name: Name) -> None:
        view = self.backend.view(name)
        if view is not None:
            self._add_view(view)
        elif name not in self.tables:
            if self.backend.table(name) is None:
                raise CannotBuild(f"{name} is not known: its definition was not read")
            self.tables.append(name)

    def _add_view(self, view: View) -> None:
        if view in self.views:
            return
        for name in view.reads:
            self._add_relation(name)
        self._follow(str(view), view.definition, view.name)
        self.views.append(view)

    def _add_policy(self, policy: Policy) -> None:
        if policy.using is not None:
            text, what = policy.using, f"{policy} of {policy.table}"
            self._follow(what, f"SELECT (\n{text}\n)", policy.table)
            scope = self._scope()
            self.texts.append(self._checked(what, partial(checked_expression, text, scope)))
        self.policies.append(policy)

    def _follow(self, what: str, query: str, near: Name) -> None:
        """Add what a text reads and calls; names without a schema are near ``near`` or public."""
        tree = self._checked(what, partial(parsed_query, query))
        for kind, node in nodes_of(tree):
            if kind == "RangeVar":
                name = self._table(node.get("schemaname"), node.get("relname", ""), near)
                if name is not None:
                    self._add_relation(name)
            elif kind == "FuncCall":
                called = name_of(node.get("funcname", []))
                if called not in FUNCTIONS and called not in SESSION_FUNCTIONS:
                    self._add_function(called, near)

    def _table(self, schema: str | None, plain: str, near: Name) -> Name | None:
        for each in (schema,) if schema is not None else (near.schema, "public"):
            name = Name(database=near.database, schema=each, name=plain)
            if self.backend.table(name) is not None or self.backend.view(name) is not None:
                return name
        return None  # a name of WITH, or what the check will refuse

    def _add_function(self, called: str, near: Name) -> None:
        schema, _, plain = called.rpartition(".")
        keys = (called,) if schema else (f"{near.schema}.{plain}", f"public.{plain}")
        if any(key in self.functions for key in keys):
            return
        found = (self._standin(key, near) for key in keys)
        standin = next((each for each in found if each is not None), None)
        if standin is None:
            return  # the check of what calls it will name it
        self.functions[standin.key] = standin
        what = f"function {called}"
        self._follow(what, standin.body, standin.name)
        scope = self._scope()
        tree = self._checked(what, partial(checked_query, standin.body, scope))
        self.texts.append({"SelectStmt": tree})

    def _standin(self, key: str, near: Name) -> Standin | None:
        schema, _, plain = key.rpartition(".")
        name = Name(database=near.database, schema=schema, name=plain)
        found = [each for each in self.backend.of(Function) if each.name == name]
        if not found and key in _PLATFORM:
            returns, body = _PLATFORM[key]
            return Standin(
                name=name, returns=returns, body=body, settings=tuple(_SETTING.findall(body))
            )
        if len(found) != 1:
            return None
        function = found[0]
        simple = function.language == "sql" and not function.arguments and function.body
        if not simple or function.returns is None or built_in(function.returns).stands_in_for:
            raise CannotBuild(
                f"{function} is not one SELECT without arguments, and so not run here"
            )
        body = (function.body or "").strip().removesuffix(";")
        return Standin(
            name=name,
            returns=built_in(function.returns).sql,
            body=body,
            security_definer=function.security_definer,
            settings=tuple(_SETTING.findall(body)),
        )

    @staticmethod
    def _checked(what: str, check: Callable[[], Node]) -> Node:
        try:
            return check()
        except UnknownPart as part:
            raise CannotBuild(f"{what} has the {part}, which the lab does not run") from part
