"""What could not be read or applied, told once for each file and reason, and not without end."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from backstay.model.facts import Fact, NotChecked, Unread
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

# Reasons that are told for one file; those beyond are counted.
_MOST_REASONS = 10

Doubt = NotChecked | Unread


def summarised(facts: Iterable[Fact]) -> list[Fact]:
    """The facts, with repeated doubts about one file as one that says how often."""
    kept: list[Fact | tuple[str, Doubt]] = []
    times: Counter[tuple[str, str, str]] = Counter()
    reasons: defaultdict[str, set[str]] = defaultdict(set)
    beyond: Counter[str] = Counter()
    for fact in facts:
        file = _file(fact)
        if file is None or not isinstance(fact, Doubt):
            kept.append(fact)
            continue
        key = _key(file, fact)
        if times[key] or len(reasons[file]) < _MOST_REASONS:
            reasons[file].add(fact.why)
            times[key] += 1
            if times[key] == 1:
                kept.append((file, fact))
        elif beyond[file] == 0:
            beyond[file] = 1
            kept.append((file, fact))
        else:
            beyond[file] += 1
    return [_counted(each, times, beyond) if type(each) is tuple else each for each in kept]  # type: ignore[misc]


def _file(fact: Fact) -> str | None:
    """The file that a doubt is about a part of."""
    where = fact.where
    return where.file if isinstance(where, Place) and where.start is not None else None


def _key(file: str, doubt: Doubt) -> tuple[str, str, str]:
    return file, getattr(doubt, "what", ""), doubt.why


def _counted(
    each: tuple[str, Doubt], times: Counter[tuple[str, str, str]], beyond: Counter[str]
) -> Doubt:
    file, doubt = each
    count = times[_key(file, doubt)]
    if count == 0:
        more = beyond[file]
        why = f"{more} more statements" if more > 1 else doubt.why
    else:
        why = f"{doubt.why} ({count} times)" if count > 1 else doubt.why
    return msgspec.structs.replace(doubt, why=why)
