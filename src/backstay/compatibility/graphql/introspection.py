"""The result of an introspection query, as JSON, as a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.graphql.literals import Literal, literal_of
from backstay.compatibility.graphql.schema import (
    BUILT_IN_DIRECTIVES,
    BUILT_IN_SCALARS,
    ROLES,
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
from backstay.compatibility.graphql.sdl import NO_REASON
from backstay.foreign.graphql_core import GraphqlFault, parse_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS: dict[str, TypeKind] = {
    "SCALAR": "scalar",
    "OBJECT": "object",
    "INTERFACE": "interface",
    "UNION": "union",
    "ENUM": "enum",
    "INPUT_OBJECT": "input",
}
_DEEPEST_TYPE = 64
_MOST_FAULTS = 50
_NAME_CHARACTERS = frozenset("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Introspection:
    """Reads the value of "__schema"; what is malformed is left out and listed in `faults`."""

    def __init__(self, schema: dict[str, Any], source: Source, pointer: str) -> None:
        self._schema = schema
        self._source = source
        self._pointer = pointer
        self.faults: list[tuple[str, str]] = []
        self.types: dict[str, TypeDefinition] = {}
        self.directives: dict[str, DirectiveDefinition] = {}
        self._seen: set[str] = set()
        for at, value, name in self._named(schema.get("types"), f"{pointer}/types"):
            if name not in BUILT_IN_SCALARS and not name.startswith("__"):
                self._type(value, name, at)
        for at, value, name in self._named(schema.get("directives"), f"{pointer}/directives"):
            if name not in BUILT_IN_DIRECTIVES:
                self._directive(value, name, at)

    def roots(self) -> dict[Role, Root]:
        """The root types by role."""
        found: dict[Role, Root] = {}
        for role in ROLES:
            reference = self._schema.get(f"{role}Type")
            name = reference.get("name") if isinstance(reference, dict) else None
            if isinstance(name, str):
                pointer = f"{self._pointer}/{role}Type"
                found[role] = Root(type=name, mark=self._mark(pointer))
        return found

    def unknown(self) -> frozenset[str]:
        """What the query that gave this result did not ask for; see `Schema.unknown`."""
        asked = {
            "descriptions": "description",
            "deprecations": "isDeprecated",
            "input-deprecations": "input isDeprecated",
            "repeatable": "isRepeatable",
            "specified-by": "specifiedByURL",
            "one-of": "isOneOf",
        }
        missing = {what for what, key in asked.items() if key not in self._seen}
        if "description" not in self._schema:
            missing.add("schema-description")
        return frozenset({"applied", *missing})

    def description(self) -> str | None:
        """Of the schema itself."""
        return _text(self._schema, "description")

    def _type(self, value: dict[str, Any], name: str, at: str) -> None:
        kind = KINDS.get(str(value.get("kind")))
        if kind is None:
            self._fault(at, f"the type {name} is of no kind that GraphQL has")
            return
        self._see(value, "description", "specifiedByURL", "isOneOf")
        composite = kind in {"object", "interface"}
        self.types[name] = TypeDefinition(
            name=name,
            kind=kind,
            description=_text(value, "description"),
            fields=self._fields(value, at) if composite else {},
            inputs=self._inputs(value, "inputFields", at) if kind == "input" else {},
            values=self._values(value, at) if kind == "enum" else {},
            members=self._names(value, "possibleTypes", at) if kind == "union" else {},
            interfaces=self._names(value, "interfaces", at) if composite else {},
            specified_by=_text(value, "specifiedByURL") if kind == "scalar" else None,
            one_of=kind == "input" and value.get("isOneOf") is True,
            mark=self._mark(at),
        )

    def _fields(self, value: dict[str, Any], at: str) -> dict[str, Field]:
        found = {}
        for place, field, name in self._named(value.get("fields"), f"{at}/fields"):
            self._see(field, "isDeprecated")
            type_ = self._reference(field.get("type"), place)
            if type_ is not None:
                found[name] = Field(
                    name=name,
                    type=type_,
                    arguments=self._inputs(field, "args", place),
                    description=_text(field, "description"),
                    deprecated=_deprecated(field),
                    mark=self._mark(place),
                )
        return found

    def _inputs(self, value: dict[str, Any], key: str, at: str) -> dict[str, InputValue]:
        found = {}
        for place, given, name in self._named(value.get(key), f"{at}/{key}"):
            if "isDeprecated" in given:
                self._seen.add("input isDeprecated")
            type_ = self._reference(given.get("type"), place)
            if type_ is not None:
                found[name] = InputValue(
                    name=name,
                    type=type_,
                    default=self._default(given.get("defaultValue"), place),
                    description=_text(given, "description"),
                    deprecated=_deprecated(given),
                    mark=self._mark(place),
                )
        return found

    def _values(self, value: dict[str, Any], at: str) -> dict[str, EnumValue]:
        found = {}
        for place, given, name in self._named(value.get("enumValues"), f"{at}/enumValues"):
            self._see(given, "isDeprecated")
            found[name] = EnumValue(
                name=name,
                description=_text(given, "description"),
                deprecated=_deprecated(given),
                mark=self._mark(place),
            )
        return found

    def _directive(self, value: dict[str, Any], name: str, at: str) -> None:
        self._see(value, "description", "isRepeatable")
        locations = value.get("locations")
        self.directives[name] = DirectiveDefinition(
            name=name,
            description=_text(value, "description"),
            arguments=self._inputs(value, "args", at),
            locations={
                location: self._mark(f"{at}/locations/{index}")
                for index, location in enumerate(locations if isinstance(locations, list) else ())
                if isinstance(location, str)
            },
            repeatable=value.get("isRepeatable") is True,
            mark=self._mark(at),
        )

    def _names(self, value: dict[str, Any], key: str, at: str) -> dict[str, Mark]:
        listed = self._named(value.get(key) or [], f"{at}/{key}")
        return {name: self._mark(place) for place, _, name in listed}

    def _named(self, values: object, at: str) -> Iterator[tuple[str, dict[str, Any], str]]:
        """(pointer, value, name) of each member of a list that has a name."""
        if not isinstance(values, list):
            self._fault(at, "a list is missing")
            return
        for index, value in enumerate(values):
            name = value.get("name") if isinstance(value, dict) else None
            if isinstance(name, str) and name and _NAME_CHARACTERS.issuperset(name):
                yield f"{at}/{index}", value, name
            else:
                self._fault(f"{at}/{index}", "it has no name that GraphQL allows")

    def _reference(self, value: object, at: str) -> str | None:
        before, after = "", ""
        for _ in range(_DEEPEST_TYPE):
            if not isinstance(value, dict):
                break
            if value.get("kind") == "LIST":
                before, after = before + "[", "]" + after
            elif value.get("kind") == "NON_NULL":
                after = "!" + after
            elif isinstance(name := value.get("name"), str) and _NAME_CHARACTERS.issuperset(name):
                return f"{before}{name}{after}".replace("!!", "!")
            value = value.get("ofType")
        self._fault(f"{at}/type", "the type is cut off, or deeper than the query asked for")
        return None

    def _default(self, value: object, at: str) -> Literal | None:
        if value is None:
            return None
        try:
            return literal_of(parse_literal(str(value)))
        except GraphqlFault as fault:
            self._fault(f"{at}/defaultValue", f"the default is no GraphQL: {fault.problem}")
            return None

    def _see(self, value: dict[str, Any], *keys: str) -> None:
        self._seen.update(key for key in keys if key in value)

    def _fault(self, pointer: str, problem: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append((pointer, problem))

    def _mark(self, pointer: str) -> Mark:
        return Mark(source=self._source, pointer=pointer)


def _deprecated(value: dict[str, Any]) -> str | None:
    if value.get("isDeprecated") is not True:
        return None
    return _text(value, "deprecationReason") or NO_REASON


def _text(value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) and found else None
