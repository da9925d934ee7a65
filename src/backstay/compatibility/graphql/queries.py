"""Query documents and responses that reach one element of a schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.compatibility.graphql.types import depth_of, item_of, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstay.compatibility.graphql.pair import Pair
    from backstay.compatibility.graphql.routes import Route, Use
    from backstay.compatibility.graphql.schema import Field, InputValue

COMPOSITE = frozenset({"object", "interface", "union"})
SAMPLES: dict[str, Any] = {"Int": 1, "Float": 1.5, "String": "text", "Boolean": True, "ID": "a1"}
_DEEPEST = 8


class NoSampleError(Exception):
    """No value of a type can be made."""


class Candidate(NamedTuple):
    """What may show a break: a query, and for breaks of responses the data of one.

    Attributes:
        about: the name of what changed, and how it is given. A refusal has to name the first, or
            to stand at the second, so that no other change passes for this one.
    """

    query: str
    variables: dict[str, Any]
    about: tuple[str, str] = ("", "")
    response: dict[str, Any] | None = None


class Writer:
    """Writes one document; variables are declared as they are needed."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._variables: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def copy(self) -> Writer:
        """Another document with the same variables."""
        made = Writer(self._pair)
        made._variables = dict(self._variables)
        made.values = dict(self.values)
        return made

    def variable(self, name: str, type_: str, value: object) -> str:
        """Declare a variable; gives it as it is used."""
        free, number = name, 1
        while free in self._variables:
            number += 1
            free = f"{name}{number}"
        self._variables[free] = type_
        self.values[free] = value
        return f"${free}"

    def field(self, field: Field, given: Mapping[str, str], but: str, selection: str) -> str:
        """A field with the arguments it needs apart from one, and a selection."""
        texts = dict(given)
        for name, argument in field.arguments.items():
            if argument.required and name not in texts and name != but:
                value = sample(self._pair, argument.type)
                texts[name] = self.variable(name, argument.type, value)
        listed = ", ".join(f"{name}: {text}" for name, text in texts.items())
        return (
            f"{field.name}{f'({listed})' if listed else ''}{f' {selection}' if selection else ''}"
        )

    def document(self, route: Route, selection: str, *, typenames: bool = False) -> Candidate:
        """A query along a route, with a selection in braces at its end."""
        for step in reversed(route.steps):
            before = "__typename " if typenames and is_abstract(self._pair, step.of) else ""
            if step.field is None:
                selection = f"{{ {before}... on {step.to} {selection} }}"
            else:
                selection = f"{{ {before}{self.field(step.field, {}, '', selection)} }}"
        return self.operation(route.role, selection)

    def operation(self, role: str, selection: str, directives: str = "") -> Candidate:
        """A whole document."""
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self._variables.items())
        start = f"{role}{f'({declared})' if declared else ''}"
        return Candidate(f"{start}{directives} {selection}", self.values)

    def object(self, name: str, given: Mapping[str, str], but: str = "") -> str:
        """An input object with the fields it needs apart from one."""
        found = self._pair.old.types.get(name)
        texts = dict(given)
        for key, field in found.inputs.items() if found is not None else ():
            if field.required and key not in texts and key != but:
                texts[key] = self.variable(key, field.type, sample(self._pair, field.type))
        return "{" + ", ".join(f"{key}: {text}" for key, text in texts.items()) + "}"

    def along(self, use: Use, text: str) -> str:
        """A value of an input type within the input objects that lead to it."""
        for owner, field in reversed(use.chain):
            text = self.object(owner, {field: text})
        return text


def is_abstract(pair: Pair, name: str) -> bool:
    """Whether values of a type may be of several object types."""
    found = pair.old.types.get(name)
    return found is not None and found.kind in {"interface", "union"}


def sample(pair: Pair, type_: str, depth: int = 0) -> Any:  # noqa: ANN401 (JSON)
    """A value that the old version takes for an input type, and the new one if there is any.

    Raises:
        NoSampleError: it takes too deep an object, or the type is unknown.
    """
    item = item_of(type_)
    if item is not None:
        return [sample(pair, item, depth)]
    name = name_of(type_)
    if name in SAMPLES:
        return SAMPLES[name]
    old, new = pair.old.types.get(name), pair.new.types.get(pair.renamed.get(name, name))
    if old is None or depth > _DEEPEST:
        raise NoSampleError(type_)
    if old.kind == "enum":
        common = [value for value in old.values if new is None or value in new.values]
        return next(iter(common or old.values), "text")
    if old.kind != "input":
        return "text"
    after = {} if new is None else new.inputs
    if old.one_of:
        key, field = next(iter(old.inputs.items()))
        return {key: sample(pair, field.type, depth + 1)}
    needed = [field for key, field in old.inputs.items() if _is_needed(field, after.get(key))]
    return {field.name: sample(pair, field.type, depth + 1) for field in needed}


def _is_needed(old: InputValue, new: InputValue | None) -> bool:
    return old.required or (new is not None and new.required)


def literal(pair: Pair, value: object, type_: str) -> str:
    """A sample as GraphQL writes it in a document."""
    if isinstance(value, list):
        item = item_of(type_) or type_
        return "[" + ", ".join(literal(pair, each, item) for each in value) + "]"
    name = name_of(type_)
    found = pair.old.types.get(name) or pair.new.types.get(name)
    if isinstance(value, dict):
        fields = found.inputs if found is not None else {}
        parts = [
            f"{key}: {literal(pair, each, fields[key].type if key in fields else 'String')}"
            for key, each in value.items()
        ]
        return "{" + ", ".join(parts) + "}"
    if found is not None and found.kind == "enum" and isinstance(value, str):
        return value
    return json.dumps(value)


def selection_of(pair: Pair, type_: str, inner: str = "__typename") -> str:
    """The selection that a field of a type needs in the old version."""
    found = pair.old.types.get(name_of(type_))
    return f"{{ {inner} }}" if found is not None and found.kind in COMPOSITE else ""


def response_of(pair: Pair, route: Route, last: dict[str, Any]) -> dict[str, Any]:
    """The data of a response along a route."""
    data = last
    for step in reversed(route.steps):
        if step.field is None:
            # A fragment on an interface, from a type that has it, says nothing of the type.
            named = pair.old.types[step.to].kind == "object"
            data = {"__typename": step.to, **data} if named else data
            continue
        if "__typename" not in data and is_abstract(pair, step.to):
            data = {**object_of(pair, step.to), **data}
        data = {step.field.name: wrapped(data, depth_of(step.field.type))}
    return data


def wrapped(value: Any, lists: int) -> Any:  # noqa: ANN401 (JSON)
    """A value within lists of one item."""
    for _ in range(lists):
        value = [value]
    return value


def object_of(pair: Pair, name: str) -> dict[str, Any]:
    """An object of a type, or of one that an interface or union may have, that names its type."""
    both = pair.old.possible_types(name) & pair.new.possible_types(pair.renamed.get(name, name))
    return {"__typename": min(both, default=name)}


def leaf_values(pair: Pair, name: str) -> Iterable[Any]:
    """Values of a scalar or enum of the new version; none where the schema does not tell."""
    if name in SAMPLES:
        # An integer is a Float too, and text that looks like a number is an ID.
        return [SAMPLES[name]]
    found = pair.new.types.get(name)
    return list(found.values) if found is not None and found.kind == "enum" else []
