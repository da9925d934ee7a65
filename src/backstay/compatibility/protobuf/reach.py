"""Which methods of services carry a message or an enum, and in which direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backstay.compatibility.protobuf.schema import Schema
    from backstay.model.changes import Direction

MOST_STEPS = 4_000_000
"""Steps from type to type before all that follow are left unknown."""


class Reach(NamedTuple):
    """What carries something; without any method the direction is unknown, which is both."""

    direction: Direction
    operations: tuple[str, ...] = ()


class Callers:
    """The methods that reach each type of one version."""

    def __init__(self, schema: Schema) -> None:
        self._requests: dict[str, list[str]] = {}
        self._responses: dict[str, list[str]] = {}
        self._users: dict[str, list[str]] = {}
        self._known: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._steps = 0
        for service in schema.services.values():
            for method in service.proto.method:
                name = f"{service.name}.{method.name}"
                self._requests.setdefault(method.input_type[1:], []).append(name)
                self._responses.setdefault(method.output_type[1:], []).append(name)
        if self._requests:
            self._read_users(schema)

    def of(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """Methods whose requests, and whose responses, may hold this type."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._find(name)
        return found

    def _find(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        requests: set[str] = set()
        responses: set[str] = set()
        seen = {name}
        open_names = [name] if self._requests else []
        while open_names and self._steps < MOST_STEPS:
            here = open_names.pop()
            requests.update(self._requests.get(here, ()))
            responses.update(self._responses.get(here, ()))
            users = self._users.get(here, ())
            self._steps += 1 + len(users)
            for user in users:
                if user not in seen:
                    seen.add(user)
                    open_names.append(user)
        if open_names:
            return frozenset(), frozenset()
        return frozenset(requests), frozenset(responses)

    def _read_users(self, schema: Schema) -> None:
        for message in schema.messages.values():
            for field in message.proto.field:
                if field.type_name:
                    self._users.setdefault(field.type_name[1:], []).append(message.name)
        for extension in schema.extensions.values():
            if extension.proto.type_name:
                extended = extension.proto.extendee[1:]
                self._users.setdefault(extension.proto.type_name[1:], []).append(extended)


def joined(*found: tuple[frozenset[str], frozenset[str]]) -> Reach:
    """What carries something in any of several versions or as any of several types."""
    requests = frozenset[str]().union(*(each for each, _ in found))
    responses = frozenset[str]().union(*(each for _, each in found))
    direction: Direction = "both"
    if requests and not responses:
        direction = "request"
    elif responses and not requests:
        direction = "response"
    return Reach(direction, tuple(sorted(requests | responses)))
