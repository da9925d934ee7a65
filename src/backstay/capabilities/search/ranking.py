"""Which entries answer a question, best first, and whether any does.

The question is taken apart into concepts: a phrase of the thesaurus, or a word. An entry's score is
the share of the question's weight (rare words weigh most) that the entry is about, from 0 to 1, so
that one threshold serves short and long questions. Words that nobody here knows count against all.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import msgspec

from backstay.capabilities.search.entries import Entry
from backstay.capabilities.search.spelling import halves, meant
from backstay.capabilities.search.thesaurus import LONGEST, Phrase, foreign, spellings, thesaurus
from backstay.capabilities.search.words import faint_words, stem, stop_words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.capabilities.search.index import Index, Strengths

THRESHOLD = 0.3  # refuses most of what nothing answers and hardly anything else: docs/ask.md
_FAINT = 0.4  # what a word that says little counts
_FAINTEST = 0.05  # the same of a word that says little and is not found, of the rarest
_UNKNOWN = 0.6  # what a word that nobody here knows counts, of the rarest
_FOREIGN = 1.5  # the same of a word that names somebody else's subject
_MOST = 60  # concepts of a question that are looked at
_SPELLING = 0.85  # how surely a misspelt word is what it looks like
_PAIR = 0.4  # what two words side by side add, of what they count themselves
_REST = 0.7  # what the words of a phrase count besides its rarest
_SCATTERED = 0.7  # a phrase whose words stand apart

_FINDING_ID = re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12}\b")
# What is written in code, and what one calls it.
_SPOKEN = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), " "),  # colours, in messages copied from a terminal
    (_FINDING_ID, " this finding "),
    (re.compile(r"/(get|create|update|delete|add|remove|fetch|find|do)(?=[A-Z_-])"), r"/verb \1 "),
    (re.compile(r"[?&](\w+)=\d*"), r" \1 parameter "),
    (re.compile(r"(?<![\w./:$}])/(?=[a-zA-Z{])([\w/{}.-]*)"), r" \1 path "),
    (re.compile(r"\b([a-z][\w.-]*):(latest|\d[\w.-]*)\b"), r" \1 image tag \2 "),
    (re.compile(r"\b([A-Za-z_]+)1\b(?=.*\b\1[2-9]\b)"), r" \1 numbered columns "),
)
_CHOOSING = re.compile(
    r"\b(?:or|vs|versus|which|choose|choosing|pick|better|worth|compare|compared|alternative"
    r"|alternatives|overkill|when to|should (?:we|i|it|one)|do (?:we|i) (?:really )?need)\b"
)
_TOOL = re.compile(
    r"\b(?:backstay|findings?|baseline|this (?:tool|warning|report|rule|check)|warnings?|rules?"
    r"|ci|pipeline|pre-?commit|pull request|claude|cursor|codex|copilot|vs ?code"
    r"|(?:did|does|do|can) (?:it|you) (?:find|see|read|check|detect|report|cover))\b"
)


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """A word or phrase of the question: what it counts, and what stands for it how surely."""

    weight: float
    forms: tuple[tuple[Phrase, float], ...]


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """An entry and how much of the question it is about, from 0 to 1."""

    entry: Entry
    score: float


def ranked(question: str, index: Index) -> tuple[Ranked, ...]:
    """All entries that share something with the question, best first."""
    text = _spoken(question)
    words = words_of(text)
    stems = [stem(word) for word in words]
    concepts = tuple(_concepts(words, stems, index))
    whole = sum(each.weight for each in concepts)
    scores: Strengths = {}
    for concept in concepts:
        for number, strength in _strengths(concept, index).items():
            scores[number] = scores.get(number, 0.0) + concept.weight * strength
    for number, bonus in _neighbours(stems, index):
        if number in scores:
            scores[number] += bonus
    leanings = _leanings(text.lower())
    for number in scores:
        scores[number] *= leanings[index.entries[number].kind] / whole
    best = sorted(scores, key=lambda number: (-scores[number], number))
    return tuple(
        Ranked(entry=index.entries[number], score=round(min(1.0, scores[number]), 4))
        for number in best
    )


def _spoken(question: str) -> str:
    for written, spoken in _SPOKEN:
        question = written.sub(spoken, question)
    return question


def _spans(stems: list[str]) -> Iterator[tuple[int, Phrase]]:
    """The question cut into phrases of the thesaurus and single words, with where each begins."""
    start = 0
    while start < len(stems):
        phrase = _longest_phrase(stems[start : start + LONGEST])
        yield start, phrase
        start += len(phrase)


def _concepts(words: list[str], stems: list[str], index: Index) -> Iterator[Concept]:
    """The question's concepts, each once."""
    seen: set[Phrase] = set()
    for start, phrase in _spans(stems):
        if phrase in seen or (len(phrase) == 1 and phrase[0] in stop_words()):
            continue
        if len(seen) == _MOST:
            return
        seen.add(phrase)
        if phrase in foreign() and phrase not in thesaurus():
            yield Concept(weight=_FOREIGN * index.rarity(""), forms=())
        elif len(phrase) > 1:
            yield _phrase(phrase, index)
        else:
            yield _known_word(phrase[0], index) or _unknown_word(words[start], index)


def _longest_phrase(stems: list[str]) -> Phrase:
    for length in range(len(stems), 1, -1):
        phrase = tuple(stems[:length])
        if phrase in thesaurus() or phrase in foreign():
            return phrase
    return (stems[0],)


def _phrase(phrase: Phrase, index: Index) -> Concept:
    content = [word for word in phrase if word not in stop_words()]
    others = thesaurus()[phrase]
    singles = tuple(((word,), 1 / (len(content) + 1)) for word in content)
    weights = sorted((_weight(word, index) for word in content), reverse=True) or [1.0]
    weight = weights[0] + _REST * sum(weights[1:])
    return Concept(weight=weight, forms=((phrase, 1.0), *others.items(), *singles))


def _known_word(word: str, index: Index) -> Concept | None:
    others = thesaurus().get((word,), {})
    if word not in index.strengths and not others:
        return None
    return Concept(
        weight=_weight(word, index, tuple(others)), forms=(((word,), 1.0), *others.items())
    )


def _unknown_word(word: str, index: Index) -> Concept:
    """A number counts nothing; a word may be two, or misspelt, or of another subject."""
    if word[-1].isdecimal():
        return Concept(weight=0.0, forms=())
    if stem(word) in faint_words():
        return Concept(weight=_FAINTEST * index.rarity(""), forms=())
    two = halves(word, index.strengths)
    if two is not None:
        return Concept(weight=sum(_weight(each, index) for each in two) / 2, forms=((two, 1.0),))
    likely = [stem(each) for each in meant(word, index.spellings | spellings())]
    known = [each for each in map(_known_word, likely, [index] * len(likely)) if each]
    if not known:
        return Concept(weight=_UNKNOWN * index.rarity(""), forms=())
    return Concept(
        weight=min(each.weight for each in known),
        forms=tuple((form, _SPELLING * surety) for each in known for form, surety in each.forms),
    )


def _weight(word: str, index: Index, others: tuple[Phrase, ...] = ()) -> float:
    rarity = index.rarity(word)
    if word not in index.strengths and others:
        rarity = min(max(index.rarity(each) for each in other) for other in others)
    peak = max(index.strengths.get(word, {}).values(), default=1.0)
    return rarity * (0.4 + 0.6 * peak) * (_FAINT if word in faint_words() else 1.0)


def _strengths(concept: Concept, index: Index) -> Strengths:
    """How strongly each entry is about a concept: by the form that fits it best."""
    best: Strengths = {}
    for form, surety in concept.forms:
        for number, strength in _of_form(form, index).items():
            best[number] = max(best.get(number, 0.0), strength * surety)
    return best


def _of_form(form: Phrase, index: Index) -> Strengths:
    if len(form) == 1:
        return index.strengths.get(form[0], {})
    pairs = [index.pairs.get(pair, {}) for pair in itertools.pairwise(form)]
    beside = _in_all(pairs)
    content = [word for word in form if word not in stop_words()]
    if len(content) < len(form):
        return beside
    apart = _in_all([index.strengths.get(word, {}) for word in content])
    return {
        number: max(beside.get(number, 0.0), strength * _SCATTERED)
        for number, strength in apart.items()
    }


def _in_all(parts: list[Strengths]) -> Strengths:
    first, *rest = parts
    return {
        number: min(strength, *(part[number] for part in rest)) if rest else strength
        for number, strength in first.items()
        if all(number in part for part in rest)
    }


def _neighbours(stems: list[str], index: Index) -> Iterator[tuple[int, float]]:
    """What words that stand side by side in the question and in an entry add to it."""
    for pair in itertools.pairwise(stems):
        telling = [word for word in pair if word not in stop_words()]
        worth = _PAIR * sum(_weight(word, index) for word in telling)
        if worth:
            for number, strength in index.pairs.get(pair, {}).items():
                yield number, worth * strength


def _leanings(text: str) -> dict[str, float]:
    """How much the form of a question speaks for each kind of answer."""
    choosing, tool = bool(_CHOOSING.search(text)), bool(_TOOL.search(text))
    return {
        "practice": 0.9 if tool else 1.0,
        "decision": 1.25 if choosing and not tool else 0.95,
        "command": 1.25 if tool else 0.85,
    }
