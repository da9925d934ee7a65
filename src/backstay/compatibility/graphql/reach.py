"""Which operations lead to a type, and what a type is used for."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import islice
from typing import TYPE_CHECKING

from backstay.compatibility.graphql.types import name_of

if TYPE_CHECKING:
    from backstay.compatibility.graphql.schema import Role, Schema

MOST_OPERATIONS = 10
_MOST_VISITED = 500


class Reach:
    """Answers for one schema; answers are kept."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._roles: dict[str, list[Role]] = defaultdict(list)
        for role, root in schema.roots.items():
            self._roles[root.type].append(role)
        self._known: dict[str, tuple[str, ...]] = {}
        self._before: dict[str, list[tuple[str, str | None]]] | None = None
        self._first: dict[str, str] | None = None
        self._given: set[str] = set()
        self._returned: set[str] = set()

    @property
    def has_roots(self) -> bool:
        """Whether the schema serves operations, and not only adds types to another one."""
        return any(root.type in self._schema.types for root in self._schema.roots.values())

    def is_given(self, name: str) -> bool:
        """Whether requests carry values of the type."""
        self._edges()
        return name in self._given

    def is_returned(self, name: str) -> bool:
        """Whether responses carry values of the type."""
        self._edges()
        return name in self._returned

    def of_field(self, type_: str, field: str) -> tuple[str, ...]:
        """The operations that lead to a field, such as "Query.order", the shortest way first."""
        if type_ in self._roles:
            return tuple(f"{role.capitalize()}.{field}" for role in self._roles[type_])
        return self.of_type(type_)

    def of_type(self, name: str) -> tuple[str, ...]:
        """The operations that lead to a type; not more than `MOST_OPERATIONS`."""
        known = self._known.get(name)
        if known is None and name in self._roles and name in self._schema.types:
            listed = [
                f"{role.capitalize()}.{field}"
                for role in self._roles[name]
                for field in self._schema.types[name].fields
            ]
            known = self._known[name] = tuple(listed[:MOST_OPERATIONS])
        if known is None:
            known = self._search(name)
            if not known:
                # An interface that no field returns is still met in fragments on its types.
                for possible in sorted(self._schema.possible_types(name) - {name})[
                    :MOST_OPERATIONS
                ]:
                    known = known or self._search(possible)
            self._known[name] = known
        return known

    def _search(self, name: str) -> tuple[str, ...]:
        first = self._forward().get(name)
        if first is None:
            return ()
        before = self._edges()
        found: dict[str, None] = {}
        seen = {name}
        todo = deque([name])
        left = _MOST_VISITED
        while todo and len(found) < MOST_OPERATIONS and left > 0:
            for parent, field in islice(before.get(todo.popleft(), ()), left):
                left -= 1
                if field is not None and parent in self._roles:
                    for role in self._roles[parent]:
                        found[f"{role.capitalize()}.{field}"] = None
                elif parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return tuple(found or [first])[:MOST_OPERATIONS]

    def _forward(self) -> dict[str, str]:
        """For each type that anything leads to, one operation that does."""
        if self._first is not None:
            return self._first
        after: dict[str, list[str]] = defaultdict(list)
        first: dict[str, str] = {}
        todo: deque[str] = deque()
        for name, ways in self._edges().items():
            for parent, field in ways:
                if field is not None and parent in self._roles:
                    role = self._roles[parent][0].capitalize()
                    if name not in first:
                        first[name] = f"{role}.{field}"
                        todo.append(name)
                else:
                    after[parent].append(name)
        while todo:
            name = todo.popleft()
            for other in after.get(name, ()):
                if other not in first:
                    first[other] = first[name]
                    todo.append(other)
        self._first = first
        return first

    def _edges(self) -> dict[str, list[tuple[str, str | None]]]:
        """For each type what leads to it: (type, field), or (type, None) for a fragment."""
        if self._before is not None:
            return self._before
        before: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for type_ in self._schema.types.values():
            for field in type_.fields.values():
                before[name_of(field.type)].append((type_.name, field.name))
                self._returned.add(name_of(field.type))
                for argument in field.arguments.values():
                    before[name_of(argument.type)].append((type_.name, field.name))
                    self._given.add(name_of(argument.type))
            for given in type_.inputs.values():
                before[name_of(given.type)].append((type_.name, None))
                self._given.add(name_of(given.type))
            for interface in type_.interfaces:
                before[type_.name].append((interface, None))
            for member in type_.members:
                before[member].append((type_.name, None))
        for directive in self._schema.directives.values():
            self._given.update(name_of(given.type) for given in directive.arguments.values())
        self._before = before
        return before
