"""Practices as SARIF rules, with their guidance as help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backstay.reports.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backstay.model.envelope import Envelope
    from backstay.model.findings import Area, Severity
    from backstay.practices.practice import Guidance, Practice

LEVELS: dict[Severity, str] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
# GitHub shows critical above 9.0, high from 7.0, medium from 4.0, low above 0.
SECURITY_SEVERITY: dict[Severity, str] = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.5",
    "low": "2.5",
    "info": "0.0",
}
NOTIFICATIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "unread",
        "shortDescription": {"text": "A file that was not read, so that nothing is said about it."},
    },
    {
        "id": "not-checked",
        "shortDescription": {"text": "Something that was not checked, and why."},
    },
    {
        "id": "refuted",
        "shortDescription": {"text": "A suspicion that an experiment refuted: nothing to do."},
    },
)


def rules(
    names: Sequence[str], envelope: Envelope, guidance: Mapping[str, Practice]
) -> list[dict[str, Any]]:
    """A rule for each name; one without guidance has what its findings tell."""
    areas: dict[str, tuple[Area, Severity]] = {
        each.practice: (each.area, each.severity)
        for each in (*envelope.refuted, *reversed(envelope.findings))
    }
    return [
        _rule(guidance[name]) if name in guidance else _bare_rule(name, *areas[name])
        for name in names
    ]


def _bare_rule(name: str, area: Area, severity: Severity) -> dict[str, Any]:
    return {
        "id": name,
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": _properties(area, severity),
    }


def _rule(practice: Practice) -> dict[str, Any]:
    rule = _bare_rule(practice.name, practice.area, practice.severity) | {
        "name": "".join(word.capitalize() for word in practice.name.split("-")),
        "shortDescription": {"text": practice.summary},
        "fullDescription": {"text": f"{sentence(practice.summary)} {practice.guidance.why}"},
        "help": {"text": _help(practice.guidance), "markdown": _help_markdown(practice.guidance)},
    }
    if practice.aliases:
        rule["deprecatedIds"] = practice.aliases
    return rule


def _properties(area: Area, severity: Severity) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "tags": ["backend", area],
        "problem.severity": {"error": "error", "warning": "warning"}.get(
            LEVELS[severity], "recommendation"
        ),
    }
    if area == "security":
        properties["security-severity"] = SECURITY_SEVERITY[severity]
    return properties


def _sections(guidance: Guidance) -> tuple[tuple[str, str], ...]:
    return (
        ("Why", guidance.why),
        ("Fix", guidance.fix),
        ("Trade-offs", guidance.trade_offs),
        ("Alternatives", guidance.alternatives),
        ("Upkeep", guidance.upkeep),
    )


def _help(guidance: Guidance) -> str:
    paragraphs = [f"{title}: {text}" for title, text in _sections(guidance)]
    paragraphs += [f"See: {reference}" for reference in guidance.references]
    return "\n\n".join(paragraphs)


def _help_markdown(guidance: Guidance) -> str:
    paragraphs = [f"**{title}.** {text}" for title, text in _sections(guidance)]
    if guidance.references:
        paragraphs.append("\n".join(f"- <{reference}>" for reference in guidance.references))
    return "\n\n".join(paragraphs)
