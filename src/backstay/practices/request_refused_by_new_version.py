from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.changes import Change
from backstay.model.findings import Finding
from backstay.practices._contract_changes import told
from backstay.practices.practice import practice


@practice(
    area="contract",
    severity="high",
    proof="witness",
    stages={"startup": "Where all clients are your own, deploy the clients first."},
)
def request_refused_by_new_version(change: Change, _: Backend) -> Iterator[Finding]:
    """The new version refuses requests that the old one took.

    Why: Clients that exist go on sending what the old contract allowed, and get an error for it
        from the day of the deployment on. What an API takes may only become wider.
    Fix: Go on taking the old form: make the new member optional with a default, keep the old
        limit or the old value, or take both forms for a while.
    Trade-offs: The old form has to be understood and tested for as long as anybody sends it.
    Alternatives: A new operation or a new major version that asks for more; or tell clients, give
        a date, and tighten after it, with an error that says what to send.
    Upkeep: Count requests in the old form, and end it when the count has been nought for a while.
    References: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1

    Bad (schema.graphql):
        type Query {
          orders(first: Int): [String!]
        }
        # becomes
        type Query {
          # finding
          orders(first: Int!): [String!]
        }
    Good (schema.graphql):
        type Query {
          orders(first: Int!): [String!]
        }
        # becomes
        type Query {
          orders(first: Int): [String!]
        }
    """
    if change.nature == "refused":
        yield told(
            change,
            "Go on taking what the old version took: optional with a default, or both forms.",
        )
