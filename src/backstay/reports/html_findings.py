"""One finding as an article of the HTML report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.reports.characters import visible_lines
from backstay.reports.html_proof import figure
from backstay.reports.markup import Markup, anchor, data, element, joined
from backstay.reports.measures import witness_of
from backstay.reports.wording import counted, place, verdict_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.model.envelope import Location, ReportedFinding
    from backstay.practices.practice import Practice

SITES = 50
OPEN = 3


def article(finding: ReportedFinding, guidance: Mapping[str, Practice]) -> Markup:
    """The whole finding; what filters need stands in its attributes."""
    return element(
        "article",
        _head(finding, guidance),
        *_verdict(finding),
        *_fix(finding),
        *_sites(finding),
        *_background(finding),
        id=anchor("f", finding.id),
        class_=f"finding {finding.severity}",
        data_severity=finding.severity,
        data_area=finding.area,
        data_verdict=finding.verdict,
    )


def _head(finding: ReportedFinding, guidance: Mapping[str, Practice]) -> Markup:
    practice = data(finding.practice)
    if finding.practice in guidance:
        practice = element("a", practice, href="#" + anchor("p", finding.practice))
    return joined(
        (
            element(
                "p",
                element("b", finding.severity, class_="severity"),
                " ",
                element("b", verdict_in_words(finding), class_=f"verdict {finding.verdict}"),
                " ",
                element("span", practice, class_="practice"),
                " ",
                element("a", data(finding.id), class_="id", href="#" + anchor("f", finding.id)),
                class_="tags",
            ),
            element("h3", data(finding.message)),
            element("p", at(finding.where)),
        )
    )


def at(where: Location) -> Markup:
    """A place, with the JSON pointer that leads to it where there is one."""
    shown = element("code", Markup(data(place(where))), class_="at")
    if where.pointer and where.line is not None:
        return joined((shown, Markup(" "), element("small", data(where.pointer))))
    return shown


def _verdict(finding: ReportedFinding) -> Iterator[Markup]:
    if finding.stage_note:
        yield element("p", element("b", "At this stage"), " ", data(finding.stage_note))
    if finding.reason:
        label = "Refuted" if finding.verdict == "refuted" else "Not proven"
        if finding.verdict == "proven":
            label = "Proven"
        faint = "faint" if finding.proof is None else None
        yield element("p", element("b", label), " ", data(finding.reason), class_=faint)
    if finding.proof is not None:
        yield figure(finding.proof)


def _fix(finding: ReportedFinding) -> Iterator[Markup]:
    if finding.verdict == "refuted":
        return
    fix = finding.fix
    yield element("p", element("b", "Fix"), " ", data(fix.text))
    if fix.sql:
        yield code(fix.sql)
    if fix.patch:
        yield _folded("Patch", code(fix.patch))


def code(text: str) -> Markup:
    """What can be copied, in its own lines."""
    return element("pre", element("code", "\n".join(visible_lines(text))))


def _sites(finding: ReportedFinding) -> Iterator[Markup]:
    if not finding.also:
        return
    items = [
        element("li", at(site.where), " ", data(site.message)) for site in finding.also[:SITES]
    ]
    if len(finding.also) > SITES:
        left = len(finding.also) - SITES
        items.append(element("li", f"and {left:,} more, which the JSON report names"))
    title = counted(len(finding.also), "more site")
    yield _folded(title, element("ul", *items), opened=len(items) <= OPEN)


def _background(finding: ReportedFinding) -> Iterator[Markup]:
    parts: list[Markup] = []
    if finding.evidence:
        items = [element("li", at(each.where), " ", data(each.text)) for each in finding.evidence]
        parts += [element("h4", "Rests on"), element("ul", *items)]
    proof = finding.proof
    if proof is not None:
        if proof.limits:
            limits = [element("li", data(each)) for each in proof.limits]
            parts += [element("h4", "Does not show"), element("ul", *limits)]
        if proof.witness is not None:
            parts += [element("h4", "Witness"), code(witness_of(proof))]
        if proof.repeat:
            parts += [element("h4", "Repeat"), code(proof.repeat)]
        parts.append(element("p", "Receipt ", element("code", data(proof.receipt))))
    if parts:
        title = "Evidence" if proof is None else "Evidence, limits, how to repeat"
        yield _folded(title, *parts)


def _folded(title: str, *children: Markup, opened: bool = False) -> Markup:
    summary = element("summary", title)
    return element("details", summary, *children, open="" if opened else None)
