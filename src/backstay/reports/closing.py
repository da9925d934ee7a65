"""The end of the text report: the refuted, the gaps, the sums and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.findings import SEVERITIES
from backstay.reports.blocks import GUTTER, finding_block
from backstay.reports.characters import cells, visible
from backstay.reports.wording import (
    by_reason,
    command_line,
    counted,
    first_few,
    nothing_found,
    tally,
    what_was_read,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.model.envelope import Envelope
    from backstay.reports.blocks import Page

REASONS = 6
EXAMPLES = 3
KINDS = 7


def refuted(envelope: Envelope, page: Page) -> Iterator[str]:
    """What was suspected and measured to be otherwise."""
    if not envelope.refuted:
        return
    yield ""
    yield from _bold(page, "Refuted: suspected, tried, and not so here. Nothing to do.")
    for finding in envelope.refuted:
        yield ""
        yield from finding_block(finding, page)


def gaps(envelope: Envelope, page: Page) -> Iterator[str]:
    """What was not read and what was not checked, with the reasons."""
    unread = [(each.file, each.why) for each in envelope.unread]
    yield from _gap("Not read", "file", unread, page)
    unchecked = [(each.what, each.why) for each in envelope.not_checked]
    yield from _gap("Not checked", "", unchecked, page)


def _gap(title: str, noun: str, pairs: list[tuple[str, str]], page: Page) -> Iterator[str]:
    if not pairs:
        return
    yield ""
    yield page.ink.bold(f"{title}: {counted(len(pairs), noun) if noun else f'{len(pairs):,}'}")
    reasons = by_reason(pairs)
    most = len(reasons) if page.verbose else REASONS
    for why, whats in reasons[:most]:
        named = ", ".join(whats) if page.verbose else first_few(whats, EXAMPLES)
        head, *rest = page.lines(f"{named}: {why}", indent=4)
        yield "  - " + head
        yield from ("    " + line for line in rest)
    if len(reasons) > most:
        left = sum(len(whats) for _, whats in reasons[most:])
        others = counted(len(reasons) - most, "other reason")
        yield f"    and {left:,} more for {others} (--verbose)"


def summary(envelope: Envelope, page: Page) -> Iterable[str]:
    """The sums, what was read, and what to do next."""
    yield ""
    read = what_was_read(envelope.summary.read, 100 if page.verbose else KINDS)
    if envelope.summary.findings:
        yield from _bold(page, f"{tally(envelope)}.")
        yield from page.lines(f"Read {read}.")
    else:
        yield from _bold(page, nothing_found(envelope, read))
        if tally(envelope):
            yield from page.lines(f"{tally(envelope)}.")
    yield from _failing(envelope, page)
    yield from _next(envelope, page)


def _bold(page: Page, text: str) -> Iterator[str]:
    return (page.ink.bold(line) for line in page.lines(text))


def _failing(envelope: Envelope, page: Page) -> Iterator[str]:
    names = [str(each) for each in SEVERITIES]
    if envelope.fail_on not in names:
        return
    counts = envelope.summary.by_severity
    failing = sum(counts.get(each, 0) for each in names[: names.index(envelope.fail_on) + 1])
    if failing:
        text = f"{counted(failing, 'finding')} at or above --fail-on {envelope.fail_on}."
        yield from page.lines(text)


def _next(envelope: Envelope, page: Page) -> Iterator[str]:
    hints = list(_hints(envelope, page))
    for number, (command, purpose) in enumerate(hints):
        label = page.ink.faint("Next") + " " * (GUTTER - 4) if number == 0 else " " * GUTTER
        if GUTTER + cells(command) + 2 + cells(purpose) <= page.width:
            yield f"{label}{page.ink.paste(command)}  {page.ink.faint(purpose)}"
            continue
        yield label + page.ink.paste(command)
        yield from (
            " " * (GUTTER + 2) + page.ink.faint(line)
            for line in page.lines(purpose, indent=GUTTER + 2)
        )


def _hints(envelope: Envelope, page: Page) -> Iterator[tuple[str, str]]:
    if not envelope.findings:
        return
    practice = visible(envelope.findings[0].practice)
    if practice in page.guidance:
        yield f"backstay explain {practice}", "why, what it costs, what else one could do"
    # Those that were put to the test and stay unproven give another reason.
    provable = sum("--prove" in (each.reason or "") for each in envelope.findings)
    if provable:
        yield (
            f"{command_line(envelope)} --prove",
            f"put {counted(provable, 'finding')} to the test on a throw-away database",
        )
    if not page.verbose and envelope.command == "review":
        patches = sum(1 for each in envelope.findings if each.fix.patch)
        more = f", {counted(patches, 'patch')}" if patches else ""
        tried = any(each.proof for each in (*envelope.findings, *envelope.refuted))
        again = f"{command_line(envelope)}{' --prove' if tried else ''} --verbose"
        yield again, f"evidence, limits, every site{more}"
