"""Recorded decisions against what can be seen today."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from backstay.decisions.answers import filled
from backstay.decisions.axes import fitting
from backstay.decisions.loading import model_of, topics
from backstay.decisions.observations import observed
from backstay.model.decisions import ChangedFact, DecisionDrift, DecisionExpiry, DecisionRecord
from backstay.model.errors import BadRequest
from backstay.model.facts import Fact, NotChecked, Unread

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from backstay.decisions.axes import Axis
    from backstay.decisions.expressions import Value
    from backstay.decisions.models import Model
    from backstay.decisions.seen import Seen
    from backstay.model.backend import Backend
    from backstay.model.decisions import RecordedFact


def held(backend: Backend, today: dt.date) -> Iterator[Fact]:
    """What has become of the recorded decisions: drift, expiry, and what cannot be held."""
    known = topics()
    for record in backend.of(DecisionRecord):
        if not record.stands:
            continue
        if record.topic not in known:
            yield _unread(
                record, f"decides {record.topic!r}, of which Backstay has no model", known
            )
            continue
        if record.expires < today:
            yield DecisionExpiry(
                where=record.expires_place,
                topic=record.topic,
                choice=record.choice,
                expires=record.expires,
            )
        model = model_of(record.topic)
        yield from _unheld(record, model)
        yield from _drift(record, model, backend)


def _unread(record: DecisionRecord, why: str, known: tuple[str, ...]) -> Unread:
    close = difflib.get_close_matches(record.topic, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"topics: {', '.join(known)}"
    return Unread(where=record.where, why=f"{why}; {hint}")


def _unheld(record: DecisionRecord, model: Model) -> Iterator[Fact]:
    """What of a record no facts can be held against, because it does not fit the model."""
    names = [option.name for option in model.options]
    if record.choice not in names:
        close = difflib.get_close_matches(record.choice, names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"options: {', '.join(names)}"
        yield NotChecked(
            where=record.choice_place,
            what=str(record),
            why=f"its choice {record.choice!r} is no option that Backstay knows; {hint}",
        )
    if record.model != model.digest:
        return  # another model may have had other facts
    for fact in record.facts:
        if why := _misfit(fact, model):
            yield Unread(where=record.where, why=f"{record}: {fact.name[:60]}: {why}")


def _misfit(fact: RecordedFact, model: Model) -> str | None:
    """Why a recorded fact cannot be weighed; None where it can."""
    axis = next((axis for axis in model.axes if axis.name == fact.name), None)
    if axis is None:
        return f"no such fact; facts: {', '.join(axis.name for axis in model.axes)}"
    if fact.unit is not None and (axis.unit is None or fact.unit != axis.unit.text):
        wanted = f"in {axis.unit.text}" if axis.unit else "without a unit"
        return f"in {fact.unit[:40]!r}, where it is {wanted}"
    try:
        fitting(fact.value, axis.subject)
    except ValueError as error:
        return str(error)
    return None


def _drift(record: DecisionRecord, model: Model, backend: Backend) -> Iterator[Fact]:
    names = [option.name for option in model.options]
    if record.choice not in names:
        return  # something of their own, which no facts can be held against
    recorded = {fact.name: fact for fact in record.facts}
    sources = tuple(axis.entry.source for axis in model.axes if axis.entry.source is not None)
    seen = observed(backend, sources)
    then = dict(_recorded_values(model, recorded))
    now = {**then, **dict(_news(model, recorded, then, seen))}
    today = _choice(model, record, now)
    if today in {record.advised, record.choice}:
        return
    changed = tuple(_changed(model, record, then, now, seen))
    if not changed and today == _choice(model, record, then) and record.model == model.digest:
        return  # the record was edited by hand; nothing has moved since
    yield DecisionDrift(
        where=record.choice_place,
        topic=record.topic,
        choice=record.choice,
        today=today,
        changed=changed,
    )


def _recorded_values(
    model: Model, recorded: dict[str, RecordedFact]
) -> Iterator[tuple[str, Value]]:
    """The recorded facts that the model still knows in that form."""
    for axis in model.axes:
        fact = recorded.get(axis.name)
        if fact is not None and _misfit(fact, model) is None:
            yield axis.name, fitting(fact.value, axis.subject)


def _news(
    model: Model,
    recorded: dict[str, RecordedFact],
    then: dict[str, Value],
    seen: dict[str, Seen],
) -> Iterator[tuple[str, Value]]:
    """What is seen today and differs from what the decision relied on.

    A stated value stands against what was seen when it was stated, until something else is seen.
    """
    for axis in model.axes:
        sight = seen.get(axis.entry.source or "")
        if sight is None:
            continue
        value = _in_range(axis, sight.value)
        fact = recorded.get(axis.name)
        known_then = fact is not None and fact.source == "stated" and fact.observed == value
        if not known_then and then.get(axis.name) != value:
            yield axis.name, value


def _in_range(axis: Axis, value: Value) -> Value:
    if isinstance(value, bool | str):
        return value
    return min(max(float(value), axis.subject.least), axis.subject.most)


def _choice(model: Model, record: DecisionRecord, values: dict[str, Value]) -> str | None:
    """What the values lead to; None where they leave nothing or cannot hold together."""
    try:
        winner = model.winner(filled(model, record.stage, values, {}).state, record.stage)
    except BadRequest:
        return None
    return None if winner is None else model.options[winner].name


def _changed(
    model: Model,
    record: DecisionRecord,
    then: dict[str, Value],
    now: dict[str, Value],
    seen: dict[str, Seen],
) -> Iterator[ChangedFact]:
    """The facts that lie in another cell than when it was decided."""
    before = _choice(model, record, then)
    for axis in model.axes:
        if axis.name not in now:
            continue
        old = then.get(axis.name, axis.defaults[record.stage])
        new = now[axis.name]
        if axis.cell_of(old) == axis.cell_of(new):
            continue
        yield ChangedFact(
            name=axis.name,
            then=axis.shown(old),
            now=axis.shown(new),
            seen=seen[axis.entry.source or ""].text,
            decisive=_choice(model, record, {**then, axis.name: new}) != before,
        )
