"""What `.gitignore` files leave out, as git itself decides it (gitignore(5), and wildmatch.c).

Our own, because the permissively licensed packages (gitignore-parser, gitignorefile) differed from
git in two of five random cases; `tests/readers/test_ignore.py` compares this one with git.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "digit": "0-9", "lower": "a-z",
    "space": "\\s", "upper": "A-Z", "xdigit": "0-9A-Fa-f", "punct": "!-/:-@\\[-`{-~",
    "cntrl": "\\x00-\\x1f\\x7f", "print": "\\x20-\\x7e", "graph": "\\x21-\\x7e",
}  # fmt: skip


class IgnoreRules:
    """The rules of one ignore file: its patterns are relative to the folder it is in."""

    def __init__(self, lines: Iterable[str]) -> None:
        # The last rule that matches decides, so the last comes first in one big alternative.
        rules = [rule for line in lines if (rule := _rule(line))][::-1]
        self._negative = [negative for negative, _ in rules]
        self._match = re.compile("|".join(f"({text})" for _, text in rules), re.DOTALL).match

    def __bool__(self) -> bool:
        return bool(self._negative)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether `path`, relative to the rules' folder, is ignored; None where no rule speaks."""
        name = path.rpartition("/")[2]
        found = self._match(f"{name}\0{path}\0{'folder' if is_folder else ''}")
        if found is None or found.lastindex is None:
            return None
        return not self._negative[found.lastindex - 1]


def _rule(line: str) -> tuple[bool, str] | None:
    """(negative, regular expression over 'name NUL path NUL kind') of one line, or None."""
    pattern = _without_trailing_spaces(line.rstrip("\n").removesuffix("\r"))
    if not pattern or pattern.startswith("#"):
        return None
    negative = pattern.startswith("!")
    pattern = pattern[negative:]
    folder_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    translated = _translate(pattern.removeprefix("/"))
    if not pattern or translated is None:
        return None
    kind = "folder" if folder_only else ""
    if "/" in pattern:
        return negative, rf"[^\0]*\0{translated}\0{kind}"
    return negative, rf"{translated}\0[^\0]*\0{kind}"


def _without_trailing_spaces(line: str) -> str:
    kept = line.rstrip(" ")
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 and len(kept) < len(line) else kept


def _translate(pattern: str) -> str | None:
    """A regular expression for a pattern; None where git lets the pattern match nothing."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            text, at = _stars(pattern, at)
        elif character == "[":
            text, at = _bracket(pattern, at)
        elif character == "\\":
            text, at = re.escape(pattern[at + 1 : at + 2]), at + 2
        else:
            text, at = ("[^/\\0]" if character == "?" else re.escape(character)), at + 1
        if not text:
            return None
        parts.append(text)
    return "".join(parts)


def _stars(pattern: str, start: int) -> tuple[str, int]:
    """`*` stays inside one name; `**` between slashes crosses them."""
    end = start
    while pattern[end : end + 1] == "*":
        end += 1
    opens = start == 0 or pattern[start - 1] == "/"
    if end - start > 1 and opens and pattern[end : end + 1] == "/":
        return "(?:[^\\0]*/)?", end + 1
    if end - start > 1 and opens and end == len(pattern):
        return "[^\\0]*", end
    return "[^/\\0]*", end


def _bracket(pattern: str, start: int) -> tuple[str, int]:
    """A set of characters; ('', end) where it is not closed, which matches nothing."""
    at = start + 1
    negative = pattern[at : at + 1] in ("!", "^")
    at += negative
    items: list[str] = []
    first = True
    while first or pattern[at : at + 1] != "]":
        first = False
        named = re.compile(r"\[:(\w*):\]").match(pattern, at)
        if named and named[1] in _POSIX_CLASSES:
            items.append(_POSIX_CLASSES[named[1]])
            at = named.end()
            continue
        low, at = _member(pattern, at)
        high = low
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("]", ""):
            high, at = _member(pattern, at + 1)
        if not low or not high:
            return "", len(pattern)
        # Of a range that runs backwards, git still matches the first character.
        items.append(f"{re.escape(low)}-{re.escape(high)}" if low < high else re.escape(low))
    return _set_of(items, negative=negative), at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at : at + 1] == "\\":
        at += 1
    return pattern[at : at + 1], at + 1


def _set_of(items: list[str], *, negative: bool) -> str:
    if negative:
        return f"[^/\\0{''.join(items)}]"
    return f"(?![/\\0])[{''.join(items)}]" if items else "(?!)"
