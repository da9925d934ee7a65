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
    stages={
        "startup": "Where all clients are your own and are deployed together, remove it from both.",
        "enterprise": "Remove only after the sunset date that the deprecation policy promised.",
    },
)
def contract_element_removed(change: Change, _: Backend) -> Iterator[Finding]:
    """Something that clients use is gone from the new version.

    Why: Clients that were built against the old version ask for it, or send it, and get an error
        or a hole. They cannot be changed at the moment at which the API is.
    Fix: Keep it, mark it as deprecated, say until when it stays (Sunset header, a date in the
        contract), watch who still uses it, and remove it after that.
    Trade-offs: The old element has to be served and tested for some time longer.
    Alternatives: Publish a new major version beside the old one; or, where the only clients are
        your own and go out with it, change both in one deployment.
    Upkeep: Look at the usage of deprecated elements each month, and remove what nobody uses.
    References: https://www.rfc-editor.org/rfc/rfc8594 https://www.rfc-editor.org/rfc/rfc9745

    Bad (schema.graphql):
        type Query {
          order(id: ID!): String
          orders: [String!]
        }
        # becomes
        type Query { # finding
          order(id: ID!): String
        }
    Good (schema.graphql):
        type Query {
          orders: [String!]
        }
        # becomes
        type Query {
          orders: [String!] @deprecated(reason: "Use orderPage, until 2027-06-30")
          orderPage(after: ID): [String!]
        }
    """
    if change.nature == "removed":
        yield told(
            change,
            "Keep it as deprecated, say until when, and remove it when nobody uses it any more.",
        )
