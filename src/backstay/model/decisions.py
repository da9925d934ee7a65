"""Facts about decisions that a project has recorded, and what has become of them since."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from backstay.model.facts import Fact
from backstay.model.findings import Stage
from backstay.model.places import Place

Known = bool | float | str


class RecordedFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a recorded decision relied on.

    Attributes:
        source: who said so when it was decided.
        observed: what Backstay saw then, where it saw anything; a stated value goes before it.
        unit: what the value is counted in, where the record says so.
    """

    name: str
    value: Known
    source: Literal["stated", "observed", "assumed"]
    observed: Known | None = None
    unit: str | None = None


class DecisionRecord(Fact, frozen=True, kw_only=True, tag="decision-record", tag_field="kind"):
    """A decision as its record's front matter states it.

    Attributes:
        topic: the decision model that it was made by, such as "datastore".
        choice: what was chosen.
        advised: what the model chose from these facts; people may have chosen otherwise.
        expires: the last day on which it holds without another look.
        model: which version of the model it was made by.
        status: as MADR has it: "accepted", "proposed", "rejected", "deprecated" or "superseded by
            ...".
        choice_place, expires_place: the lines that say so.
    """

    topic: str
    choice: str
    advised: str
    stage: Stage
    decided: dt.date
    expires: dt.date
    model: str
    status: str = "accepted"
    facts: tuple[RecordedFact, ...]
    choice_place: Place
    expires_place: Place

    @property
    def stands(self) -> bool:
        """Whether it has not been rejected or replaced."""
        words = self.status.lower().split()
        return not words or words[0] not in {"rejected", "deprecated", "superseded"}

    def __str__(self) -> str:
        return f"decision on {self.topic}"


class ChangedFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that is no longer what a decision relied on.

    Attributes:
        then, now: its values in words, with units.
        seen: what shows it today.
        decisive: it alone, as it is now, changes the choice.
    """

    name: str
    then: str
    now: str
    seen: str
    decisive: bool


class DecisionDrift(Fact, frozen=True, kw_only=True, tag="decision-drift", tag_field="kind"):
    """A recorded decision that would be another one today.

    Attributes:
        today: what the facts of today lead to; None where they leave nothing to choose.
        changed: the facts that are others now; empty where the model was revised.
    """

    topic: str
    choice: str
    today: str | None
    changed: tuple[ChangedFact, ...]

    def __str__(self) -> str:
        return f"drift of the decision on {self.topic}"


class DecisionExpiry(Fact, frozen=True, kw_only=True, tag="decision-expiry", tag_field="kind"):
    """A recorded decision whose last day has passed."""

    topic: str
    choice: str
    expires: dt.date

    def __str__(self) -> str:
        return f"expiry of the decision on {self.topic}"
