"""The shape of a model's TOML file: what its author writes, unknown keys refused."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from backstay.model.findings import Stage

# Words on one line: a blank or a sequence that moves a cursor says nothing to anybody.
Line = Annotated[
    str, Meta(pattern=r"^(?!\s*$)[^\x00-\x1f\x7f-\x9f]*$", min_length=1, max_length=600)
]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Given = bool | int | float | str


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class FactEntry(
    Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"source": "from"}
):
    """A fact that the decision depends on.

    Attributes:
        source: the name of an observation, written as ``from``.
        default: assumed while nothing is known, by stage where it is a table.
        stresses: criteria that get harder to meet when the fact rises.
        measure: how one finds the value out.
    """

    question: Line
    why: Line
    type: Literal["number", "count", "boolean", "choice"]
    default: Given | dict[Stage, Given]
    unit: Line | None = None
    range: tuple[float, float] | None = None
    values: tuple[Word, ...] = ()
    source: Line | None = None
    stresses: Word | tuple[Word, ...] = ()
    measure: Line | None = None


class CriterionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What options are compared by, with how much it counts at each stage."""

    meaning: Line
    weights: dict[Stage, Annotated[float, Meta(ge=0, le=10)]]


class ScoreEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How well an option meets a criterion, from 1 to 5."""

    score: Annotated[float, Meta(ge=1, le=5, multiple_of=0.5)]
    why: Line


class RuleOutEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hard limit of an option."""

    when: Line
    why: Line
    source: Line


class AdjustEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes an option's score on a criterion."""

    when: Line
    criterion: Word
    add: Annotated[float, Meta(ge=-4, le=4, multiple_of=0.5)]
    why: Line
    source: Line


class ConfirmEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that shows whether an option keeps what it promises."""

    check: Annotated[str, Meta(pattern=r"^backstay [a-z]", max_length=300)]
    shows: Line


class OptionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the things that one can choose."""

    title: Line
    summary: Line
    trade_offs: Line
    upkeep: Line
    scores: dict[Word, ScoreEntry]
    confirm: Annotated[tuple[ConfirmEntry, ...], Meta(min_length=1)]
    stages: dict[Stage, Line] = {}
    good: tuple[Line, ...] = ()
    bad: tuple[Line, ...] = ()
    rule_out: tuple[RuleOutEntry, ...] = ()
    adjust: tuple[AdjustEntry, ...] = ()


class ContradictionEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts that cannot hold together."""

    when: Line
    why: Line


class FileEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole model."""

    question: Line
    revisit: Line
    valid_months: Annotated[int, Meta(ge=1, le=60)]
    facts: Annotated[dict[str, FactEntry], Meta(min_length=1)]
    criteria: Annotated[dict[Word, CriterionEntry], Meta(min_length=1)]
    options: Annotated[dict[Word, OptionEntry], Meta(min_length=2)]
    aliases: tuple[Line, ...] = ()
    contradictions: tuple[ContradictionEntry, ...] = ()
