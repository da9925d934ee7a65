"""Ways from a root field to a type that both versions know, along which a query can be written."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.graphql.schema import ROLES
from backstay.compatibility.graphql.types import input_change, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.graphql.pair import Pair
    from backstay.compatibility.graphql.schema import Field, Role, TypeDefinition

_MOST_USES = 4


class Step(NamedTuple):
    """One step of a route: a field of a type, or with None a fragment on `to`."""

    of: str
    field: Field | None
    to: str


class Route(NamedTuple):
    """How to come to a type."""

    role: Role
    steps: tuple[Step, ...]


class Use(NamedTuple):
    """Where a request carries values of an input type: an argument, and input fields below it."""

    type: str
    field: Field
    argument: str
    chain: tuple[tuple[str, str], ...]


class Routes:
    """The shortest routes that stay the same from the old version to the new one."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._before: dict[str, Step | None] | None = None
        self._role_of: dict[str, Role] = {}
        self._returning: dict[str, list[tuple[str, Field]]] | None = None
        self._taking: dict[str, list[tuple[str, Field, str]]] = defaultdict(list)
        self._within: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def to(self, name: str) -> Route | None:
        """The shortest route to a type; queries are preferred to mutations and subscriptions."""
        before = self._tree()
        if name not in before:
            return None
        steps: list[Step] = []
        step = before[name]
        while step is not None:
            steps.append(step)
            step = before[step.of]
        start = steps[-1].of if steps else name
        return Route(self._role_of[start], tuple(reversed(steps)))

    def returning(self, name: str) -> list[tuple[str, Field]]:
        """(type, field) of fields in reach that return a type, or did so before."""
        return [use for use in self._fields().get(name, ()) if use[0] in self._tree()][:_MOST_USES]

    def uses(self, name: str) -> Iterator[Use]:
        """Where requests in reach carry values of an input type."""
        self._fields()
        seen = {name}
        todo: deque[tuple[str, tuple[tuple[str, str], ...]]] = deque([(name, ())])
        found = 0
        while todo and found < _MOST_USES:
            current, chain = todo.popleft()
            for type_, field, argument in self._taking.get(current, ()):
                if type_ in self._tree() and self._keeps(type_, field, argument):
                    found += 1
                    yield Use(type_, field, argument, chain)
                    if found >= _MOST_USES:
                        return
            for owner, field_name in self._within.get(current, ()):
                if owner not in seen and owner in self._pair.new.types:
                    seen.add(owner)
                    todo.append((owner, ((owner, field_name), *chain)))

    def _tree(self) -> dict[str, Step | None]:
        """The step by which each type is reached first; None for root types."""
        if self._before is not None:
            return self._before
        before: dict[str, Step | None] = {}
        self._before = before
        for role in ROLES:
            root = self._pair.old.roots.get(role)
            if root is None or role not in self._pair.new.roots or root.type in before:
                continue
            before[root.type] = None
            self._role_of[root.type] = role
            todo = deque([root.type])
            while todo:
                for step in self._steps_from(todo.popleft()):
                    if step.to not in before:
                        before[step.to] = step
                        todo.append(step.to)
        return before

    def _steps_from(self, name: str) -> Iterator[Step]:
        pair = self._pair
        old = pair.old.types.get(name)
        new = pair.new.types.get(pair.renamed.get(name, name))
        if old is None or new is None or old.kind != new.kind:
            return
        for field in old.fields.values():
            after = new.fields.get(field.name)
            to = name_of(field.type)
            if (
                after is not None
                and pair.renamed.get(to, to) == name_of(after.type)
                and self._keeps(name, field)
            ):
                yield Step(name, field, to)
        possible = pair.new.possible_types(new.name)
        for to in sorted(pair.old.possible_types(name)):
            if to != name and to in possible:
                yield Step(name, None, to)
        for to in old.interfaces:
            if to in new.interfaces and to in pair.old.types:
                yield Step(name, None, to)

    def _keeps(self, type_: str, field: Field, but: str = "") -> bool:
        """Whether the arguments that have to be given stay so, apart from one."""
        new = self._after(type_)
        after = None if new is None else new.fields.get(field.name)
        if after is None:
            return False
        for name, argument in field.arguments.items():
            if name == but or not argument.required:
                continue
            other = after.arguments.get(name)
            if other is None or input_change(argument.type, other.type, {}) not in {
                "same",
                "milder",
            }:
                return False
        return not any(
            argument.required and name != but and not _is_required(field, name)
            for name, argument in after.arguments.items()
        )

    def _after(self, type_: str) -> TypeDefinition | None:
        return self._pair.new.types.get(self._pair.renamed.get(type_, type_))

    def _fields(self) -> dict[str, list[tuple[str, Field]]]:
        if self._returning is not None:
            return self._returning
        returning: dict[str, list[tuple[str, Field]]] = defaultdict(list)
        for type_ in self._pair.old.types.values():
            for field in type_.fields.values():
                if self._keeps(type_.name, field):
                    returning[name_of(field.type)].append((type_.name, field))
                for argument in field.arguments.values():
                    self._taking[name_of(argument.type)].append((type_.name, field, argument.name))
            for given in type_.inputs.values():
                self._within[name_of(given.type)].append((type_.name, given.name))
        self._returning = returning
        return returning


def _is_required(field: Field, name: str) -> bool:
    argument = field.arguments.get(name)
    return argument is not None and argument.required
