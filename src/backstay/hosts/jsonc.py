"""JSON as people keep it for their tools: with comments and trailing commas, and with positions.

Text is never put together anew from values, so that nothing of the file is lost: whoever edits
it needs to know where each value stands.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import msgspec

from backstay.model.errors import BadRequest

BLANKS = " \t\r\n"
MAX_DEPTH = 100

_TRIVIA = re.compile(r"(?:[ \t\r\n]|//[^\r\n]*+|/\*(?s:.*?)\*/)*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*+"')
_WORD = re.compile(r"[-+.\w]++")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A member of an object, or an element of an array.

    Attributes:
        start: where its key begins, or its value in an array.
        key: None in an array.
        comma: where the comma after it stands, if there is one.
    """

    start: int
    key: str | None
    value: Node
    comma: int | None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A value with its place: ``text[start:end]``."""

    start: int
    end: int
    data: Any
    items: tuple[Item, ...] = ()

    def member(self, key: str) -> Item | None:
        """The member of that name; the last one counts, as it does for those who read JSON."""
        return next((item for item in reversed(self.items) if item.key == key), None)


def parse(text: str, shown: str) -> Node:
    """Read a document; ``shown`` names it in messages.

    Raises:
        BadRequest: it is not JSON, comments and trailing commas aside; the message has the line.
    """
    reader = _Reader(text, shown)
    node, at = reader.value(reader.skip(0), 0)
    at = reader.skip(at)
    if at < len(text):
        reader.fail(at, "there is more after the end")
    return node


def line_of(text: str, offset: int) -> int:
    """The line, from 1, on which ``offset`` is."""
    return text.count("\n", 0, offset) + 1


class _Reader:
    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self._shown = shown

    def skip(self, at: int) -> int:
        found = _TRIVIA.match(self._text, at)
        return found.end() if found else at

    def fail(self, at: int, what: str) -> NoReturn:
        line = line_of(self._text, min(at, len(self._text)))
        raise BadRequest(
            f"{self._shown}:{line}: not valid JSON: {what}. Mend it and run again; nothing was"
            " written."
        )

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > MAX_DEPTH:
            self.fail(at, f"nested more than {MAX_DEPTH} deep")
        first = self._text[at : at + 1]
        if first and first in "{[":
            return self._container(at, depth, "}" if first == "{" else "]")
        end = self._scalar_end(at)
        return Node(start=at, end=end, data=self._decoded(at, end)), end

    def _scalar_end(self, at: int) -> int:
        found = _STRING.match(self._text, at) or _WORD.match(self._text, at)
        if found is None:
            seen = self._text[at : at + 1]
            self.fail(at, f"a value is missing before {seen!r}" if seen else "it ends too early")
        return found.end()

    def _decoded(self, at: int, end: int) -> Any:  # noqa: ANN401 (a JSON value)
        try:
            return json.loads(self._text[at:end], parse_constant=_refused)
        except (ValueError, RecursionError):
            self.fail(at, f"{self._text[at:end][:40]!r} is no value")

    def _container(self, start: int, depth: int, close: str) -> tuple[Node, int]:
        items: list[Item] = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != close:
            item, at = self._item(at, depth, keyed=close == "}")
            at = self.skip(at)
            if self._text[at : at + 1] == ",":
                item = msgspec.structs.replace(item, comma=at)
                at = self.skip(at + 1)
            elif self._text[at : at + 1] != close:
                self.fail(at, f"a comma or {close!r} is missing")
            items.append(item)
        data: Any = [item.value.data for item in items]
        if close == "}":
            data = {item.key: item.value.data for item in items}
        return Node(start=start, end=at + 1, data=data, items=tuple(items)), at + 1

    def _item(self, at: int, depth: int, *, keyed: bool) -> tuple[Item, int]:
        start, key = at, None
        if keyed:
            found = _STRING.match(self._text, at)
            if found is None:
                self.fail(at, "a name in double quotes is missing")
            key = self._decoded(at, found.end())
            at = self.skip(found.end())
            if self._text[at : at + 1] != ":":
                self.fail(at, f"a colon is missing after {key[:40]!r}")
            at = self.skip(at + 1)
        value, at = self.value(at, depth + 1)
        return Item(start=start, key=key, value=value, comma=None), at


def _refused(name: str) -> NoReturn:
    raise ValueError(name)
