"""The report for people at a terminal: ranked, short, with what can be pasted set apart.

Each finding is a block: its severity and message, its place, then labelled lines. What a practice
says of itself stands at its first finding only. A long report shows the first findings in full
and the rest by practice; ``verbose`` shows all of everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.reports import closing
from backstay.reports.blocks import Page, finding_block
from backstay.reports.characters import visible
from backstay.reports.ink import Ink
from backstay.reports.wording import command_line, first_few, place, stage_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstay.model.envelope import Envelope, ReportedFinding
    from backstay.practices.practice import Practice

IN_FULL = 25
WIDEST = 110  # longer lines of prose are hard to read
NARROWEST = 40


def render(
    envelope: Envelope,
    guidance: Mapping[str, Practice],
    *,
    colour: bool = False,
    width: int = 80,
    verbose: bool = False,
) -> str:
    """The report in lines of at most ``width`` columns, except for what is to be copied whole."""
    page = Page(
        ink=Ink(colour=colour),
        width=min(max(width, NARROWEST), WIDEST),
        verbose=verbose,
        guidance=guidance,
    )
    shown = len(envelope.findings) if verbose else IN_FULL
    lines = [*_title(envelope, page)]
    for finding in envelope.findings[:shown]:
        lines += ["", *finding_block(finding, page)]
    lines += _more(envelope.findings[shown:], page)
    lines += closing.refuted(envelope, page)
    lines += closing.gaps(envelope, page)
    lines += closing.summary(envelope, page)
    return "\n".join(lines) + "\n"


render_text = render  # for callers that also import other reports


def _title(envelope: Envelope, page: Page) -> Iterable[str]:
    text = f"{command_line(envelope)}  stage {stage_in_words(envelope)}"
    return [page.ink.faint(line) for line in page.lines(text)]


def _more(findings: tuple[ReportedFinding, ...], page: Page) -> Iterable[str]:
    """What is not shown in full: a line or two for each practice and severity."""
    if not findings:
        return
    yield ""
    yield page.ink.bold(f"And {len(findings):,} more findings, all with --verbose:")
    grouped: dict[tuple[str, str], list[ReportedFinding]] = {}
    for finding in findings:
        grouped.setdefault((finding.severity, finding.practice), []).append(finding)
    for (_, practice), group in grouped.items():
        label = page.ink.severity(f"{group[0].severity.upper():<9}", group[0].severity)
        places = first_few([place(each.where) for each in group], 3)
        head, *rest = page.lines(f"{len(group):,} {visible(practice)}: {places}", indent=9)
        yield label + head
        yield from (" " * 9 + line for line in rest)
