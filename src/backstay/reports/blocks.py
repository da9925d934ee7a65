"""One finding as a block of the text report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.reports.characters import cells, visible, visible_lines, wrapped
from backstay.reports.measures import in_words, readings, sizes_in_words, witness_of
from backstay.reports.wording import counted, first_few, opening, place, sentence, verdict_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from backstay.model.envelope import Proof, ReportedFinding
    from backstay.practices.practice import Guidance, Practice
    from backstay.reports.ink import Ink

GUTTER = 10
MEASURES = 2
SITES = 3
WITNESS = 300  # characters of one, without --verbose
SQL_LINES = 16


class Page:
    """How to print, and what was already said, so that it is said once."""

    def __init__(
        self, *, ink: Ink, width: int, verbose: bool, guidance: Mapping[str, Practice]
    ) -> None:
        self.ink = ink
        self.width = width
        self.verbose = verbose
        self.guidance = guidance
        self._said: set[str] = set()

    def first_time(self, text: str) -> bool:
        """Whether ``text`` was not asked about before."""
        new = text not in self._said
        self._said.add(text)
        return new

    def lines(self, text: str, indent: int = 0) -> list[str]:
        """``text`` wrapped to the width that an indentation leaves."""
        return wrapped(text, self.width - indent)

    def labelled(
        self, label: str, text: str, mark: Callable[[str], str] | None = None
    ) -> Iterator[str]:
        """``text`` beside a label in the gutter; wrapped lines stay right of it."""
        head, *rest = self.lines(text, indent=GUTTER)
        gutter = (mark or self.ink.faint)(label) + " " * (GUTTER - cells(label))
        yield gutter + head
        yield from (" " * GUTTER + line for line in rest)

    def listed(self, label: str, texts: Iterable[str]) -> Iterator[str]:
        """Each text on its own lines; the label stands beside the first."""
        for number, text in enumerate(texts):
            yield from self.labelled("" if number else label, text)


def finding_block(finding: ReportedFinding, page: Page) -> Iterator[str]:
    """A finding in lines: what, where, why, how sure, where else, what to do."""
    yield from _head(finding, page)
    if finding.verdict == "refuted" and not page.verbose:
        yield from _verdict(finding, page)
        return
    practice = page.guidance.get(finding.practice)
    if practice is not None and page.first_time(f"practice {finding.practice}"):
        yield from _guidance(practice.guidance, page)
    note = visible(finding.stage_note or "")
    if note and page.first_time(f"stage {note}"):
        yield from page.labelled("Stage", note)
    if page.verbose:
        yield from page.listed(
            "Evidence", (f"{place(each.where)}  {visible(each.text)}" for each in finding.evidence)
        )
    yield from _verdict(finding, page)
    yield from _sites(finding, page)
    yield from _fix(finding, page)


def _head(finding: ReportedFinding, page: Page) -> Iterator[str]:
    severity = finding.severity
    head, *rest = page.lines(visible(finding.message), indent=GUTTER)
    label = page.ink.severity(severity.upper(), severity) + " " * (GUTTER - len(severity))
    yield label + page.ink.bold(head)
    yield from (" " * GUTTER + page.ink.bold(line) for line in rest)
    verdict = page.ink.verdict(verdict_in_words(finding), finding.verdict)
    origin = f"{visible(finding.practice)} {visible(finding.id)}"
    where = place(finding.where)
    used = GUTTER + cells(where) + 2 + cells(origin) + 2 + len(verdict_in_words(finding))
    if used <= page.width:
        yield f"{' ' * GUTTER}{where}  {page.ink.faint(origin)}  {verdict}"
    else:
        yield " " * GUTTER + where
        yield f"{' ' * GUTTER}{page.ink.faint(origin)}  {verdict}"


def _guidance(guidance: Guidance, page: Page) -> Iterator[str]:
    if not page.verbose:
        yield from page.labelled("Why", opening(guidance.why))
        return
    yield from page.labelled("Why", guidance.why)
    yield from page.labelled("Costs", guidance.trade_offs)
    yield from page.labelled("Instead", guidance.alternatives)
    yield from page.labelled("Upkeep", guidance.upkeep)
    yield from page.listed("See", guidance.references)


def _verdict(finding: ReportedFinding, page: Page) -> Iterator[str]:
    """What the experiment measured, or why there is no certainty (each reason once)."""
    ink, verdict = page.ink, finding.verdict
    label = {"proven": "Proven", "refuted": "Refuted", "not-proven": "Unproven"}[verdict]
    reason = visible(finding.reason or "")
    if finding.proof is None:
        if reason and (page.verbose or page.first_time(f"reason {reason}")):
            yield from page.labelled(label, reason, lambda text: ink.verdict(text, verdict))
        return
    yield from page.labelled(
        label, _measured(finding.proof, reason, page), lambda text: ink.verdict(text, verdict)
    )
    witness = visible(witness_of(finding.proof))
    if witness:
        whole = page.verbose or len(witness) <= WITNESS
        yield from page.labelled("Witness", witness if whole else f"{witness[:WITNESS]}...")
    if page.verbose:
        yield from page.listed("Measured", map(in_words, readings(finding.proof)))
        yield from page.listed("Limits", map(visible, finding.proof.limits))
        yield from page.labelled("Repeat", visible(finding.proof.repeat))


def _measured(proof: Proof, reason: str, page: Page) -> str:
    """The reason, and what was measured: with ``verbose`` the numbers have lines of their own."""
    numbers = [] if page.verbose else [in_words(each) for each in readings(proof)[:MEASURES]]
    sizes = sizes_in_words(proof)
    words = "; ".join(filter(None, (*numbers, f"at {sizes}" if sizes else "")))
    if page.verbose:
        trial = ", ".join(filter(None, (f"By {visible(proof.method)}", words)))
        return f"{sentence(reason)} {trial}.".strip()
    return f"{sentence(reason)} Measured: {words}" if reason else words


def _sites(finding: ReportedFinding, page: Page) -> Iterator[str]:
    if not finding.also:
        return
    if page.verbose:
        yield from page.listed(
            "Also",
            (
                f"{place(each.where)}  {visible(each.id)}  {visible(each.message)}"
                for each in finding.also
            ),
        )
        return
    few = first_few([place(site.where) for site in finding.also], SITES)
    yield from page.labelled("Also", f"at {counted(len(finding.also), 'more site')}: {few}")


def _fix(finding: ReportedFinding, page: Page) -> Iterator[str]:
    fix, indent = finding.fix, " " * GUTTER
    yield from page.labelled("Fix", visible(fix.text), page.ink.bold)
    if fix.sql:
        lines = visible_lines(fix.sql)
        most = len(lines) if page.verbose else SQL_LINES
        yield from (indent + page.ink.paste(line) for line in lines[:most])
        if len(lines) > most + 1:
            yield indent + page.ink.faint(f"-- and {len(lines) - most} more lines (--verbose)")
        else:
            yield from (indent + page.ink.paste(line) for line in lines[most:])
    if fix.patch and page.verbose:
        yield from page.labelled("Patch", "apply with: git apply")
        yield from (page.ink.paste(line) for line in visible_lines(fix.patch))
