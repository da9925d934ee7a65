"""A checked answer: what stands, what is opinion, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.agent.advice import Advice, CodeExample, Colleague, statements_of
from backstay.agent.bounds import Usage
from backstay.agent.toolbox import ToolUse
from backstay.capabilities.evidence.checking import Checked, check, is_a_claim, unbacked_numbers
from backstay.capabilities.evidence.sources import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.capabilities.evidence.returned import Returned

# These must rest on something; the rest of an answer may be judgement, and is then called so.
_MUST_STAND = {"recommendation", "claims", "hand_off"}


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim rests on, as a tool returned it."""

    id: str
    kind: Kind
    text: str
    where: str
    state: str | None


class Supported(msgspec.Struct, frozen=True, kw_only=True):
    """A statement whose ids a tool returned and whose numbers stand in what they name."""

    text: str
    cites: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that rests on nothing that was shown.

    Attributes:
        part: the part of the answer that it was handed in for.
        numbers: numbers in it that stand in no result.
    """

    text: str
    part: str
    numbers: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A statement with an id that no tool returned, or that what it cites does not hold."""

    text: str
    part: str
    why: tuple[str, ...]


class CheckedHandOff(msgspec.Struct, frozen=True, kw_only=True):
    """Points for a colleague, each of which stands."""

    to: Colleague
    points: tuple[Supported, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent answers; which statement is what was decided by the check alone."""

    question: str
    model: str
    recommendation: Supported | None
    claims: tuple[Supported, ...]
    evidence: tuple[Cited, ...]
    trade_offs: tuple[Supported, ...]
    alternatives: tuple[Supported, ...]
    upkeep: tuple[Supported, ...]
    would_change_it: tuple[Supported, ...]
    opinions: tuple[Opinion, ...]
    refused: tuple[Refused, ...]
    examples: tuple[CodeExample, ...]
    hand_off: CheckedHandOff | None
    not_checked: tuple[str, ...]
    tools: tuple[ToolUse, ...]
    usage: Usage


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with the check of each statement, by the part that it belongs to."""

    advice: Advice
    checks: tuple[tuple[str, Checked], ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What has to be mended before the answer is taken, for the model."""
        found = []
        for part, each in self.checks:
            wrong = each.verdict in {"unknown id", "contradicted"}
            if wrong or (each.verdict == "uncited" and part in _MUST_STAND):
                found.append(f'{part}: "{each.text[:160]}": {" ".join(each.problems)}')
        if not self.advice.claims:
            found.append("claims: there are none; say what is so, with ids of what tools returned.")
        return tuple(found)

    @property
    def stands(self) -> bool:
        """Whether there is anything in it that was shown."""
        return any(
            each.verdict == "supported" and part in {"recommendation", "claims"}
            for part, each in self.checks
        )

    def supported(self, part: str) -> tuple[Supported, ...]:
        """The statements of a part that stand."""
        return tuple(
            Supported(text=each.text, cites=each.cites, notes=each.notes)
            for of, each in self.checks
            if of == part and each.verdict == "supported"
        )

    def opinions(self) -> Iterable[Opinion]:
        """What rests on nothing, whatever the model called it."""
        for part, each in self.checks:
            if each.verdict == "uncited":
                yield Opinion(text=each.text, part=part, numbers=each.unbacked)
        for text in self.advice.opinions:
            yield Opinion(text=text, part="opinions", numbers=unbacked_numbers(text))
        for title in (example.title for example in self.advice.examples):  # no code, but words
            if is_a_claim(title):
                yield Opinion(text=title, part="examples", numbers=unbacked_numbers(title))
        for text in self.advice.not_checked:
            if unbacked_numbers(text):
                yield Opinion(text=text, part="not_checked", numbers=unbacked_numbers(text))

    def examples(self) -> Iterable[CodeExample]:
        """The examples; a title that states more than what it shows is among the opinions."""
        for each in self.advice.examples:
            plain = "Untitled" if is_a_claim(each.title) else each.title
            yield msgspec.structs.replace(each, title=plain)

    def refused(self) -> Iterable[Refused]:
        """What is wrong."""
        for part, each in self.checks:
            if each.verdict in {"unknown id", "contradicted"}:
                yield Refused(text=each.text, part=part, why=each.problems)


def verified(advice: Advice, returned: Returned) -> Verified:
    """Hold every statement of an answer against what tools returned in this run."""
    checks = (
        (part, _grounded(part, check(each, returned), returned))
        for part, each in statements_of(advice)
    )
    return Verified(advice=advice, checks=tuple(checks))


def _grounded(part: str, checked: Checked, returned: Returned) -> Checked:
    """What is said of the project needs more than the guidance on what might be wrong in one."""
    sources = [returned.get(cited) for cited in checked.cites]
    if part not in _MUST_STAND or checked.verdict != "supported":
        return checked
    if any(source is not None and source.kind != "practice" for source in sources):
        return checked
    told = f"{', '.join(checked.cites)} is guidance; cite a finding, receipt, fact or decision too."
    return msgspec.structs.replace(checked, verdict="uncited", problems=(told,))


def evidence_of(checked: Verified, returned: Returned) -> tuple[Cited, ...]:
    """What the statements that stand rest on, once each."""
    cited = dict.fromkeys(
        cite for _, each in checked.checks if each.verdict == "supported" for cite in each.cites
    )
    sources = [source for each in cited if (source := returned.get(each)) is not None]
    return tuple(
        Cited(
            id=each.id,
            kind=each.kind,
            text=each.title or each.id,
            where=each.where,
            state=each.state,
        )
        for each in sources
    )
