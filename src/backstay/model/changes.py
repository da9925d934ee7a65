"""Facts about what differs between two versions of a contract."""

from __future__ import annotations

from typing import Literal

from backstay.model.facts import Fact
from backstay.model.places import Where

Language = Literal["openapi", "graphql", "protobuf"]
Compatibility = Literal["breaking", "risky", "safe"]
Direction = Literal["request", "response", "both"]
Level = Literal["wire", "json", "source", "behaviour"]

Nature = Literal[
    "removed", "refused", "not-understood", "incompatible", "access", "source", "risky", "safe"
]

_BY_DIRECTION: dict[Direction, Nature] = {
    "request": "refused",
    "response": "not-understood",
    "both": "incompatible",
}

LEVELS: tuple[Level, ...] = ("wire", "json", "source", "behaviour")


class Change(Fact, frozen=True, kw_only=True, tag="change", tag_field="kind"):
    """One difference between an old and a new version, with one root cause.

    ``where`` is its place in the new version, or in the old one where the new has none.

    Attributes:
        change: the kind of change, a name from ``docs/changes.md``.
        text: what differs and who breaks, in one sentence for people.
        compatibility: "breaking" for somebody at the level asked for, "risky", or "safe".
        certain: a value shows it or nothing else is possible; else ``doubt`` says why not.
        direction: of the data that it concerns, seen from the API.
        breaks: for whom: data on the "wire", its "json" form, generated "source" code, or the
            "behaviour" that callers rely on.
        subject: a JSON pointer, a schema coordinate of GraphQL, or a full name of protobuf.
        operations: what it reaches: "GET /orders/{id}", "Query.order", "shop.Orders.Get".
        old, new: the places in the two versions; None in the one that has none.
        group: changes of one group are shown as one, with many places; None where it stands alone.
        document: the contract's file, by the name that it has in both versions or the new one.
    """

    language: Language
    change: str
    text: str
    compatibility: Compatibility
    direction: Direction
    breaks: tuple[Level, ...]
    subject: str
    old: Where | None = None
    new: Where | None = None
    operations: tuple[str, ...] = ()
    certain: bool = True
    doubt: str | None = None
    group: str | None = None
    document: str = ""

    @property
    def nature(self) -> Nature:
        """Which kind of trouble it is; what to do about it depends on this."""
        if self.compatibility == "safe":
            return "safe"
        if self.change.startswith("security-"):
            return "access"
        if self.compatibility == "risky":
            return "risky"
        if not {"wire", "json"} & set(self.breaks):
            return "source" if "source" in self.breaks else "risky"
        if self.new is None or self.change.endswith(("-removed", "-deleted")):
            return "removed"
        return _BY_DIRECTION[self.direction]

    @property
    def scope(self) -> str:
        """The contract's file, whatever the version is called."""
        return self.document or super().scope

    def __str__(self) -> str:
        return f"{self.change} at {self.subject}"
