"""Splits a script into statements, also where it is not valid SQL, so that the rest is kept.

It knows quotes, dollar quotes, nested comments, bodies between BEGIN ATOMIC and END, rules with
several actions, what psql adds (meta commands, and data after COPY ... FROM stdin), and nothing
else of SQL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

# Runs of other bytes are skipped by the engine of regular expressions; quotes come whole.
_TOKEN = re.compile(
    rb"--[^\r\n]*"
    rb"|/\*"
    rb"|(?<![A-Za-z0-9_$\x80-\xff])[eE]'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
    rb"|'[^']*'"
    rb'|"[^"]*"'
    rb"|(?<![A-Za-z0-9_$\x80-\xff])\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$"
    rb"|[;\\'\"]",
    re.DOTALL,
)
_TOKEN_OR_PAREN = re.compile(_TOKEN.pattern[:-1] + rb"()]", re.DOTALL)
_GAP = re.compile(rb"(?:[\s;]|--[^\r\n]*)*+")
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_LINE_END = re.compile(rb"\r\n?|\n|\Z")
_STATEMENT_END = re.compile(rb";[ \t]*(?:--[^\r\n]*)?(?=\r|\n|\Z)")
_COPY_FROM_STDIN = re.compile(rb"\s*copy\b[^;]*?\bfrom\s+(?:stdin|stdout)\b", re.IGNORECASE)
_COPY_END = re.compile(rb"^\\\.[ \t]*\r?$", re.MULTILINE)
_RULE = re.compile(rb"create\s+(?:or\s+replace\s+)?rule\b", re.IGNORECASE)
_ATOMIC = re.compile(rb"create\s+(?:or\s+replace\s+)?(?:function|procedure)\b", re.IGNORECASE)
_BODY_WORD = re.compile(rb"\b(?:(begin\s+atomic|case)|(end))\b", re.IGNORECASE)

# Each opening quote without an end costs a look through the rest of the file.
_MOST_UNFINISHED = 50


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One statement: bytes ``start`` to ``end`` of the script, without its semicolon.

    Attributes:
        fault: why it cannot be a statement ("unterminated quoted string"), where that is so.
    """

    start: int
    end: int
    fault: str | None = None


def split(script: bytes, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """The statements of a script, or of a part of one, in order."""
    return _Splitter(script, start, len(script) if end is None else end).pieces()


class _Splitter:
    def __init__(self, script: bytes, start: int, end: int) -> None:
        self.script = script
        self.end = end
        self.at = start  # where the search goes on
        self.first = start  # where the statement begins
        self.tokens = _TOKEN
        self.depth = 0
        self.blocks = 0  # bodies that wait for their END
        self.counted = start  # up to where these are counted
        self.unfinished = 0

    def pieces(self) -> Iterator[Piece]:
        self._begin(self.at)
        while token := self.tokens.search(self.script, self.at, self.end):
            self.at = token.end()
            text = token[0]
            if text == b";":
                if self._ends_statement(token.start()):
                    yield from self._finish(token.start(), token.end())
            elif text in {b"(", b")"}:
                self.depth += 1 if text == b"(" else -1
            elif text == b"\\":
                yield from self._meta_command(token.start())
            elif text == b"/*" or text in (b"'", b'"') or text[:1] == b"$":
                yield from self._skip(text, token.start())
        yield from self._finish(self.end, self.end)

    def _begin(self, at: int) -> None:
        """Start a statement at the first byte that is neither space nor comment."""
        self.depth = 0
        self.tokens = _TOKEN
        while True:
            at = _GAP.match(self.script, at, self.end).end()  # type: ignore[union-attr]  # matches ""
            if self.script[at : at + 2] != b"/*":
                break
            after = _after_comment(self.script, at, self.end)
            if after is None:
                break
            at = after
        self.first = self.counted = at
        self.blocks = 0
        self.at = max(self.at, at)
        if self.script[at : at + 6].lower() == b"create" and _RULE.match(self.script, at, self.end):
            self.tokens = _TOKEN_OR_PAREN

    def _finish(self, end: int, after: int, fault: str | None = None) -> Iterator[Piece]:
        text = self.script[self.first : end].rstrip()
        if text:
            yield Piece(start=self.first, end=self.first + len(text), fault=fault)
        self.at = after
        if fault is None and text[:4].lower() == b"copy" and _COPY_FROM_STDIN.match(text):
            self._skip_data()
        self._begin(self.at)

    def _skip_data(self) -> None:
        r"""Pass over the lines that psql would send as data, up to a line with only ``\.``."""
        last = _COPY_END.search(self.script, self.at, self.end)
        self.at = last.end() if last else self.end

    def _ends_statement(self, at: int) -> bool:
        if self.script[self.first : self.first + 6].lower() != b"create":
            return True
        head = self.script[self.first : self.first + 100]
        if self.depth > 0:
            return False
        if not _ATOMIC.match(head):
            return True
        self.blocks += _opened_blocks(self.script[self.counted : at], within=self.blocks > 0)
        self.counted = at
        return self.blocks <= 0

    def _meta_command(self, at: int) -> Iterator[Piece]:
        r"""Backslash commands go to the end of the line; ``\g`` and its kin end a statement."""
        line_end = _LINE_END.search(self.script, at, self.end)
        after = line_end.end() if line_end else self.end
        if at <= self.first:
            self.at = after
            self._begin(after)
        else:
            yield from self._finish(at, after)

    def _skip(self, opening: bytes, at: int) -> Iterator[Piece]:
        if opening == b"/*":
            after = _after_comment(self.script, at, self.end)
            what = "comment"
        elif opening[:1] == b"$":
            found = self.script.find(opening, self.at, self.end)
            after = found + len(opening) if found >= 0 else None
            what = "dollar-quoted string"
        else:
            after = None
            what = "quoted string" if opening == b"'" else "quoted identifier"
        if after is not None:
            self.at = after
            return
        self.unfinished += 1
        ending = _STATEMENT_END.search(self.script, self.at, self.end)
        if ending is None or self.unfinished > _MOST_UNFINISHED:
            yield from self._finish(self.end, self.end, f"unterminated {what}")
        else:
            yield from self._finish(ending.start(), ending.end(), f"unterminated {what}")


def _after_comment(script: bytes, at: int, end: int) -> int | None:
    """The place after the (nested) comment that opens at ``at``, or None if it has no end."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(script, at, end):
        depth += 1 if edge[0] == b"/*" else -1
        if depth == 0:
            return edge.end()
    return None


def _opened_blocks(text: bytes, *, within: bool) -> int:
    """How many more BEGIN ATOMIC and CASE than END a stretch of a function's text has."""
    if not within and b"atomic" not in text.lower():
        return 0
    plain = without_quotes(text)
    return sum(1 if word[1] else -1 for word in _BODY_WORD.finditer(plain))


def without_quotes(text: bytes) -> bytes:
    """The text with each string, quoted name and comment as one space, ``$$`` for dollar quotes."""
    kept = []
    at = unfinished = 0
    while token := _TOKEN.search(text, at):
        kept.append(text[at : token.start()])
        mark, at = token[0], token.end()
        if mark == b"/*":
            after = _after_comment(text, token.start(), len(text))
        elif mark[:1] == b"$":
            found = text.find(mark, at)
            after = found + len(mark) if found >= 0 else None
            kept.append(b"$$")
        else:
            kept.append(mark if len(mark) == 1 else b" ")
            continue
        if after is None:
            unfinished += 1
            if unfinished > _MOST_UNFINISHED:
                return b"".join(kept)
        else:
            at = after
    kept.append(text[at:])
    return b"".join(kept)
