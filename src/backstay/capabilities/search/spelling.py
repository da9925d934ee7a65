"""Known words that a word of a question may have been meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_SHORTEST = 5  # letters; below it too many words are one slip apart
_LONG = 8  # letters from which two slips are forgiven


def meant(word: str, known: Collection[str]) -> tuple[str, ...]:
    """The known words that are the fewest slips away; the first letter must be right."""
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    most = 2 if len(word) >= _LONG else 1
    near: dict[int, list[str]] = {}
    for each in _candidates(word, known, most):
        slips = _slips(word, each, most)
        if slips <= most:
            near.setdefault(slips, []).append(each)
    return tuple(sorted(near[min(near)])) if near else ()


def _candidates(word: str, known: Iterable[str], most: int) -> list[str]:
    return [
        each
        for each in known
        if each[0] == word[0] and abs(len(each) - len(word)) <= most and len(each) >= _SHORTEST - 1
    ]


def _slips(left: str, right: str, most: int) -> int:
    """Letters added, left out, mistaken or swapped with the next one; more than ``most`` is one."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def halves(word: str, known: Collection[str]) -> tuple[str, str] | None:
    """Two known words that a word is made of, such as "healthcheck"; None if it is not."""
    cuts = (
        (word[:i], word[i:])
        for i in range(3, len(word) - 2)
        if word[:i] in known and word[i:] in known
    )
    return max(cuts, key=lambda cut: min(map(len, cut)), default=None)
