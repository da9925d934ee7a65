"""Queries that use a directive wherever it may stand, in the ways that a change may forbid."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from backstay.compatibility.graphql.queries import Candidate, NoSampleError, literal, sample
from backstay.compatibility.graphql.schema import EXECUTABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.graphql.pair import Claim, Pair
    from backstay.compatibility.graphql.schema import DirectiveDefinition, InputValue

_PREFERRED = (
    "FIELD",
    "QUERY",
    "INLINE_FRAGMENT",
    "FRAGMENT_SPREAD",
    "FRAGMENT_DEFINITION",
    "VARIABLE_DEFINITION",
    "MUTATION",
    "SUBSCRIPTION",
)


def directive_candidates(pair: Pair, kind: str, claim: Claim) -> Iterator[Candidate]:
    """Queries that may show a change of a directive."""
    old = pair.old.directives.get(claim.directive)
    if old is None or not EXECUTABLE.intersection(old.locations):
        return
    new = pair.new.directives.get(claim.directive)
    locations = [
        name
        for name in _PREFERRED
        if name in old.locations and (new is None or name in new.locations)
    ]
    if kind == "directive-location-removed":
        locations = [claim.other] if claim.other in EXECUTABLE else []
    for location in locations:
        try:
            for applied, given in _applications(pair, kind, old, claim):
                query = _document(pair, location, applied)
                if query is not None:
                    yield Candidate(query, {}, (claim.argument or claim.directive, given))
        except NoSampleError:
            return


def _applications(
    pair: Pair, kind: str, directive: DirectiveDefinition, claim: Claim
) -> Iterator[tuple[str, str]]:
    """The directive with the arguments that tell the versions apart, and those arguments."""
    plain = kind.removeprefix("deprecated-").removeprefix("directive-argument-")
    name = claim.argument
    if kind == "directive-repeatable-removed":
        once = _application(pair, directive, {}, "")
        yield f"{once} {once}", ""
    elif plain in {"required-added", "became-required"}:
        yield _application(pair, directive, {}, name), ""
    elif name in directive.arguments:
        for text in _texts(pair, directive.arguments[name]):
            yield _application(pair, directive, {name: text}, ""), f"{name}: {text}"
    else:
        yield _application(pair, directive, {}, ""), ""


def _texts(pair: Pair, argument: InputValue) -> Iterator[str]:
    with suppress(NoSampleError):
        yield literal(pair, sample(pair, argument.type), argument.type)
    if not argument.type.endswith("!"):
        yield "null"
    for lists in range(1, argument.type.count("[") + 1):
        yield "[" * lists + "null" + "]" * lists


def _application(
    pair: Pair, directive: DirectiveDefinition, given: dict[str, str], but: str
) -> str:
    texts = dict(given)
    for name, argument in directive.arguments.items():
        if argument.required and name not in texts and name != but:
            texts[name] = literal(pair, sample(pair, argument.type), argument.type)
    listed = ", ".join(f"{name}: {text}" for name, text in texts.items())
    return f"@{directive.name}{f'({listed})' if listed else ''}"


def _document(pair: Pair, location: str, applied: str) -> str | None:
    query = pair.old.roots.get("query")
    if query is None:
        return None
    on_query = {
        "FIELD": f"query {{ __typename {applied} }}",
        "QUERY": f"query {applied} {{ __typename }}",
        "INLINE_FRAGMENT": f"query {{ ... {applied} {{ __typename }} }}",
        "FRAGMENT_SPREAD": (
            f"query {{ ...Part {applied} }} fragment Part on {query.type} {{ __typename }}"
        ),
        "FRAGMENT_DEFINITION": (
            f"query {{ ...Part }} fragment Part on {query.type} {applied} {{ __typename }}"
        ),
        "VARIABLE_DEFINITION": (
            f"query($with: Boolean! = true {applied}) {{ __typename @include(if: $with) }}"
        ),
    }
    if location == "MUTATION" and "mutation" in pair.old.roots:
        return f"mutation {applied} {{ __typename }}"
    return on_query.get(location)
