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
    stages={"startup": "Where all clients are your own, teach them the new form first."},
)
def response_unknown_to_old_clients(change: Change, _: Backend) -> Iterator[Finding]:
    """The new version sends what clients of the old one do not understand.

    Why: A client was written for the answers that the old contract promised. A missing member, a
        null or another type where none was promised is an exception there, often far from the
        code that reads the answer. What an API sends may only become narrower.
    Fix: Go on sending the old form: keep the member and its type, and put what is new into a
        member of its own beside it.
    Trade-offs: Answers carry both forms for some time, and both have to be kept in step.
    Alternatives: A new operation, a new media type or a new major version; or ask clients in
        advance to be lenient, and wait until they are.
    Upkeep: Remove the old form once its readers are gone; the contract says until when it stays.
    References: https://www.rfc-editor.org/rfc/rfc9413

    Bad (schema.graphql):
        type Query {
          order(id: ID!): String!
        }
        # becomes
        type Query {
          # finding
          order(id: ID!): String
        }
    Good (schema.graphql):
        type Query {
          order(id: ID!): String
        }
        # becomes
        type Query {
          order(id: ID!): String!
        }
    """
    if change.nature == "not-understood":
        yield told(
            change,
            "Go on sending the old form, and put what is new into a member of its own.",
        )
