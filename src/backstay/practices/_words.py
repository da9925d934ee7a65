"""Names taken apart into words, and what words say."""

from __future__ import annotations

import re
from functools import cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_STYLES = {
    "snake_case": re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+\Z"),
    "kebab-case": re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z"),
    "camelCase": re.compile(r"[a-z]+[a-z0-9]*(?:[A-Z]+[a-z0-9]*)+\Z"),
    "PascalCase": re.compile(r"(?:[A-Z]+[a-z0-9]+){2,}[A-Z]*\Z"),
}


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: "pageSize", "page_size", "page-size" are all two."""
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def style_of(name: str) -> str | None:
    """In which style a name of several words is written; None for one word and for mixtures."""
    return next((style for style, pattern in _STYLES.items() if pattern.match(name)), None)


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 operation", "3 operations"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def share(count: int, total: int, noun: str) -> str:
    """A part of a whole, ready for a verb in the singular or plural: "1 of 3 arrays has"."""
    return f"{count:,} of {counted(total, noun)} {'has' if count == 1 else 'have'}"


def listed(names: list[str], most: int = 4) -> str:
    """Names in a sentence, at most so many of them."""
    shown = names[:most]
    if len(names) > most:
        return ", ".join(shown) + f" and {len(names) - most} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"
