"""Weigh the options of a model: hard limits first, then weighted scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from backstay.decisions.answers import Filled, filled, stated
from backstay.decisions.asking import Asked, asked
from backstay.decisions.flipping import flips_of
from backstay.decisions.outcome import (
    Alternative,
    Assumption,
    Changed,
    Confirmation,
    Flip,
    KnownFact,
    Outcome,
    Ranked,
    RuledOut,
)
from backstay.model.errors import BadRequest
from backstay.model.findings import STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from backstay.decisions.expressions import Value
    from backstay.decisions.models import Model, Option
    from backstay.decisions.rules import Rule, State
    from backstay.decisions.seen import Seen

# Of 5: scores are judgements, and do not tell options apart that are nearer than that.
TOO_CLOSE = 0.3
_REASONS = 3


def decide(
    model: Model, stage: Stage, given: Iterable[str] = (), seen: Mapping[str, Seen] | None = None
) -> Outcome:
    """The choice that follows from what is stated and seen, with all that could change it.

    Args:
        model: the decision.
        stage: whose weights and defaults count.
        given: what the user states, each as ``name=value``.
        seen: what was observed, by the name of the observation.

    Raises:
        BadRequest: a stated fact is wrong, the facts cannot hold together, or nothing is left.
    """
    values = stated(model, given)
    return weigh(model, stage, values, seen or {})


def weigh(
    model: Model, stage: Stage, values: Mapping[str, Value], seen: Mapping[str, Seen]
) -> Outcome:
    """As ``decide``, with stated facts as values.

    Raises:
        BadRequest: the facts cannot hold together, or nothing is left.
    """
    known = filled(model, stage, values, seen)
    totals = model.totals(known.state, stage)
    order = _order(totals)
    if not order:
        raise _dead_end(model, known)
    choice = model.options[order[0]]
    second = model.options[order[1]] if len(order) > 1 else None
    margin = _margin(totals, order)
    flips = flips_of(model, stage, known.state, known.facts)
    questions = asked(model, stage, known.state, known.facts)
    verdict = _verdict(margin)
    close = verdict == "too close"
    ruled_out = tuple(_ruled_out(model, known))
    return Outcome(
        decision=model.topic,
        question=model.entry.question,
        stage=stage,
        choice=choice.name,
        title=choice.entry.title,
        verdict=verdict,
        measure=_what_to_measure(model, questions, flips, choice) if close else None,
        why=(
            tuple(_reasons(model, stage, known.state, choice, second))
            if second
            else (_alone(ruled_out),)
        ),
        ranked=tuple(_ranked(model, number, totals[number], known.state) for number in order),
        ruled_out=ruled_out,
        margin=margin,
        flips=flips,
        ask=questions.questions,
        settled=questions.settled,
        assumptions=tuple(_assumptions(model, known.facts, questions)),
        facts=known.facts,
        stage_choices=_stage_choices(model, values, seen),
        stage_word=choice.entry.stages.get(stage),
        summary=choice.entry.summary,
        trade_offs=choice.entry.trade_offs,
        alternatives=tuple(
            _alternative(model.options[number], totals[order[0]], totals[number], flips)
            for number in order[1:]
        ),
        upkeep=choice.entry.upkeep,
        confirm=tuple(
            Confirmation(check=each.check, shows=each.shows) for each in choice.entry.confirm
        ),
        revisit=model.entry.revisit,
        valid_months=model.entry.valid_months,
        model=model.digest,
    )


def _order(totals: list[float | None]) -> list[int]:
    """The options that are left, the best first; of equals the first in the file."""
    left = [(-total, number) for number, total in enumerate(totals) if total is not None]
    return [number for _, number in sorted(left)]


def _margin(totals: list[float | None], order: list[int]) -> float | None:
    if len(order) < 2:
        return None
    return round((totals[order[0]] or 0.0) - (totals[order[1]] or 0.0), 3)


def _verdict(margin: float | None) -> Literal["clear", "too close", "only one left"]:
    if margin is None:
        return "only one left"
    return "too close" if margin < TOO_CLOSE else "clear"


def _dead_end(model: Model, known: Filled) -> BadRequest:
    """Which limits clash, and which facts they rest on."""
    limits = list(_ruled_out(model, known))
    names = {
        number
        for option in model.options
        for rule in option.rule_out
        if rule.holds(known.state)
        for number, _ in rule.places
    }
    facts = ", ".join(
        f"{known.facts[number].fact}={known.facts[number].shown}" for number in sorted(names)
    )
    clashes = "; ".join(f"{each.title}: {each.why} ({each.when})" for each in limits)
    return BadRequest(
        f"Nothing is left to choose for {model.topic}. {clashes}. These rest on {facts}:"
        " relax one with --fact, or split the question in two"
    )


def _ranked(model: Model, number: int, total: float | None, state: State) -> Ranked:
    option = model.options[number]
    return Ranked(
        option=option.name,
        title=option.entry.title,
        total=round(total or 0.0, 3),
        scores=dict(zip(model.criteria, option.scored(state), strict=True)),
        changed=tuple(
            Changed(
                criterion=model.criteria[rule.criterion],
                add=rule.add,
                when=rule.when,
                why=rule.why,
                source=rule.source or "",
            )
            for rule in option.adjust
            if rule.holds(state)
        ),
    )


def _ruled_out(model: Model, known: Filled) -> Iterator[RuledOut]:
    """What is out, by a limit that known facts cross where there is one."""
    for option in model.options:
        crossed = [rule for rule in option.rule_out if rule.holds(known.state)]
        if crossed:
            rule = min(crossed, key=lambda rule: bool(_assumed_in(rule, model, known)))
            yield RuledOut(
                option=option.name,
                title=option.entry.title,
                why=rule.why,
                when=rule.when,
                source=rule.source or "",
                assumed=_assumed_in(rule, model, known),
            )


def _assumed_in(rule: Rule, model: Model, known: Filled) -> tuple[str, ...]:
    """The assumed facts of a rule that holds; none where it holds whatever they are."""
    sizes = {
        number: len(model.axes[number].cells)
        for number, _ in rule.places
        if known.facts[number].source == "assumed"
    }
    may_fail, _ = rule.may_hold(sizes, known.state)
    return tuple(model.axes[number].name for number in sizes) if may_fail else ()


def _alone(ruled_out: tuple[RuledOut, ...]) -> str:
    """Why nothing else is left, and whether that is known."""
    assumed = [each.title for each in ruled_out if each.assumed]
    if not assumed:
        return "Everything else is ruled out."
    which = "all of it" if len(assumed) == len(ruled_out) else "; ".join(assumed)
    return f"Everything else is ruled out, but only by what is assumed: {which}."


def _reasons(
    model: Model, stage: Stage, state: State, choice: Option, second: Option
) -> Iterator[str]:
    """Where the choice is ahead of the second, the weightiest first."""
    mine, other = choice.scored(state), second.scored(state)
    weights = model.weights[stage]
    ahead = [
        ((mine[number] - other[number]) * weights[number], number)
        for number in range(len(model.criteria))
        if mine[number] > other[number] and weights[number]
    ]
    if not ahead:
        yield f"It is level with {second.entry.title} on every criterion, and the plainer of both."
    for _, number in sorted(ahead, key=lambda pair: (-pair[0], pair[1]))[:_REASONS]:
        name = model.criteria[number]
        yield (
            f"{model.entry.criteria[name].meaning}: {mine[number]:g} against"
            f" {other[number]:g} of {second.entry.title}. {choice.entry.scores[name].why}"
        )


def _what_to_measure(
    model: Model, questions: Asked, flips: tuple[Flip, ...], choice: Option
) -> str:
    """What would tell the two apart: an unknown fact, else one that flips, else the check."""
    names = [each.fact for each in questions.questions] or [each.fact for each in flips]
    if not names:
        return f"Run {choice.entry.confirm[0].check}"
    axis = model.axis(names[0])
    return f"{axis.name}: {axis.entry.measure or axis.entry.question}"


def _assumptions(
    model: Model, facts: tuple[KnownFact, ...], questions: Asked
) -> Iterator[Assumption]:
    for axis, fact in zip(model.axes, facts, strict=True):
        if fact.source == "assumed":
            yield Assumption(
                fact=fact.fact,
                assumed=fact.shown,
                question=axis.entry.question,
                matters=fact.fact in questions.matters,
            )


def _stage_choices(
    model: Model, values: Mapping[str, Value], seen: Mapping[str, Seen]
) -> dict[Stage, str]:
    found: dict[Stage, str] = {}
    for stage in STAGES:
        try:
            winner = model.winner(filled(model, stage, values, seen).state, stage)
        except BadRequest:
            winner = None
        found[stage] = "none" if winner is None else model.options[winner].name
    return found


def _alternative(
    option: Option, best: float | None, total: float | None, flips: tuple[Flip, ...]
) -> Alternative:
    leads = [f"{each.fact} {each.values}" for each in flips if each.choice == option.name]
    return Alternative(
        option=option.name,
        title=option.entry.title,
        summary=option.entry.summary,
        behind=round((best or 0.0) - (total or 0.0), 3),
        when=" or ".join(leads) if leads else "no single fact leads to it from here",
        trade_offs=option.entry.trade_offs,
    )
