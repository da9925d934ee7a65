"""Sets of texts: which text matches these patterns, none of those, and is so long?

Answered exactly, by walking the product of the patterns' automata breadth first, so that the
answer is a short text, or the proof that there is none. Bounded: past the limits it is unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.shapes.expressions import (
    EVERY,
    LAST,
    Ahead,
    Choice,
    Edge,
    Fault,
    Letters,
    Ranges,
    Repeat,
    Sequence,
    Tree,
    Unsupported,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STATES = 3_000
MOST_STEPS = 6_000
LONGEST_TEXT = 20_000

_PLAIN, _START, _END = range(3)
_PREFERRED = [*map(ord, "aA0-_ b1.z/@é"), *range(33, 127)]


class Automaton:
    """A nondeterministic automaton of one pattern, searched anywhere in the text."""

    def __init__(self, tree: Tree) -> None:
        self.moves: list[list[tuple[Ranges, int]]] = []
        self.jumps: list[list[tuple[int, int]]] = []
        start = self._state()
        self.accept = self._state()
        self.moves[start].append((EVERY, start))
        self.moves[self.accept].append((EVERY, self.accept))
        self._build(tree, start, self.accept)
        self.initial = self._closure({start}, {_PLAIN, _START})
        self._cuts: dict[frozenset[int], set[int]] = {}
        self._steps: dict[tuple[frozenset[int], int], frozenset[int]] = {}

    def accepts_now(self, states: frozenset[int], *, empty: bool) -> bool:
        """Whether the text may end here."""
        kinds = {_PLAIN, _START, _END} if empty else {_PLAIN, _END}
        return self.accept in self._closure(states, kinds)

    def step(self, states: frozenset[int], code: int) -> frozenset[int]:
        """Where a character leads."""
        key = (states, code)
        known = self._steps.get(key)
        if known is None:
            reached = {
                to
                for state in states
                for ranges, to in self.moves[state]
                if any(low <= code <= high for low, high in ranges)
            }
            known = self._steps[key] = self._closure(reached, {_PLAIN})
        return known

    def cuts(self, states: frozenset[int]) -> set[int]:
        """First characters of the ranges between which the automaton tells a difference."""
        known = self._cuts.get(states)
        if known is None:
            known = self._cuts[states] = self._cuts_of(states)
        return known

    def _cuts_of(self, states: frozenset[int]) -> set[int]:
        found: set[int] = set()
        for state in states:
            for ranges, _ in self.moves[state]:
                if ranges is not EVERY:
                    for low, high in ranges:
                        found.update((low, high + 1))
        return found

    def _state(self) -> int:
        if len(self.moves) >= MOST_STATES:
            raise Unsupported("too large")
        self.moves.append([])
        self.jumps.append([])
        return len(self.moves) - 1

    def _closure(self, states: set[int] | frozenset[int], kinds: set[int]) -> frozenset[int]:
        found = set(states)
        pending = list(states)
        while pending:
            for kind, to in self.jumps[pending.pop()]:
                if kind in kinds and to not in found:
                    found.add(to)
                    pending.append(to)
        return frozenset(found)

    def _build(self, tree: Tree, begin: int, end: int) -> None:
        if isinstance(tree, Letters):
            self.moves[begin].append((tree.ranges, end))
        elif isinstance(tree, Edge):
            self.jumps[begin].append((_START if tree.start else _END, end))
        elif isinstance(tree, Sequence):
            for part in tree.parts[:-1]:
                middle = self._state()
                self._build(part, begin, middle)
                begin = middle
            if tree.parts:
                self._build(tree.parts[-1], begin, end)
            else:
                self.jumps[begin].append((_PLAIN, end))
        elif isinstance(tree, Choice):
            for part in tree.parts:
                self._build(part, begin, end)
        elif isinstance(tree, Repeat):
            self._repeat(tree, begin, end)
        else:
            raise Unsupported("looks ahead in the middle")

    def _repeat(self, tree: Repeat, begin: int, end: int) -> None:
        for _ in range(tree.fewest):
            middle = self._state()
            self._build(tree.part, begin, middle)
            begin = middle
        if tree.most is None:
            around = self._state()
            self.jumps[begin].append((_PLAIN, around))
            self._build(tree.part, around, around)
            self.jumps[around].append((_PLAIN, end))
            return
        for _ in range(tree.most - tree.fewest):
            self.jumps[begin].append((_PLAIN, end))
            middle = self._state()
            self._build(tree.part, begin, middle)
            begin = middle
        self.jumps[begin].append((_PLAIN, end))


class Term(NamedTuple):
    """An automaton that has to match, or must not."""

    automaton: Automaton
    positive: bool


@lru_cache(maxsize=2_000)
def automata(pattern: str) -> tuple[Term, ...]:
    """The pattern as a conjunction: assertions right at the start are terms of their own.

    Raises:
        Fault: it is no regular expression of ECMA-262.
        Unsupported: it is beyond what automata can say, or too large.
    """
    tree = parse(pattern)
    parts = tree.parts if isinstance(tree, Sequence) else (tree,)
    if not (parts and isinstance(parts[0], Edge) and parts[0].start):
        return (Term(Automaton(tree), positive=True),)
    terms = []
    at = 1
    while at < len(parts) and isinstance(ahead := parts[at], Ahead):
        terms.append(Term(Automaton(Sequence((parts[0], ahead.part))), ahead.positive))
        at += 1
    return (Term(Automaton(Sequence((parts[0], *parts[at:]))), positive=True), *terms)


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
