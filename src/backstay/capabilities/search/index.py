"""How strongly each word and pair of words stands for each entry (BM25 over weighted fields)."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING

from backstay.capabilities.search.entries import SUMMARY, all_entries
from backstay.capabilities.search.words import clauses_of, stem, stop_words

if TYPE_CHECKING:
    from backstay.capabilities.search.entries import Entry

_FLATTENING = 0.5  # how much a word in a long text counts less than one in a short text
_SATURATION = 1.2  # the weighted count at which a word is half as strong as it can be

Strengths = dict[int, float]
_Fields = list[tuple[float, list[list[str]]]]
_Field = tuple[str, float]


class Index:
    """The words of all entries.

    Attributes:
        entries: what is searched.
        strengths: for each stem, how strongly (0 to 1) it stands for which entries, by number.
        spellings: all words as they are written.
        pairs: the same for two stems side by side, in names, summaries and symptoms only.
    """

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self.strengths: dict[str, Strengths] = {}
        self.pairs: dict[tuple[str, str], Strengths] = {}
        self.spellings: set[str] = set()
        words: dict[str, Strengths] = defaultdict(lambda: defaultdict(float))
        pairs: dict[tuple[str, str], Strengths] = defaultdict(lambda: defaultdict(float))
        parsed = [[(w, clauses_of(text)) for w, text in entry.fields] for entry in entries]
        usual = _usual_lengths(entries, parsed)
        for number, fields in enumerate(parsed):
            for weight, clauses in fields:
                length = sum(map(len, clauses)) / usual[entries[number].kind, weight]
                share = weight / (1 - _FLATTENING + _FLATTENING * length)
                for spelt in clauses:
                    self.spellings.update(spelt)
                    clause = [stem(word) for word in spelt]
                    for word in clause:
                        words[word][number] += share
                    if weight >= SUMMARY:
                        for pair in itertools.pairwise(clause):
                            pairs[pair][number] += share
        for word in stop_words():
            words.pop(word, None)
        self.strengths = {word: _saturated(counts) for word, counts in words.items()}
        self.pairs = {pair: _saturated(counts) for pair, counts in pairs.items()}

    def rarity(self, word: str) -> float:
        """How much it says that a word stands in an entry; the most for a word in none."""
        weight = sum(self.strengths.get(word, {}).values())
        return math.log(1 + len(self.entries) / (0.5 + weight))


def _usual_lengths(entries: tuple[Entry, ...], parsed: list[_Fields]) -> dict[_Field, float]:
    lengths: dict[_Field, list[int]] = defaultdict(list)
    for entry, fields in zip(entries, parsed, strict=True):
        for weight, clauses in fields:
            lengths[entry.kind, weight].append(sum(map(len, clauses)))
    return {field: max(1.0, sum(each) / len(each)) for field, each in lengths.items()}


def _saturated(counts: Strengths) -> Strengths:
    return {number: count / (count + _SATURATION) for number, count in counts.items()}


def whole_index() -> Index:
    """The index over the whole catalogue."""
    return Index(all_entries())
