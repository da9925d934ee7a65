"""Ids as they stand in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEX = r"[0-9a-fA-F]{12}"  # in capitals it is no id, and that has to be told
_ALONE = re.compile(rf"(?<![0-9A-Za-z_/-]){_HEX}(?![0-9A-Za-z_/-])")
_SPAN = re.compile(r"`+([^`\n]{1,200})`+|\[([^\[\]\n]{1,200})\]|\(([^()\n]{1,200})\)")
_NAMED = re.compile(
    r"\b(?:finding|receipt|fact|proof|id|practice|decision)s?\s*[:#]?\s*[`\[(]*([0-9a-z][0-9a-z:-]+)",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"(?<![\w:/-])(?:decision|summary):[a-z0-9-]{1,60}(?![\w:/-])")
_DASHED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+\Z")


def citations_in(text: str, is_practice: Callable[[str], bool]) -> tuple[str, ...]:
    """The ids that a text cites: in backticks or brackets, alone, or after "finding" and such."""
    alone = (*_ALONE.finditer(text), *_PREFIXED.finditer(text))
    found = dict.fromkeys(match[0] for match in alone)
    for span in _SPAN.finditer(text):
        for word in re.split(r"[\s,;`\[\]()]+", next(filter(None, span.groups()))):
            if _DASHED.match(word) and is_practice(word):
                found[word] = None
    for named in _NAMED.finditer(text):
        if _looks_like_an_id(named[0].lower(), named[1]):
            found[named[1]] = None
    return tuple(found)


def _looks_like_an_id(said: str, word: str) -> bool:
    if said.startswith("practice"):
        return bool(_DASHED.match(word))
    digits = sum(character.isdigit() for character in word)
    return bool(re.match(r"[0-9a-f]{7,40}\Z", word)) and digits > 0


def without_citations(text: str, cites: Iterable[str]) -> str:
    """A text without the ids that it cites: their digits are no numbers."""
    for cited in sorted(cites, key=len, reverse=True):
        text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(cited)}(?![0-9A-Za-z])", " ", text)
    return text
