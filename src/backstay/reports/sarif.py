"""SARIF 2.1.0, for code scanning and for editors.

Decisions:

- A result stands for one root cause; its other sites are related locations, the first of them
  linked in the message, because code scanning shows related locations only where they are linked.
- What was refuted is no result. GitHub shows each result as an open alert, also one of kind "pass"
  and one that is suppressed (codeql-action issue 1230), and a refuted finding must not fail
  anything. It is a notification of the run instead, beside what was not read and not checked.
- Files are relative to ``%SRCROOT%``, which the consumer knows; no path of this machine appears.
- Braces stay single although section 3.11.5 asks for double ones: consumers show the text as it
  is, and paths such as /orders/{id} are common. Only what would be a placeholder is doubled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from backstay.reports.characters import NO_BREAK, visible
from backstay.reports.encoding import json_text
from backstay.reports.measures import in_words, readings, sizes_in_words
from backstay.reports.sarif_places import location, related
from backstay.reports.sarif_rules import LEVELS, NOTIFICATIONS, rules
from backstay.reports.wording import place, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.model.envelope import Envelope, ReportedFinding
    from backstay.practices.practice import Practice

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LINKED = 5
MEASURES = 2
_PLACEHOLDER, _DOUBLED = re.compile(r"\{(\d+)\}"), r"{{\1}}"
_BRACKET, _ESCAPED = re.compile(r"[\[\]\\]"), r"\\\g<0>"


def render(envelope: Envelope, guidance: Mapping[str, Practice]) -> str:
    """One run with its rules, results and notifications."""
    names = sorted({each.practice for each in (*envelope.findings, *envelope.refuted)})
    index = {name: number for number, name in enumerate(names)}
    run = {
        "tool": {
            "driver": {
                "name": "Backstay",
                "version": envelope.backstay,
                "rules": rules(names, envelope, guidance),
                "notifications": NOTIFICATIONS,
            }
        },
        "automationDetails": {"id": f"backstay/{envelope.command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The folder that was reviewed."}}
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(envelope, index)),
            }
        ],
        "results": [_result(each, index) for each in envelope.findings],
        "properties": {"stage": envelope.stage, "stageSource": envelope.stage_source},
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(finding: ReportedFinding, index: Mapping[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.practice,
        "ruleIndex": index[finding.practice],
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [location(finding.where)],
        "partialFingerprints": {"backstayFinding/v1": finding.id},
        "properties": _properties(finding),
    }
    also = related(finding)
    if also:
        result["relatedLocations"] = also
    return result


def _message(finding: ReportedFinding) -> str:
    parts = [_plain(sentence(visible(finding.message)))]
    measured = _measured(finding)
    if finding.verdict == "proven" and measured:
        parts.append(_plain(f"Proven: {measured}."))
    elif finding.reason:
        parts.append(_plain(f"Not proven: {sentence(visible(finding.reason))}"))
    if finding.also:
        parts.append(f"Also at {_links(finding)}.")
    parts.append(_plain(f"Fix: {sentence(visible(finding.fix.text))}"))
    return " ".join(parts)


def _links(finding: ReportedFinding) -> str:
    links = [
        f"[{_PLACEHOLDER.sub(_DOUBLED, _BRACKET.sub(_ESCAPED, place(site.where)))}]({number})"
        for number, site in enumerate(finding.also[:LINKED], start=1)
    ]
    more = len(finding.also) - len(links)
    return ", ".join(links) + (f" and {more:,} more" if more else "")


def _measured(finding: ReportedFinding) -> str:
    if finding.proof is None:
        return ""
    numbers = [in_words(each) for each in readings(finding.proof)[:MEASURES]]
    sizes = sizes_in_words(finding.proof)
    return "; ".join(filter(None, (*numbers, f"at {sizes}" if sizes else "")))


def _plain(text: str) -> str:
    """Text that holds neither a link nor a placeholder of SARIF."""
    text = text.replace(NO_BREAK, " ").replace("](", "] (")
    return _PLACEHOLDER.sub(_DOUBLED, text)


def _properties(finding: ReportedFinding) -> dict[str, Any]:
    kept = {
        "id": finding.id,
        "area": finding.area,
        "severity": finding.severity,
        "verdict": finding.verdict,
        "reason": finding.reason,
        "stageNote": finding.stage_note,
        "fix": finding.fix,
        "proof": finding.proof,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _notifications(envelope: Envelope, index: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for unread in envelope.unread:
        text = f"Not read: {visible(unread.file)}: {visible(unread.why)}"
        yield _notification("unread", "warning", text) | {"locations": [location(unread)]}
    for unchecked in envelope.not_checked:
        text = f"Not checked: {visible(unchecked.what)}: {visible(unchecked.why)}"
        yield _notification("not-checked", "note", text)
    for finding in envelope.refuted:
        reason = sentence(visible(finding.reason or ""))
        text = f"Refuted: {sentence(visible(finding.message))} {reason} {_measured(finding)}"
        yield _notification("refuted", "note", text.rstrip()) | {
            "associatedRule": {"id": finding.practice, "index": index[finding.practice]},
            "locations": [location(finding.where)],
            "properties": _properties(finding),
        }


def _notification(name: str, level: str, text: str) -> dict[str, Any]:
    number = [each["id"] for each in NOTIFICATIONS].index(name)
    return {
        "descriptor": {"id": name, "index": number},
        "level": level,
        "message": {"text": _plain(text)},
    }
