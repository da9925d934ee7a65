from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.changes import Change
from backstay.model.findings import Finding
from backstay.practices._contract_changes import told
from backstay.practices.practice import practice


@practice(
    area="contract",
    severity="medium",
    stages={"startup": "Generate the clients anew in the same change, and let the compiler speak."},
)
def generated_code_breaks(change: Change, _: Backend) -> Iterator[Finding]:
    """Code that was generated from the old version does not compile against the new one.

    Why: What travels stays the same, but names in generated code do not: whoever generates
        anew gets errors in code of their own, at a moment that they did not choose.
    Fix: Keep the name: of the operation, the schema, the message, the package.
    Trade-offs: A name that one would choose otherwise today stays.
    Alternatives: Say it in the release notes of a new major version of the client libraries.
    Upkeep: None.
    References: https://protobuf.dev/best-practices/dos-donts/

    Bad (shop.proto):
        syntax = "proto3";
        option java_package = "shop.v1";
        message Order {
          string id = 1;
        }
        // becomes
        syntax = "proto3";
        option java_package = "shop.orders.v1"; // finding
        message Order {
          string id = 1;
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
          string note = 2;
        }
    """
    if change.nature == "source":
        yield told(change, "Keep the old name, or say it with a new major version of the clients.")
