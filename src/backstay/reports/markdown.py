"""Markdown for a pull request: a table of the worst findings, and behind it what to do about them.

It stays below the length that forges allow for a comment, and says what it leaves out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from backstay.model.findings import SEVERITIES
from backstay.reports.markdown_escapes import code, fenced, in_html, inline
from backstay.reports.measures import in_words, readings, sizes_in_words, witness_of
from backstay.reports.wording import (
    by_reason,
    command_line,
    counted,
    first_few,
    nothing_found,
    opening,
    place,
    sentence,
    severities,
    stage_in_words,
    tally,
    verdict_in_words,
    what_was_read,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backstay.model.envelope import Envelope, Proof, ReportedFinding
    from backstay.practices.practice import Practice

SHOWN = 20
LONGEST = 60_000  # characters; GitHub takes 65,536 for a comment
MEASURES = 3
SITES = 5
LINES = 40
KINDS = 8
REASONS = 12


def render(envelope: Envelope, guidance: Mapping[str, Practice]) -> str:
    """The comment, ready to post."""
    overview = [*_overview(envelope)]
    footer = _footer(envelope)
    left = LONGEST - sum(len(each) + 2 for each in (*overview, footer))
    gaps = [*_fitting([*_gaps(envelope), *_refuted(envelope)], left // 2)]
    left -= sum(len(each) + 2 for each in gaps)
    shown = envelope.findings[:SHOWN]
    details = [*_fitting([_details(each, guidance) for each in shown], left)]
    return "\n\n".join((*overview, *details, *gaps, footer)) + "\n"


def _fitting(blocks: Sequence[str], left: int) -> Iterator[str]:
    """The blocks as long as they fit; of those that do not, their number."""
    for number, block in enumerate(blocks):
        left -= len(block) + 2
        if left < 0:
            yield f"{counted(len(blocks) - number, 'more section')} did not fit into this comment."
            return
        yield block


def _overview(envelope: Envelope) -> Iterator[str]:
    read = what_was_read(envelope.summary.read, KINDS)
    if not envelope.findings:
        yield "### Backstay: nothing found"
        yield inline(nothing_found(envelope, read))
        return
    yield f"### Backstay: {counted(envelope.summary.findings, 'finding')}"
    yield inline(f"{tally(envelope)}.")
    rows = [_row(each) for each in envelope.findings[:SHOWN]]
    yield "\n".join(
        ("| Severity | Finding | Where | Verdict |", "| --- | --- | --- | --- |", *rows)
    )
    rest = envelope.findings[SHOWN:]
    if rest:
        yield f"and {len(rest):,} more: {severities(Counter(each.severity for each in rest))}"


def _row(finding: ReportedFinding) -> str:
    where = code(place(finding.where), in_table=True)
    if finding.also:
        where += f" and {counted(len(finding.also), 'more site')}"
    severity = finding.severity
    shown = f"**{severity}**" if severity in SEVERITIES[:2] else severity
    return f"| {shown} | {inline(finding.message)} | {where} | {verdict_in_words(finding)} |"


def _details(finding: ReportedFinding, guidance: Mapping[str, Practice]) -> str:
    fix = finding.fix
    summary = f"<b>{finding.severity}</b> {in_html(finding.message)}"
    parts = [f"<details>\n<summary>{summary}</summary>"]
    practice = guidance.get(finding.practice)
    if practice is not None:
        parts.append(f"**Why.** {inline(opening(practice.guidance.why, 400))}")
    if finding.stage_note:
        parts.append(f"**At this stage.** {inline(finding.stage_note)}")
    parts.append(_verdict(finding))
    if finding.also:
        places = [code(place(each.where)) for each in finding.also]
        parts.append(f"**Also at** {first_few(places, SITES)}.")
    parts.append(f"**Fix.** {inline(fix.text)}")
    if fix.sql:
        parts.append(fenced(fix.sql, "sql", LINES))
    if finding.proof is not None and finding.proof.witness is not None:
        parts.append(f"**Witness.** {code(witness_of(finding.proof))}")
    if fix.patch:
        parts.append(fenced(fix.patch, "diff", LINES))
    origin = [code(place(finding.where)), code(finding.practice), code(finding.id)]
    if finding.proof is not None and finding.proof.repeat:
        origin.append(f"repeat with {code(finding.proof.repeat)}")
    parts += [", ".join(origin), "</details>"]
    return "\n\n".join(parts)


def _verdict(finding: ReportedFinding) -> str:
    words = [f"**{verdict_in_words(finding).capitalize()}.**"]
    if finding.reason:
        words.append(inline(sentence(finding.reason)))
    if finding.proof is not None:
        words.append(_measured(finding.proof))
    return " ".join(words)


def _measured(proof: Proof) -> str:
    numbers = [inline(in_words(each)) for each in readings(proof)[:MEASURES]]
    sizes = sizes_in_words(proof)
    text = "; ".join(filter(None, (*numbers, f"at {inline(sizes)}" if sizes else "")))
    limits = " ".join(inline(sentence(each)) for each in proof.limits)
    return f"{text}. {limits}".strip()


def _refuted(envelope: Envelope) -> Iterator[str]:
    if not envelope.refuted:
        return
    lines = [
        f"- {inline(each.message)} ({code(place(each.where))}). {_verdict(each)}"
        for each in envelope.refuted[:SHOWN]
    ]
    if len(envelope.refuted) > SHOWN:
        lines.append(f"- and {len(envelope.refuted) - SHOWN:,} more")
    title = f"Refuted: {counted(len(envelope.refuted), 'suspicion')}, tried and not so here"
    yield _folded(title, lines)


def _gaps(envelope: Envelope) -> Iterator[str]:
    unread = [(each.file, each.why) for each in envelope.unread]
    if unread:
        yield _folded(f"Not read: {counted(len(unread), 'file')}", _reasons(unread))
    unchecked = [(each.what, each.why) for each in envelope.not_checked]
    if unchecked:
        yield _folded(f"Not checked: {len(unchecked):,}", _reasons(unchecked))


def _reasons(pairs: Sequence[tuple[str, str]]) -> list[str]:
    reasons = by_reason(pairs)
    lines = [
        f"- {first_few([code(each) for each in whats], SITES)}: {inline(why)}"
        for why, whats in reasons[:REASONS]
    ]
    if len(reasons) > REASONS:
        left = sum(len(whats) for _, whats in reasons[REASONS:])
        lines.append(f"- and {left:,} more for other reasons")
    return lines


def _folded(title: str, lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def _footer(envelope: Envelope) -> str:
    read = what_was_read(envelope.summary.read, KINDS)
    words = [f"{code(command_line(envelope))}, stage {inline(stage_in_words(envelope))}."]
    if envelope.findings and read:
        words.append(f"Read {inline(read)}.")
    return " ".join(words)
