"""What is invalid in a schema: said once each, and mended so that the rest can be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.graphql.schema import BUILT_IN_SCALARS
from backstay.foreign.graphql_core import Fault, as_definition, as_extension, parse_document
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backstay.compatibility.graphql.schema import Source

_LONGEST = 300


class Faults:
    """Notes what the rules of GraphQL object to, each with its place."""

    def __init__(
        self, owners: dict[int, Source], note: Callable[[Place, str], None], file: str
    ) -> None:
        self._owners = owners
        self._note = note
        self._file = file
        self._said: set[str] = set()

    def add(self, faults: list[Fault], *, skip: frozenset[str]) -> None:
        """Note each fault that does not come from a name in an unread part."""
        for fault in faults:
            hidden = any(f"{name.removeprefix('@')}'" in fault.problem for name in skip)
            if not hidden and fault.problem not in self._said:
                self._said.add(fault.problem)
                self._note(self._place(fault), f"invalid: {fault.problem}"[:_LONGEST])

    def _place(self, fault: Fault) -> Place:
        location = getattr(fault.node, "loc", None)
        if location is None:
            return Place(file=self._file)
        source = self._owners.get(id(location.source))
        if source is None:
            return Place(file=self._file)
        return source.place(location.start, location.end)


def buildable(nodes: Sequence[Any]) -> list[Any]:
    """The definitions, mended: each name has one, to which the others add, and unknown names exist.

    Without this one unknown type would leave a whole schema without a judge.
    """
    mended: list[Any] = []
    kept: dict[str, Any] = {}
    extensions: list[Any] = []
    for node in nodes:
        kind = node.kind
        if kind.endswith("_extension"):
            extensions.append(node)
            continue
        first = kept.setdefault(_key(node), node)
        if first is node:
            mended.append(node)
        elif first.kind == kind and kind.endswith("_type_definition"):
            extensions.append(as_extension(node))
    for node in extensions:
        if not node.kind.endswith("_type_extension"):
            mended.append(node)
            continue
        defined = node.kind.replace("_extension", "_definition")
        if node.name.value not in kept:
            kept[node.name.value] = definition = as_definition(node)
            mended.append(definition)
        elif kept[node.name.value].kind == defined:
            mended.append(node)
    return [*mended, *_stubs(mended, kept)]


def _key(node: Any) -> str:  # noqa: ANN401 (a node of a syntax tree)
    if node.kind == "schema_definition":
        return "schema {}"
    return f"@{node.name.value}" if node.kind == "directive_definition" else str(node.name.value)


def _stubs(nodes: Sequence[Any], kept: dict[str, Any]) -> tuple[Any, ...]:
    """Definitions of the names that are used but not defined."""
    made: dict[str, str] = {}
    for node in nodes:
        for name, form in _uses(node):
            if name not in kept and name not in BUILT_IN_SCALARS:
                made.setdefault(name, form.format(name))
    return parse_document("\n".join(made.values())) if made else ()


def _uses(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (as above)
    for interface in getattr(node, "interfaces", None) or ():
        yield interface.name.value, "interface {} {{ unknown: Boolean }}"
    for member in getattr(node, "types", None) or ():
        yield member.name.value, "type {} {{ unknown: Boolean }}"
    for operation in getattr(node, "operation_types", None) or ():
        yield operation.type.name.value, "type {} {{ unknown: Boolean }}"
    for field in getattr(node, "fields", None) or ():
        yield _named(field.type), "scalar {}"
        for argument in getattr(field, "arguments", None) or ():
            yield _named(argument.type), "scalar {}"
    if node.kind == "directive_definition":
        for argument in node.arguments or ():
            yield _named(argument.type), "scalar {}"


def _named(node: Any) -> str:  # noqa: ANN401 (as above)
    while node.kind != "named_type":
        node = node.type
    name: str = node.name.value
    return name
