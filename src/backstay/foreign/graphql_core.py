"""The door to graphql-core: parsing, building and validating of GraphQL, and its judgement.

Why graphql-core (MIT): it is the reference implementation in Python, parses 200,000 lines a second
and bounds nesting itself. It serves twice, apart from each other: its parser gives trees to the
comparison, and its validator judges the witnesses against the original schemas. Without it we
would need a parser and a validator of our own, and nobody independent to ask.
"""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import graphql
from graphql.language import ParallelVisitor, ast, visit
from graphql.type.validate import SchemaValidationContext
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validation_context import SDLValidationContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Node = Any
"""A node of a syntax tree."""

Schema = Any
"""A schema that graphql-core has built."""

MOST_FAULTS = 50
_MOST_SEEN = 300
_MOST_REFUSALS = 20

NAME = f"graphql-core {graphql.__version__}"


class Fault(NamedTuple):
    """What graphql-core objects to, and where: characters from the start of the text."""

    problem: str
    node: Node | None = None
    start: int | None = None


class GraphqlFault(Exception):  # noqa: N818 (a fault in the text, not in the program)
    """The text is not GraphQL; `start` is the character that shows it, or None."""

    def __init__(self, problem: str, start: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.start = start


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic garbage collector off: trees have no garbage, and it walks them again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse_document(text: str, *, most_tokens: int | None = None) -> tuple[Node, ...]:
    """The definitions of a document.

    Raises:
        GraphqlFault: it does not parse, is nested too deeply or has too many tokens.
    """
    return tuple(_parsed(text, most_tokens).definitions)


def parse_literal(text: str) -> Node:
    """A constant value, such as a default that introspection gives as text.

    Raises:
        GraphqlFault: it does not parse.
    """
    try:
        return graphql.parse_const_value(text, max_tokens=100_000)
    except graphql.GraphQLError as error:
        raise _fault(error) from None
    except RecursionError:
        raise GraphqlFault("nested too deeply") from None


def _parsed(text: str, most_tokens: int | None = None) -> Any:  # noqa: ANN401 (a document node)
    try:
        with collector_paused():
            return graphql.parse(text, max_tokens=most_tokens)
    except graphql.GraphQLError as error:
        raise _fault(error) from None
    except RecursionError:
        raise GraphqlFault("nested too deeply") from None


def _fault(error: graphql.GraphQLError) -> GraphqlFault:
    return GraphqlFault(error.message.removeprefix("Syntax Error: "), _start(error))


def _start(error: graphql.GraphQLError) -> int | None:
    return next(iter(error.positions or ()), None)


class _EnoughError(Exception):
    """More faults are not listed: each costs graphql-core a search for its line."""


class _Faults:
    """Keeps the first faults, each message once."""

    def __init__(self) -> None:
        self.found: dict[str, Fault] = {}
        self._seen = 0

    def add(self, error: graphql.GraphQLError) -> None:
        self._seen += 1
        if error.message not in self.found:
            if len(self.found) >= MOST_FAULTS:
                raise _EnoughError
            self.found[error.message] = _located(error)
        if self._seen >= _MOST_SEEN:
            raise _EnoughError

    def listed(self, validate: Callable[[], None]) -> list[Fault]:
        """Run a validation; what it found, with a last line where it was stopped."""
        try:
            validate()
        except _EnoughError:
            return [*self.found.values(), Fault("there are more faults, which are not listed")]
        except (RecursionError, TypeError, ValueError) as error:
            return [*self.found.values(), Fault(f"the rest could not be validated: {error}")]
        return list(self.found.values())


class _SchemaContext(SchemaValidationContext):
    """Reports while it goes, rather than in the end."""

    def __init__(self, schema: Schema, faults: _Faults) -> None:
        super().__init__(schema)
        self._faults = faults

    def report_error(self, message: str, nodes: Any = None) -> None:  # noqa: ANN401 (node or nodes)
        before = len(self.errors)
        super().report_error(message, nodes)
        for error in self.errors[before:]:
            self._faults.add(error)


def definition_faults(definitions: Sequence[Node]) -> list[Fault]:
    """What the rules for schema documents object to."""
    document = ast.DocumentNode(definitions=tuple(definitions))
    faults = _Faults()
    context = SDLValidationContext(document, None, faults.add)
    visitor = ParallelVisitor([rule(context) for rule in specified_sdl_rules])
    return faults.listed(lambda: visit(document, visitor))


def schema_faults(schema: Schema) -> list[Fault]:
    """What the rules for whole schemas object to; the schema counts as valid afterwards."""
    faults = _Faults()
    context = _SchemaContext(schema, faults)

    def validate() -> None:
        context.validate_root_types()
        context.validate_directives()
        context.validate_types()

    found = faults.listed(validate)
    # Queries are judged by what is valid of it.
    schema._validation_errors = []  # noqa: SLF001 (documented as settable only when it is built)
    return found


def _located(error: graphql.GraphQLError) -> Fault:
    node = error.nodes[0] if error.nodes else None
    return Fault(error.message, node, _start(error))


def schema_of_definitions(definitions: Sequence[Node]) -> Schema:
    """Build a schema from definitions and extensions.

    Raises:
        GraphqlFault: it cannot be built.
    """
    document = ast.DocumentNode(definitions=tuple(definitions))
    try:
        with collector_paused():
            return graphql.build_ast_schema(document, assume_valid_sdl=True)
    except (graphql.GraphQLError, TypeError, ValueError, RecursionError, KeyError) as error:
        raise GraphqlFault(str(error)) from None


def schema_of_introspection(data: Any) -> Schema:  # noqa: ANN401 (JSON)
    """Build a schema from the "data" of an introspection query's response.

    Raises:
        GraphqlFault: it cannot be built.
    """
    try:
        with collector_paused():
            return graphql.build_client_schema(data)
    except Exception as error:  # noqa: BLE001 (it trusts the JSON, which can fail it in any way)
        raise GraphqlFault(str(error) or type(error).__name__) from None


def as_extension(node: Node) -> Node:
    """A definition of a type as an extension of it."""
    return _converted(node, "Definition", "Extension")


def as_definition(node: Node) -> Node:
    """An extension of a type as its definition."""
    return _converted(node, "Extension", "Definition")


def _converted(node: Node, ending: str, new_ending: str) -> Node:
    made = getattr(ast, type(node).__name__.removesuffix(f"{ending}Node") + f"{new_ending}Node")
    given = {key: getattr(node, key, None) for key in made.keys}
    return made(**{key: value for key, value in given.items() if value is not None})


def request_refusals(schema: Schema, query: str, variables: dict[str, Any]) -> list[Fault]:
    """Why the schema's server refuses a query with its variables; empty where it accepts them."""
    try:
        document = _parsed(query)
    except GraphqlFault as fault:
        return [Fault(fault.problem, start=fault.start)]
    try:
        errors = graphql.validate(schema, document, hide_suggestions=True)
        if errors:
            return [_located(error) for error in errors]
        operation: Any = document.definitions[0]
        declared = operation.variable_definitions or ()
        coerced = graphql.get_variable_values(
            schema, declared, variables, _MOST_REFUSALS, hide_suggestions=True
        )
    except (graphql.GraphQLError, TypeError, ValueError, RecursionError) as error:
        return [Fault(f"not judged: {error}")]
    return [_located(error) for error in coerced] if isinstance(coerced, list) else []


def response_refusal(
    schema: Schema, query: str, variables: dict[str, Any], data: dict[str, Any]
) -> str | None:
    """Why a response's data is none of the query under the schema; None where it is.

    The data is given to the executor as what the server holds: the response is one of the schema
    where it comes out as it went in.
    """
    try:
        result = graphql.execute_sync(
            schema, graphql.parse(query), root_value=data, variable_values=variables
        )
    except (graphql.GraphQLError, TypeError, ValueError, RecursionError) as error:
        return f"not judged: {error}"
    if result.errors:
        return result.errors[0].message
    if not _is_same(result.data, data):
        return f"this would be sent instead: {json.dumps(result.data)}"
    return None


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 (JSON)
    """Equal as JSON: true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
