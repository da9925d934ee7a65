from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.decisions import ChangedFact, DecisionDrift
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(
    area="decision",
    severity="medium",
    stages={"startup": "Moving is cheapest now: decide again before more is built on it."},
)
def decision_drifted(drift: DecisionDrift, _: Backend) -> Iterator[Finding]:
    """A recorded decision would be another one with the facts of today.

    Why: A decision was right for the facts that it was made on. Loads grow, tables appear, a
        second replica is added, and nobody reads the record again; the design then rests on
        facts that no longer hold, or on a limit that has since become known.
    Fix: Decide again with the facts of today, and keep the new record beside the old one, whose
        status becomes superseded. Or state in the new record why the old choice stands.
    Trade-offs: What was built on the old choice has to be moved or lived with; that may cost
        more than the better choice gains.
    Alternatives: Approve the finding with the reason why it stays as it is, and a date.
    Upkeep: None: each review holds the record against the day.
    References: https://adr.github.io/madr/

    Bad (docs/decisions/0001-datastore.md):
        ---
        status: accepted
        backstay-decision:
          topic: datastore
          choice: mongodb # finding
          stage: growing
          decided: 2026-01-10
          expires: 2999-01-10
          facts:
            rows_change_together: {value: true, source: stated}
            questions: {value: new-ones-all-the-time, source: stated}
        ---
    Good (docs/decisions/0001-datastore.md):
        ---
        status: accepted
        backstay-decision:
          topic: datastore
          choice: postgresql
          stage: growing
          decided: 2026-01-10
          expires: 2999-01-10
          facts:
            rows_change_together: {value: true, source: stated}
            questions: {value: new-ones-all-the-time, source: stated}
        ---
    """
    today = f"lead to {drift.today}" if drift.today else "cannot hold together or leave nothing"
    yield Finding(
        message=f"{drift.topic}: {drift.choice} was chosen, and the facts of today {today};"
        f" {_reason(drift.changed)}",
        evidence=(drift,),
        about=drift.today or "",
        fix=Fix(
            text=f"Decide again: backstay decide {drift.topic} --record docs/decisions."
            " Then mark the old record as superseded, or say in it why the choice stands."
        ),
    )


def _reason(changed: tuple[ChangedFact, ...]) -> str:
    if not changed:
        return "no fact has changed, but what Backstay knows about the options has"
    telling = [each for each in changed if each.decisive] or list(changed)
    shown = (f"{each.name} was {each.then} and is {each.now} ({each.seen})" for each in telling[:3])
    more = f" and {len(telling) - 3} more" if len(telling) > 3 else ""
    return ", ".join(shown) + more
