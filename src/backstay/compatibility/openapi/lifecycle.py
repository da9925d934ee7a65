"""What is promised about time: deprecation, the announced end, the level of stability.

``deprecated``, ``x-sunset`` (a date, after the Sunset header of RFC 8594) and
``x-stability-level`` (draft, alpha, beta, stable). The clock is given, never read here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.openapi.ledger import ALL, BEHAVIOUR, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.nodes import Node
    from backstay.model.changes import Direction

STABILITY = ("draft", "alpha", "beta", "stable")
UNSTABLE = ("draft", "alpha")
_SUNSETS = ("x-sunset", "x-sunset-date")
_DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[Tt ].*)?\s*")


class Policy(NamedTuple):
    """What callers are promised.

    Attributes:
        today: the day on which the versions are compared.
        notice: how many days there have to be between the announcement and the end.
    """

    today: date
    notice: int = 30


class Life(NamedTuple):
    """What one node says about its time.

    Attributes:
        sunset: the date; None where there is none or it cannot be read.
        unreadable: what stands in place of a date, as text.
    """

    deprecated: bool
    sunset: date | None
    unreadable: str | None
    keyword: str


def life_of(node: Node) -> Life:
    """What a node says about its time."""
    raw = node.raw if isinstance(node.raw, dict) else {}
    deprecated = raw.get("deprecated") is True
    for keyword in _SUNSETS:
        if keyword in raw:
            held = raw[keyword]
            found = _date(held)
            unreadable = None if found else str(held)[:80]
            return Life(deprecated, found, unreadable, keyword)
    return Life(deprecated, None, None, _SUNSETS[0])


def _date(held: object) -> date | None:
    found = _DATE.fullmatch(held) if isinstance(held, str) else None
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def life_changes(
    what: str, noun: str, nodes: tuple[Node, Node], direction: Direction, policy: Policy
) -> Iterator[Statement]:
    """How the promise about the time of an operation, a parameter or a property changed."""
    old, new = nodes
    before, after = life_of(old), life_of(new)
    said = _Saying(what, noun, old, new, direction)
    if before.deprecated and not after.deprecated:
        yield said.safe(f"{noun}-reactivated", "is no longer deprecated.", "deprecated")
        return
    if not after.deprecated:
        return
    if not before.deprecated:
        yield from _deprecated(said, after, policy)
        return
    yield from _moved(said, before, after, policy)


class _Saying(NamedTuple):
    what: str
    noun: str
    old: Node
    new: Node
    direction: Direction

    def safe(self, kind: str, text: str, keyword: str) -> Statement:
        return Statement(
            kind, f"{self.what} {text}", "safe", (), self.direction, self.old, self.new, keyword
        )

    def broken(self, kind: str, text: str, keyword: str) -> Statement:
        return Statement(
            kind, f"{self.what} {text}", "breaking", ALL, self.direction, self.old, self.new,
            keyword,
        )  # fmt: skip


def _deprecated(said: _Saying, after: Life, policy: Policy) -> Iterator[Statement]:
    when = f", and ends on {after.sunset}" if after.sunset else ""
    yield said.safe(f"{said.noun}-deprecated", f"is deprecated{when}.", "deprecated")
    if after.unreadable is not None:
        yield said.broken("sunset-unreadable", _unreadable(after), after.keyword)
    elif after.sunset is None:
        yield Statement(
            "deprecated-without-sunset",
            f"{said.what} is deprecated and nothing says until when it works: callers cannot plan.",
            "risky", BEHAVIOUR, said.direction, said.old, said.new, "deprecated",
        )  # fmt: skip
    elif after.sunset < policy.today + timedelta(days=policy.notice):
        yield said.broken(
            "sunset-too-soon",
            f"ends on {after.sunset}, less than {policy.notice} days after {policy.today}:"
            " callers have too little time to move.",
            after.keyword,
        )


def _moved(said: _Saying, before: Life, after: Life, policy: Policy) -> Iterator[Statement]:
    if after.unreadable is not None:
        if after.unreadable != before.unreadable:
            yield said.broken("sunset-unreadable", _unreadable(after), after.keyword)
    elif after.sunset is None:
        if before.sunset is not None or before.unreadable is not None:
            yield said.broken(
                "sunset-removed",
                "stays deprecated, and its date of end is gone: callers who planned with it no"
                " longer know how long they have.",
                before.keyword,
            )
    elif before.sunset is None:
        was = "could not be read" if before.unreadable is not None else "was not known"
        yield said.safe(
            "sunset-moved-later", f"now ends on {after.sunset}; the date {was}.", after.keyword
        )
    elif after.sunset < before.sunset:
        soon = after.sunset < policy.today + timedelta(days=policy.notice)
        late = f", less than {policy.notice} days from {policy.today}" if soon else ""
        yield said.broken(
            "sunset-moved-earlier",
            f"ends on {after.sunset} instead of {before.sunset}{late}: callers who planned with"
            " the old date are too late.",
            after.keyword,
        )
    elif after.sunset > before.sunset:
        text = f"ends on {after.sunset} instead of {before.sunset}."
        yield said.safe("sunset-moved-later", text, after.keyword)


def _unreadable(life: Life) -> str:
    return (
        f"says {life.unreadable!r} where the date of its end should stand: neither people nor"
        " tools can tell how long it works."
    )


def removal_of(node: Node, policy: Policy) -> tuple[str, str]:
    """In which state something was when it was removed: the end of a kind's name, and a clause."""
    life = life_of(node)
    if not life.deprecated:
        return "", "without having been deprecated"
    if life.unreadable is not None:
        return "-before-sunset", f"though its date of end, {life.unreadable!r}, cannot be read"
    if life.sunset is None:
        return "-after-deprecation", "after having been deprecated without a date"
    if life.sunset > policy.today:
        return "-before-sunset", f"before {life.sunset}, the date that was announced"
    return "-after-sunset", f"after {life.sunset}, the date that was announced"


def stability_of(node: Node) -> str | None:
    """The level of an operation as written; None if there is none."""
    raw = node.raw if isinstance(node.raw, dict) else {}
    level = raw.get("x-stability-level")
    return None if level is None else str(level)


def is_unstable(node: Node) -> bool:
    """Whether nothing is promised."""
    return stability_of(node) in UNSTABLE


def stability_changes(what: str, old: Node, new: Node) -> Iterator[Statement]:
    """How the level of an operation changed. What says nothing is stable."""
    before, after = stability_of(old) or "stable", stability_of(new) or "stable"
    if before == after:
        return
    said = _Saying(what, "operation", old, new, "both")
    keyword = "x-stability-level"
    if after not in STABILITY:
        known = ", ".join(STABILITY)
        yield said.broken(
            "stability-unreadable",
            f"is of the level {after!r}, which is none of {known}: nobody can tell what is"
            " promised.",
            keyword,
        )
        return
    if before not in STABILITY or STABILITY.index(after) < STABILITY.index(before):
        yield said.broken(
            "stability-lowered",
            f"went from {before} to {after}: callers built on a promise that is withdrawn.",
            keyword,
        )
        return
    yield said.safe("stability-raised", f"went from {before} to {after}.", keyword)
