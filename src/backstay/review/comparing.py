"""Two versions of a contract: what differs, whom it breaks, and a witness of each break.

The same pipeline as a review: facts of what changed, practices that judge them, proof by witness.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.compatibility.comparison import Comparison, Version, Witness
from backstay.model.backend import Backend
from backstay.model.changes import LEVELS, Change, Level
from backstay.model.events import Emit, Progress, unheard
from backstay.model.facts import NotChecked, Unread
from backstay.model.findings import Severity, Stage
from backstay.model.places import Place, Where
from backstay.model.verdicts import Receipt, Verdict, not_proven, proven
from backstay.readers.inventory import Inventory
from backstay.readers.sources import Sources
from backstay.readers.unreadable import Unreadable
from backstay.review.parsed_versions import parsed_pairs
from backstay.review.pipeline import (
    Request,
    Reviewed,
    accepted_of,
    chosen_practices,
    envelope_of,
    judge,
)
from backstay.review.reading import Reading, settings_of, stage_of
from backstay.review.targets import resolve_targets
from backstay.review.versions import BothSources, Side, both_sides, shared_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.findings import Finding

_COMPARERS = {
    "openapi": ("backstay.compatibility.openapi", "compare_openapi"),
    "graphql": ("backstay.compatibility.graphql", "compare_graphql"),
    "protobuf": ("backstay.compatibility.protobuf.comparing", "compare_protobuf"),
}


DEFAULT_LEVEL: Level = "json"
_LIMIT = (
    "The contracts are taken at their word; whether anybody sends or reads such a value is not"
    " known."
)


class CompareRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to compare, and how. None means: as the settings say.

    Attributes:
        old, new: files or folders, or ``REF:PATH`` of git.
        level: what counts as broken: what breaks at this level or one before it.
        everything: also changes that break nobody.
    """

    old: str
    new: str
    level: Level = DEFAULT_LEVEL
    everything: bool = False
    stage: Stage | None = None
    fail_on: Severity | None = None
    only: tuple[str, ...] = ()


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a comparison yields, under the names that reports use."""

    changes: tuple[Change, ...]
    notes: tuple[Unread | NotChecked, ...]
    witnesses: dict[str, Callable[[], Witness | None]]


def compare(request: CompareRequest, emit: Emit = unheard) -> Reviewed:
    """Compare two versions of a contract.

    Raises:
        BadRequest: an argument names no contract, or the two cannot be compared.
    """
    with both_sides(request.old, request.new) as (old, new):
        found = _found(old, new, request, emit)
        reading = _reading(found, old, new, request)
        asked = Request(
            targets=(request.old, request.new),
            everything=request.everything,
            only=request.only,
            fail_on=request.fail_on,
            use_baseline=False,
        )
        practices = [
            each for each in chosen_practices(asked, reading.settings) if Change in each.subjects
        ]
        findings = judge(reading.backend, practices, reading.settings, emit)
        accepted = accepted_of(findings, practices, reading, asked)
        verdicts = _verdicts(accepted.kept, found, request, emit)
        envelope = envelope_of(asked, reading, accepted, verdicts, ())
        level = () if request.level == DEFAULT_LEVEL else (f"--level {request.level}",)
        return Reviewed(
            envelope=msgspec.structs.replace(
                envelope, command="diff", filters=(*envelope.filters, *level)
            ),
            findings=accepted.kept,
            verdicts=verdicts,
            root=reading.root,
        )


def _reading(found: _Found, old: Side, new: Side, request: CompareRequest) -> Reading:
    root = resolve_targets(()).root if new.prefix else new.root
    settings = settings_of(root)
    backend = Backend((*found.changes, *found.notes))
    stage, source = stage_of(request.stage, settings.stage or "growing", backend)
    if request.stage is None and settings.stage is None:
        source = "assumed; set stage in backstay.toml"
    return Reading(
        root=root,
        inventory=Inventory(),
        sources=BothSources(old, new),
        backend=backend,
        settings=settings,
        stage=stage,
        stage_source=source,
    )


def _found(old: Side, new: Side, request: CompareRequest, emit: Emit) -> _Found:
    changes: list[Change] = []
    notes: list[Unread | NotChecked] = [*_alone(old, new), *_alone(new, old)]
    witnesses: dict[str, Callable[[], Witness | None]] = {}
    for kind in shared_kinds(old, new):
        emit(Progress(step="read", text=f"{kind} of both versions"))
        for comparison in _comparisons(kind, old, new):
            for change in comparison.changes:
                shown = _shown(change, old, new, request.level)
                changes.append(shown)
                witnesses[shown.identifier] = _later(comparison, change)
            notes += comparison.notes
    return _Found(changes=tuple(changes), notes=tuple(notes), witnesses=witnesses)


def _later(comparison: Comparison, change: Change) -> Callable[[], Witness | None]:
    return lambda: comparison.witness(change)


def _alone(side: Side, other: Side) -> Iterator[NotChecked]:
    """Kinds of contracts that only one side has."""
    for kind, files in side.files.items():
        if kind not in other.files:
            yield NotChecked(
                where=Place(file=side.prefix + files[0]),
                what=f"{len(files)} {kind} file(s), such as {side.prefix + files[0]}",
                why="the other version has none of that kind",
            )


def _comparisons(kind: str, old: Side, new: Side) -> Iterator[Comparison]:
    module, name = _COMPARERS[kind]
    compare_both: Callable[[Any, Any], Comparison] = getattr(importlib.import_module(module), name)
    if kind == "openapi":
        pairs, told = parsed_pairs(old, new)
        yield Comparison(changes=(), notes=told, witness=lambda _: None)
        yield from (compare_both(before, after) for before, after in pairs)
        return
    notes: list[Unread] = []
    comparison = compare_both(_version(old, kind, notes), _version(new, kind, notes))
    yield msgspec.structs.replace(comparison, notes=(*comparison.notes, *notes))


def _version(side: Side, kind: str, notes: list[Unread]) -> Version:
    """All files of one kind, by the names below what was given."""
    sources = Sources(side.root)
    files: dict[str, bytes] = {}
    for file in side.files[kind]:
        try:
            files[side.below_base(file)] = sources.read(file)
        except Unreadable as error:  # still one of ``documents``: it is there, and unknown
            notes.append(Unread(where=Place(file=side.prefix + file), why=str(error)))
    documents = tuple(map(side.below_base, side.files[kind]))
    return Version(files=files, documents=documents)


def _shown(change: Change, old: Side, new: Side, level: Level) -> Change:
    """A change with places named as reports name them, judged at the level asked for."""
    counted = LEVELS[: LEVELS.index(level) + 1]
    breaks = any(each in counted for each in change.breaks)
    before = _place(change.old, old, change.language)
    after = _place(change.new, new, change.language)
    where = after or before or change.where
    named = change.new or change.old or change.where
    return msgspec.structs.replace(
        change,
        old=before,
        new=after,
        where=where,
        document=named.file if isinstance(named, Place) else "",
        compatibility=change.compatibility if breaks or change.compatibility == "risky" else "safe",
    )


def _place(where: Where | None, side: Side, language: str) -> Where | None:
    if not isinstance(where, Place):
        return where
    # The files of API descriptions are named below the root, those of the others below the base.
    base = f"{side.base}/" if side.base and language != "openapi" else ""
    return msgspec.structs.replace(where, file=f"{side.prefix}{base}{where.file}")


def _verdicts(
    findings: tuple[Finding, ...], found: _Found, request: CompareRequest, emit: Emit
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for done, finding in enumerate(findings):
        change = finding.evidence[0]
        assert isinstance(change, Change)
        emit(Progress(step="prove", text=finding.message, done=done, total=len(findings)))
        if change.compatibility == "safe":
            verdicts[finding.id] = not_proven("it breaks nobody at this level")
            continue
        witness = found.witnesses[change.identifier]()
        verdicts[finding.id] = _verdict(finding, change, witness, request)
    return verdicts


def _verdict(
    finding: Finding, change: Change, witness: Witness | None, request: CompareRequest
) -> Verdict:
    if witness is None:
        return not_proven(change.doubt or "no value can show this; it follows from the contracts")
    receipt = Receipt(
        finding=finding.id,
        method="witness",
        subject=f"{change.subject} in {request.old} and {request.new}",
        before={"old version": witness.old_says},
        after={"new version": witness.new_says},
        control={"validator": witness.validator},
        witness=msgspec.json.encode(witness.value).decode(),
        limits=(_LIMIT,),
        repeat=f"backstay diff {request.old} {request.new}",
    )
    if witness.confirmed:
        return proven(receipt)
    return not_proven("the independent validator did not confirm the witness", receipt)
