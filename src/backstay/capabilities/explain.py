from __future__ import annotations

import re
from typing import Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.capabilities.findings import finding_with_id
from backstay.model.envelope import ReportedFinding
from backstay.model.events import Emit, unheard
from backstay.model.findings import Area, Severity, Stage
from backstay.practices.catalogue import practice_named
from backstay.practices.practice import Example, Guidance

_FINDING_ID = re.compile(r"[0-9a-f]{12}\Z")


class ExplainInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to explain."""

    subject: Annotated[
        str,
        Option(
            help="name of a practice, or id of a finding", positional=True, metavar="NAME-OR-ID"
        ),
    ]
    target: Annotated[
        tuple[str, ...], Option(help="where to look for a finding by id", metavar="PATH")
    ] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All about a practice, and about one finding of it where that was asked for."""

    practice: str
    area: Area
    severity: Severity
    summary: str
    guidance: Guidance
    examples: tuple[Example, ...]
    stages: dict[Stage, str]
    proof: str | None
    finding: ReportedFinding | None = None


def explain(given: ExplainInput, emit: Emit = unheard) -> Explanation:
    """Say all about a practice or a finding.

    Raises:
        BadRequest: there is no practice of that name, or no finding of that id.
    """
    found = None
    name = given.subject
    if _FINDING_ID.match(name):
        found = finding_with_id(name, given.target, emit)
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
    )


def show(output: Explanation) -> str:
    """The explanation as Markdown; the page in the documentation is this text."""
    guidance = output.guidance
    lines = [f"# {output.practice}", "", output.summary, ""]
    if output.finding is not None:
        where = output.finding.where
        place = f"{where.file}:{where.line}" if where.file else where.object
        lines += [f"**{output.finding.message}** ({place}, {output.finding.verdict})", ""]
        lines += [f"- {each.text}" for each in output.finding.evidence] + [""]
    proof = f", proven by {output.proof}" if output.proof else ""
    lines += [f"Area {output.area}, severity {output.severity}{proof}.", ""]
    for title, text in (
        ("Why", guidance.why),
        ("Fix", guidance.fix),
        ("Trade-offs", guidance.trade_offs),
        ("Alternatives", guidance.alternatives),
        ("Upkeep", guidance.upkeep),
    ):
        lines += [f"## {title}", "", text, ""]
    if output.stages:
        lines += ["## By stage", ""]
        lines += [f"- {stage}: {text}" for stage, text in output.stages.items()] + [""]
    for example in output.examples:
        lines += [f"## {example.kind.title()}: `{example.file}`", ""]
        lines += [f"```{_language(example.file)}", example.text.rstrip(), "```", ""]
    lines += ["## References", "", *(f"- {each}" for each in guidance.references)]
    return "\n".join(lines)


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
)
