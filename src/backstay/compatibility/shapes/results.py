"""What the comparison of two shapes yields."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Certainty = Literal["certain", "possible"]


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A schema node: a document and the JSON pointer from its root."""

    document: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.document}#{self.pointer}"


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a sender may send and a receiver refuses, named once for its root cause.

    Attributes:
        kind: a name of ``kinds.KINDS``.
        direction: "request" (the old side sends) or "response" (the new side sends).
        old: the node of the old version that the break is about, and ``new`` of the new one.
        keyword: of JSON Schema, that makes the receiver refuse; "" where there is no single one.
            With a receiver's node it gives the place of the very line.
        subject: the name of the member that it is about, or "".
        path: from the root of the compared shape down to the value that is refused: names of
            members, "[2]" for an item by place, "[]" for any item.
        old_says: what the old side says under the keyword, as JSON text; None for nothing.
        new_says: the same of the new side.
        certainty: "possible" where it could not be decided; see ``doubt``.
        doubt: why it is only possible, "" else.
        undeclared: it takes a member that the sender does not declare. Most senders send none.
        number: by which ``confirm`` finds it again. Has no meaning elsewhere.
    """

    kind: str
    direction: Literal["request", "response"]
    old: Spot
    new: Spot
    keyword: str
    subject: str
    path: tuple[str, ...]
    old_says: str | None
    new_says: str | None
    certainty: Certainty
    doubt: str
    undeclared: bool
    number: int

    @property
    def cause(self) -> tuple[str, str, str, str]:
        """What is equal for breaks with one root cause, whatever shape they were found under."""
        return str(self.old), str(self.new), self.kind, self.subject

    @property
    def path_text(self) -> str:
        """The path as people write it, such as ``items[].name``."""
        made = ""
        for step in self.path:
            made += step if step.startswith("[") or not made else f".{step}"
        return made


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison of two shapes found.

    Attributes:
        breaks: one for each root cause; empty means that the receiver takes whatever is sent.
        cut: there were more than 500 breaks; the rest was not looked for.
    """

    breaks: tuple[Break, ...]
    cut: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something about one node that is no break: a name of ``kinds.NOTES``, and the keyword."""

    kind: str
    side: Literal["old", "new"]
    spot: Spot
    keyword: str


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What the independent validator says of a break.

    Attributes:
        verdict: "confirmed" where the witness is accepted by one side and refused by the other;
            "possible" else.
        witness: the whole value at the root of the compared shape, None where there is none.
        has_witness: tells a witness of null from none.
        accepted_by: the sender's side, whose original schema accepts the witness.
        refused_by: the receiver's side.
        reason: why it is only possible, "" else.
        errors: what the validator says about the witness for the refusing side.
    """

    verdict: Literal["confirmed", "possible"]
    witness: Any
    has_witness: bool
    accepted_by: Literal["old", "new"]
    refused_by: Literal["old", "new"]
    reason: str
    errors: tuple[str, ...]
