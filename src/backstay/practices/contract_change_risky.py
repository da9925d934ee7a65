from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.changes import Change
from backstay.model.findings import Finding
from backstay.practices._contract_changes import told
from backstay.practices.practice import practice


@practice(
    area="contract",
    severity="low",
    stages={"enterprise": "Announce it: among many clients one has relied on the old behaviour."},
)
def contract_change_risky(change: Change, _: Backend) -> Iterator[Finding]:
    """A change that breaks clients only if they rely on more than the contract promised.

    Why: Clients switch over the values of an enum, rely on a default, or on an order. The
        contract does not forbid the change, and some of them break all the same.
    Fix: Say it in the changelog, and tell clients to treat unknown values as unknown.
    Trade-offs: An announcement costs a little time; a client that breaks costs more.
    Alternatives: Send the new value only to clients that ask for it, by a header or a version.
    Upkeep: None.
    References: https://www.rfc-editor.org/rfc/rfc9413

    Bad (schema.graphql):
        type Query {
          state: State
        }
        enum State {
          OPEN
          PAID
        }
        # becomes
        type Query {
          state: State
        }
        enum State {
          OPEN
          PAID
          # finding
          REFUNDED
        }
    Good (schema.graphql):
        type Query {
          state: String
        }
        # becomes
        type Query {
          state: String
          paid: Boolean
        }
    """
    if change.nature == "risky":
        yield told(
            change, "Announce it, and ask clients to treat what they do not know as unknown."
        )
