"""What the comparison of each kind of definition shares: both versions, and the changes so far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.protobuf.kinds import KINDS
from backstay.compatibility.protobuf.reach import Callers, Reach, joined
from backstay.compatibility.protobuf.types import Types
from backstay.model.changes import Change, Compatibility, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.compatibility.protobuf.locations import Locations
    from backstay.compatibility.protobuf.schema import Schema
    from backstay.model.places import Place

UNKNOWN = Reach("both")
"""The reach of what no method is known to carry."""

# https://google.aip.dev/185 and https://buf.build/docs/lint/rules/#package_version_suffix
_UNSTABLE = re.compile(r"(?:^|\.)v\d+(?:test.*|(?:p\d+)?(?:alpha|beta)\d*)$")
_WHO = {
    "request": "clients with the old files that send it",
    "response": "clients with the old files that read it",
    "both": "programs with the old files",
}


class Side(NamedTuple):
    """One version, with where all stands in it."""

    schema: Schema
    at: Locations


class Recipe(NamedTuple):
    """How to make a message that shows a change.

    Attributes:
        old, new: full names of the message in the two versions.
        numbers: the fields to fill, the one that it is about first; none for a bare message.
        enum: the full name of the enum that it is about, in the old version, or "".
        values: numbers of the enum to try.
        unset: it is about how the field reads where it is not set.
        payload: bytes to write as the field's text.
        written_by: the side whose message shows it, or "" for the direction's own.
    """

    old: str
    new: str
    numbers: tuple[int, ...] = ()
    enum: str = ""
    values: tuple[int, ...] = ()
    unset: bool = False
    payload: bytes = b""
    written_by: str = ""


class Told(NamedTuple):
    """A change as the comparison of one kind of definition tells it.

    Attributes:
        text: in one sentence, what differs and who breaks.
        breaks: at which levels; nothing for what is safe.
        package: of the old file, which may say that it is unstable.
        doubt: why it is not certain.
        risky: it does not break by itself, whatever it may break.
    """

    kind: str
    subject: str
    text: str
    breaks: tuple[Level, ...] = ()
    old: Place | None = None
    new: Place | None = None
    reach: Reach = UNKNOWN
    package: str = ""
    recipe: Recipe | None = None
    doubt: str | None = None
    risky: bool = False


class Collector:
    """Both versions, and the changes so far.

    Attributes:
        counterparts: names of old files and what the new version calls them.
        incomplete: files were left out, so that what is missing may be in one of them.
    """

    def __init__(
        self,
        old: Side,
        new: Side,
        counterparts: Mapping[str, str],
        renamed: Mapping[str, str],
        *,
        incomplete: bool,
    ) -> None:
        self.old = old
        self.new = new
        self.counterparts = counterparts
        self.incomplete = incomplete
        self.types = Types(old.schema, new.schema, renamed)
        self.recipes: dict[Change, Recipe] = {}
        self._changes: list[Change] = []
        self._reaches: dict[tuple[str, str], Reach] = {}
        self._callers: tuple[Callers, Callers] | None = None

    def add(self, told: Told) -> None:
        """Take a change down."""
        where = told.new or told.old
        assert where is not None
        assert told.kind in KINDS
        text, doubt = told.text, told.doubt
        compatibility: Compatibility = "risky" if told.risky else "breaking"
        if not told.breaks:
            compatibility = "safe"
        elif _UNSTABLE.search(told.package) and compatibility == "breaking":
            compatibility = "risky"
            text = f"{text}; the package {told.package} says by its name that it may change"
        if doubt is None and self.incomplete and told.kind.endswith("-removed"):
            doubt = "some files do not compile, and it may be in one of them"
        change = Change(
            where=where,
            language="protobuf",
            change=told.kind,
            text=text,
            compatibility=compatibility,
            certain=doubt is None,
            doubt=doubt,
            direction=told.reach.direction,
            breaks=told.breaks,
            subject=told.subject,
            operations=told.reach.operations,
            old=told.old,
            new=told.new,
        )
        self._changes.append(change)
        if told.recipe is not None:
            self.recipes[change] = told.recipe

    def changes(self) -> tuple[Change, ...]:
        """All so far, in the order of the new version."""

        def order(change: Change) -> tuple[str, int, str, str]:
            place = change.new or change.old
            assert place is not None
            start = getattr(place, "start", None) or 0
            return (change.scope, start, change.subject, change.change)

        return tuple(sorted(self._changes, key=order))

    def reach(self, old: str, new: str) -> Reach:
        """The methods that carry a type, by its names in the two versions."""
        if self._callers is None:
            self._callers = (Callers(self.old.schema), Callers(self.new.schema))
        found = self._reaches.get((old, new))
        if found is None:
            before, after = self._callers
            found = self._reaches[old, new] = joined(before.of(old), after.of(new))
        return found

    def counterpart(self, file: str) -> str | None:
        """The new version's name of a file of the old one; None where it is gone."""
        return self.counterparts.get(file)

    def left_behind(self, file: str | None, parent: str) -> Place | None:
        """Where something is missing: the innermost message around it, or the file, if left.

        Args:
            file: where it was, by its name in the new version.
            parent: the full name of the message around it in the old version, or "".
        """
        if file is None or file not in self.new.schema.files:
            return None
        while parent:
            around = self.new.schema.messages.get(self.types.new_name(parent))
            if around is not None and around.file == file:
                return self.new.at.place(file, around.path)
            above = self.old.schema.messages.get(parent)
            parent = above.parent if above else ""
        return self.new.at.place(file)

    def package(self, old_file: str) -> str:
        """The package of a file of the old version."""
        return self.old.schema.files[old_file].package


def who(reach: Reach) -> str:
    """Who meets a change, in words."""
    return _WHO[reach.direction]


def levels(*, wire: object = "", json: object = "", source: bool = True) -> tuple[Level, ...]:
    """The levels for which there is a reason."""
    found: list[Level] = []
    if wire:
        found.append("wire")
    if json:
        found.append("json")
    if source:
        found.append("source")
    return tuple(found)
