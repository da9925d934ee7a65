"""The parts of the HTML report around its findings: the sums, the gaps and the guidance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.findings import SEVERITIES
from backstay.reports.markup import Markup, anchor, data, element, joined
from backstay.reports.wording import (
    by_reason,
    command_line,
    counted,
    nothing_found,
    stage_in_words,
    tally,
    what_was_read,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backstay.model.envelope import Envelope
    from backstay.practices.practice import Practice

KINDS = 12


def header(envelope: Envelope, guidance: Mapping[str, Practice]) -> Markup:
    """What was reviewed, the sums, and where the report says what it does not know."""
    read = what_was_read(envelope.summary.read, KINDS)
    if envelope.findings:
        lead = [
            element("h1", counted(envelope.summary.findings, "finding")),
            _tiles(envelope),
            element("p", data(f"{tally(envelope)}.")),
            element("p", data(f"Read {read}."), class_="faint"),
        ]
    else:
        lead = [element("h1", "Nothing found"), element("p", data(nothing_found(envelope, read)))]
        if tally(envelope):
            lead.append(element("p", data(f"{tally(envelope)}.")))
    command = element("code", data(command_line(envelope)))
    origin = element("p", command, " stage ", data(stage_in_words(envelope)), class_="faint")
    return element(
        "header", element("p", "Backstay", class_="brand"), *lead, origin, _ways(envelope, guidance)
    )


def _tiles(envelope: Envelope) -> Markup:
    counts = envelope.summary.by_severity
    tiles = [
        element("li", element("b", f"{counts[each]:,}"), f" {each}", class_=each)
        for each in SEVERITIES
        if counts.get(each)
    ]
    return element("ul", *tiles, class_="tiles")


def _ways(envelope: Envelope, guidance: Mapping[str, Practice]) -> Markup:
    ways = [
        ("findings", "Findings", len(envelope.findings)),
        ("refuted", "Refuted", len(envelope.refuted)),
        ("unread", "Not read", len(envelope.unread)),
        ("unchecked", "Not checked", len(envelope.not_checked)),
    ]
    links = [
        element("a", f"{title} {count:,}", href=f"#{name}") for name, title, count in ways if count
    ]
    if _explained(envelope, guidance):
        links.append(element("a", "Guidance", href="#guidance"))
    return element("nav", *links, aria_label="Sections")


def gaps(envelope: Envelope) -> Iterator[Markup]:
    """What was not read and what was not checked, each with the reason."""
    unread = [(each.file, each.why) for each in envelope.unread]
    yield from _gap("unread", "Not read", "Nothing is said about these files.", unread)
    unchecked = [(each.what, each.why) for each in envelope.not_checked]
    yield from _gap("unchecked", "Not checked", "Nothing is said about these either.", unchecked)


def _gap(name: str, title: str, lead: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Markup]:
    if not pairs:
        return
    rows: list[Markup] = []
    for why, whats in by_reason(pairs):
        items = [element("li", data(each)) for each in whats]
        rows.append(element("h3", data(why), " ", element("small", f"{len(whats):,}")))
        rows.append(element("ul", *items))
    heading = element("h2", f"{title} ", element("small", f"{len(pairs):,}"))
    yield element("section", heading, element("p", lead), *rows, id=name, class_="gap")


def guidance_section(envelope: Envelope, guidance: Mapping[str, Practice]) -> Markup:
    """The guidance of each practice that has a finding, once."""
    articles = [_practice(each) for each in _explained(envelope, guidance)]
    if not articles:
        return Markup()
    return element("section", element("h2", "Guidance"), *articles, id="guidance")


def _explained(envelope: Envelope, guidance: Mapping[str, Practice]) -> list[Practice]:
    names = dict.fromkeys(each.practice for each in (*envelope.findings, *envelope.refuted))
    return [guidance[name] for name in names if name in guidance]


def _practice(practice: Practice) -> Markup:
    told = practice.guidance
    sections = [
        ("Why", told.why),
        ("Fix", told.fix),
        ("Trade-offs", told.trade_offs),
        ("Alternatives", told.alternatives),
        ("Upkeep", told.upkeep),
    ]
    listed = [joined((element("dt", title), element("dd", data(text)))) for title, text in sections]
    if told.references:
        links = [element("li", _link(each)) for each in told.references]
        listed.append(joined((element("dt", "References"), element("dd", element("ul", *links)))))
    return element(
        "article",
        element("h3", data(practice.name)),
        element("p", data(practice.summary)),
        element("dl", *listed),
        id=anchor("p", practice.name),
        class_="practice",
    )


def _link(reference: str) -> Markup:
    if not reference.startswith("https://"):
        return data(reference)
    return element("a", data(reference), href=reference, rel="noreferrer noopener")
