"""Sets of texts: which text matches these patterns, none of those, and is so long?

Answered exactly, by walking the product of the patterns' automata breadth first, so that the
answer is a short text, or the proof that there is none. Bounded: past the limits it is unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from backstay.compatibility.shapes.automata import Automaton, Term, automata
from backstay.compatibility.shapes.expressions import LAST, Fault, Unsupported, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEPS = 6_000
LONGEST_TEXT = 20_000

_PREFERRED = [*map(ord, "aA0-_ b1.z/@é"), *range(33, 127)]


def problem(pattern: str) -> str | None:
    """Why a pattern is no regular expression of ECMA-262; None where it is one."""
    try:
        parse(pattern)
    except Fault as fault:
        return str(fault)
    except Unsupported:
        return None
    return None


def matches(pattern: str, text: str) -> bool | None:
    """Whether the pattern is found in the text; None where that cannot be told here."""
    try:
        return all(_matches(term.automaton, text) == term.positive for term in automata(pattern))
    except (Fault, Unsupported):
        return None


def _matches(automaton: Automaton, text: str) -> bool:
    states = automaton.initial
    for letter in text:
        if not states:
            return False
        states = automaton.step(states, ord(letter))
    return automaton.accepts_now(states, empty=not text)


class Unknown(Exception):  # noqa: N818 (an answer: it cannot be told)
    """A set of texts could not be decided: a pattern is not regular, or a limit was reached."""


def texts(
    patterns: tuple[str, ...],
    not_patterns: tuple[str, ...],
    shortest: int = 0,
    longest: int | None = None,
) -> Iterator[str]:
    """Texts that match all of these and none of those, shorter ones first; may never end.

    Raises:
        Unknown: it could not be told whether there are (more) such texts.
    """
    if longest is not None and shortest > longest:
        return
    if not patterns and not not_patterns:
        yield from _free_texts(shortest, longest)
        return
    if shortest > LONGEST_TEXT:
        raise Unknown("the text would be too long")
    try:
        choices = _alternatives(patterns, not_patterns)
    except (Fault, Unsupported) as error:
        raise Unknown(f"a pattern {error}") from error
    for terms in choices:
        found: set[str] = set()
        for visits in (1, 4):
            for text in _walk(terms, shortest, longest, visits):
                if text not in found:
                    found.add(text)
                    yield text
            if not found:
                break  # proven: there is none


def _free_texts(shortest: int, longest: int | None) -> Iterator[str]:
    if shortest > LONGEST_TEXT * 10:
        raise Unknown("the text would be too long")
    for letter in "a0 é~":
        yield letter * shortest
    for extra in (1, 2, 7):
        if longest is None or shortest + extra <= longest:
            yield "a" * (shortest + extra)
            yield ("x-" * (shortest + extra))[: shortest + extra]


def _alternatives(
    patterns: tuple[str, ...], not_patterns: tuple[str, ...]
) -> list[tuple[Term, ...]]:
    """Products of automata: a pattern of several terms fails if one of them does."""
    made: list[tuple[Term, ...]] = [tuple(t for p in patterns for t in automata(p))]
    for pattern in not_patterns:
        flipped = [Term(term.automaton, not term.positive) for term in automata(pattern)]
        made = [(*terms, term) for terms in made for term in flipped]
    return made[:50]


def _walk(
    terms: tuple[Term, ...], shortest: int, longest: int | None, visits: int
) -> Iterator[str]:
    """Breadth first through the product, each state visited so often.

    The length is part of the state up to the shortest allowed; beyond, the first way to a state
    is the shortest, which leaves the most room below the longest.
    """
    start = tuple(term.automaton.initial for term in terms)
    seen = {(start, 0): 1}
    # Each entry: states, length, the entry before it, the character that led here.
    queue: list[tuple[tuple[frozenset[int], ...], int, int, int]] = [(start, 0, -1, 0)]
    at = 0
    while at < len(queue):
        states, length, _, _ = queue[at]
        if length >= shortest and all(
            term.automaton.accepts_now(here, empty=length == 0) == term.positive
            for term, here in zip(terms, states, strict=True)
        ):
            yield _spelled(queue, at)
        if longest is None or length < longest:
            for code in _representatives(terms, states):
                reached = tuple(
                    term.automaton.step(here, code)
                    for term, here in zip(terms, states, strict=True)
                )
                if any(
                    term.positive and not there for term, there in zip(terms, reached, strict=True)
                ):
                    continue
                key = (reached, min(length + 1, shortest))
                if seen.get(key, 0) < visits:
                    seen[key] = seen.get(key, 0) + 1
                    queue.append((reached, length + 1, at, code))
                    if len(queue) > MOST_STEPS:
                        raise Unknown("too many cases")
        at += 1


def _representatives(terms: tuple[Term, ...], states: tuple[frozenset[int], ...]) -> list[int]:
    """One character for each class that the automata tell apart from here, readable first."""
    cuts = {0}
    for term, here in zip(terms, states, strict=True):
        cuts |= term.automaton.cuts(here)
    return _readable(tuple(sorted(cut for cut in cuts if cut <= LAST)))


@lru_cache(maxsize=5_000)
def _readable(bounds: tuple[int, ...]) -> list[int]:
    chosen: dict[int, int] = {}
    for code in _PREFERRED:
        chosen.setdefault(bisect_right(bounds, code) - 1, code)
    for index, low in enumerate(bounds):
        high = bounds[index + 1] - 1 if index + 1 < len(bounds) else LAST
        if index not in chosen and not 0xD800 <= low <= 0xDFFF:
            chosen[index] = 32 if low < 32 <= high else low
    return list(chosen.values())


def _spelled(queue: list[tuple[tuple[frozenset[int], ...], int, int, int]], at: int) -> str:
    codes = []
    while at > 0:
        _, _, before, code = queue[at]
        codes.append(chr(code))
        at = before
    return "".join(reversed(codes))
