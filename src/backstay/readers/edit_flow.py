"""Edits where mappings and lists have brackets: JSON, and the flow style of YAML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from backstay.readers.value_text import flow_text, json_text, key_text, scalar_text

if TYPE_CHECKING:
    from backstay.readers.containers import Child, Container

Edit: TypeAlias = tuple[int, int, str]

_COLON = re.compile(r"[ \t]*:[ \t]*")
_COMMA = re.compile(r",[ \t]*")
_EXPLICIT_KEY = re.compile(r"(?<=[{\[,\s])\?\s+\Z")
_INDENTED = re.compile(r"\n([ \t]+)\S")


def inserted(text: str, container: Container, key: str, value: Any) -> Edit:  # noqa: ANN401
    """Add a member at the end of a mapping."""
    if not container.children:
        return _first_member(text, container, key, value)
    last = container.children[-1]
    assert last.key is not None
    between = text[last.key[1] : last.value[0]]
    colon = between if _COLON.fullmatch(between) else ": "
    if container.style == "flow":
        colon = colon.rstrip() + " "
    line = _line_start(text, last.key[0])
    indent = text[line : last.key[0]]
    own_line = not indent.strip() and line > container.place[0]
    comma = "," + newline_of(text) + indent if own_line else _comma(text, container, colon)
    written = _written(text, container, value, indent if own_line else None)
    return last.value[1], last.value[1], f"{comma}{_key(text, container, key)}{colon}{written}"


def removed(text: str, container: Container, child: Child) -> Edit:
    """Take out one of several members or items."""
    at = container.children.index(child)
    start = _begin(text, container, child)
    if at + 1 < len(container.children):
        return start, _begin(text, container, container.children[at + 1]), ""
    before = container.children[at - 1].value[1]
    if container.style == "flow" and "#" in text[before:start]:
        return start, child.value[1], ""  # the comma before may stay, and so does the comment
    return before, child.value[1], ""


def _begin(text: str, container: Container, child: Child) -> int:
    """Where a member or item begins, with the mark of an explicit key before it."""
    start = child.key[0] if child.key else child.value[0]
    mark = _EXPLICIT_KEY.search(text, container.place[0], start)
    return mark.start() if mark else start


def replaced(text: str, container: Container, child: Child, value: Any) -> Edit:  # noqa: ANN401
    """Give a member or item another value."""
    start, end = child.value
    place = child.key[0] if child.key else start
    indent = text[_line_start(text, place) : place]
    written = _written(text, container, value, indent if not indent.strip() else None)
    if container.style == "flow":
        written = _like(text[start:end], value, written)
        if start == end and child.key:
            colon = text[child.key[1] : start]
            written = ("" if colon.endswith(" ") else " " if colon else ": ") + written
    return start, end, written


def step_of(text: str) -> str:
    """What a text indents with: the indentation of its first indented line."""
    found = _INDENTED.search(text)
    return found[1] if found else "  "


def newline_of(text: str) -> str:
    """What ends the lines of a text."""
    return "\r\n" if "\r\n" in text else "\n"


def whole_replaced(text: str, container: Container, value: Any) -> Edit:  # noqa: ANN401
    """Replace a whole document."""
    return *container.place, _written(text, container, value, "")


def _first_member(text: str, container: Container, key: str, value: Any) -> Edit:  # noqa: ANN401
    start = text.index("{", container.place[0])
    indent = re.match(r"[ \t]*", text[_line_start(text, start) :])
    assert indent is not None
    name = _key(text, container, key)
    spaced = ": " if container.style == "flow" or _is_spaced(text) else ":"
    if container.style == "flow" or "\n" not in text.strip():
        written = _written(text, container, value, None)
        return start, container.place[1], f"{{{name}{spaced}{written}}}"
    newline = newline_of(text)
    inner = indent[0] + step_of(text)
    written = _written(text, container, value, inner)
    return start, container.place[1], (f"{{{newline}{inner}{name}: {written}{newline}{indent[0]}}}")


def _written(text: str, container: Container, value: Any, indent: str | None) -> str:  # noqa: ANN401
    """The text of a value; over several lines where its own line is indented by `indent`."""
    if container.style == "flow":
        return flow_text(value)
    pretty = indent is not None and "\n" in text.strip()
    return json_text(
        value,
        indent=(indent or "", step_of(text)) if pretty else None,
        spaced=_is_spaced(text),
        ascii_only=_escapes(text),
        newline=newline_of(text),
    )


def _key(text: str, container: Container, key: str) -> str:
    if container.style == "json":
        return json.dumps(key, ensure_ascii=_escapes(text))
    return key_text(key)


def _like(old: str, value: Any, written: str) -> str:  # noqa: ANN401
    """The new text with the quotes of the old one."""
    quote = old[:1]
    if isinstance(value, str) and quote in ("'", '"'):
        return scalar_text(value, in_flow=True, quote=quote)
    return written


def _comma(text: str, container: Container, colon: str) -> str:
    """The comma between the last two members, or one that suits the colon."""
    if len(container.children) > 1:
        before, last = container.children[-2:]
        assert last.key is not None
        between = text[before.value[1] : last.key[0]]
        if _COMMA.fullmatch(between):
            return between
    return ", " if colon.endswith(" ") else ","


def _escapes(text: str) -> bool:
    """Whether characters beyond ASCII are written as escapes here."""
    return text.isascii() and "\\u" in text


def _is_spaced(text: str) -> bool:
    return '": ' in text or '":' not in text


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1
