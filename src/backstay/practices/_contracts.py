"""What practices ask of API descriptions."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from backstay.model.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.model.backend import Backend
    from backstay.model.contracts import (
        ApiDocument,
        ApiFact,
        MediaType,
        Operation,
        Response,
        Schema,
    )
    from backstay.model.places import Where

F = TypeVar("F", bound=Fact)

_FEW = 5


def cause_in(document: ApiDocument) -> str:
    """One cause for a fault all over an API, whichever versions of its description there are."""
    return document.title or document.scope


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


def schema_name(schema: Schema) -> str:  # noqa: PLR0911 (one form a place)
    """How people call a schema: "Order.lines[].price", "body of POST /orders"."""
    file, _, pointer = schema.key.partition("#")
    segments = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    match segments:
        case ["components", "schemas", name, *rest] | ["definitions", name, *rest]:
            return name + _inner(rest)
        case ["paths", path, method, "requestBody", "content", _, "schema", *rest]:
            return f"body of {method.upper()} {path}{_within(rest)}"
        case ["paths", path, method, "responses", status, "content", _, "schema", *rest]:
            return f"{status} response of {method.upper()} {path}{_within(rest)}"
        case ["paths", path, method, "responses", status, "schema", *rest]:
            return f"{status} response of {method.upper()} {path}{_within(rest)}"
        case ["paths", path, method, "parameters", *_]:
            return f"parameter of {method.upper()} {path}"
        case ["components", "parameters", name, *_] | ["parameters", name, *_]:
            return f"parameter {name}"
        case ["components", kind, name, *rest] if kind in ("responses", "requestBodies"):
            return f"{name}{_within(rest[3:])}"
        case [*before, "schema"] | [*before, "schema", "properties", _] if before:
            message = "response" if schema.sent_by is None else "request"
            operation = schema.sent_by or schema.returned_by
            return f"{message} of {operation}{_within(segments[len(before) + 1 :])}"
        case _:
            return PurePosixPath(file).stem + _inner(segments)


def _within(rest: list[str]) -> str:
    inner = _inner(rest)
    return f" ({inner.removeprefix('.')})" if inner else ""


def _inner(rest: list[str]) -> str:
    text, parts = "", iter(rest)
    for part in parts:
        if part in ("properties", "patternProperties"):
            text += "." + next(parts, "")
        elif part in ("items", "additionalProperties"):
            text += "[]"
        elif part in ("allOf", "anyOf", "oneOf", "prefixItems"):
            next(parts, "")
        else:
            text += "." + part
    return text


def segments_of(path: str) -> tuple[str, ...]:
    """The parts of a path between slashes."""
    return tuple(part for part in path.split("/") if part)


def is_template(segment: str) -> bool:
    """Whether a part of a path stands for a parameter."""
    return "{" in segment
