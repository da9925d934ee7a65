"""The proofs by name, and the one way to run them.

A proof is a function ``prove(finding, backend, laboratory) -> Verdict`` in a module of its own.
It works in a database of its own, can refute, and says in its receipt what it does not show.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backstay.model.events import Emit, Progress, unheard
from backstay.model.verdicts import Verdict, not_proven

if TYPE_CHECKING:
    from backstay.lab.server import Server
    from backstay.model.backend import Backend
    from backstay.model.findings import Finding

Prove = Callable[["Finding", "Backend", "Server"], Verdict]

# Practices name the proof; its module is the name with underscores.
PROOFS = ("index-trial", "cascade-fan-out", "row-security-leak")


def proof_named(name: str) -> Prove:
    """The function behind a proof's name."""
    module = importlib.import_module(f"backstay.proofs.{name.replace('-', '_')}")
    prove: Prove = module.prove
    return prove


@contextmanager
def laboratory() -> Iterator[Server]:
    """A PostgreSQL of our own, gone when the block ends.

    Raises:
        NotAvailable: none can be started here; the message says what to do.
    """
    from backstay.lab.server import throwaway_server  # noqa: PLC0415 (heavy, and often not needed)

    with throwaway_server() as server:
        yield server


def prove_all(
    findings: Sequence[tuple[Finding, str]],
    backend: Backend,
    server: Server,
    *,
    budget_seconds: float,
    emit: Emit = unheard,
) -> dict[str, Verdict]:
    """Put each finding to the proof named beside it.

    Args:
        findings: with the name of the proof of each.
        backend: what the findings are about.
        server: the laboratory.
        budget_seconds: wall time after which the rest is not proven.
        emit: hears of progress.
    """
    deadline = time.monotonic() + budget_seconds
    verdicts: dict[str, Verdict] = {}
    for done, (finding, proof) in enumerate(findings):
        if time.monotonic() > deadline:
            verdicts[finding.id] = not_proven(
                f"the budget of {budget_seconds:.0f} s was used up;"
                f" run: backstay prove {finding.id}"
            )
            continue
        emit(Progress(step="prove", text=finding.message, done=done, total=len(findings)))
        verdicts[finding.id] = proof_named(proof)(finding, backend, server)
    return verdicts
