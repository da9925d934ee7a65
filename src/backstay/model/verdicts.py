"""What an experiment showed: verdicts and the receipts that back them."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

Measure = int | float | str | bool | None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A record of one experiment.

    Attributes:
        finding: id of the finding that was put to the test.
        method: name of the proof, such as "index-trial".
        subject: what it was run on, in words.
        statements: what was run, in order.
        before, after, control: measured values by name; names carry units ("delete_ms").
        sizes: rows by table that the claim rests on.
        limits: what this does not show, in sentences.
        repeat: the command that repeats it.
        witness: JSON text of what one version takes and the other refuses, for comparisons.
        environment: versions and settings that matter.
    """

    finding: str
    method: str
    subject: str
    statements: tuple[str, ...] = ()
    before: dict[str, Measure] = {}
    after: dict[str, Measure] = {}
    control: dict[str, Measure] = {}
    sizes: dict[str, int] = {}
    limits: tuple[str, ...] = ()
    repeat: str = ""
    witness: str | None = None
    environment: dict[str, str] = {}

    @property
    def receipt(self) -> str:
        """The receipt's id: twelve hexadecimal digits from its whole content."""
        encoded = msgspec.json.encode(self, order="deterministic")
        return hashlib.sha256(encoded).hexdigest()[:12]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one finding: proven, refuted or not proven (then with the reason)."""

    state: Literal["proven", "refuted", "not-proven"]
    reason: str | None = None
    proof: Receipt | None = None


def proven(proof: Receipt) -> Verdict:
    """The experiment confirmed the finding."""
    return Verdict(state="proven", proof=proof)


def refuted(reason: str, proof: Receipt) -> Verdict:
    """The experiment showed that the finding does not hold."""
    return Verdict(state="refuted", reason=reason, proof=proof)


def not_proven(reason: str, proof: Receipt | None = None) -> Verdict:
    """Nothing was shown either way, and why."""
    return Verdict(state="not-proven", reason=reason, proof=proof)
