"""A decision for people: the choice and why first, then what could change it, then the rest."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from backstay.decisions.loading import model_of
from backstay.decisions.outcome import KnownFact, Outcome, RuledOut
from backstay.decisions.topics import Topic
from backstay.decisions.units import plain
from backstay.reports.characters import cells, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backstay.decisions.axes import Axis
    from backstay.decisions.expressions import Value

_WIDTH = 92
_GAP = 2


class Decided(Outcome, frozen=True, kw_only=True):
    """A decision, and what was done with it.

    Attributes:
        stage_source: who says which stage it is.
        recorded: the file that the record was written to, below the project's root.
        full: whether the record is to be shown as well.
    """

    stage_source: str
    recorded: str | None = None
    full: bool = False


class Topics(msgspec.Struct, frozen=True, kw_only=True):
    """What can be decided."""

    topics: tuple[Topic, ...]


def show(outcome: Decided | Topics) -> str:
    """The outcome as plain text."""
    if isinstance(outcome, Topics):
        return "\n".join(_listed(outcome))
    return "\n".join(_lines(outcome)).rstrip()


def _listed(outcome: Topics) -> Iterator[str]:
    rows = [(each.topic, each.question) for each in outcome.topics]
    yield from _table(rows, indent=0)
    yield ""
    yield "Decide one: backstay decide TOPIC, or say it in words: backstay decide sql or nosql"


def _lines(outcome: Decided) -> Iterator[str]:
    yield from _headline(outcome)
    yield from _section("Why", _bullets(outcome.why))
    if outcome.ruled_out:
        yield from _section("Ruled out", _ruled_out(outcome))
    if outcome.measure:
        told = f"Scores do not tell these apart. Measure first: {outcome.measure}"
        yield from _section("Too close to call", _paragraph(told))
    yield from _section("What would change it, one fact alone", _flips(outcome))
    yield from _section("Answer next", _questions(outcome))
    yield from _section("Facts", _facts(outcome))
    yield from _section("Stages", _stages(outcome))
    yield from _section("Trade-offs", _paragraph(outcome.trade_offs))
    if outcome.alternatives:
        yield from _section("Alternatives", _alternatives(outcome))
    yield from _section("Upkeep", _paragraph(outcome.upkeep))
    yield from _section("Confirm", _confirm(outcome))
    yield from _section("Revisit", _paragraph(outcome.revisit))
    yield from _section("Record", _record(outcome))


def _headline(outcome: Decided) -> Iterator[str]:
    yield from wrapped(outcome.question, _WIDTH)
    yield ""
    ahead = "nothing else is left"
    if outcome.margin is not None:
        ahead = f"{outcome.margin:g} of 5 ahead of {outcome.ranked[1].title}"
    close = "too close to call, " if outcome.verdict == "too close" else ""
    source = visible(outcome.stage_source.partition(";")[0])
    told = f"{outcome.title} ({outcome.choice}): {close}{ahead}; stage {outcome.stage}, {source}"
    first, *rest = wrapped(told, _WIDTH - 3)
    yield f"-> {first}"
    yield from (f"   {line}" for line in rest)
    yield ""
    yield from wrapped(visible(outcome.summary), _WIDTH)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from lines


def _paragraph(text: str) -> Iterator[str]:
    for line in wrapped(visible(text), _WIDTH - _GAP):
        yield " " * _GAP + line


def _bullets(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        first, *rest = wrapped(visible(text), _WIDTH - 4)
        yield f"  - {first}"
        yield from (f"    {line}" for line in rest)


def _table(rows: Sequence[Sequence[str]], indent: int = _GAP) -> Iterator[str]:
    """Columns side by side; the last is wrapped, and so is nothing else."""
    if not rows:
        return
    shown = [[visible(each) for each in row] for row in rows]
    widths = [max(cells(row[at]) for row in shown) for at in range(len(shown[0]) - 1)]
    start = indent + sum(width + _GAP for width in widths)
    room = max(_WIDTH - start, 24)
    for row in shown:
        head = "".join(
            each + " " * (width - cells(each) + _GAP)
            for each, width in zip(row[:-1], widths, strict=True)
        )
        first, *rest = wrapped(row[-1], room)
        yield (" " * indent + head + first).rstrip()
        yield from (" " * start + line for line in rest)


def _ruled_out(outcome: Decided) -> Iterator[str]:
    yield from _table([(each.title, _limit(each)) for each in outcome.ruled_out])


def _limit(out: RuledOut) -> str:
    """Why an option is out, and which of the facts behind it nobody knows."""
    told = f"; {' and '.join(out.assumed)} only assumed" if out.assumed else ""
    return f"{out.why} ({out.when}{told}; {out.source})"


def _flips(outcome: Decided) -> Iterator[str]:
    if not outcome.flips:
        yield from _paragraph("Nothing: no single fact changes the choice, whatever its value.")
        return
    rows = [("fact", "now", "changes at", "to")]
    rows += [
        (
            each.fact,
            each.now + (" *" if each.assumed else ""),
            each.values,
            each.choice or "nothing is left",
        )
        for each in outcome.flips
    ]
    yield from _table(rows)
    if any(each.assumed for each in outcome.flips):
        yield "  * assumed, not known"


_SETTLED = {
    "exactly": "Nothing: no facts that are still unknown can change the choice, nor all together.",
    "by two": (
        "Nothing: no unknown fact can change the choice, and no two together. Three or more might."
    ),
}


def _questions(outcome: Decided) -> Iterator[str]:
    if not outcome.ask:
        yield from _paragraph(_SETTLED[outcome.settled])
        return
    for number, each in enumerate(outcome.ask, start=1):
        yield from _hanging(f"{number}. ", f"{each.fact}: {each.question}")
        how = "" if each.alone else " together with another"
        told = f"{each.why} Assumed: {each.assumed}; could lead to {_or(each.could_become)}{how}."
        yield from _hanging("   ", told)
        if each.measure:
            yield from _hanging("   ", f"To find out: {each.measure}")
    yield ""
    yield "  Again, with your values in place of the assumed ones:"
    yield f"  {command(outcome, (each.fact for each in outcome.ask))}"


def _hanging(mark: str, text: str) -> Iterator[str]:
    first, *rest = wrapped(visible(text), _WIDTH - _GAP - len(mark))
    yield f"  {mark}{first}"
    yield from (f"  {' ' * len(mark)}{line}" for line in rest)


def _or(names: Sequence[str]) -> str:
    return " or ".join(names) if names else "nothing at all"


def command(outcome: Decided, also: Iterable[str] = ()) -> str:
    """The command that decides this again, with the facts that were stated and some others."""
    model = model_of(outcome.decision)
    wanted = set(also)
    parts = ["backstay", "decide", outcome.decision, "--stage", outcome.stage]
    for fact in outcome.facts:
        if fact.source == "stated" or fact.fact in wanted:
            parts += ["--fact", f"{fact.fact}={pasted(fact.value, model.axis(fact.fact))}"]
    return shlex.join(parts)


def pasted(value: Value, axis: Axis) -> str:
    """A value as it is written after ``--fact name=``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else plain(value, axis.unit)


def _facts(outcome: Decided) -> Iterator[str]:
    yield from _table([(each.fact, each.shown, _origin(each)) for each in outcome.facts])


def _origin(fact: KnownFact) -> str:
    if fact.source == "observed":
        return fact.seen or "observed"
    if fact.source == "assumed":
        return f"assumed: {fact.seen}" if fact.seen else "assumed"
    differs = fact.observed is not None and fact.observed != fact.value
    return f"stated, against what is seen: {fact.seen}" if differs else "stated"


def _stages(outcome: Decided) -> Iterator[str]:
    choices = (
        f"{stage}: {choice}{' (this)' if stage == outcome.stage else ''}"
        for stage, choice in outcome.stage_choices.items()
    )
    yield from _paragraph("; ".join(choices))
    if outcome.stage_word:
        yield from _paragraph(outcome.stage_word)


def _alternatives(outcome: Decided) -> Iterator[str]:
    for each in outcome.alternatives:
        yield from _hanging("- ", f"{each.title}, {each.behind:g} behind. {each.summary}")
        yield from _hanging("  ", f"Leads with: {each.when}. {each.trade_offs}")


def _confirm(outcome: Decided) -> Iterator[str]:
    for each in outcome.confirm:
        yield f"  {each.check}"
        yield from (f"    {line}" for line in wrapped(each.shows, _WIDTH - 4))


def _record(outcome: Decided) -> Iterator[str]:
    if outcome.recorded:
        yield from _paragraph(
            f"Written to {outcome.recorded}. From now on `backstay review` holds it against the"
            " facts of the day."
        )
    else:
        yield from _paragraph("Keep it, so that review tells when the facts no longer lead to it:")
        yield f"  {command(outcome)} --record docs/decisions"
    if outcome.full:
        yield ""
        yield from outcome.record.splitlines()
