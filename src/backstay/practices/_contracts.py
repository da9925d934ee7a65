"""What practices ask of API descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from backstay.model.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.model.backend import Backend
    from backstay.model.contracts import (
        ApiDocument,
        ApiFact,
        Guard,
        MediaType,
        Operation,
        Response,
    )
    from backstay.model.places import Where

F = TypeVar("F", bound=Fact)

_FEW = 5

# What generators write where nobody gave a title: it does not tell one API from another.
_NO_TITLES = {"", "api", "openapi definition", "fastapi", "swagger", "openapi", "rest api", "title"}


def cause_in(document: ApiDocument) -> str:
    """One cause for a fault all over an API, whichever versions of its description there are."""
    return document.scope if document.title.lower() in _NO_TITLES else document.title


def cause_of(fact: ApiFact, backend: Backend) -> str:
    """One cause for a fault all over the API that a fact belongs to."""
    document = backend.document(fact.document)
    return cause_in(document) if document else fact.document


def shown_singly(lacking: int, total: int) -> bool:
    """Whether each lack is worth a line of its own: there are few, or most others do not lack it.

    Where it is no habit at all, one finding for the whole API says more than hundreds.
    """
    return lacking <= _FEW or lacking * 2 <= total


def own_operations(document: ApiDocument, backend: Backend) -> tuple[Operation, ...]:
    """The operations that the API itself serves: no callbacks, no webhooks."""
    operations = backend.operations_in(document.scope)
    return tuple(each for each in operations if each.role == "operation")


def asking_for_security(
    document: ApiDocument, backend: Backend
) -> Iterator[tuple[ApiFact, tuple[tuple[Guard, ...], ...]]]:
    """What asks for security of its own (the document, operations), with its alternatives."""
    requirement = backend.security_of(document.scope)
    if requirement is not None:
        yield requirement, requirement.alternatives
    for operation in backend.operations_in(document.scope):
        if operation.own_security:
            yield operation, operation.guards


def apart(facts: Iterable[F]) -> Iterator[F]:
    """Facts written at different places: a shared parameter or response comes once."""
    seen: set[Where] = set()
    for fact in facts:
        if fact.where not in seen:
            seen.add(fact.where)
            yield fact


def successes(operation: Operation) -> tuple[Response, ...]:
    """Its 2xx responses."""
    return tuple(each for each in operation.responses if each.status.startswith("2"))


def failures(operation: Operation) -> tuple[Response, ...]:
    """Its 4xx, 5xx and default responses."""
    return tuple(
        each for each in operation.responses if each.status[:1] in "45" or each.status == "default"
    )


def is_json(media_type: MediaType) -> bool:
    """Whether a media type is JSON, or any at all."""
    name = media_type.name.partition(";")[0].strip().lower()
    return name in ("application/json", "text/json", "*/*") or name.endswith("+json")


def segments_of(path: str) -> tuple[str, ...]:
    """The parts of a path between slashes."""
    return tuple(part for part in path.split("/") if part)


def is_template(segment: str) -> bool:
    """Whether a part of a path stands for a parameter."""
    return "{" in segment
