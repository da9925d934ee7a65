"""Findings in brief, for tools: what is wrong and where; ``explain`` says the rest by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.capabilities.pages import Page
from backstay.model.envelope import Envelope, Location, ReportedFinding, Unchecked, UnreadFile
from backstay.model.findings import Area, Severity, Stage
from backstay.reports.characters import visible
from backstay.reports.wording import counted, opening, place

if TYPE_CHECKING:
    from collections.abc import Iterator


_MOST_NAMES = 10
LISTS = ("findings", "refuted", "unread", "not_checked")


class BriefFix(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do, in words, and statements to paste."""

    text: str
    sql: str | None = None


class BriefFinding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A root cause.

    Attributes:
        id: for explain and prove.
        sites: in how many places it stands; ``where`` is the first.
        reason: why an experiment did not confirm it.
        receipt: id of the experiment's record.
    """

    id: str
    practice: str
    area: Area
    severity: Severity
    verdict: str
    message: str
    where: Location
    fix: BriefFix
    sites: int = 1
    reason: str | None = None
    receipt: str | None = None


class BriefSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all pages."""

    findings: int
    proven: int
    refuted: int
    approved: int
    by_severity: dict[str, int]


class FindingsPage(Page, frozen=True, kw_only=True):
    """A part of a report. Pages hold the findings by rank, then what was refuted, then gaps."""

    command: str
    targets: tuple[str, ...]
    stage: Stage
    filters: tuple[str, ...]
    summary: BriefSummary
    findings: tuple[BriefFinding, ...]
    refuted: tuple[BriefFinding, ...]
    unread: tuple[UnreadFile, ...]
    not_checked: tuple[Unchecked, ...]


def brief(envelope: Envelope) -> FindingsPage:
    """A report as one page that holds all of it in brief."""
    counts = envelope.summary
    return FindingsPage(
        command=envelope.command,
        targets=_few(envelope.targets),
        stage=envelope.stage,
        filters=_few(envelope.filters),
        summary=BriefSummary(
            findings=counts.findings,
            proven=counts.proven,
            refuted=counts.refuted,
            approved=counts.approved,
            by_severity=counts.by_severity,
        ),
        findings=tuple(map(brief_finding, envelope.findings)),
        refuted=tuple(map(brief_finding, envelope.refuted)),
        unread=envelope.unread,
        not_checked=envelope.not_checked,
    )


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    """What was asked for, which stands on every page: the first, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return (*names[:_MOST_NAMES], f"and {more:,} more") if more > 0 else names


def brief_finding(finding: ReportedFinding) -> BriefFinding:
    """A finding without its evidence, patch and numbers."""
    tested = finding.proof is not None or finding.verdict != "not-proven"
    where = finding.where
    return BriefFinding(
        id=finding.id,
        practice=finding.practice,
        area=finding.area,
        severity=finding.severity,
        verdict=finding.verdict,
        message=finding.message,
        where=Location(
            file=where.file,
            line=where.line,
            column=where.column,
            system=where.system,
            object=where.object,
        ),
        sites=1 + len(finding.also),
        fix=BriefFix(text=opening(finding.fix.text, 160), sql=finding.fix.sql),
        reason=finding.reason if tested else None,
        receipt=finding.proof.receipt if finding.proof else None,
    )


def show(page: FindingsPage) -> str:
    """A page of a report as text: a line or three for each finding."""
    return "\n".join(_lines(page))


def _lines(page: FindingsPage) -> Iterator[str]:
    yield _headline(page)
    for finding in page.findings:
        yield ""
        yield from _finding(finding)
    for finding in page.refuted:
        yield ""
        yield "refuted by experiment, no fault:"
        yield from _finding(finding)
    yield from (f"\nunread: {visible(each.file)}: {visible(each.why)}" for each in page.unread)
    yield from (
        f"\nnot checked: {visible(each.what)}: {visible(each.why)}" for each in page.not_checked
    )


def _headline(page: FindingsPage) -> str:
    counts = page.summary
    severities = ", ".join(f"{count} {name}" for name, count in counts.by_severity.items())
    parts = [f"{counted(counts.findings, 'finding')}{f' ({severities})' if severities else ''}"]
    parts += [f"{counts.proven} proven"] if counts.proven else []
    parts += [f"{counts.refuted} refuted"] if counts.refuted else []
    parts += [f"{counts.approved} approved and left out"] if counts.approved else []
    told = f"{page.command} {' '.join(map(visible, page.targets))}: {', '.join(parts)}"
    filters = f"; only {' '.join(map(visible, page.filters))}" if page.filters else ""
    return f"{told}; stage {page.stage}{filters}"


def _finding(finding: BriefFinding) -> Iterator[str]:
    more = f" and {counted(finding.sites - 1, 'other place')}" if finding.sites > 1 else ""
    yield f"{finding.id} {finding.severity} {finding.practice} {place(finding.where)}{more}"
    receipt = f" (receipt {finding.receipt})" if finding.receipt else ""
    verdict = f" [{finding.verdict}{receipt}]" if receipt or finding.verdict != "not-proven" else ""
    yield f"  {visible(finding.message)}{verdict}"
    if finding.reason:
        yield f"  reason: {visible(finding.reason)}"
    fix = visible(finding.fix.sql or finding.fix.text)
    if fix:
        yield f"  fix: {fix}"
