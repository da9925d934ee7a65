"""A decision in brief, for tools: all that one needs to advise, without the whole record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.capabilities.decision_text import Decided, Topics
from backstay.capabilities.pages import Page
from backstay.decisions.outcome import Confirmation  # noqa: TC001 (msgspec reads the field)
from backstay.reports.characters import visible
from backstay.reports.wording import opening

if TYPE_CHECKING:
    from collections.abc import Iterator

# The flips that come first are those of facts that nobody has stated.
_MOST_FLIPS = 8
_PROSE = 220
# It stands on a page twice, as JSON and as text.
_MOST_OF_RECORD = 2_000


class BriefTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that can be asked for."""

    topic: str
    question: str


class BriefRanked(msgspec.Struct, frozen=True, kw_only=True):
    """An option that is left, with its mean score of 5."""

    option: str
    total: float


class BriefOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An option that is ruled out; ``assumed`` names the facts that this rests on unknown."""

    option: str
    why: str
    source: str
    assumed: tuple[str, ...] = ()


class BriefFlip(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one fact that change the choice."""

    fact: str
    values: str
    choice: str | None


class BriefQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question for the user; the answer goes into ``fact`` as name=value."""

    fact: str
    question: str
    why: str
    answers: str
    unit: str | None


class DecidePage(Page, frozen=True, kw_only=True):
    """A decision; or the topics, where none was named.

    Attributes:
        known, assumed: the facts that were weighed: stated or observed, and taken for granted.
    """

    decision: str | None = None
    question: str | None = None
    stage: str | None = None
    choice: str | None = None
    verdict: str | None = None
    measure: str | None = None
    margin: float | None = None
    why: tuple[str, ...] = ()
    ranked: tuple[BriefRanked, ...] = ()
    ruled_out: tuple[BriefOut, ...] = ()
    flips: tuple[BriefFlip, ...] = ()
    ask: tuple[BriefQuestion, ...] = ()
    settled: str | None = None
    known: dict[str, str] = msgspec.field(default_factory=dict)
    assumed: dict[str, str] = msgspec.field(default_factory=dict)
    stage_choices: dict[str, str] = msgspec.field(default_factory=dict)
    trade_offs: str | None = None
    upkeep: str | None = None
    confirm: tuple[Confirmation, ...] = ()
    revisit: str | None = None
    topics: tuple[BriefTopic, ...] = ()
    record: tuple[str, ...] = ()


def brief(outcome: Decided | Topics) -> DecidePage:
    """A decision as one page; its record in parts instead of the prose, where it was asked for."""
    if isinstance(outcome, Topics):
        listed = (BriefTopic(topic=each.topic, question=each.question) for each in outcome.topics)
        return DecidePage(topics=tuple(listed))
    page = _in_brief(outcome)
    if not outcome.full:
        return page
    return msgspec.structs.replace(
        page,
        why=(),
        ruled_out=(),
        ask=(),
        known={},
        assumed={},
        trade_offs=None,
        upkeep=None,
        confirm=(),
        revisit=None,
        record=tuple(_parts(outcome.record)),
    )


def _in_brief(outcome: Decided) -> DecidePage:
    flips = sorted(outcome.flips, key=lambda flip: not flip.assumed)[:_MOST_FLIPS]
    return DecidePage(
        decision=outcome.decision,
        question=outcome.question,
        stage=outcome.stage,
        choice=outcome.choice,
        verdict=outcome.verdict,
        measure=outcome.measure,
        margin=outcome.margin,
        why=tuple(opening(each, _PROSE) for each in outcome.why),
        ranked=tuple(BriefRanked(option=each.option, total=each.total) for each in outcome.ranked),
        ruled_out=tuple(
            BriefOut(
                option=each.option,
                why=opening(each.why, _PROSE),
                source=each.source,
                assumed=each.assumed,
            )
            for each in outcome.ruled_out
        ),
        flips=tuple(
            BriefFlip(fact=each.fact, values=each.values, choice=each.choice) for each in flips
        ),
        ask=tuple(
            BriefQuestion(
                fact=each.fact,
                question=each.question,
                why=opening(each.why, _PROSE),
                answers=each.answers,
                unit=each.unit,
            )
            for each in outcome.ask
        ),
        settled=outcome.settled,
        known={
            each.fact: f"{each.shown} ({each.source})"
            for each in outcome.facts
            if each.source != "assumed"
        },
        assumed={each.fact: each.shown for each in outcome.facts if each.source == "assumed"},
        stage_choices={str(stage): choice for stage, choice in outcome.stage_choices.items()},
        trade_offs=opening(outcome.trade_offs, _PROSE),
        upkeep=opening(outcome.upkeep, _PROSE),
        confirm=outcome.confirm,
        revisit=opening(outcome.revisit, _PROSE),
    )


def _parts(record: str) -> Iterator[str]:
    """A document in parts that are handed out one after the other, each small enough for a page."""
    for section in re.split(r"(?m)^(?=## )", record):
        part = ""
        for line in section.splitlines(keepends=True):
            if part and len(part) + len(line) > _MOST_OF_RECORD:
                yield part
                part = ""
            part += line
        yield part


def show_page(page: DecidePage) -> str:
    """A decision as text, complete on its own."""
    return "\n".join(map(_shown, _lines(page)))


def _shown(line: str) -> str:
    return "\n".join(map(visible, line.split("\n")))


def _lines(page: DecidePage) -> Iterator[str]:
    yield from (f"{each.topic}: {each.question}" for each in page.topics)
    if page.choice is None:
        return
    ahead = "" if page.margin is None else f", {page.margin:g} of 5 ahead"
    yield f"{page.decision}: choose {page.choice} ({page.verdict}{ahead}; stage {page.stage})"
    yield from (f"why: {each}" for each in page.why)
    if page.measure:
        yield f"too close to call from scores; measure first: {page.measure}"
    yield f"left: {', '.join(f'{each.option} {each.total:g}' for each in page.ranked)}"
    for out in page.ruled_out:
        rests = f"; assumed: {', '.join(out.assumed)}" if out.assumed else ""
        yield f"ruled out: {out.option}: {out.why} ({out.source}{rests})"
    for flip in page.flips:
        yield f"flips: {flip.fact} {flip.values} -> {flip.choice or 'nothing left'}"
    for question in page.ask:
        yield f"ask: {question.fact}: {question.question} ({question.answers}) {question.why}"
    yield f"settled: {page.settled}"
    for title, facts in (("known", page.known), ("assumed", page.assumed)):
        if facts:
            yield f"{title}: {', '.join(f'{name} {value}' for name, value in facts.items())}"
    stages = ", ".join(f"{stage} {choice}" for stage, choice in page.stage_choices.items())
    yield f"by stage: {stages}"
    yield from (f"{title}: {text}" for title, text in _prose(page) if text)
    yield from (f"confirm: {each.check} ({each.shows})" for each in page.confirm)
    yield from page.record


def _prose(page: DecidePage) -> tuple[tuple[str, str | None], ...]:
    return (
        ("trade-offs", page.trade_offs),
        ("upkeep", page.upkeep),
        ("revisit", page.revisit),
    )
