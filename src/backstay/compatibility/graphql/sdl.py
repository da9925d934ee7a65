"""Schema documents (SDL): their syntax trees as a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backstay.compatibility.graphql.literals import literal_of, written
from backstay.compatibility.graphql.schema import (
    Applied,
    DirectiveDefinition,
    EnumValue,
    Field,
    InputValue,
    Mark,
    Role,
    Root,
    Source,
    TypeDefinition,
    TypeKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Node = Any

KINDS: dict[str, TypeKind] = {
    "scalar_type": "scalar",
    "object_type": "object",
    "interface_type": "interface",
    "union_type": "union",
    "enum_type": "enum",
    "input_object_type": "input",
}
NO_REASON = "No longer supported"


class Definitions:
    """What stands in the documents read so far; later definitions of a name add to the first."""

    def __init__(self) -> None:
        self.types: dict[str, TypeDefinition] = {}
        self.directives: dict[str, DirectiveDefinition] = {}
        self.roots: dict[Role, Root] = {}
        self.explicit = False
        self.description: str | None = None
        self.applied: tuple[Applied, ...] = ()
        self.mark: Mark | None = None
        self._parts: dict[str, list[TypeDefinition]] = {}
        self._extensions: list[tuple[Node, Source]] = []

    def add(self, node: Node, source: Source) -> bool:
        """Take a definition in; False where it is an operation or a fragment."""
        kind = node.kind
        if kind.endswith("_type_definition"):
            self._define(node, source)
        elif kind == "directive_definition":
            self.directives[node.name.value] = _directive(node, source)
        elif kind == "schema_definition":
            self._schema(node, source)
        elif kind.endswith("_extension"):
            self._extensions.append((node, source))
        else:
            return False
        return True

    def close(self) -> None:
        """Apply the extensions, which may stand before what they extend."""
        for node, source in self._extensions:
            if node.kind == "schema_extension":
                self._schema(node, source)
            elif node.kind.endswith("_type_extension"):
                self._define(node, source)
        self.types = {name: _joined(parts) for name, parts in self._parts.items()}
        if not self.explicit:
            for role, name in (
                ("query", "Query"),
                ("mutation", "Mutation"),
                ("subscription", "Subscription"),
            ):
                found = self.types.get(name)
                if found is not None and found.kind == "object":
                    self.roots.setdefault(role, Root(type=name, mark=found.mark))  # type: ignore[arg-type]

    def _schema(self, node: Node, source: Source) -> None:
        if node.kind == "schema_definition":
            self.explicit = True
            self.description = _text(node.description)
            self.mark = _mark(node, source)
        for operation in node.operation_types or ():
            root = Root(type=operation.type.name.value, mark=_mark(operation.type, source))
            self.roots[operation.operation.value] = root
        self.applied += _applied(node.directives, source)

    def _define(self, node: Node, source: Source) -> None:
        made = _type(node, source)
        self._parts.setdefault(made.name, []).append(made)


def _joined(parts: list[TypeDefinition]) -> TypeDefinition:
    """One type of its definition and extensions; the first says of which kind it is."""
    first = parts[0]
    if len(parts) == 1:
        return first
    alike = [part for part in parts if part.kind == first.kind]
    return msgspec.structs.replace(
        first,
        description=next((part.description for part in alike if part.description), None),
        fields={name: field for part in alike for name, field in part.fields.items()},
        inputs={name: field for part in alike for name, field in part.inputs.items()},
        values={name: value for part in alike for name, value in part.values.items()},
        members={name: mark for part in alike for name, mark in part.members.items()},
        interfaces={name: mark for part in alike for name, mark in part.interfaces.items()},
        applied=tuple(applied for part in alike for applied in part.applied),
        specified_by=next((part.specified_by for part in alike if part.specified_by), None),
        one_of=any(part.one_of for part in alike),
    )


def _type(node: Node, source: Source) -> TypeDefinition:
    kind = KINDS[node.kind.removesuffix("_definition").removesuffix("_extension")]
    fields = getattr(node, "fields", None) or ()
    specified = _argument_of(node.directives, "specifiedBy", "url")
    return TypeDefinition(
        name=node.name.value,
        kind=kind,
        description=_text(getattr(node, "description", None)),
        fields={} if kind == "input" else {f.name.value: _field(f, source) for f in fields},
        inputs=_inputs(fields, source) if kind == "input" else {},
        values={v.name.value: _value(v, source) for v in getattr(node, "values", None) or ()},
        members=_names(getattr(node, "types", None), source),
        interfaces=_names(getattr(node, "interfaces", None), source),
        applied=_applied(node.directives, source, but=_without_own(kind)),
        specified_by=specified if kind == "scalar" else None,
        one_of=kind == "input" and _is_applied(node.directives, "oneOf"),
        mark=_mark(node.name, source),
    )


def _without_own(kind: TypeKind) -> frozenset[str]:
    """Directives that are read into attributes of their own."""
    return frozenset({"scalar": {"specifiedBy"}, "input": {"oneOf"}}.get(kind, set()))


def _names(nodes: Iterable[Node] | None, source: Source) -> dict[str, Mark]:
    return {node.name.value: _mark(node, source) for node in nodes or ()}


def _field(node: Node, source: Source) -> Field:
    return Field(
        name=node.name.value,
        type=type_text(node.type),
        arguments=_inputs(node.arguments, source) if node.arguments else {},
        description=_text(node.description),
        deprecated=_deprecated(node),
        applied=_applied(node.directives, source, but=_DEPRECATED),
        mark=_mark(node.name, source),
    )


def _inputs(nodes: Iterable[Node], source: Source) -> dict[str, InputValue]:
    return {
        node.name.value: InputValue(
            name=node.name.value,
            type=type_text(node.type),
            default=literal_of(node.default_value) if node.default_value else None,
            description=_text(node.description),
            deprecated=_deprecated(node),
            applied=_applied(node.directives, source, but=_DEPRECATED),
            mark=_mark(node.name, source),
        )
        for node in nodes
    }


def _value(node: Node, source: Source) -> EnumValue:
    return EnumValue(
        name=node.name.value,
        description=_text(node.description),
        deprecated=_deprecated(node),
        applied=_applied(node.directives, source, but=_DEPRECATED),
        mark=_mark(node.name, source),
    )


def _directive(node: Node, source: Source) -> DirectiveDefinition:
    return DirectiveDefinition(
        name=node.name.value,
        description=_text(node.description),
        arguments=_inputs(node.arguments or (), source),
        locations={name.value: _mark(name, source) for name in node.locations},
        repeatable=node.repeatable,
        mark=_mark(node.name, source),
    )


def type_text(node: Node) -> str:
    """A reference to a type as GraphQL writes it."""
    before, after = "", ""
    while node.kind != "named_type":
        if node.kind == "list_type":
            before, after = before + "[", "]" + after
        else:
            after = "!" + after
        node = node.type
    return f"{before}{node.name.value}{after}"


_DEPRECATED = frozenset({"deprecated"})


def _deprecated(node: Node) -> str | None:
    if not node.directives or not _is_applied(node.directives, "deprecated"):
        return None
    return _argument_of(node.directives, "deprecated", "reason") or NO_REASON


def _is_applied(directives: Iterable[Node] | None, name: str) -> bool:
    return any(directive.name.value == name for directive in directives or ())


def _argument_of(directives: Iterable[Node] | None, name: str, argument: str) -> str | None:
    for directive in directives or ():
        if directive.name.value == name:
            for given in directive.arguments or ():
                if given.name.value == argument and given.value.kind == "string_value":
                    text: str = given.value.value
                    return text
    return None


def _applied(
    directives: Iterable[Node] | None, source: Source, but: frozenset[str] = frozenset()
) -> tuple[Applied, ...]:
    if not directives:
        return ()
    return tuple(
        Applied(
            name=directive.name.value,
            arguments=_arguments(directive.arguments or ()),
            mark=_mark(directive, source),
        )
        for directive in directives
        if directive.name.value not in but
    )


def _arguments(nodes: Iterable[Node]) -> str:
    given = {node.name.value: written(literal_of(node.value)) for node in nodes}
    return ", ".join(f"{name}: {value}" for name, value in sorted(given.items()))


def _text(node: Node | None) -> str | None:
    return node.value or None if node is not None else None


def _mark(node: Node, source: Source) -> Mark:
    return Mark(source=source, start=node.loc.start, end=node.loc.end)
