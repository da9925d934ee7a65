from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.decisions import DecisionExpiry
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="decision", severity="low")
def decision_expired(expiry: DecisionExpiry, _: Backend) -> Iterator[Finding]:
    """A recorded decision is past the last day on which it holds without another look.

    Why: What a decision assumed and no file shows (the load that was expected, the people who
        run it, the price) changes unseen. A date is the only thing that brings it up again.
    Fix: Look at the record's assumptions and its revisit trigger, decide again with what is known
        now, and record it.
    Trade-offs: Half an hour a year for each decision.
    Alternatives: Set a later expiry in the record, in a commit that says why.
    Upkeep: The next record expires, too.
    References: https://adr.github.io/madr/

    Bad (docs/decisions/0001-datastore.md):
        ---
        status: accepted
        backstay-decision:
          topic: datastore
          choice: postgresql
          stage: growing
          decided: 2020-01-10
          expires: 2021-01-10 # finding
          facts: {}
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
          facts: {}
        ---
    """
    yield Finding(
        message=f"the decision for {expiry.choice} ({expiry.topic}) expired on {expiry.expires}",
        evidence=(expiry,),
        about=str(expiry.expires),
        fix=Fix(
            text=f"Decide again with what is known now: backstay decide {expiry.topic}"
            " --record docs/decisions"
        ),
    )
