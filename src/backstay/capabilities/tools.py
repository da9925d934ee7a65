"""Capabilities as tools of language models: their schemas, and one way to call them."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from backstay.capabilities import SUMMARIES, capability_named
from backstay.capabilities.capability import Capability, Field, Tool, fields_of
from backstay.capabilities.pages import PageRequest, page_of, text_of
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.reports.encoding import json_text

PREFIX = "backstay_"
MOST_CHARACTERS = 65_536  # of all arguments of one call together
_PAGING = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "description": "elements at most; without: 2,000 tokens",
    },
    "cursor": {"type": "string", "description": "next_cursor of the page before"},
}


class ToolResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool gives back: the same as JSON and as text, each complete on its own."""

    structured: dict[str, Any]
    text: str


def tools() -> tuple[Capability, ...]:
    """The capabilities that are tools, in a fixed order."""
    found = (capability_named(name) for name in SUMMARIES)
    return tuple(each for each in found if each.tool is not None)


def tool_of(capability: Capability) -> Tool:
    """How a capability is offered as a tool.

    Raises:
        BadRequest: it is for people only.
    """
    if capability.tool is None:
        raise BadRequest(f"{capability.name} is a command for people, and no tool")
    return capability.tool


def schema_of(capability: Capability) -> dict[str, Any]:
    """A JSON Schema (2020-12) of the arguments of a tool."""
    taken = [field for field in fields_of(capability.input) if field.option.tool]
    properties = {field.name: _property(field) for field in taken}
    names = ("limit", "cursor") if tool_of(capability).lists else ("limit",)
    schema = {
        "type": "object",
        "properties": properties | {name: _PAGING[name] for name in names},
        "additionalProperties": False,
    }
    required = [field.name for field in taken if field.required]
    return schema | ({"required": required} if required else {})


def _property(field: Field) -> dict[str, Any]:
    most = {"maxItems": field.option.most} if field.option.most else {}
    return _type_schema(_without_none(field.type)) | most | {"description": field.option.help}


def _type_schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 (a type)
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type_schema(get_args(kind)[0])}
    names = {str: "string", bool: "boolean", int: "integer", float: "number"}
    return {"type": names[kind]}


def _without_none(kind: Any) -> Any:  # noqa: ANN401 (a type)
    if isinstance(kind, UnionType) or type(None) in get_args(kind):
        return next(each for each in get_args(kind) if each is not type(None))
    return kind


def output_schema_of(capability: Capability) -> dict[str, Any]:
    """A JSON Schema (2020-12) of the structured result of a tool."""
    schema, definitions = msgspec.json.schema_components(
        (tool_of(capability).output,), ref_template="#/$defs/{name}"
    )
    root: dict[str, Any] = definitions.pop(schema[0]["$ref"].rpartition("/")[2])
    root.pop("title", None)
    return root | ({"$defs": definitions} if definitions else {})


def call(
    capability: Capability, arguments: dict[str, Any], root: Path, emit: Emit = unheard
) -> ToolResult:
    """Run a tool in the current directory.

    Args:
        capability: one of ``tools``.
        arguments: as ``schema_of`` has them; checked here.
        root: the folder that no argument may lead out of, by way of links either.
        emit: hears of progress.

    Raises:
        BackstayError: the job cannot be done; the message says what to do next.
    """
    tool = tool_of(capability)
    given, request = arguments_of(capability, arguments)
    _keep_inside(given, root)
    page = page_of(capability.run(given, emit), tool, request)
    return ToolResult(
        structured=msgspec.json.decode(json_text(page, None)), text=text_of(page, tool)
    )


def arguments_of(
    capability: Capability, arguments: dict[str, Any]
) -> tuple[msgspec.Struct, PageRequest]:
    """The capability's input, and which page of its outcome is wanted.

    Raises:
        BadRequest: an argument is unknown, missing, too large or of the wrong type.
    """
    schema = schema_of(capability)
    unknown = [name for name in arguments if name not in schema["properties"]]
    if unknown:
        raise BadRequest(_unknown(capability, unknown[0], list(schema["properties"])))
    try:
        size = len(msgspec.json.encode(arguments))
        if size > MOST_CHARACTERS:
            raise BadRequest(
                f"The arguments have {size:,} characters; {MOST_CHARACTERS:,} are the limit."
                " Name fewer targets or ids."
            )
        paging = {name: arguments[name] for name in _PAGING if name in arguments}
        own = {name: value for name, value in arguments.items() if name not in _PAGING}
        request = msgspec.convert(paging, PageRequest)
        return _bounded(msgspec.convert(own, capability.input)), request
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise BadRequest(f"{PREFIX}{capability.name}: {error}") from error


def _bounded(given: msgspec.Struct) -> msgspec.Struct:
    for field in fields_of(type(given)):
        most = field.option.most
        if most is not None and len(getattr(given, field.name)) > most:
            raise BadRequest(f"{field.name}: at most {most} at a time. Call again for the others.")
    return given


def _unknown(capability: Capability, name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(known)}."
    return f"{PREFIX}{capability.name} takes no {name[:80]!r}. {hint}"


def _keep_inside(given: msgspec.Struct, root: Path) -> None:
    home = root.resolve()
    for field in fields_of(type(given)):
        if not field.option.path:
            continue
        value = getattr(given, field.name)
        for path in (value,) if isinstance(value, str) else value or ():
            _keep_path_inside(path, home)


def _keep_path_inside(path: str, home: Path) -> None:
    try:
        outside = not Path(os.path.realpath(path)).is_relative_to(home)
    except (OSError, ValueError) as error:
        raise BadRequest(f"{path[:200]!r} cannot be looked at: {error}") from error
    if outside and "://" not in path:
        raise BadRequest(
            f"{path[:200]!r} is outside of the project. Tools read below its root only;"
            " give a path relative to that."
        )
    if "://" in path:
        raise BadRequest(
            f"{path.partition('://')[0][:40]}:// addresses are not taken from tools."
            " Give a path below the project's root."
        )
