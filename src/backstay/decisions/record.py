"""A decision as a MADR 4 document (https://adr.github.io/madr/), in Markdown.

Its front matter is what ``review`` reads back and holds against the facts of the day; the rest is
for people.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.decisions.models import Model, Option
    from backstay.decisions.outcome import Flip, KnownFact, Outcome, Ranked, RuledOut

# The key of the front matter that marks a record of ours.
KEY = "backstay-decision"
_UNSHOWABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_HARMFUL = re.compile(r"([`*_<>\[\]|\\])")


def record(outcome: Outcome, model: Model, decided: dt.date) -> str:
    """The complete document."""
    parts = (
        _front_matter(outcome, decided),
        [f"# {outcome.question.rstrip('?')}: {outcome.title}", ""],
        _context(outcome),
        _drivers(outcome, model),
        _options(model),
        _outcome(outcome, model),
        _pros_and_cons(outcome, model),
        _more(outcome, decided),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def expiry(decided: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(decided.month - 1 + months, 12)
    year, month = decided.year + year, month + 1
    return dt.date(year, month, min(decided.day, calendar.monthrange(year, month)[1]))


def _front_matter(outcome: Outcome, decided: dt.date) -> Iterator[str]:
    yield "---"
    yield "status: accepted"
    yield f"date: {decided}"
    yield "decision-makers: []"
    yield f"{KEY}:"
    yield f"  topic: {outcome.decision}"
    yield f"  choice: {outcome.choice}"
    yield f"  advised: {outcome.choice}"
    yield f"  stage: {outcome.stage}"
    yield f"  decided: {decided}"
    yield f"  expires: {expiry(decided, outcome.valid_months)}"
    yield f"  model: {json.dumps(outcome.model)}"
    yield "  facts:"
    for fact in outcome.facts:
        yield f"    {fact.fact}: {{{_as_yaml(fact)}}}"
    yield "---"
    yield ""


def _as_yaml(fact: KnownFact) -> str:
    """A fact as a flow mapping; JSON texts are YAML texts."""
    parts = [f"value: {json.dumps(fact.value)}", f"source: {fact.source}"]
    if fact.unit:
        parts.append(f"unit: {json.dumps(fact.unit)}")
    if fact.observed is not None:
        parts.append(f"observed: {json.dumps(fact.observed)}")
    if fact.seen:
        parts.append(f"seen: {json.dumps(_line(fact.seen))}")
    return ", ".join(parts)


def _line(text: str) -> str:
    """Text of the project on one line, without what rewrites a screen."""
    return _UNSHOWABLE.sub(" ", text).strip()


def _prose(text: str) -> str:
    """Text of the project as Markdown shows it literally."""
    return _HARMFUL.sub(r"\\\1", _line(text))


def _context(outcome: Outcome) -> Iterator[str]:
    yield "## Context and Problem Statement"
    yield ""
    yield f"{outcome.question} Decided for the stage *{outcome.stage}* on these facts:"
    yield ""
    yield "| fact | value | known from |"
    yield "|---|---|---|"
    for fact in outcome.facts:
        origin = {
            "stated": "stated",
            "observed": f"observed: {_prose(fact.seen or '')}",
            "assumed": "assumed",
        }[fact.source]
        beside = fact.source == "stated" and fact.observed not in {None, fact.value}
        if beside:
            origin += f" (observed: {_prose(fact.seen or '')})"
        yield f"| {fact.fact} | {fact.shown} | {origin} |"
    yield ""


def _drivers(outcome: Outcome, model: Model) -> Iterator[str]:
    yield "## Decision Drivers"
    yield ""
    weights = model.weights[outcome.stage]
    for name, weight in sorted(
        zip(model.criteria, weights, strict=True), key=lambda pair: -pair[1]
    ):
        yield f"* {name} (weight {weight:g}): {model.entry.criteria[name].meaning}"
    yield ""


def _options(model: Model) -> Iterator[str]:
    yield "## Considered Options"
    yield ""
    yield from (f"* {option.entry.title}" for option in model.options)
    yield ""


def _outcome(outcome: Outcome, model: Model) -> Iterator[str]:
    option = model.option(outcome.choice)
    yield "## Decision Outcome"
    yield ""
    yield f'Chosen option: "{outcome.title}", because:'
    yield ""
    yield from (f"* {reason}" for reason in outcome.why)
    for out in outcome.ruled_out:
        yield f"* {out.title} is ruled out: {out.why} (`{out.when}`{_resting(out)}, {out.source})"
    yield ""
    yield _margin(outcome)
    yield ""
    yield "### Consequences"
    yield ""
    yield from (f"* Good, because {_as_clause(text)}" for text in option.entry.good)
    yield from (f"* Bad, because {_as_clause(text)}" for text in option.entry.bad)
    yield f"* Trade-offs: {outcome.trade_offs}"
    yield f"* Upkeep: {outcome.upkeep}"
    if outcome.stage_word:
        yield f"* At this stage: {outcome.stage_word}"
    yield ""
    yield "### Confirmation"
    yield ""
    yield "These commands show whether the choice keeps what it promises:"
    yield ""
    yield "```sh"
    for each in outcome.confirm:
        yield f"# {each.shows}"
        yield each.check
    yield "# That the facts of today still lead to it, and that it has not expired."
    yield "backstay review . --area decision"
    yield "```"
    yield ""


def _resting(out: RuledOut) -> str:
    return f", {' and '.join(out.assumed)} assumed" if out.assumed else ""


def _margin(outcome: Outcome) -> str:
    if outcome.margin is None:
        return "Nothing else is left after the hard limits."
    second = outcome.ranked[1].title
    told = f"It leads {second} by {outcome.margin:g} of 5."
    if outcome.verdict == "too close":
        told += f" That is too close to call from scores alone. Measure first: {outcome.measure}"
    return told


def _as_clause(text: str) -> str:
    """A sentence as it stands after "because"."""
    first = text.split(" ", 1)[0]
    plain = first[:1].isupper() and first[1:].islower()
    return text[:1].lower() + text[1:] if plain else text


def _pros_and_cons(outcome: Outcome, model: Model) -> Iterator[str]:
    yield "## Pros and Cons of the Options"
    yield ""
    ranked = {each.option: each for each in outcome.ranked}
    for option in model.options:
        yield f"### {option.entry.title}"
        yield ""
        yield option.entry.summary
        yield ""
        yield from _for_and_against(option, ranked.get(option.name), model, outcome)
        yield ""


def _for_and_against(
    option: Option, ranked: Ranked | None, model: Model, outcome: Outcome
) -> Iterator[str]:
    yield from (f"* Good, because {_as_clause(text)}" for text in option.entry.good)
    yield from (f"* Bad, because {_as_clause(text)}" for text in option.entry.bad)
    yield f"* Trade-offs: {option.entry.trade_offs}"
    if ranked is None:
        out = next(each for each in outcome.ruled_out if each.option == option.name)
        yield f"* Ruled out: {out.why} ({out.source}{_resting(out)})"
        return
    for name in model.criteria:
        entry = option.entry.scores[name]
        changes = [each for each in ranked.changed if each.criterion == name]
        told = "".join(f" {each.add:+g}: {each.why} ({each.source})" for each in changes)
        yield f"* {name} {ranked.scores[name]:g} of 5: {entry.why}{told}"
    yield f"* Mean by the weights of this stage: {ranked.total:g} of 5"


def _more(outcome: Outcome, decided: dt.date) -> Iterator[str]:
    yield "## More Information"
    yield ""
    yield f"Revisit: {outcome.revisit}"
    yield ""
    if outcome.flips:
        yield "One fact alone changes the choice at these values:"
        yield ""
        yield "| fact | now | where it changes | choice there |"
        yield "|---|---|---|---|"
        yield from map(_flip, outcome.flips)
    else:
        yield "No single fact changes the choice, whatever its value."
    yield ""
    if outcome.assumptions:
        yield "Assumed, since nobody stated it and nothing showed it:"
        yield ""
        for each in outcome.assumptions:
            mark = " (can change the choice)" if each.matters else ""
            yield f"* {each.fact} = {each.assumed}{mark}. {each.question}"
        yield ""
    choices = ", ".join(f"{stage}: {choice}" for stage, choice in outcome.stage_choices.items())
    yield f"By stage, with the same known facts: {choices}."
    yield ""
    yield (
        f"Made by `backstay decide {outcome.decision}` on {decided} with model {outcome.model}."
        f" It holds until {expiry(decided, outcome.valid_months)}."
    )


def _flip(flip: Flip) -> str:
    choice = flip.choice or "nothing is left"
    return f"| {flip.fact} | {flip.now} | {flip.values} | {choice} |"
