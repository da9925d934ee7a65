"""Words and variables in the arguments of a Dockerfile's instructions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORD = re.compile(r"""(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\]|["'\\])+""", re.DOTALL)
_PIECE = re.compile(
    r"""'(?P<literal>[^']*)'|"(?P<quoted>(?:\\.|[^"\\])*)"|(?P<bare>(?:\\.|[^"'\\])+|.)""",
    re.DOTALL,
)
_VARIABLE = re.compile(
    r"\\(?P<escaped>.)|\$(?:(?P<name>[A-Za-z_]\w*)"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<operator>:?[-+?]|[#%/]+)(?P<word>[^{}]*(?:\{[^{}]*\}[^{}]*)*))?\})",
    re.DOTALL,
)
# `ENV A=$A$A` doubles a value with every line; real values are far shorter.
_LONGEST_VALUE = 2_000
_MOST_VARIABLES = 100

_FLAG = re.compile(r"--([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value with its variables replaced; what is unknown stays as a hole, `${NAME}`."""

    text: str
    assumed: bool = False


def words_of(text: str) -> list[str]:
    """The words of a line; quotes stay in them."""
    return _WORD.findall(text)


def flags_of(arguments: str) -> tuple[dict[str, list[str]], str]:
    """The flags (`--from=x`) before the arguments, and what follows them."""
    flags: dict[str, list[str]] = {}
    rest = arguments
    while rest.startswith("--"):
        found = _WORD.match(rest)
        flag = _FLAG.fullmatch(found.group()) if found else None
        if found is None or flag is None:
            break
        flags.setdefault(flag[1].lower(), []).append(flag[2] or "")
        rest = rest[found.end() :].lstrip()
    return flags, rest


def list_form(arguments: str) -> list[str] | None:
    """The items of the JSON form (`["a", "b"]`), None where the text is in shell form."""
    if not arguments.startswith("["):
        return None
    try:
        return msgspec.json.decode(arguments, type=list[str])
    except msgspec.MsgspecError:
        return None


def assignments_of(arguments: str) -> Iterator[tuple[str, str]]:
    """Names and values of `ENV`: `A=1 B=2`, or the old form `A some text`."""
    words = words_of(arguments)
    if words and "=" not in words[0]:
        yield words[0], arguments[len(words[0]) :].strip()
        return
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            yield name.strip("\"'"), value


def expanded(text: str, known: Mapping[str, Value]) -> Value:
    """The text without quotes and with the variables that are known."""
    if text.count("$") > _MOST_VARIABLES:
        return Value(text=text)
    pieces: list[str] = []
    assumed = False
    for piece in _PIECE.finditer(text):
        if piece["literal"] is not None:
            pieces.append(piece["literal"])
            continue
        value = _replaced(piece["bare"] if piece["quoted"] is None else piece["quoted"], known)
        pieces.append(value.text)
        assumed = assumed or value.assumed
    whole = "".join(pieces)
    return Value(
        text=whole if len(whole) <= max(_LONGEST_VALUE, len(text)) else text, assumed=assumed
    )


def _replaced(text: str, known: Mapping[str, Value]) -> Value:
    assumed = False

    def replacement(found: re.Match[str]) -> str:
        nonlocal assumed
        if found["escaped"] is not None:
            return found["escaped"]
        name = found["name"] or found["braced"]
        operator, value = found["operator"] or "", known.get(name)
        if operator.endswith("+"):
            return found["word"] if value and value.text else ""
        if value is not None and not operator.strip(":-?"):
            assumed = assumed or value.assumed
            return value.text
        if operator.endswith("-"):
            assumed = True
            return found["word"]
        return f"${{{name}}}"

    return Value(text=_VARIABLE.sub(replacement, text), assumed=assumed)
