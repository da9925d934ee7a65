"""From the fields of a capability's input to command line arguments, and back."""

from __future__ import annotations

import argparse
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from backstay.capabilities.capability import Capability, Field, fields_of
from backstay.capabilities.pages import PageRequest
from backstay.cli.streams import say
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec


class _Parser(argparse.ArgumentParser):
    def print_help(self, _: object = None) -> None:
        say(self.format_help())

    def error(self, message: str) -> Any:
        raise BadRequest(f"{message}. See: {self.prog} --help")


def parser_of(capability: Capability, formats: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of one command. ``formats`` are the ways in which it can print its outcome."""
    parser = _Parser(
        prog=f"backstay {capability.name}",
        description=capability.summary + ".",
        epilog=f"example: {capability.example}",
        allow_abbrev=False,
    )
    for field in fields_of(capability.input):
        _add(parser, field)
    if capability.output is not None:
        _add_printing(parser, capability, formats)
    parser.set_defaults(format="text", quiet=False)
    return parser


def _add_printing(
    parser: argparse.ArgumentParser, capability: Capability, formats: Sequence[str]
) -> None:
    printing = parser.add_argument_group("output")
    printing.add_argument(
        "--format", choices=formats, help="how to print the outcome (default: text)"
    )
    printing.add_argument(
        "--json", action="store_const", const="json", dest="format", help="short for --format json"
    )
    if capability.tool is not None:
        _add_paging(printing)
    printing.add_argument("--output", metavar="FILE", help="write the outcome to a file instead")
    printing.add_argument(
        "--verbose", action="store_true", help="in text: evidence, limits, every site, patches"
    )
    printing.add_argument("--quiet", action="store_true", help="no progress on standard error")
    printing.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in text"
    )


def _add_paging(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help="a page of at most N elements, brief and within 8,000 tokens, as tools get it",
    )
    group.add_argument("--cursor", help="the page that begins there: next_cursor of one before")


def page_request_of(parsed: argparse.Namespace) -> PageRequest | None:
    """Which page was asked for; None for all of the outcome."""
    limit, cursor = getattr(parsed, "limit", None), getattr(parsed, "cursor", None)
    return None if limit is cursor is None else PageRequest(limit=limit, cursor=cursor)


def _add(parser: argparse.ArgumentParser, field: Field) -> None:
    kind, many = _element(field.type)
    settings: dict[str, Any] = {"help": field.option.help.replace("%", "%%")}
    if get_origin(kind) is Literal:
        settings["choices"] = get_args(kind)
    elif kind in {int, float}:
        settings["type"] = kind
    if field.option.metavar and "choices" not in settings:
        settings["metavar"] = field.option.metavar
    if field.option.positional:
        nargs = {(True, True): "+", (True, False): "*", (False, False): "?"}.get(
            (many, field.required)
        )
        parser.add_argument(field.name, nargs=nargs, default=field.default, **settings)
        return
    flag = field.option.flag or "--" + field.name.replace("_", "-")
    if kind is bool:
        parser.add_argument(flag, dest=field.name, action="store_true", help=settings["help"])
    elif many:
        parser.add_argument(flag, dest=field.name, action="append", default=[], **settings)
    else:
        parser.add_argument(
            flag, dest=field.name, required=field.required, default=field.default, **settings
        )


def _element(kind: Any) -> tuple[Any, bool]:
    """The type of one value, and whether many may be given; ``X | None`` counts as X."""
    if isinstance(kind, UnionType) or type(None) in get_args(kind):
        rest = [each for each in get_args(kind) if each is not type(None)]
        kind = rest[0]
    if get_origin(kind) is tuple:
        return get_args(kind)[0], True
    return kind, False


def input_of(capability: Capability, parsed: argparse.Namespace) -> msgspec.Struct:
    """The capability's input for parsed arguments."""
    values = {}
    for field in fields_of(capability.input):
        value = getattr(parsed, field.name)
        values[field.name] = tuple(value) if isinstance(value, list) else value
    return capability.input(**values)
