"""Files whose imports are not at hand are read without them, so that the rest can be compared.

The import and the custom options, which usually are what it was for, are overwritten with spaces:
all else keeps its place. Where a type of the missing file is used, the compiler says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

_TOKEN = re.compile(
    rb"""
      (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<text> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<word> [A-Za-z0-9_.+-]+ )
    | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = (b"{", b"[", b"(", b"<"), (b"}", b"]", b")", b">")


class Token(NamedTuple):
    """A word, text or mark, and the bytes at which it stands."""

    kind: str
    content: bytes
    start: int
    end: int


def without_missing_imports(content: bytes, known: Container[str]) -> tuple[bytes, tuple[str, ...]]:
    """The content without imports of unknown files, and what these are."""
    tokens = list(_tokens(content))
    missing: list[str] = []
    spans: list[tuple[int, int]] = []
    for at, token in enumerate(tokens):
        if token.content == b"import" and _starts_statement(tokens, at):
            end = next((n for n in range(at, min(at + 4, len(tokens))) if _is(tokens[n], b";")), 0)
            name = tokens[end - 1].content[1:-1].decode("utf-8", "replace") if end else ""
            if end and tokens[end - 1].kind == "text" and name not in known:
                missing.append(name)
                spans.append((token.start, tokens[end].end))
    if not missing:
        return content, ()
    spans += _custom_options(tokens)
    changed = bytearray(content)
    for start, end in spans:
        changed[start:end] = re.sub(rb"[^\n]", b" ", content[start:end])
    return bytes(changed), tuple(missing)


def _tokens(content: bytes) -> Iterator[Token]:
    for found in _TOKEN.finditer(content):
        if found.lastgroup != "skip":
            yield Token(found.lastgroup or "", found.group(), found.start(), found.end())


def _is(token: Token, mark: bytes) -> bool:
    return token.kind == "mark" and token.content == mark


def _starts_statement(tokens: list[Token], at: int) -> bool:
    return at == 0 or any(_is(tokens[at - 1], mark) for mark in (b";", b"{", b"}"))


def _custom_options(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        custom = at + 1 < len(tokens) and _is(tokens[at + 1], b"(")
        if token.content == b"option" and custom and _starts_statement(tokens, at):
            end = _end_of(tokens, at, (b";",))
            yield token.start, tokens[min(end, len(tokens) - 1)].end
            at = end
        elif _is(token, b"["):
            end = _end_of(tokens, at + 1, (b"]",))
            yield from _custom_entries(tokens, at, end)
            at = end
        at += 1


def _end_of(tokens: list[Token], at: int, marks: tuple[bytes, ...]) -> int:
    """The first of these marks outside all brackets that open from here on."""
    depth = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "mark":
            if depth == 0 and token.content in marks:
                return at
            if token.content in _OPENING:
                depth += 1
            elif token.content in _CLOSING:
                depth -= 1
        at += 1
    return at


def _custom_entries(tokens: list[Token], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Entries of a list of options, with the commas that go with them; the list where all go."""
    if end >= len(tokens):
        return
    entries: list[tuple[int, int]] = []
    at = begin + 1
    while at < end:
        comma = min(_end_of(tokens, at, (b",", b"]")), end)
        entries.append((at, comma))
        at = comma + 1
    kept = [n for n, (first, _) in enumerate(entries) if not _is(tokens[first], b"(")]
    if not kept:
        yield tokens[begin].start, tokens[end].end
        return
    for number, (first, comma) in enumerate(entries):
        if number not in kept:
            to = comma if number < kept[-1] else comma - 1
            yield tokens[first].start, tokens[to].end
        elif number == kept[-1] and comma < end:
            yield tokens[comma].start, tokens[comma].end
        if number > kept[-1] and comma < end:
            yield tokens[comma].start, tokens[comma].end
