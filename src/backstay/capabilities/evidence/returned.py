"""What tools returned in one run: the only things that an answer of that run may cite.

It is filled when a tool returns, from the fields in which Backstay itself puts ids. Texts of the
project, error messages and what a model says may hold anything that looks like an id; nothing of
them gets in here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backstay.capabilities.evidence.sources import (
    DECISION,
    FACT_COUNTS,
    ID,
    REVIEW_SUMMARY,
    Source,
    State,
)
from backstay.project.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backstay.model.verdicts import Receipt

_SUGGESTED = 12


class Returned:
    """The sources of one run, by id."""

    def __init__(self, root: Path) -> None:
        self._receipts = Ledger.of_user(root)
        self._sources: dict[str, Source] = {}
        self.not_checked: dict[str, None] = {}

    def note(self, tool: str, arguments: dict[str, Any], structured: dict[str, Any]) -> None:
        """Remember what a tool returned.

        Args:
            tool: the capability's name.
            arguments: what it was called with.
            structured: its result, a page of the tool's output.
        """
        for source in self._sources_in(tool, arguments, structured):
            earlier = self._sources.get(source.id)
            self._sources[source.id] = earlier.with_more(source) if earlier else source
        for each in structured.get("not_checked") or ():
            self.not_checked[f"{each['what']}: {each['why']}"] = None
        for each in structured.get("unread") or ():
            self.not_checked[f"{each['file']}: {each['why']}"] = None

    def get(self, cited: str) -> Source | None:
        """The source of that id; None if no tool returned it."""
        return self._sources.get(cited)

    def suggestions(self) -> tuple[str, ...]:
        """Some ids that can be cited, findings and receipts first."""
        order = ("receipt", "finding", "fact", "decision", "practice", "summary")
        ranked = sorted(self._sources.values(), key=lambda each: order.index(each.kind))
        return tuple(each.id for each in ranked[:_SUGGESTED])

    def __contains__(self, cited: str) -> bool:
        return cited in self._sources

    def __len__(self) -> int:
        return len(self._sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of them, in the order in which they came."""
        return tuple(self._sources.values())

    def _sources_in(
        self, tool: str, arguments: dict[str, Any], page: dict[str, Any]
    ) -> Iterator[Source]:
        if tool in {"review", "prove"}:
            yield from self._findings(page)
            yield summary_source(page["summary"])
        elif tool == "explain":
            yield from self._explained(str(arguments.get("subject")), page)
        elif tool == "facts":
            yield from (fact_source(each) for each in page["facts"])
            if page["counts"]:
                yield counts_source(page["counts"])
        elif tool == "decide" and page.get("decision"):
            yield decision_source(page)

    def _findings(self, page: dict[str, Any]) -> Iterator[Source]:
        for finding in (*page["findings"], *page["refuted"]):
            yield from self._finding(finding, [])
            yield practice_source(finding["practice"], "", ())

    def _explained(self, subject: str, page: dict[str, Any]) -> Iterator[Source]:
        own = [each for each in page["sections"] if each["title"] in {"Evidence", "Fix here"}]
        rest = [each for each in page["sections"] if each not in own]
        yield practice_source(page["practice"], page["summary"], tuple(rest))
        if page.get("finding"):
            yield from self._finding(page["finding"], own)
        receipt = self._receipt(subject)
        if receipt:
            state = self._sources[receipt.finding].state if receipt.finding in self else None
            yield receipt_source(receipt, state)

    def _finding(self, finding: dict[str, Any], sections: list[Any]) -> Iterator[Source]:
        source = finding_source({**finding, "sections": sections})
        receipt = self._receipt(finding.get("receipt"))
        if receipt:
            yield receipt_source(receipt, source.state)
            source = with_receipt(source, receipt)
        yield source

    def _receipt(self, cited: str | None) -> Receipt | None:
        return self._receipts.get(cited) if cited and ID.match(cited) else None


def finding_source(finding: dict[str, Any]) -> Source:
    """A finding as tools and reports give it."""
    return Source(
        id=finding["id"],
        kind="finding",
        title=finding["message"],
        values=(finding,),
        where=_place(finding.get("where") or {}),
        state=finding.get("verdict"),
    )


def receipt_source(receipt: Receipt, state: State | None = None) -> Source:
    """A receipt as it was kept, with the verdict on its finding where that is known."""
    return Source(
        id=receipt.receipt,
        kind="receipt",
        title=f"{receipt.method} on {receipt.subject}",
        values=(msgspec.to_builtins(receipt),),
        state=state,
        tested=True,
    )


def with_receipt(finding: Source, receipt: Receipt) -> Source:
    """A finding with what its experiment measured."""
    tested = finding.with_more(
        Source(
            id=finding.id,
            kind="finding",
            title=finding.title,
            values=(msgspec.to_builtins(receipt),),
        )
    )
    tested.tested = True
    return tested


def fact_source(fact: dict[str, Any]) -> Source:
    """A fact as tools give it."""
    return Source(
        id=fact["id"],
        kind="fact",
        title=fact["text"],
        values=(fact,),
        where=_place(fact.get("where") or {}),
    )


def practice_source(name: str, summary: str, sections: tuple[Any, ...]) -> Source:
    """A practice, as much of it as was given."""
    return Source(id=name, kind="practice", title=summary, values=(name, summary, *sections))


def summary_source(summary: dict[str, Any]) -> Source:
    """The counts of a review."""
    title = "counts of the review's findings"
    return Source(id=REVIEW_SUMMARY, kind="summary", title=title, values=(summary,))


def counts_source(counts: dict[str, int]) -> Source:
    """How many facts there are of each kind."""
    return Source(id=FACT_COUNTS, kind="summary", title="facts by kind", values=(counts,))


# Of a decision: what its model says. What it was told or assumes may be anything.
_OF_DECISIONS = (
    *("question", "choice", "title", "verdict", "measure", "margin", "why", "ranked", "ruled_out"),
    *("flips", "stage_choices", "trade_offs", "alternatives", "upkeep", "confirm", "revisit"),
)
_OBSERVED = "observed"


def decision_source(page: dict[str, Any]) -> Source:
    """What a decision model said, and the facts that it saw in the project."""
    said = {key: page[key] for key in _OF_DECISIONS if key in page}
    whole = [each for each in page.get("facts") or () if each["source"] == _OBSERVED]
    brief = {
        name: value.removesuffix(f"({_OBSERVED})")
        for name, value in (page.get("known") or {}).items()
        if value.endswith(f"({_OBSERVED})")
    }
    return Source(
        id=f"{DECISION}{page['decision']}",
        kind="decision",
        title=f"{page['question']} {page['choice']} ({page['verdict']})",
        values=(said, whole, brief),
    )


def _place(where: dict[str, Any]) -> str:
    if where.get("file"):
        return f"{where['file']}:{where['line']}" if where.get("line") else str(where["file"])
    return " ".join(str(where[key]) for key in ("system", "object") if where.get(key))
