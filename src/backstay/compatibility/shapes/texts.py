"""Texts of a branch: examples that satisfy lengths, patterns and formats together."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from backstay.compatibility.shapes import formats
from backstay.compatibility.shapes.languages import Unknown, matches, problem, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.parts import TextPart

MOST_TRIES = 60
_ODD = ("", "x", "not-a-value", " ", "0", "!", "2024-13-99", "\N{WHITE SMILING FACE}")


def text_values(part: TextPart) -> Iterator[str]:
    """Texts of a part, the shorter ones first. Patterns that cannot be read say nothing.

    Raises:
        Unknown: none was found, which proves nothing.
    """
    patterns = tuple(p for p in part.patterns if problem(p) is None)
    not_patterns = tuple(p for p in part.not_patterns if problem(p) is None)
    if len(not_patterns) < len(part.not_patterns):
        return  # what says nothing cannot be violated
    decidable = [name for name in part.formats if formats.is_decidable(name)]
    if any(formats.is_within(name, other) for name in part.formats for other in part.not_formats):
        return
    found = False
    seen = set()
    plain = part._replace(patterns=patterns, not_patterns=not_patterns)
    for text in _formatted(plain, decidable):
        found = True
        seen.add(text)
        yield text
    rejected = False
    shaped = (
        *patterns,
        *(formats.PATTERNS[name] for name in decidable if name in formats.PATTERNS),
    )
    try:
        for text in islice(texts(shaped, not_patterns, part.shortest, part.longest), MOST_TRIES):
            if text in seen:
                continue
            if all(formats.is_of(name, text) for name in decidable) and _avoids(plain, text):
                found = True
                yield text
            else:
                rejected = True
    except Unknown:
        if not found:
            raise
    if rejected and not found:
        raise Unknown("no text was found")


def _formatted(part: TextPart, decidable: list[str]) -> Iterator[str]:
    """Known texts of the formats, or odd ones that are of none, as far as the rest allows."""
    pool = [text for name in decidable for text in formats.samples(name)]
    if not decidable and part.not_formats:
        pool = [*_ODD]
    grown = [text + "a" * (part.shortest - len(text)) for text in pool if part.shortest < 20_000]
    for text in dict.fromkeys((*pool, *grown)):
        if (
            all(formats.is_of(name, text) for name in decidable)
            and all(matches(pattern, text) for pattern in part.patterns)
            and all(matches(pattern, text) is False for pattern in part.not_patterns)
            and part.shortest <= len(text)
            and (part.longest is None or len(text) <= part.longest)
            and _avoids(part, text)
        ):
            yield text


def fits_text(text: str, part: TextPart) -> bool:
    """Whether a text may be of a part, as far as it can be told."""
    return (
        part.shortest <= len(text)
        and (part.longest is None or len(text) <= part.longest)
        and all(formats.is_of(name, text) for name in part.formats)
        and all(matches(pattern, text) is not False for pattern in part.patterns)
        and not any(matches(pattern, text) for pattern in part.not_patterns)
        and _avoids(part, text)
    )


def _avoids(part: TextPart, text: str) -> bool:
    return not any(
        formats.is_of(name, text) or not formats.is_decidable(name) for name in part.not_formats
    )
