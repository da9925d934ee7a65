"""What people call the nodes of schemas, instead of their addresses."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstay.model.contracts import Schema

_SUBSCHEMAS = {"properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf"}


def schema_name(schema: Schema) -> str:
    """How people call a schema: "Order.lines[].price", "body of POST /orders (note)"."""
    file, _, pointer = schema.key.partition("#")
    segments = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    if file == schema.document:
        name = _component(segments) or _message(segments)
        if name is not None:
            return name
    if "schema" in segments:
        at = len(segments) - segments[::-1].index("schema")
        message = "response" if schema.sent_by is None else "request"
        return f"{message} of {schema.sent_by or schema.returned_by}{_within(segments[at:])}"
    if segments and segments[0] not in _SUBSCHEMAS:
        return segments[0] + _inner(segments[1:])
    return PurePosixPath(file).stem + _inner(segments)


def _component(segments: list[str]) -> str | None:
    match segments:
        case ["components", "schemas", name, *rest] | ["definitions", name, *rest]:
            return name + _inner(rest)
        case ["components", "parameters", name, *_] | ["parameters", name, *_]:
            return f"parameter {name}"
        case ["components", "responses" | "requestBodies", name, "content", _, "schema", *rest]:
            return f"{name}{_within(rest)}"
        case _:
            return None


def _message(segments: list[str]) -> str | None:
    match segments:
        case ["paths", path, method, "requestBody", "content", _, "schema", *rest]:
            return f"body of {method.upper()} {path}{_within(rest)}"
        case ["paths", path, method, "responses", status, "content", _, "schema", *rest] | [
            "paths",
            path,
            method,
            "responses",
            status,
            "schema",
            *rest,
        ]:
            return f"{status} response of {method.upper()} {path}{_within(rest)}"
        case ["paths", path, "parameters", *_]:
            return f"parameter of {path}"
        case ["paths", path, method, "parameters"]:
            return f"form of {method.upper()} {path}"
        case ["paths", path, method, "parameters", *_]:
            return f"parameter of {method.upper()} {path}"
        case _:
            return None


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
