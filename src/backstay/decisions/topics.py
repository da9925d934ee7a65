"""Which decision people mean: by topic, by another name for it, or by their words."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from backstay.decisions.loading import model_of, topics
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[a-z0-9]+")
# Words that say nothing about which decision is meant.
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "be",
        "between",
        "choose",
        "decide",
        "decision",
        "do",
        "does",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "of",
        "on",
        "one",
        "or",
        "our",
        "should",
        "the",
        "to",
        "use",
        "versus",
        "vs",
        "we",
        "what",
        "when",
        "where",
        "which",
        "with",
    ]
)
_LONGEST = 300
# What a word counts for a topic: as part of a whole name that was said, of a name, or of its
# question.
_WHOLE, _NAMED, _MENTIONED = 3.0, 2.0, 1.0


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that there is a model for."""

    topic: str
    question: str
    aliases: tuple[str, ...]


@cache
def all_topics() -> tuple[Topic, ...]:
    """All decisions, by name."""
    return tuple(
        Topic(
            topic=name, question=model_of(name).entry.question, aliases=model_of(name).entry.aliases
        )
        for name in topics()
    )


def topic_named(words: Iterable[str]) -> str:
    """The topic that these words mean.

    Raises:
        BadRequest: none, or several equally well; the message names close ones.
    """
    text = " ".join(words).strip().lower()[:_LONGEST]
    slug = _slug(text)
    if slug in topics():
        return slug
    known = [each.topic for each in all_topics() if slug in map(_slug, each.aliases)]
    if len(known) == 1:
        return known[0]
    scores = _scores(_words(text))
    best = sorted(scores, key=lambda topic: (-scores[topic], topic))[:3]
    if best and (len(best) == 1 or scores[best[0]] > scores[best[1]]):
        return best[0]
    raise _unknown(text, slug, best)


def _slug(text: str) -> str:
    return "-".join(_WORD.findall(text.lower()))


def _unknown(text: str, slug: str, close: list[str]) -> BadRequest:
    close = close or difflib.get_close_matches(slug, topics(), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Topics: {', '.join(topics())}."
    return BadRequest(f"There is no decision {text[:80]!r}. {hint} See: backstay decide")


def _scores(wanted: set[str]) -> dict[str, float]:
    """How well each topic fits, for those that at least half of the words speak of."""
    found = {}
    for topic, (named, mentioned) in _vocabulary().items():
        in_name, beside = wanted & named, (wanted - named) & mentioned
        if 2 * len(in_name | beside) >= len(wanted) > 0 and in_name:
            said = set().union(*(name for name in _names(topic) if name <= wanted))
            found[topic] = (
                len(said) * _WHOLE + len(in_name - said) * _NAMED + len(beside) * _MENTIONED
            )
    return found


@cache
def _names(topic: str) -> tuple[frozenset[str], ...]:
    """The words of each name of a topic."""
    names = (topic, *model_of(topic).entry.aliases)
    return tuple(frozenset(words) for name in names if (words := _words(name)))


@cache
def _vocabulary() -> dict[str, tuple[set[str], set[str]]]:
    """By topic, the words of its names and options, and those of its question."""
    found = {}
    for name in topics():
        entry = model_of(name).entry
        named = [name, *entry.aliases, *entry.options]
        named += [option.title for option in entry.options.values()]
        found[name] = (_words(" ".join(named)), _words(entry.question))
    return found


def _words(text: str) -> set[str]:
    """The telling words of a text, plurals as singulars."""
    words = (word for word in _WORD.findall(text.lower()) if word not in _EMPTY)
    return {word.removesuffix("s") if len(word) > 3 else word for word in words}
