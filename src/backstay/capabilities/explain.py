from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec

from backstay.capabilities.brief import BriefFinding, brief_finding
from backstay.capabilities.capability import Capability, Option, Tool
from backstay.capabilities.findings import finding_with_id
from backstay.capabilities.pages import Page
from backstay.model.envelope import ReportedFinding
from backstay.model.events import Emit, unheard
from backstay.model.findings import Area, Severity, Stage
from backstay.model.verdicts import Receipt
from backstay.practices.catalogue import practice_named
from backstay.practices.practice import Example, Guidance
from backstay.project.ledger import Ledger
from backstay.reports.characters import visible, visible_lines
from backstay.reports.wording import place
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

_FINDING_ID = re.compile(r"[0-9a-f]{12}\Z")


class ExplainInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to explain."""

    subject: Annotated[
        str,
        Option(
            help="name of a practice, or id of a finding or receipt",
            positional=True,
            metavar="NAME-OR-ID",
        ),
    ]
    target: Annotated[
        tuple[str, ...],
        Option(help="where to look for a finding by id", metavar="PATH", path=True, tool=False),
    ] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All about a practice, and about one finding of it or a receipt where that was asked for."""

    practice: str
    area: Area
    severity: Severity
    summary: str
    guidance: Guidance
    examples: tuple[Example, ...]
    stages: dict[Stage, str]
    proof: str | None
    finding: ReportedFinding | None = None
    receipt: Receipt | None = None


def explain(given: ExplainInput, emit: Emit = unheard) -> Explanation:
    """Say all about a practice, a finding or a receipt.

    Raises:
        BadRequest: there is no practice of that name, or no finding or receipt of that id.
    """
    found, receipt = None, None
    name = given.subject
    if _FINDING_ID.match(name):
        ledger = Ledger.of_user(resolve_targets(given.target).root)
        receipt = ledger.get(name)
        found = finding_with_id(receipt.finding if receipt else name, given.target, emit)
        receipt = receipt or ledger.latest_for(found.id)
        name = found.practice
    practice = practice_named(name)
    return Explanation(
        practice=practice.name,
        area=practice.area,
        severity=practice.severity,
        summary=practice.summary,
        guidance=practice.guidance,
        examples=practice.examples,
        stages=practice.stages,
        proof=practice.proof,
        finding=found,
        receipt=receipt,
    )


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A titled part of an explanation, in Markdown."""

    title: str
    text: str


def sections_of(output: Explanation) -> Iterator[Section]:
    """The parts of an explanation, what is special to the finding first."""
    guidance = output.guidance
    if output.finding is not None:
        yield Section(title="Evidence", text=_evidence(output.finding, output.receipt))
        if output.finding.fix.sql or output.finding.fix.patch:
            yield Section(title="Fix here", text=_fix(output.finding))
    if output.receipt is not None:
        yield Section(title="Receipt", text=_receipt(output.receipt))
    yield Section(title="Why", text=guidance.why)
    yield Section(title="Fix", text=guidance.fix)
    yield Section(title="Trade-offs", text=guidance.trade_offs)
    yield Section(title="Alternatives", text=guidance.alternatives)
    yield Section(title="Upkeep", text=guidance.upkeep)
    if output.stages:
        words = (f"- {stage}: {text}" for stage, text in output.stages.items())
        yield Section(title="By stage", text="\n".join(words))
    for example in output.examples:
        yield Section(
            title=f"{example.kind.title()}: `{example.file}`",
            text=_fenced(example.text, _language(example.file)),
        )
    yield Section(title="References", text="\n".join(f"- {each}" for each in guidance.references))


def _evidence(finding: ReportedFinding, receipt: Receipt | None) -> str:
    lines = [f"- {visible(each.text)} ({place(each.where)})" for each in finding.evidence]
    lines += [f"- also: {visible(each.message)} ({place(each.where)})" for each in finding.also]
    if finding.reason and receipt is None:
        lines.append(f"- {finding.verdict}: {visible(finding.reason)}")
    return "\n".join(lines)


def _fix(finding: ReportedFinding) -> str:
    parts = [visible(finding.fix.text)]
    parts += [_fenced(finding.fix.sql, "sql")] if finding.fix.sql else []
    parts += [_fenced(finding.fix.patch, "diff")] if finding.fix.patch else []
    return "\n\n".join(parts)


def _receipt(receipt: Receipt) -> str:
    lines = [f"- {receipt.receipt}: {receipt.method} on {visible(receipt.subject)}"]
    for name in ("before", "after", "control", "sizes"):
        values = ", ".join(f"{key} {value}" for key, value in getattr(receipt, name).items())
        lines += [f"- {name}: {visible(values)}"] if values else []
    lines += [f"- not shown: {visible(each)}" for each in receipt.limits]
    return "\n".join([*lines, f"- repeat: `{visible(receipt.repeat)}`"])


def _fenced(text: str, language: str) -> str:
    """A block of code that its text cannot end."""
    lines = visible_lines(text)
    longest = max((len(each) - len(each.lstrip("`")) for each in lines), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])


def show(output: Explanation) -> str:
    """The explanation as Markdown; the page in the documentation is this text."""
    return "\n".join(_lines(brief(output)))


def _lines(page: ExplanationPage) -> Iterator[str]:
    yield from (f"# {page.practice}", "", page.summary, "")
    if page.finding is not None:
        where, verdict = place(page.finding.where), page.finding.verdict
        shown = f"{where}, {verdict}" if verdict != "not-proven" else where
        yield from (f"**{visible(page.finding.message)}** ({shown})", "")
    proof = f", proven by {page.proof}" if page.proof else ""
    yield f"Area {page.area}, severity {page.severity}{proof}."
    for section in page.sections:
        yield from ("", f"## {section.title}", "", section.text)


class ExplanationPage(Page, frozen=True, kw_only=True):
    """A part of an explanation: its sections one after the other."""

    practice: str
    area: Area
    severity: Severity
    summary: str
    proof: str | None
    finding: BriefFinding | None
    sections: tuple[Section, ...]


def brief(output: Explanation) -> ExplanationPage:
    """All sections as one page."""
    return ExplanationPage(
        practice=output.practice,
        area=output.area,
        severity=output.severity,
        summary=output.summary,
        proof=output.proof,
        finding=brief_finding(output.finding) if output.finding else None,
        sections=tuple(sections_of(output)),
    )


def show_page(page: ExplanationPage) -> str:
    """The sections of a page as Markdown."""
    return "\n".join(_lines(page))


def _language(file: str) -> str:
    suffix = file.rpartition(".")[2].lower()
    known = {"sql": "sql", "yaml": "yaml", "yml": "yaml", "json": "json"}
    return known.get(suffix, "dockerfile")


CAPABILITY = Capability(
    name="explain",
    summary="Say all about a practice or a finding: why, fix, trade-offs, upkeep",
    example="backstay explain foreign-key-without-index",
    effect="reads",
    input=ExplainInput,
    output=Explanation,
    run=explain,
    show=show,
    tool=Tool(
        description=(
            "All about a practice by name, or a finding or receipt by id: evidence, patch,"
            " why, trade-offs, alternatives, upkeep, examples."
        ),
        effect="reads",
        output=ExplanationPage,
        brief=brief,
        show=show_page,
        lists=("sections",),
    ),
)
