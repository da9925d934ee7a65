"""Statements and their citations in an answer that is free text or Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.capabilities.evidence.checking import Statement
from backstay.capabilities.evidence.citations import citations_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIST_ITEM = re.compile(r"\s{0,12}(?:[-*+]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_RULE = re.compile(r"[\s|:=*_-]*\Z")
# A full stop inside a code span, a number or an abbreviation ends no sentence.
_SENTENCE_END = re.compile(r"(?<=[.!?])(?:[)\]\"'*_]*)\s+(?=[\"'(\[`*_]*[A-Z0-9\u00c0-\u024f`\[])")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|approx|ca|vs|cf|no|fig)|\b[A-Z])\.\Z")


class Prose(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says.

    Attributes:
        statements: each sentence that says something, with what it or its paragraph cites.
        code_blocks: how many blocks of code stand in it, of which nothing is checked.
    """

    statements: tuple[Statement, ...]
    code_blocks: int


def read_prose(text: str, is_practice: Callable[[str], bool]) -> Prose:
    """The statements of an answer.

    A sentence without a citation of its own rests on those of its paragraph or list item.

    Args:
        text: free text or Markdown.
        is_practice: whether a name with dashes is that of a practice, and so cites it.
    """
    blocks, code_blocks = _blocks(text)
    statements = []
    for block in blocks:
        shared = citations_in(block, is_practice)
        if block.startswith("#") and not shared and not re.search(r"\d", block):
            continue
        for sentence in _sentences(block.lstrip("# ")):
            own = citations_in(sentence, is_practice)
            statements.append(Statement(text=sentence, cites=own or shared))
    return Prose(statements=tuple(statements), code_blocks=code_blocks)


def _blocks(text: str) -> tuple[list[str], int]:
    """Paragraphs, list items and rows of tables, without code; and how much code there was."""
    blocks: list[list[str]] = [[]]
    fence, code_blocks = "", 0
    for line in text.splitlines():
        found = _FENCE.match(line)
        if fence:
            closes = found and found[1].startswith(fence) and not line.strip(" `~")
            fence = "" if closes else fence
        elif found:
            fence, code_blocks = found[1], code_blocks + 1
            blocks.append([])
        elif not line.strip() or _RULE.match(line):
            if "|" in line and len(blocks[-1]) == 1:  # the row above names the columns
                blocks.pop()
            blocks.append([])
        elif _LIST_ITEM.match(line) or _HEADING.match(line) or line.lstrip().startswith("|"):
            blocks.append([_LIST_ITEM.sub("", line, count=1)])
        else:
            blocks[-1].append(line.lstrip(" >"))
        if _HEADING.match(line) and not fence:
            blocks.append([])
    joined = (" ".join(lines).strip(" \t|") for lines in blocks)
    return [block for block in joined if block.strip("#")], code_blocks


def _sentences(block: str) -> Iterator[str]:
    start = counted = ticks = 0
    for end in _SENTENCE_END.finditer(block):
        ticks += block.count("`", counted, end.start())
        counted = end.start()
        if ticks % 2 or _ABBREVIATED.search(block[max(start, counted - 8) : counted]):
            continue
        yield from _said(block[start:counted])
        start = end.end()
    yield from _said(block[start:])


def _said(sentence: str) -> Iterator[str]:
    sentence = sentence.strip()
    if re.search(r"\w{2}|\d", sentence):
        yield sentence
