"""From groups of findings to the shapes that reports show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.model.changes import Change
from backstay.model.envelope import (
    Evidence,
    Location,
    OfferedFix,
    Proof,
    ReportedChange,
    ReportedFinding,
    Site,
)
from backstay.practices.catalogue import practice_named
from backstay.project.secrets import mask, masked
from backstay.review.locations import locations
from backstay.review.patches import patch_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backstay.model.backend import Backend
    from backstay.model.facts import Fact
    from backstay.model.findings import Finding, Stage
    from backstay.model.places import Where
    from backstay.model.verdicts import Receipt
    from backstay.readers.sources import Sources
    from backstay.review.ranking import Group


def reported(
    groups: Sequence[Group], backend: Backend, sources: Sources, stage: Stage
) -> list[ReportedFinding]:
    """Each group as reports show it, with lines and columns, and with secrets masked."""
    found = locations(_places(groups), sources)
    return [_finding(group, found, backend, sources, stage) for group in groups]


def _places(groups: Iterable[Group]) -> Iterable[Where]:
    for group in groups:
        yield from (finding.site for finding in group.findings)
        yield from (fact.where for fact in group.first.evidence)
        change = group.first.evidence[0]
        if isinstance(change, Change):
            yield from (where for where in (change.old, change.new) if where is not None)


def _finding(
    group: Group,
    found: Mapping[Where, Location],
    backend: Backend,
    sources: Sources,
    stage: Stage,
) -> ReportedFinding:
    first = group.first
    proof = group.verdict.proof
    return ReportedFinding(
        id=first.id,
        practice=first.practice,
        area=first.area,
        severity=first.severity or "info",
        message=mask(first.message),
        where=found[first.site],
        also=tuple(
            Site(id=each.id, where=found[each.site], message=mask(each.message))
            for each in group.findings[1:]
        ),
        evidence=tuple(
            Evidence(kind=fact.kind, text=mask(str(fact)), where=found[fact.where])
            for fact in first.evidence
        ),
        fix=_fix(first, backend, sources, refuted=group.verdict.state == "refuted"),
        verdict=group.verdict.state,
        reason=mask(group.verdict.reason) if group.verdict.reason else None,
        proof=_proof(masked(proof)) if proof else None,
        stage_note=practice_named(first.practice).stages.get(stage),
        change=_change(first.evidence[0], found),
    )


def _change(fact: Fact, found: Mapping[Where, Location]) -> ReportedChange | None:
    if not isinstance(fact, Change):
        return None
    return ReportedChange(
        kind=fact.change,
        compatibility=fact.compatibility,
        direction=fact.direction,
        operation=fact.operations[0] if fact.operations else None,
        operations=fact.operations,
        path=fact.subject,
        old=found[fact.old] if fact.old is not None else None,
        new=found[fact.new] if fact.new is not None else None,
        breaks=fact.breaks,
    )


def _fix(finding: Finding, backend: Backend, sources: Sources, *, refuted: bool) -> OfferedFix:
    """The fix; nothing to paste where an experiment showed that there is nothing to mend."""
    text = mask(finding.fix.text)
    if refuted:
        return OfferedFix(text=text)
    sql = finding.fix.sql
    return OfferedFix(
        text=text,
        sql=mask(sql) if sql else None,
        patch=patch_of(finding, backend, sources),
    )


def _proof(receipt: Receipt) -> Proof:
    return Proof(
        receipt=receipt.receipt,
        method=receipt.method,
        before=receipt.before,
        after=receipt.after,
        control=receipt.control,
        sizes=receipt.sizes,
        limits=receipt.limits,
        repeat=receipt.repeat,
        witness=msgspec.json.decode(receipt.witness) if receipt.witness else None,
    )
