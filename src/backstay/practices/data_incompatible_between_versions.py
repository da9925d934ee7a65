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
        "enterprise": "Stored messages count, too: queues, archives and caches keep old bytes."
    },
)
def data_incompatible_between_versions(change: Change, _: Backend) -> Iterator[Finding]:
    """What one version writes the other reads as something else, or not at all.

    Why: During each deployment both versions run, and messages of the old one may lie in queues
        and stores for years. A number that now means another field, or another type on the wire,
        gives wrong values without any error.
    Fix: Leave the old field as it is, add a new one with a new number, write both, and read the
        new one once all writers are new. Reserve the number and the name of what goes.
    Trade-offs: Both fields travel for some time, and a reader must know which one counts.
    Alternatives: A new message or a new topic; or convert what is stored and stop all writers
        for the moment of the change.
    Upkeep: Reserved numbers stay for ever; they cost nothing.
    References: https://protobuf.dev/programming-guides/proto3/#updating

    Bad (shop.proto):
        syntax = "proto3";
        message Order {
          string id = 1;
        }
        // becomes
        syntax = "proto3";
        message Order {
          int64 id = 1; // finding
        }
    Good (shop.proto):
        syntax = "proto3";
        message Order {
          string id = 1;
        }
        // becomes
        syntax = "proto3";
        message Order {
          string id = 1;
          int64 number = 2;
        }
    """
    if change.nature == "incompatible":
        yield told(
            change,
            "Leave the old field as it is, and add a new one with a number of its own.",
        )
