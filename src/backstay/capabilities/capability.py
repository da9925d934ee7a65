"""A capability: declared once, offered as command, Python function and tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from backstay.model.events import Emit

Effect = Literal["reads", "experiments", "writes"]


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """How a capability is offered to language models, which read little at a time.

    Attributes:
        description: what a model is told of it; each character is paid for in every session.
        effect: what a call does, which may be less than the command can do.
        output: the type of a page, a ``pages.Page``.
        brief: from the capability's outcome to a page that holds all of it.
        show: a page as text, complete on its own.
        lists: fields of the page whose elements are handed out page by page, in this order.
    """

    description: str
    effect: Effect
    output: type[msgspec.Struct]
    brief: Callable[[Any], Any]
    show: Callable[[Any], str]
    lists: tuple[str, ...] = ()


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that Backstay can do.

    Attributes:
        name: the command's and the tool's name.
        summary: one line; the same as in ``capabilities.SUMMARIES``.
        example: a command line that one can copy.
        effect: what it does to the world: "reads" only, runs "experiments" in servers of its
            own, or "writes" files of the project.
        input: a Struct; its fields become arguments and options.
        output: the type of what ``run`` returns; encoded as JSON for machines.
        run: does the work.
        show: the output for people, as Markdown or plain text; None where the output is an
            Envelope, which has reports of its own.
        tool: how it is offered to language models; None where it is not.
    """

    name: str
    summary: str
    example: str
    effect: Effect
    input: type[msgspec.Struct]
    output: Any
    run: Callable[[Any, Emit], Any]
    show: Callable[[Any], str] | None = None
    tool: Tool | None = None


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """How one field of an input is offered to people.

    Attributes:
        help: one line, without a full stop.
        positional: an argument instead of an option.
        metavar: what stands for the value in help.
        flag: another spelling than the field's name, such as "--all".
        tool: whether tools take it, too; else it is for people only.
        path: whether it is a path, or many; tools take none outside of the project.
        most: how many values a tool may give at a time.
    """

    help: str
    positional: bool = False
    metavar: str | None = None
    flag: str | None = None
    tool: bool = True
    path: bool = False
    most: int | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an input with all that is known of it."""

    name: str
    type: Any
    option: Option
    required: bool
    default: Any


def fields_of(model: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of an input, each declared as ``Annotated[type, Option(...)]``."""
    hints = get_type_hints(model, include_extras=True)
    found = []
    for field in msgspec.structs.fields(model):
        hint = hints[field.name]
        if get_origin(hint) is not Annotated:
            raise TypeError(f"{model.__name__}.{field.name} has no Option")
        kind, option = get_args(hint)[:2]
        found.append(
            Field(
                name=field.name,
                type=kind,
                option=option,
                required=field.required,
                default=None if field.required else field.default,
            )
        )
    return tuple(found)
