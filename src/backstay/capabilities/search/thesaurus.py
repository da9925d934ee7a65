"""What else a word or phrase of a question is called."""

from __future__ import annotations

from functools import cache

from backstay.capabilities.search.words import data_lines, stem, words_of

Phrase = tuple[str, ...]

SAME, FAINTER = 0.75, 0.5
LONGEST = 5  # words of a phrase


@cache
def thesaurus() -> dict[Phrase, dict[Phrase, float]]:
    """For each word or phrase, as stems: what else finds its subject, and how surely."""
    found: dict[Phrase, dict[Phrase, float]] = {}
    for line in data_lines("thesaurus.txt"):
        left, _, right = line.partition(">")
        names, wider = _phrases(left), _phrases(right)
        for name in names:
            others = found.setdefault(name, {})
            if not wider:
                others.update({each: SAME for each in names if each != name})
            for each in wider:
                others.setdefault(each, FAINTER)
    return found


@cache
def spellings() -> frozenset[str]:
    """All words of the thesaurus as they are written."""
    return frozenset(word for line in data_lines("thesaurus.txt") for word in words_of(line))


@cache
def foreign() -> frozenset[Phrase]:
    """Words and phrases that name subjects of others."""
    return frozenset(each for line in data_lines("elsewhere.txt") for each in _phrases(line))


def _phrases(text: str) -> list[Phrase]:
    phrases = (tuple(map(stem, words_of(each))) for each in text.split(","))
    return [each for each in phrases if each]
