from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.changes import Change
from backstay.model.findings import Finding
from backstay.practices._contract_changes import told
from backstay.practices.practice import practice


@practice(area="contract", severity="info", default=False)
def contract_change_safe(change: Change, _: Backend) -> Iterator[Finding]:
    """A change that breaks nobody at the level asked for.

    Why: For the changelog, and to see that a change is what it was meant to be.
    Fix: Nothing. Say it in the changelog.
    Trade-offs: None.
    Alternatives: None needed.
    Upkeep: None.
    References: https://semver.org

    Bad (schema.graphql):
        type Query {
          order: String
        }
        # becomes
        type Query {
          order: String
          # finding
          orders: [String!]
        }
    Good (schema.graphql):
        type Query {
          order: String
        }
        # becomes
        type Query { order: String }
    """
    if change.nature == "safe":
        yield told(change, "Nothing to do; say it in the changelog.")
