"""What a practice says: a finding, its evidence and its fix."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

import msgspec

from backstay.model.facts import Fact
from backstay.model.places import Place, Where

Area = Literal[
    "contract",
    "data",
    "migration",
    "query",
    "security",
    "resilience",
    "performance",
    "operations",
    "decision",
]
Severity = Literal["critical", "high", "medium", "low", "info"]
Stage = Literal["startup", "growing", "enterprise"]

AREAS: tuple[Area, ...] = get_args(Area)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the worst first
STAGES: tuple[Stage, ...] = get_args(Stage)


class Put(msgspec.Struct, frozen=True, kw_only=True, tag="put", tag_field="edit"):
    """Set ``key`` in the mapping at ``place.pointer`` of a YAML or JSON document.

    ``value`` is JSON text.
    """

    place: Place
    key: str
    value: str


class Replace(msgspec.Struct, frozen=True, kw_only=True, tag="replace", tag_field="edit"):
    """Replace the bytes from ``place.start`` to ``place.end`` by ``text``.

    With a pointer instead of offsets, replace the value at the pointer by the JSON text ``text``.
    """

    place: Place
    text: str


class Remove(msgspec.Struct, frozen=True, kw_only=True, tag="remove", tag_field="edit"):
    """Remove the key or list item at ``place.pointer`` of a YAML or JSON document."""

    place: Place


Edit = Put | Replace | Remove


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about a finding.

    Attributes:
        text: one or two sentences in the imperative.
        sql: statements to paste; also made into a patch, in the layout of the schema's files.
        edits: changes to files, offered as a patch. Only offer what is right without thought.
        undo: statements that take back ``sql``, for migrations that come in pairs.
        sql_as_patch: False where the statements need a person's choice before they run.
    """

    text: str
    sql: str | None = None
    undo: str | None = None
    edits: tuple[Edit, ...] = ()
    sql_as_patch: bool = True


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault at one site.

    A practice gives message, evidence and fix; the practice's own name, area and severity are
    added to what it yields.

    Attributes:
        message: one sentence that names the user's own objects.
        evidence: facts; the first is what is at fault.
        about: what tells this finding from another of the same practice about the same fact.
        cause: findings of one practice with the same cause are shown as one with many sites;
            None where each stands alone. Name the shared cause, such as the schema that many
            operations use.
        where: the place to show, the first fact's where it is None.
        severity: the practice's, where it is None.
    """

    message: str
    evidence: tuple[Fact, ...]
    fix: Fix
    about: str = ""
    cause: str | None = None
    where: Where | None = None
    severity: Severity | None = None
    practice: str = ""
    area: Area = "data"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits from content, unchanged when lines shift."""
        text = f"{self.practice}|{self.evidence[0].identifier}|{self.about}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def site(self) -> Where:
        """Where to look."""
        return self.where if self.where is not None else self.evidence[0].where
