"""Text from the reviewed project made safe to show: it is data, and may be hostile.

A file name may hold escape sequences that rewrite a terminal, or marks that turn the direction of
writing so that a reader sees something else than the file says. Both are shown, not obeyed.
"""

from __future__ import annotations

import json
import re
import unicodedata

# Controls (C0 but for the tab, C1, DEL), direction marks, isolates, separators of lines, tags and
# lone surrogates.
_BEYOND_ASCII = (
    "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff"
)
_OBEYED = re.compile(f"[\x00-\x08\x0a-\x1f{_BEYOND_ASCII}]")
_OBEYED_IN_JSON = re.compile(f"[{_BEYOND_ASCII}]")  # JSON itself escapes the others
NO_BREAK = "\u00a0"  # keeps a number and its unit on one line
_BLANK = re.compile(r"[ \t\r\n\f\v]+")


def visible(text: str) -> str:
    """``text`` on one line, with what a terminal or browser would obey shown as its code."""
    return _OBEYED.sub(_code, _BLANK.sub(" ", text).strip())


def visible_lines(text: str) -> list[str]:
    """The lines of ``text`` with all their blanks and tabs, so that a patch still applies."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    return [_OBEYED.sub(_code, line) for line in lines]


def visible_json(text: str) -> str:
    """JSON of the same value, with what would be obeyed written as escapes of JSON."""
    return _OBEYED_IN_JSON.sub(lambda match: json.dumps(match.group())[1:-1], text)


def _code(match: re.Match[str]) -> str:
    return f"<U+{ord(match.group()):04X}>"


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def wrapped(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns; a longer word stays whole, to be copied."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        size = cells(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = word, size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    lines.append(line)
    return [each.replace(NO_BREAK, " ") for each in lines]
