"""Two versions side by side, and the changes between them as they are found."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from backstay.compatibility.graphql.kinds import CODE, TABLE
from backstay.compatibility.graphql.reach import Reach
from backstay.model.changes import Change, Compatibility, Direction, Level
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.compatibility.graphql.schema import Mark, Schema

_LONGEST = 80
_LONGEST_SUBJECT = 400
_LONGEST_TEXT = 1_200


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a change is about, for building a query that shows it.

    Attributes:
        type: the type that holds it, by its name in the old version.
        member: a field, argument's field, input field or enum value of the type.
        argument: of the field, or of the directive.
        directive: without its @.
        other: a further type, a location, or the role of a root type.
    """

    type: str = ""
    member: str = ""
    argument: str = ""
    directive: str = ""
    other: str = ""


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """Where a change is rated otherwise than its kind."""

    compatibility: Compatibility | None = None
    breaks: tuple[Level, ...] | None = None
    direction: Direction | None = None
    doubt: str | None = None


_AS_KIND = Rating()


class Pair:
    """Collects the changes from an old schema to a new one."""

    def __init__(self, old: Schema, new: Schema, renamed: Mapping[str, str]) -> None:
        self.old = old
        self.new = new
        self.renamed = renamed
        self.named_before = {now: was for was, now in renamed.items()}
        self.reach_old = Reach(old)
        self.reach_new = Reach(new)
        self.unknown = old.unknown | new.unknown
        self.changes: list[Change] = []
        self.claims: dict[tuple[str, str], Claim] = {}

    def emit(  # noqa: PLR0913 (the parts of a change)
        self,
        kind: str,
        subject: str,
        text: str,
        *,
        old: Mark | None,
        new: Mark | None,
        operations: tuple[str, ...] | None = None,
        claim: Claim | None = None,
        rating: Rating = _AS_KIND,
    ) -> None:
        """Add a change; `operations` is None for what no operation leads to by its nature."""
        row = TABLE[kind]
        subject = _bounded(subject)
        compatibility = rating.compatibility or row.compatibility
        breaks = row.breaks if rating.breaks is None else rating.breaks
        doubt = rating.doubt
        if compatibility == "breaking" and doubt is None and operations == () and breaks != CODE:
            doubt = self._unreached()
        before = old.place() if old is not None else None
        after = new.place() if new is not None else None
        self.changes.append(
            Change(
                where=after or before or Place(file=""),
                language="graphql",
                change=kind,
                text=text[:_LONGEST_TEXT],
                compatibility=compatibility,
                direction=rating.direction or row.direction,
                breaks=() if compatibility == "safe" else breaks,
                subject=subject,
                old=before,
                new=after,
                operations=operations or (),
                certain=doubt is None,
                doubt=doubt,
            )
        )
        if claim is not None:
            self.claims[kind, subject] = claim

    def _unreached(self) -> str:
        if not self.reach_old.has_roots:
            return "the old version has no root type, so that no whole query can be shown"
        return "no operation of the old version leads there; only code that names it breaks"


def _bounded(subject: str) -> str:
    """A subject that stays unique where somebody gives things names of a megabyte."""
    if len(subject) <= _LONGEST_SUBJECT:
        return subject
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{subject[:_LONGEST_SUBJECT]}...{digest}"


def clip(text: str | None) -> str:
    """A text from a schema for use in a sentence: one line, not long."""
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
