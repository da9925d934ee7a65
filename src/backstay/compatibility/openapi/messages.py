"""Whole requests and responses, their parts filled from what the sender may send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.compatibility.openapi.reading import TEMPLATED
from backstay.compatibility.openapi.styles import path_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.compatibility.openapi.elements import Media, Operation
    from backstay.compatibility.shapes.nodes import Node

    Example = Callable[[Node], Any]

PLACES = {"query": "query", "header": "headers", "cookie": "cookies"}


class Absent:
    """Stands for a part that is left out on purpose."""


ABSENT = Absent()
Part = tuple[str, str]


def request_of(
    operation: Operation, example: Example, parts: dict[Part, Any] | None = None
) -> dict[str, Any]:
    """A request that an operation takes: what it requires, and the parts that are given.

    Parts are named by place and key, as parameters are; the body is ("body", media type).
    """
    given = dict(parts or {})
    values: dict[str, Any] = {}
    made: dict[str, Any] = {"method": operation.entry.method, "path": operation.entry.template}
    for key, parameter in operation.parameters.items():
        value = given.pop(key, None) if key in given else _sample(parameter.schema, example)
        if isinstance(value, Absent) or not (parameter.required or key in (parts or {})):
            continue
        if parameter.place == "path":
            values[parameter.key] = value
        else:
            made.setdefault(PLACES[parameter.place], {})[parameter.name] = value
    made["path"] = _filled(operation.entry.template, values)
    _add_body(made, operation, example, parts or {})
    return made


def _add_body(
    made: dict[str, Any], operation: Operation, example: Example, parts: dict[Part, Any]
) -> None:
    named = next((key for key in parts if key[0] == "body"), None)
    if named is not None:
        if not isinstance(parts[named], Absent):
            made.setdefault("headers", {})["Content-Type"] = named[1]
            made["body"] = parts[named]
    elif operation.body is not None and operation.body.required and operation.body.media:
        media = next(iter(operation.body.media.values()))
        made.setdefault("headers", {})["Content-Type"] = media.name
        made["body"] = _sample(media.schema, example)


def response_of(
    operation: Operation, code: str, example: Example, parts: dict[Part, Any] | None = None
) -> dict[str, Any]:
    """A response that an operation gives, with the parts that are given."""
    given = parts or {}
    made: dict[str, Any] = {
        "to": f"{operation.entry.method} {operation.entry.template}",
        "status": status_of(code),
    }
    response = operation.responses.get(code)
    if response is None:
        return made
    for name, header in response.headers.items():
        if ("header", name) in given:
            if not isinstance(given["header", name], Absent):
                made.setdefault("headers", {})[header.name] = given["header", name]
        elif header.required:
            made.setdefault("headers", {})[header.name] = _sample(header.schema, example)
    body = next(((key, value) for key, value in given.items() if key[0] == "body"), None)
    media: Media | None = next(iter(response.media.values()), None)
    if body is not None:
        made.setdefault("headers", {})["Content-Type"] = body[0][1]
        made["body"] = body[1]
    elif media is not None:
        made.setdefault("headers", {})["Content-Type"] = media.name
        made["body"] = _sample(media.schema, example)
    return made


def status_of(code: str) -> int | str:
    """A status that a code stands for."""
    if code.isdecimal():
        return int(code)
    return int(code[0]) * 100 if code.endswith("XX") else "any"


def _filled(template: str, values: dict[str, Any]) -> str:
    """The path with values in place of its parameters, in their order."""
    position = iter(range(len(template)))
    return TEMPLATED.sub(lambda _: path_text(values.get(str(next(position)), "")) or "x", template)


def _sample(schema: Node | None, example: Example) -> Any:  # noqa: ANN401 (any JSON)
    return "1" if schema is None else example(schema)
