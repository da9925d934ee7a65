from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.model.codec import FACT_KINDS
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.project.secrets import masked
from backstay.review.locations import locations
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets


class FactsInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which facts to show."""

    targets: Annotated[
        tuple[str, ...],
        Option(help="directories and files; the current directory by default", positional=True),
    ] = ()
    kind: Annotated[
        str | None, Option(help="such as table, column, operation, service; counts without it")
    ] = None


class FactsOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of one kind, each with its location; or counts by kind where none was asked for."""

    facts: tuple[dict[str, Any], ...]
    counts: dict[str, int]


def facts(given: FactsInput, emit: Emit = unheard) -> FactsOutput:
    """Show what was read.

    Raises:
        BadRequest: there is no such kind, or no such target.
    """
    if given.kind is not None and given.kind not in FACT_KINDS:
        raise BadRequest(
            f"There are no facts of kind {given.kind!r}. Kinds: {', '.join(FACT_KINDS)}"
        )
    targets = resolve_targets(given.targets)
    reading = read_backend(targets, ReadingOptions(), emit)
    counts = Counter(fact.kind for fact in reading.backend.facts)
    chosen = reading.backend.of(FACT_KINDS[given.kind]) if given.kind else ()
    found = locations((fact.where for fact in chosen), reading.sources)
    shown = []
    for fact in chosen:
        where = found[fact.where]
        builtins = masked(msgspec.to_builtins(fact))
        shown.append({**builtins, "where": msgspec.to_builtins(where)})
    return FactsOutput(facts=tuple(shown), counts=dict(sorted(counts.items())))


def show(output: FactsOutput) -> str:
    """A line a fact, or a table of counts."""
    if not output.facts:
        width = max(map(len, output.counts), default=0)
        lines = [f"{kind:<{width}}  {count}" for kind, count in output.counts.items()]
        return "\n".join(lines) or "No facts: nothing was found that Backstay reads."
    return "\n".join(msgspec.json.encode(fact).decode() for fact in output.facts)


CAPABILITY = Capability(
    name="facts",
    summary="Show what was read, as facts of one kind",
    example="backstay facts . --kind foreign-key",
    effect="reads",
    input=FactsInput,
    output=FactsOutput,
    run=facts,
    show=show,
)
