"""Entries put into JSON files of others, and taken out again so that not a byte differs.

What is put in says by its form how the file was before, so that nothing needs to be remembered:

- After the last entry, or after the opening bracket where there is none, on a line of its own if
  the closing bracket has one, else on the same line.
- With a comma after it if the last entry had one.
- In brackets of its own with one space inside each, ``{ "backstay": ... }``, where the object or
  list that it belongs to was not there: into brackets that were there, nothing is put with a
  space before it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from backstay.hosts.jsonc import BLANKS, Item, Node, line_of, parse
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OBJECT, _LIST = ("{", "}"), ("[", "]")


def with_entry(
    text: str,
    keys: Sequence[str],
    name: str | None,
    value: Any,  # noqa: ANN401 (a JSON value)
    shown: str,
) -> str:
    """The text with an entry more.

    Args:
        text: JSON, with or without comments and trailing commas; an object.
        keys: names of the objects, each in the one before, that the entry goes into; the last
            is a list where the entry has no name.
        name: the entry's name in its object; None in a list.
        value: the entry.
        shown: names the file in messages.

    Raises:
        BadRequest: it is not JSON, or what stands at ``keys`` is of another kind.
    """
    node = parse(text, shown)
    _check(node, _OBJECT if keys or name is not None else _LIST, text, shown, "the file")
    missing = list(keys)
    while missing and (found := node.member(missing[0])):
        key = missing.pop(0)
        kind = _OBJECT if missing or name is not None else _LIST
        node = found.value
        _check(node, kind, text, shown, f"`{key}`")
    layout = _Layout(text, node)

    def entry(start: str, *, lines: bool) -> str:
        rendered = rendered_value(value, start, layout.unit, layout.end, lines=lines)
        told = rendered if name is None else f"{_quoted(name)}: {rendered}"
        for key in reversed(missing):
            is_list = name is None and key == missing[-1]
            opening, closing = _LIST if is_list else _OBJECT
            told = f"{_quoted(key)}: {opening} {told} {closing}"
        return told

    return layout.with_item(entry)


def path_to(node: Node, keys: Sequence[str]) -> list[tuple[Node, Item]] | None:
    """Each object on the way with the item taken in it; None where there is no such entry."""
    path = []
    for key in keys:
        item = node.member(key)
        if item is None:
            return None
        path.append((node, item))
        node = item.value
    return path


def with_value(text: str, node: Node, value: Any) -> str:  # noqa: ANN401 (a JSON value)
    """The text with another value in the place of ``node``."""
    layout = _Layout(text, node)
    lines = "\n" in text[node.start : node.end]
    told = rendered_value(
        value, layout.start_of_line(node.start), layout.unit, layout.end, lines=lines
    )
    return text[: node.start] + told + text[node.end :]


def without_entry(text: str, path: Sequence[tuple[Node, Item]]) -> str:
    """The text without the entry at the end of ``path``: objects or lists with the item taken."""
    node, item = path[-1]
    before, after = text[node.start + 1 : item.start], text[item.value.end : node.end - 1]
    if len(path) > 1 and len(node.items) == 1 and (before, after) == (" ", " "):
        return without_entry(text, path[:-1])
    place = node.items.index(item)
    start = len(text[: item.start].rstrip(BLANKS))
    if item.comma is not None:
        return text[:start] + text[item.comma + 1 :]
    if place == 0:
        return text[:start] + text[item.value.end :]
    comma = node.items[place - 1].comma
    assert comma is not None
    return text[:comma] + text[comma + 1 : start] + text[item.value.end :]


def rendered_value(
    value: Any,  # noqa: ANN401 (a JSON value)
    start: str,
    unit: str,
    end: str,
    *,
    lines: bool,
) -> str:
    """JSON of a value; with ``lines``, an object has a line for each member."""
    if not lines or not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return json.dumps(value, ensure_ascii=False)
    inner = start + unit
    opening, closing = _OBJECT if isinstance(value, dict) else _LIST
    parts = (
        [
            f"{_quoted(key)}: {rendered_value(each, inner, unit, end, lines=True)}"
            for key, each in value.items()
        ]
        if isinstance(value, dict)
        else [rendered_value(each, inner, unit, end, lines=True) for each in value]
    )
    body = f",{end}{inner}".join(parts)
    return f"{opening}{end}{inner}{body}{end}{start}{closing}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _check(node: Node, kind: tuple[str, str], text: str, shown: str, what: str) -> None:
    if text[node.start] != kind[0]:
        wanted = "an object" if kind == _OBJECT else "a list"
        raise BadRequest(
            f"{shown}:{line_of(text, node.start)}: {what} is not {wanted}, so nothing can be added"
            " to it. Mend it and run again; nothing was written."
        )


class _Layout:
    """How a text is laid out around one of its objects or lists."""

    def __init__(self, text: str, node: Node) -> None:
        self._text = text
        self._node = node
        self.end = "\r\n" if "\r\n" in text else "\n"
        self.unit = self._unit()

    def _unit(self) -> str:
        root = parse(self._text, "")
        if root.items and self._leads_its_line(root.items[0].start):
            return self.start_of_line(root.items[0].start) or "  "
        return "  "

    def start_of_line(self, at: int) -> str:
        """The blanks that the line begins with."""
        line = self._text[self._text.rfind("\n", 0, at) + 1 :]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _leads_its_line(self, at: int) -> bool:
        before = self._text[:at].rstrip(" \t")
        return before.endswith(("\n", "\r"))

    def with_item(self, entry: Callable[..., str]) -> str:
        """The text with an item more; ``entry`` tells it, given where its line starts."""
        text, node = self._text, self._node
        last = node.items[-1] if node.items else None
        close = node.end - 1
        body = len(text[:close].rstrip(BLANKS))
        lines = _breaks(text[body:close])
        start = self._start(last)
        told = entry(start, lines=lines)
        if lines:
            told = self.end + start + told
        elif last is not None:
            told = " " + told
        if last is None:
            return text[:body] + told + text[body:]
        if last.comma is not None:
            return text[:body] + told + "," + text[body:]
        value_end = last.value.end
        return text[:value_end] + "," + text[value_end:body] + told + text[body:]

    def _start(self, last: Item | None) -> str:
        if last is not None and self._leads_its_line(last.start):
            return self.start_of_line(last.start)
        return self.start_of_line(self._node.start) + self.unit


def _breaks(blanks: str) -> bool:
    return "\n" in blanks or "\r" in blanks
