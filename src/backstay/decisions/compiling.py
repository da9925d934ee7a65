"""From a model as written to one that can be weighed, everything it refers to checked."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from backstay.decisions.axes import Axis, cells_of, fitting
from backstay.decisions.entries import AdjustEntry, ContradictionEntry, RuleOutEntry
from backstay.decisions.expressions import Subject, comparisons_of, parse
from backstay.decisions.measurements import measurements
from backstay.decisions.models import Model, Option, weighted
from backstay.decisions.observations import OBSERVATIONS
from backstay.decisions.rules import Rule, tabled
from backstay.decisions.units import unit_of
from backstay.model.errors import BadRequest
from backstay.model.findings import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.decisions.entries import FactEntry, FileEntry, OptionEntry
    from backstay.decisions.expressions import Comparison, Condition, Value
    from backstay.decisions.units import Unit
    from backstay.model.findings import Stage

T = TypeVar("T")

_FACT_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
_RESERVED = frozenset(("and", "or", "not", "in", "is", "if", "else", "for", "lambda"))
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?\Z")


class Faults:
    """Where a fault is, for its message."""

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def at(self, key: str, what: object) -> BadRequest:
        """An error about the value at a key."""
        return BadRequest(f"{self.shown}: {key}: {what}" if key else f"{self.shown}: {what}")

    def tried(self, key: str, work: Callable[[], T]) -> T:
        """What ``work`` gives; a ValueError is about the value at the key."""
        try:
            return work()
        except ValueError as error:
            raise self.at(key, error) from error


class Builder:
    """Compiles one file."""

    def __init__(self, topic: str, entry: FileEntry, faults: Faults) -> None:
        self._topic = topic
        self._entry = entry
        self._faults = faults
        self._subjects = {
            name: faults.tried(f"facts.{name}", lambda n=name, e=each: _subject(n, e))  # type: ignore[misc]
            for name, each in entry.facts.items()
        }
        self._criteria = tuple(entry.criteria)
        self._weights = self._checked_weights()

    def model(self, digest: str) -> Model:
        """The compiled model."""
        conditions = {key: self._condition(key, each.when) for key, each in self._conditions()}
        compared: dict[str, list[Comparison]] = defaultdict(list)
        for condition in conditions.values():
            for comparison in comparisons_of(condition):
                compared[comparison.fact].append(comparison)
        axes = tuple(
            self._faults.tried(f"facts.{name}", lambda n=name: self._axis(n, compared[n]))  # type: ignore[misc]
            for name in self._entry.facts
        )
        options = tuple(
            self._option(name, each, conditions, axes) for name, each in self._entry.options.items()
        )
        return Model(
            topic=self._topic,
            digest=digest,
            entry=self._entry,
            axes=axes,
            criteria=self._criteria,
            weights=self._weights,
            options=options,
            contradictions=tuple(
                self._rule(f"contradictions.{number}", each, conditions, axes)
                for number, each in enumerate(self._entry.contradictions, start=1)
            ),
        )

    def _checked_weights(self) -> dict[Stage, tuple[float, ...]]:
        for name, criterion in self._entry.criteria.items():
            if set(criterion.weights) != set(STAGES):
                key = f"criteria.{name}.weights"
                raise self._faults.at(key, f"needs a weight for each of {', '.join(STAGES)}")
        weights = {
            stage: tuple(each.weights[stage] for each in self._entry.criteria.values())
            for stage in STAGES
        }
        for stage, each in weights.items():
            if not sum(each):
                raise self._faults.at("criteria", f"nothing has a weight at stage {stage}")
        return weights

    def _conditions(self) -> Iterable[tuple[str, RuleOutEntry | AdjustEntry | ContradictionEntry]]:
        for name, option in self._entry.options.items():
            for number, out in enumerate(option.rule_out, start=1):
                yield f"options.{name}.rule_out.{number}", out
            for number, adjust in enumerate(option.adjust, start=1):
                yield f"options.{name}.adjust.{number}", adjust
        for number, contradiction in enumerate(self._entry.contradictions, start=1):
            yield f"contradictions.{number}", contradiction

    def _condition(self, key: str, when: str) -> Condition:
        return self._faults.tried(f"{key}.when", lambda: parse(when, self._subjects))

    def _axis(self, name: str, comparisons: list[Comparison]) -> Axis:
        entry, subject = self._entry.facts[name], self._subjects[name]
        unit = unit_of(entry.unit) if entry.unit is not None else None
        _check_observation(entry, unit)
        stresses = (entry.stresses,) if isinstance(entry.stresses, str) else entry.stresses
        for criterion in stresses:
            if criterion not in self._criteria:
                raise ValueError(f"stresses {criterion!r}, which is no criterion")
        cells = cells_of(subject, comparisons)
        numbers = subject.kind in {"number", "count"}
        return Axis(
            name=name,
            entry=entry,
            subject=subject,
            unit=unit,
            cells=cells,
            starts=tuple((each.least, int(not each.holds_least)) for each in cells) * numbers,
            defaults=_defaults(entry, subject),
            stresses=stresses,
        )

    def _option(
        self,
        name: str,
        entry: OptionEntry,
        conditions: dict[str, Condition],
        axes: tuple[Axis, ...],
    ) -> Option:
        key = f"options.{name}"
        if set(entry.scores) != set(self._criteria):
            odd = sorted(set(entry.scores) ^ set(self._criteria))
            raise self._faults.at(f"{key}.scores", f"must score each criterion once: {odd}")
        scores = tuple(entry.scores[criterion].score for criterion in self._criteria)
        return Option(
            name=name,
            entry=entry,
            scores=scores,
            rule_out=tuple(
                self._rule(f"{key}.rule_out.{number}", each, conditions, axes)
                for number, each in enumerate(entry.rule_out, start=1)
            ),
            adjust=tuple(
                self._rule(f"{key}.adjust.{number}", each, conditions, axes)
                for number, each in enumerate(entry.adjust, start=1)
            ),
            bases=weighted(scores, self._weights),
        )

    def _rule(
        self,
        key: str,
        entry: RuleOutEntry | AdjustEntry | ContradictionEntry,
        conditions: dict[str, Condition],
        axes: tuple[Axis, ...],
    ) -> Rule:
        places, table = self._faults.tried(f"{key}.when", lambda: tabled(conditions[key], axes))
        source = None if isinstance(entry, ContradictionEntry) else entry.source
        if source is not None:
            hard = isinstance(entry, RuleOutEntry)
            self._faults.tried(f"{key}.source", lambda: _check_source(source, hard=hard))
        criterion, add = -1, 0.0
        if isinstance(entry, AdjustEntry):
            if entry.criterion not in self._criteria:
                raise self._faults.at(f"{key}.criterion", f"{entry.criterion!r} is no criterion")
            criterion, add = self._criteria.index(entry.criterion), entry.add
            if not add:
                raise self._faults.at(f"{key}.add", "0 changes nothing")
        return Rule(
            name=key,
            when=entry.when,
            why=entry.why,
            source=source,
            places=places,
            table=table,
            criterion=criterion,
            add=add,
        )


def _subject(name: str, entry: FactEntry) -> Subject:
    """What expressions may say of a fact, its own table checked."""
    if not _FACT_NAME.match(name) or name in _RESERVED:
        raise ValueError("a fact's name is in snake_case and no word of expressions")
    if entry.type in {"boolean", "choice"}:
        if entry.unit is not None or entry.range is not None:
            raise ValueError(f"a {entry.type} has neither unit nor range")
        if (entry.type == "choice") != bool(entry.values):
            raise ValueError("a choice, and nothing else, lists its values")
        if len(set(entry.values)) != len(entry.values) or len(entry.values) == 1:
            raise ValueError("values must differ, and there must be at least two")
        return Subject(kind=entry.type, values=entry.values)
    if entry.unit is None or entry.range is None or entry.values:
        raise ValueError(f"a {entry.type} has a unit and a range, and no values")
    least, most = entry.range
    if not -math.inf < least < most < math.inf:
        raise ValueError(f"the range begins at {least:g} and ends at {most:g}")
    return Subject(kind=entry.type, least=least, most=most)


def _defaults(entry: FactEntry, subject: Subject) -> dict[Stage, Value]:
    given = entry.default
    by_stage = given if isinstance(given, dict) else dict.fromkeys(STAGES, given)
    if set(by_stage) != set(STAGES):
        raise ValueError(f"default needs a value for each of {', '.join(STAGES)}, or is one value")
    return {stage: fitting(by_stage[stage], subject) for stage in STAGES}


def _check_observation(entry: FactEntry, unit: Unit | None) -> None:
    if entry.source is None:
        return
    observation = OBSERVATIONS.get(entry.source)
    if observation is None:
        import difflib  # noqa: PLC0415 (only for the message)

        close = difflib.get_close_matches(entry.source, OBSERVATIONS, n=3)
        raise ValueError(f"from = {entry.source!r} is no observation; close: {', '.join(close)}")
    if (observation.kind, observation.unit) != (entry.type, unit.text if unit else None):
        seen = f"{observation.kind} of {observation.unit}" if observation.unit else observation.kind
        raise ValueError(f"from = {entry.source!r} is a {seen}; make type and unit the same")
    if not set(observation.values) <= set(entry.values):
        known = ", ".join(observation.values)
        raise ValueError(f"from = {entry.source!r} can be {known}; values must hold each")


def _check_source(source: str, *, hard: bool) -> None:
    if source == "judgement":
        if hard:
            raise ValueError("a judgement may not rule out; cite a page or a measurement")
    elif source.startswith("bench: "):
        name = source.removeprefix("bench: ").strip()
        if name not in measurements():
            raise ValueError(f"measurements.toml has no {name!r}; run bench/decisions.py")
    elif not _ADDRESS.match(source):
        raise ValueError(f'{source!r} is none of "https://...", "bench: NAME", "judgement"')
