"""What several branches together leave over of others: exactly where that is small."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from backstay.compatibility.shapes.complements import pieces
from backstay.compatibility.shapes.emptiness import is_barren

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.compatibility.shapes.branches import Branch
    from backstay.compatibility.shapes.comparing import Comparing
    from backstay.compatibility.shapes.reading import Reading
    from backstay.compatibility.shapes.sampling import Sampler
    from backstay.compatibility.shapes.vacancy import Vacancy

MOST_PIECES = 120
MOST_MADE = 600
MOST_TRIES = 60


class Covering:
    """Takes branches off branches."""

    def __init__(
        self, reading: Reading, sampler: Sampler, vacancy: Vacancy, comparing: Comparing
    ) -> None:
        self._reading = reading
        self._sampler = sampler
        self._vacancy = vacancy
        self._comparing = comparing

    def outside(self, branches: list[Branch], taken: Iterable[Branch]) -> tuple[list[Branch], bool]:
        """What is left without some branches, and whether that is all that can be taken off."""
        left = branches
        made = 0
        for branch in taken:
            if branch.opaque:
                return left, False
            found: list[Branch] = []
            for rest in left:
                found += self._minus(rest, branch)
                made += 1
                if len(found) > MOST_PIECES or made > MOST_MADE:
                    return left, False
            left = found
        return left, True

    def excluded_by(self, branch: Branch) -> Iterator[Branch]:
        """The branches that a branch's own exclusions hold."""
        for shape, _ in branch.exclusions:
            yield from self._reading.branches(self._reading.shapes.opened(shape))

    def values_of(self, branches: Iterable[Branch]) -> Iterator[Any]:
        """Examples of branches in turn, so that each has its chance before the tries run out."""
        open_iterators = [self._sampler.of_branch(branch) for branch in branches]
        tries = 0
        while open_iterators and tries < MOST_TRIES:
            for values in open_iterators[: MOST_TRIES - tries]:
                tries += 1
                for value in islice(values, 1):
                    yield value
                    break
                else:
                    open_iterators.remove(values)

    def _minus(self, branch: Branch, taken: Branch) -> list[Branch]:
        if self._comparing.disjoint(branch, taken):
            return [branch]
        made = []
        for _, piece in pieces(taken, self._reading.shapes, self._reading):
            met = branch.meet(piece)
            if met is None or is_barren(met):
                continue
            if not self._vacancy.is_without(met, changed=piece):
                made.append(met)
        return made
