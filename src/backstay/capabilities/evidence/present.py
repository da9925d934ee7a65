"""What can be cited now: the findings, facts, receipts, practices and decisions of a project.

Each is only worked out once it is asked for: a receipt is a file, a finding needs a review.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from backstay.capabilities.decide import DecideInput, decide
from backstay.capabilities.evidence.returned import (
    counts_source,
    decision_source,
    fact_source,
    finding_source,
    practice_source,
    receipt_source,
    summary_source,
    with_receipt,
)
from backstay.capabilities.evidence.sources import DECISION, FACT_COUNTS, ID, REVIEW_SUMMARY, Source
from backstay.capabilities.explain import ExplainInput, explain, sections_of
from backstay.capabilities.facts import fact_id
from backstay.capabilities.findings import everything_in
from backstay.model.errors import BackstayError
from backstay.practices.catalogue import current_name
from backstay.project.ledger import Ledger
from backstay.project.secrets import mask, masked
from backstay.review.locations import locations
from backstay.review.pipeline import Request, review
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets, whole_project

if TYPE_CHECKING:
    from backstay.model.envelope import ReportedFinding, Site
    from backstay.model.events import Emit
    from backstay.model.facts import Fact
    from backstay.review.reading import Reading


class Present:
    """The sources that a project gives now."""

    def __init__(self, targets: tuple[str, ...], emit: Emit) -> None:
        self._targets = whole_project(targets)
        self._emit = emit
        self._receipts = Ledger.of_user(resolve_targets(self._targets).root)
        self._found: dict[str, Source | None] = {}

    def get(self, cited: str) -> Source | None:
        """The source of that id; None if there is none now."""
        if cited not in self._found:
            self._found[cited] = self._get(cited)
        return self._found[cited]

    def suggestions(self) -> tuple[str, ...]:
        """None: whoever checks an answer did not write it."""
        return ()

    def _get(self, cited: str) -> Source | None:
        if ID.match(cited):
            return self._receipt(cited) or self._finding(cited) or self._fact(cited)
        if cited in {REVIEW_SUMMARY, FACT_COUNTS}:
            return self._counts(cited)
        if cited.startswith(DECISION):
            return self._decision(cited.removeprefix(DECISION))
        return self._practice(cited)

    def _receipt(self, cited: str) -> Source | None:
        receipt = self._receipts.get(cited)
        return receipt_source(receipt) if receipt else None

    def _finding(self, cited: str) -> Source | None:
        found = self._findings.get(cited)
        if found is None:
            return None
        source = finding_source(msgspec.to_builtins(found))
        receipt = self._receipts.latest_for(cited)
        if receipt is None:
            return source
        tested = with_receipt(source, receipt)
        tested.state = None  # receipts do not say how the experiment ended
        return tested

    @cached_property
    def _findings(self) -> dict[str, ReportedFinding]:
        """Every finding by its id, and by those of its sites."""
        envelope = everything_in(self._targets, self._emit)
        by_id: dict[str, ReportedFinding] = {}
        for finding in (*envelope.findings, *envelope.refuted):
            by_id.update((site.id, _at(finding, site)) for site in finding.also)
            by_id[finding.id] = finding
        return by_id

    def _fact(self, cited: str) -> Source | None:
        fact = self._facts.get(cited)
        if fact is None:
            return None
        where = locations((fact.where,), self._reading.sources)[fact.where]
        named = {"id": cited, "text": mask(str(fact)), "where": msgspec.to_builtins(where)}
        return fact_source({**masked(msgspec.to_builtins(fact)), **named})

    @cached_property
    def _reading(self) -> Reading:
        return read_backend(resolve_targets(self._targets), ReadingOptions(), self._emit)

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return {fact_id(fact): fact for fact in self._reading.backend.facts}

    def _counts(self, cited: str) -> Source:
        if cited == FACT_COUNTS:
            return counts_source(Counter(fact.kind for fact in self._reading.backend.facts))
        envelope = review(Request(targets=self._targets), self._emit).envelope
        return summary_source(msgspec.to_builtins(envelope.summary))

    def _practice(self, cited: str) -> Source | None:
        name = current_name(cited)
        if name is None:
            return None
        explanation = explain(ExplainInput(subject=name), self._emit)
        sections = tuple(msgspec.to_builtins(tuple(sections_of(explanation))))
        source = practice_source(name, explanation.summary, sections)
        source.id = cited
        return source

    def _decision(self, topic: str) -> Source | None:
        try:
            outcome = decide(DecideInput(topic=(topic,), targets=self._targets), self._emit)
        except BackstayError:
            return None
        page = msgspec.to_builtins(outcome)
        return decision_source(page) if page.get("decision") == topic else None


def _at(finding: ReportedFinding, site: Site) -> ReportedFinding:
    return msgspec.structs.replace(
        finding, id=site.id, where=site.where, message=site.message, also=()
    )
