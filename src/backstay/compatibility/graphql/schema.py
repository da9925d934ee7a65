"""A GraphQL schema as plain values, the same from SDL and from introspection."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Literal

import msgspec

from backstay.model.places import Place

TypeKind = Literal["scalar", "object", "interface", "union", "enum", "input"]
Role = Literal["query", "mutation", "subscription"]

ROLES: tuple[Role, ...] = ("query", "mutation", "subscription")
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
BUILT_IN_DIRECTIVES = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf"})
EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
"""Where clients write directives; the other locations are those of schemas."""

_STEP = 4096


class Source:
    """A file, and where its characters stand in bytes."""

    def __init__(self, file: str, text: str, skipped: int = 0) -> None:
        self.file = file
        self.text = text
        self._skipped = skipped
        self._steps: list[int] | None = None

    def place(self, start: int, end: int) -> Place:
        """The place of a range of characters."""
        return Place(file=self.file, start=self._bytes_before(start), end=self._bytes_before(end))

    def _bytes_before(self, index: int) -> int:
        if self.text.isascii():
            return index + self._skipped
        if self._steps is None:
            self._steps = [0]
            for at in range(0, len(self.text), _STEP):
                piece = self.text[at : at + _STEP].encode("utf-8", "surrogatepass")
                self._steps.append(self._steps[-1] + len(piece))
        step = index // _STEP
        rest = self.text[step * _STEP : index].encode("utf-8", "surrogatepass")
        return self._steps[step] + len(rest) + self._skipped

    def line_and_column(self, index: int) -> tuple[int, int]:
        """Counted from 1, for people."""
        ends = [-1]
        at = self.text.find("\n")
        while 0 <= at < index:
            ends.append(at)
            at = self.text.find("\n", at + 1)
        line = bisect_right(ends, index - 1)
        return line, index - ends[line - 1]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is defined: characters of SDL, or a pointer into JSON."""

    source: Source
    start: int = 0
    end: int = 0
    pointer: str | None = None

    def place(self) -> Place:
        """It, as facts give it."""
        if self.pointer is not None:
            return Place(file=self.source.file, pointer=self.pointer)
        return self.source.place(self.start, self.end)


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A directive that is applied to something; its arguments as text, ordered by name."""

    name: str
    arguments: str
    mark: Mark


class InputValue(msgspec.Struct, frozen=True, kw_only=True):
    """An argument, or a field of an input object.

    Attributes:
        type: as GraphQL writes it, such as "[ID!]!".
        default: see `literals`; None where there is none.
        deprecated: the reason; None where it is not deprecated.
    """

    name: str
    type: str
    default: Any = None
    description: str | None = None
    deprecated: str | None = None
    applied: tuple[Applied, ...] = ()
    mark: Mark

    @property
    def required(self) -> bool:
        """Whether a request has to give it."""
        return self.type.endswith("!") and self.default is None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an object or interface."""

    name: str
    type: str
    arguments: dict[str, InputValue]
    description: str | None = None
    deprecated: str | None = None
    applied: tuple[Applied, ...] = ()
    mark: Mark


class EnumValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value of an enum."""

    name: str
    description: str | None = None
    deprecated: str | None = None
    applied: tuple[Applied, ...] = ()
    mark: Mark


class TypeDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A type with its extensions; of the dictionaries those are filled that its kind has."""

    name: str
    kind: TypeKind
    description: str | None = None
    fields: dict[str, Field] = {}
    inputs: dict[str, InputValue] = {}
    values: dict[str, EnumValue] = {}
    members: dict[str, Mark] = {}
    interfaces: dict[str, Mark] = {}
    applied: tuple[Applied, ...] = ()
    specified_by: str | None = None
    one_of: bool = False
    mark: Mark


class DirectiveDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A directive that documents or schemas may use."""

    name: str
    description: str | None = None
    arguments: dict[str, InputValue]
    locations: dict[str, Mark]
    repeatable: bool = False
    mark: Mark


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """The type that queries, mutations or subscriptions start from."""

    type: str
    mark: Mark | None = None


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """What is unknown because a part could not be read.

    Attributes:
        everything: nothing can be told of what is absent.
        names: types, and directives with their @, that stand in the unread part.
    """

    everything: bool = False
    names: frozenset[str] = frozenset()

    def may_have(self, name: str) -> bool:
        """Whether something that was not found may stand in what was not read."""
        return self.everything or name in self.names


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """A whole schema.

    Attributes:
        unknown: what the source cannot tell: "applied", "descriptions", "deprecations",
            "input-deprecations", "repeatable", "specified-by", "one-of", "schema-description".
        lost: what is unknown because a part could not be read.
        implementations: the object types that implement each interface.
    """

    types: dict[str, TypeDefinition]
    directives: dict[str, DirectiveDefinition]
    roots: dict[Role, Root]
    description: str | None = None
    applied: tuple[Applied, ...] = ()
    mark: Mark | None = None
    unknown: frozenset[str] = frozenset()
    lost: Lost = Lost()

    implementations: dict[str, frozenset[str]] = {}

    def possible_types(self, name: str) -> frozenset[str]:
        """The object types that a value of an object, interface or union may have."""
        found = self.types.get(name)
        if found is None:
            return frozenset()
        if found.kind == "union":
            return frozenset(found.members)
        if found.kind == "interface":
            return self.implementations.get(name, frozenset())
        return frozenset({name}) if found.kind == "object" else frozenset()
