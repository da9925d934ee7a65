"""One HTML file that works offline, on a phone, on paper and without its script.

The script only filters, copies and switches the theme. A policy in the page forbids all loading
and every script and style but the two that are named by their hash, so that even a fault in the
escaping could load and run nothing.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from backstay.reports.characters import visible
from backstay.reports.html_findings import article
from backstay.reports.html_sections import gaps, guidance_section, header
from backstay.reports.markup import Markup, element
from backstay.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.model.envelope import Envelope, ReportedFinding
    from backstay.practices.practice import Practice


def render(envelope: Envelope, guidance: Mapping[str, Practice]) -> str:
    """The page."""
    style, script = _resource("page.css"), _resource("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="generator", content=f"Backstay {envelope.backstay}"),
        element("title", _title(envelope)),
        element("style", Markup(style)),
    )
    body = element(
        "body",
        element("a", "Skip to the findings", href="#findings", class_="skip"),
        header(envelope, guidance),
        element("main", *_sections(envelope, guidance)),
        element("footer", f"Backstay {envelope.backstay}. This page loads nothing from anywhere."),
        element("script", Markup(script)),
    )
    page = element("html", head, "\n", body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _title(envelope: Envelope) -> str:
    found = counted(envelope.summary.findings, "finding")
    return f"Backstay {visible(envelope.command)}: {found}"


def _sections(envelope: Envelope, guidance: Mapping[str, Practice]) -> Iterator[Markup]:
    if envelope.findings:
        yield _toolbar()
        yield _articles("findings", "Findings", envelope.findings, guidance)
    if envelope.refuted:
        yield _articles("refuted", "Refuted", envelope.refuted, guidance)
    yield from gaps(envelope)
    yield guidance_section(envelope, guidance)


def _toolbar() -> Markup:
    """Empty: the script fills and shows it, so that nothing dead is seen without the script."""
    return element("form", class_="toolbar", role="search", aria_label="Filter", hidden="")


def _articles(
    name: str,
    title: str,
    findings: tuple[ReportedFinding, ...],
    guidance: Mapping[str, Practice],
) -> Markup:
    lead = Markup()
    if name == "refuted":
        lead = element("p", "Suspected, tried, and not so here. There is nothing to do.")
    return element(
        "section",
        element("h2", f"{title} ", element("small", f"{len(findings):,}")),
        lead,
        *(article(each, guidance) for each in findings),
        id=name,
    )


def _resource(name: str) -> str:
    return resources.files("backstay.reports").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
