"""TOML files that people write: read into structs, with messages that name file and line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from backstay.model.errors import BadRequest
from backstay.project.whole_files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T = TypeVar("T")
Keys = tuple[str | int, ...]

MAX_BYTES = 1024 * 1024
_PROBLEMS_SHOWN = 10
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")

# The parts of a valid TOML document that tell where a statement ends.
_PART = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<open>[\[{])"
    r"|(?P<close>[\]}])"
    r"|(?P<space>[ \t\r]+)"
    r"|[^\"'#\n\[\]{} \t\r]+",
    re.DOTALL,
)


def read_toml(path: Path, shown: str, shape: type[T]) -> tuple[T, str]:
    """The content of a TOML file as ``shape``, and its text.

    Raises:
        BadRequest: the file cannot be read, is not TOML or does not fit the shape; the message
            names each fault with its line.
    """
    import tomllib  # noqa: PLC0415 (only where there is a file to read)

    text = read_text(path, shown, MAX_BYTES)
    try:
        return msgspec.convert(tomllib.loads(text), shape), text
    except tomllib.TOMLDecodeError as error:
        raise BadRequest(_syntax_error(shown, text, str(error))) from error
    except RecursionError as error:
        raise BadRequest(f"{shown}: nested too deeply. Make it flatter.") from error
    except msgspec.ValidationError as error:
        from backstay.project.toml_faults import faults  # noqa: PLC0415 (only for the message)

        lines = [
            fault_at(shown, text, keys, what) for keys, what in faults(tomllib.loads(text), shape)
        ]
        more = len(lines) - _PROBLEMS_SHOWN
        shown_lines = lines[:_PROBLEMS_SHOWN] + ([f"... and {more} more."] if more > 0 else [])
        raise BadRequest("\n".join(shown_lines) or f"{shown}: {error}") from error


def _syntax_error(shown: str, text: str, message: str) -> str:
    position = _POSITION.search(message)
    line = int(position[1]) if position else text.count("\n") + 1
    what = message[: position.start()] if position else message.removesuffix("(at end of document)")
    return f"{shown}:{line}: not valid TOML: {what.strip()}."


def fault_at(shown: str, text: str, keys: Keys, what: str) -> str:
    """A message about the value at ``keys``, with file and line."""
    offset = offset_of(text, keys)
    place = shown if offset is None else f"{shown}:{text.count(chr(10), 0, offset) + 1}"
    return f"{place}: {what}"


def statements(text: str) -> Iterator[tuple[int, str]]:
    """The headers and assignments of a valid TOML document, each with its offset in ``text``."""
    depth, start, end = 0, -1, 0
    for part in _PART.finditer(text):
        kind = part.lastgroup
        if kind == "newline" and depth == 0:
            if start >= 0:
                yield start, text[start:end]
            start = -1
        elif kind not in {"comment", "newline", "space"}:
            depth += (kind == "open") - (kind == "close")
            start, end = (part.start() if start < 0 else start), part.end()
    if start >= 0:
        yield start, text[start:end]


def offset_of(text: str, keys: Keys) -> int | None:
    """Where the statement begins that gives the value at ``keys``, or its nearest parent."""
    import tomllib  # noqa: PLC0415 (only for messages and edits)

    header: Keys = ()
    lengths: dict[Keys, int] = {}  # of arrays of tables
    found: tuple[int, int | None] = (0, None)
    for offset, statement in statements(text):
        data: Any = tomllib.loads(statement)
        if statement.startswith("["):
            header = _header(data, lengths)
            depth = min(len(header), len(keys))
            depth = depth if keys[:depth] == header[:depth] else 0
        elif keys[: len(header)] == header:
            depth = len(header) + _shared_depth(data, keys[len(header) :])
        else:
            continue
        if depth > found[0]:
            found = (depth, offset)
    return found[1]


def _header(data: Any, lengths: dict[Keys, int]) -> Keys:  # noqa: ANN401 (a TOML value)
    keys: Keys = ()
    while data:
        if isinstance(data, list):
            data = data[0]
            lengths[keys] = lengths.get(keys, 0) + 1
        else:
            if keys in lengths:
                keys = (*keys, lengths[keys] - 1)
            name = next(iter(data))
            keys, data = (*keys, name), data[name]
    if isinstance(data, dict) and keys in lengths:
        keys = (*keys, lengths[keys] - 1)
    return keys


def _shared_depth(data: Any, keys: Keys) -> int:  # noqa: ANN401 (a TOML value)
    for depth, key in enumerate(keys):
        inside = isinstance(data, dict) and key in data
        inside = inside or (isinstance(data, list) and isinstance(key, int) and key < len(data))
        if not inside:
            return depth
        data = data[key]
    return len(keys)
