"""The shapes that every command with findings prints; acceptance and other tools read them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from backstay.model.changes import Compatibility, Direction, Level
from backstay.model.findings import Area, Severity, Stage
from backstay.model.verdicts import Measure

Verdict = Literal["proven", "refuted", "not-proven"]


class Location(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place in a file (lines and columns from 1), or an object of a live system."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    pointer: str | None = None
    system: str | None = None
    object: str | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Another place with the same root cause."""

    id: str
    where: Location
    message: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a finding rests on."""

    kind: str
    text: str
    where: Location


class OfferedFix(msgspec.Struct, frozen=True, kw_only=True):
    """What to do: words, statements to paste, and a unified diff where one can be given."""

    text: str
    sql: str | None = None
    patch: str | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of an experiment as a finding carries it; ``receipt`` is its id."""

    receipt: str
    method: str
    before: dict[str, Measure]
    after: dict[str, Measure]
    control: dict[str, Measure]
    sizes: dict[str, int]
    limits: tuple[str, ...]
    repeat: str
    witness: Any = None


class ReportedChange(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two versions; see ``model.changes.Change``."""

    kind: str
    compatibility: Compatibility
    direction: Direction
    operation: str | None
    operations: tuple[str, ...]
    path: str
    old: Location | None
    new: Location | None
    breaks: tuple[Level, ...]


class ReportedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One root cause with its sites. ``reason`` says why a verdict is not "proven"."""

    id: str
    practice: str
    area: Area
    severity: Severity
    message: str
    where: Location
    also: tuple[Site, ...]
    evidence: tuple[Evidence, ...]
    fix: OfferedFix
    verdict: Verdict
    reason: str | None
    proof: Proof | None
    stage_note: str | None = None
    change: ReportedChange | None = None


class UnreadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read."""

    file: str
    why: str


class Unchecked(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was not checked."""

    what: str
    why: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of findings (root causes; refuted ones apart).

    ``read`` counts what was read: facts by kind.
    """

    findings: int
    sites: int
    proven: int
    refuted: int
    approved: int
    by_severity: dict[str, int]
    read: dict[str, int]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a command that reports findings.

    ``filters`` are the options that narrowed it, such as "--since main": a report that is clean
    under a filter says nothing of the rest.
    """

    backstay: str
    command: str
    targets: tuple[str, ...]
    stage: Stage
    stage_source: str
    summary: Summary
    findings: tuple[ReportedFinding, ...]
    refuted: tuple[ReportedFinding, ...]
    unread: tuple[UnreadFile, ...]
    not_checked: tuple[Unchecked, ...]
    fail_on: str = "high"
    filters: tuple[str, ...] = ()
