"""Edits of YAML mappings and lists that are written by indentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from backstay.readers.edit_flow import newline_of, step_of
from backstay.readers.value_text import block_lines, scalar_text

if TYPE_CHECKING:
    from backstay.readers.containers import Child, Container

Edit: TypeAlias = tuple[int, int, str]

_COLON_AND_SPACE = re.compile(r"[ \t]*:\s*")


def inserted(text: str, container: Container, key: str, value: Any) -> Edit:  # noqa: ANN401
    """Add a member after the last line of a mapping."""
    column = _column(text, _first_start(text, container))
    lines = block_lines({key: value}, column, _step(text))
    at = _line_end(text, container.children[-1].value[1])
    newline = newline_of(text)
    return at, at, newline + newline.join(lines)


def removed(text: str, container: Container, child: Child) -> Edit:
    """Take out one of several members or items, with its lines."""
    at = container.children.index(child)
    start = _start(text, child)
    if at == 0 and text[_line_start(text, start) : start].strip():
        # It shares its line with what it belongs to (`- name: x`): the next one moves up.
        return start, _start(text, container.children[1]), ""
    end = _line_end(text, child.value[1])
    after = re.match(r"\r?\n", text[end : end + 2])
    return _line_start(text, start), end + (after.end() if after else 0), ""


def replaced(text: str, child: Child, old: Container, value: Any) -> Edit:  # noqa: ANN401
    """Give a member or item another value."""
    start, end = child.value
    if isinstance(value, (dict, list)) and value:
        return _with_lines(text, child, old, value)
    quote = text[start : start + 1] if text[start : start + 1] in ("'", '"') else ""
    written = scalar_text(value, quote=quote)
    if start == end:
        return start, end, " " + written
    between = text[child.key[1] : start] if child.key else ""
    if "\n" in between and _COLON_AND_SPACE.fullmatch(between):
        assert child.key is not None
        return child.key[1], end, f": {written}"
    return start, end, written


def whole_replaced(text: str, container: Container, value: Any) -> Edit:  # noqa: ANN401
    """Replace a whole document."""
    if not isinstance(value, (dict, list)) or not value:
        return *container.place, scalar_text(value)
    start, end = container.place
    newline = newline_of(text)
    lines = newline.join(block_lines(value, 0, _step(text)))
    # A block cannot stand on the line of a `---`.
    beside = text[_line_start(text, start) : start].strip()
    return start - _column(text, start) * (not beside), end, newline * bool(beside) + lines


def _with_lines(text: str, child: Child, old: Container, value: Any) -> Edit:  # noqa: ANN401
    """Replace a value by a mapping or list that needs lines of its own."""
    start, end = child.value
    newline = newline_of(text)
    if child.key is None:
        column = _column(text, start) + (start == end)
        lines = block_lines(value, column, _step(text))
        return start, end, " " * (start == end) + newline.join(lines)[column:]
    outer = _column(text, _start(text, child))
    if old.kind and old.style == "block":
        column = _column(text, _first_start(text, old))
        # The dashes of a list may stand right below the key; the keys of a mapping may not.
        if column > outer or isinstance(value, list):
            return start, end, newline.join(block_lines(value, column, _step(text)))[column:]
    column = outer + _step(text)
    between = text[child.key[1] : start]
    colon = child.key[1] + len(between.rstrip()) if ":" in between else start
    return colon, end, newline + newline.join(block_lines(value, column, _step(text)))


def _first_start(text: str, container: Container) -> int:
    """Where the first line of a block starts, behind its anchor and tag."""
    return _start(text, container.children[0])


def _start(text: str, child: Child) -> int:
    """Where a member or item starts: at its key, its question mark or its dash."""
    start = child.key[0] if child.key else child.value[0]
    mark = "?" if child.key else "-"
    line = text[_line_start(text, start) : start]
    before = line.rstrip()
    if before.endswith(mark):
        return start - len(line) + len(before) - 1
    if mark == "-":
        return text.rindex("-", 0, start)
    return start


def _column(text: str, at: int) -> int:
    return at - _line_start(text, at)


def _step(text: str) -> int:
    return len(step_of(text))


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    re.compile(r"\r?(?=\n|\Z)|\n").search(text, at)
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end
