"""Automata of regular expressions."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from backstay.compatibility.shapes.expressions import (
    EVERY,
    Ahead,
    Choice,
    Edge,
    Letters,
    Ranges,
    Repeat,
    Sequence,
    Tree,
    Unsupported,
    parse,
)

MOST_STATES = 3_000
_PLAIN, _START, _END = range(3)


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
