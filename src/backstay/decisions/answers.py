"""Values for the facts of a model: stated by the user, observed, or assumed; in this order."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import msgspec

from backstay.decisions.axes import fitting
from backstay.decisions.outcome import KnownFact
from backstay.decisions.rules import Rule, State
from backstay.decisions.units import quantity
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstay.decisions.axes import Axis
    from backstay.decisions.expressions import Value
    from backstay.decisions.models import Model
    from backstay.decisions.seen import Seen
    from backstay.model.findings import Stage

_YES = frozenset(("yes", "true", "y", "on", "1"))
_NO = frozenset(("no", "false", "n", "off", "0"))
_LONGEST = 200


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """All facts of a model with values, and the state that they make."""

    facts: tuple[KnownFact, ...]
    state: State


def stated(model: Model, given: Iterable[str]) -> dict[str, Value]:
    """The values that ``name=value`` texts state.

    Raises:
        BadRequest: a name is unknown or stands twice, or a value does not fit its fact.
    """
    found: dict[str, Value] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name or not value.strip():
            raise BadRequest(f"{text[:60]!r} states no fact. Write it as name=value")
        axis = next((axis for axis in model.axes if axis.name == name), None)
        if axis is None:
            raise _unknown(model, name)
        if name in found:
            raise BadRequest(f"{name} is stated twice. State it once")
        found[name] = answer(axis, value.strip())
    return found


def _unknown(model: Model, name: str) -> BadRequest:
    names = [axis.name for axis in model.axes]
    close = difflib.get_close_matches(name[:_LONGEST], names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"Facts: {', '.join(names)}"
    return BadRequest(f"{model.topic} has no fact {name[:60]!r}. {hint}")


def answer(axis: Axis, text: str) -> Value:
    """The value of a fact as somebody wrote it.

    Raises:
        BadRequest: it does not fit; the message says what does.
    """
    try:
        if axis.subject.kind == "boolean":
            return _yes_or_no(text)
        if axis.subject.kind == "choice":
            return fitting(text.lower().replace("_", "-").replace(" ", "-"), axis.subject)
        assert axis.unit is not None
        return fitting(quantity(text, axis.unit), axis.subject)
    except (ValueError, BadRequest) as error:
        raise BadRequest(f"{axis.name}: {error}. ({axis.entry.question})") from error


def _yes_or_no(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError(f"{text[:60]!r} is neither yes nor no")
    return word in _YES


def filled(
    model: Model, stage: Stage, given: Mapping[str, Value], seen: Mapping[str, Seen]
) -> Filled:
    """Every fact of a model with a value.

    Args:
        model: the model.
        stage: whose defaults are assumed.
        given: what the user states, by fact.
        seen: what was observed, by observation.

    Raises:
        BadRequest: what is known cannot hold together.
    """
    facts = [_known(axis, stage, given, seen) for axis in model.axes]
    state = _state(model, facts)
    for _ in model.contradictions:
        rule = model.contradiction(state)
        if rule is None:
            break
        facts = _without_contradiction(model, facts, state, rule)
        state = _state(model, facts)
    if rule := model.contradiction(state):
        raise _contradictory(model, facts, rule)
    return Filled(facts=tuple(facts), state=state)


def _state(model: Model, facts: list[KnownFact]) -> State:
    return tuple(axis.cell_of(fact.value) for axis, fact in zip(model.axes, facts, strict=True))


def _known(
    axis: Axis, stage: Stage, given: Mapping[str, Value], seen: Mapping[str, Seen]
) -> KnownFact:
    sight = seen.get(axis.entry.source or "")
    observed = None if sight is None else _within(axis, sight.value)
    if axis.name in given:
        value, source = given[axis.name], "stated"
    elif observed is not None:
        value, source = observed, "observed"
    else:
        value, source = axis.defaults[stage], "assumed"
    return KnownFact(
        fact=axis.name,
        value=plain_number(value),
        shown=axis.shown(value),
        unit=axis.unit.text if axis.unit else None,
        source=source,  # type: ignore[arg-type]  # one of three literals
        seen=None if sight is None else sight.text,
        observed=None if observed is None else plain_number(observed),
    )


def plain_number(value: Value) -> Value:
    """A whole number as one, so that it is written without a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _within(axis: Axis, value: Value) -> Value:
    """An observed value, cut to the range that the fact knows."""
    if isinstance(value, bool | str):
        return value
    return min(max(float(value), axis.subject.least), axis.subject.most)


def _without_contradiction(
    model: Model, facts: list[KnownFact], state: State, rule: Rule
) -> list[KnownFact]:
    """The facts with one assumption changed so that the rule no longer holds.

    Raises:
        BadRequest: there is no assumption that could be wrong.
    """
    for number, _ in reversed(rule.places):
        if facts[number].source != "assumed":
            continue
        axis, now = model.axes[number], state[number]
        others = sorted(range(len(axis.cells)), key=lambda cell: (abs(cell - now), cell))
        for cell in others:
            if not rule.holds((*state[:number], cell, *state[number + 1 :])):
                value = axis.cells[cell].value
                changed = msgspec.structs.replace(
                    facts[number],
                    value=plain_number(value),
                    shown=axis.shown(value),
                    seen=f"the usual {facts[number].shown} does not go with the rest: {rule.why}",
                )
                return [*facts[:number], changed, *facts[number + 1 :]]
    raise _contradictory(model, facts, rule)


def _contradictory(model: Model, facts: list[KnownFact], rule: Rule) -> BadRequest:
    said = ", ".join(
        f"{model.axes[number].name}={facts[number].shown} ({facts[number].source})"
        for number, _ in rule.places
    )
    return BadRequest(f"These cannot hold together: {said}. {rule.why} Mend one with --fact")
