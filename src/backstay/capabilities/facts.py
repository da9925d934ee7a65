from __future__ import annotations

import fnmatch
import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from backstay.capabilities.capability import Capability, Option, Tool
from backstay.capabilities.pages import Page
from backstay.model.codec import FACT_KINDS
from backstay.model.envelope import Location
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.project.secrets import mask, masked
from backstay.reports.characters import visible
from backstay.reports.wording import place
from backstay.review.locations import locations
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from backstay.model.facts import Fact


class FactsInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which facts to show."""

    targets: Annotated[
        tuple[str, ...],
        Option(
            help="directories and files; the current directory by default",
            positional=True,
            path=True,
        ),
    ] = ()
    kind: Annotated[
        str | None, Option(help="such as table, column, operation, service; counts without it")
    ] = None
    name: Annotated[
        str | None,
        Option(help="keep to facts of this name; * and ? stand for others", metavar="GLOB"),
    ] = None


class FactsOutput(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of one kind, each with its location; or counts by kind where none was asked for.

    ``id`` is what one cites a fact by, ``text`` its name in words. Where a kind was asked for,
    ``counts`` has that kind alone, whatever names it was kept to.
    """

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
    if given.name is not None and given.kind is None:
        raise BadRequest("A name needs a kind: backstay facts --kind table --name 'user*'")
    targets = resolve_targets(given.targets)
    reading = read_backend(targets, ReadingOptions(), emit)
    counts: dict[str, int] = Counter(fact.kind for fact in reading.backend.facts)
    counts = {given.kind: counts[given.kind]} if given.kind else counts
    chosen = _chosen(reading.backend.of(FACT_KINDS[given.kind]), given) if given.kind else ()
    found = locations((fact.where for fact in chosen), reading.sources)
    shown = []
    for fact in chosen:
        where = found[fact.where]
        builtins = masked(msgspec.to_builtins(fact))
        named = {"id": fact_id(fact), "text": mask(str(fact))}
        shown.append({**named, **builtins, "where": msgspec.to_builtins(where)})
    return FactsOutput(facts=tuple(shown), counts=dict(sorted(counts.items())))


def fact_id(fact: Fact) -> str:
    """Twelve hexadecimal digits that one cites a fact by; they survive line shifts."""
    return hashlib.sha256(fact.identifier.encode(errors="surrogateescape")).hexdigest()[:12]


def _chosen(facts: tuple[Fact, ...], given: FactsInput) -> tuple[Fact, ...]:
    if given.name is None:
        return facts
    return tuple(each for each in facts if _is_named(each, given.name))


def _is_named(fact: Fact, pattern: str) -> bool:
    """Whether its name in words fits, with or without the kind that it begins with."""
    text = str(fact)
    bare = text.removeprefix(fact.kind.replace("-", " ")).lstrip()
    return any(fnmatch.fnmatchcase(each, pattern) for each in (text, bare))


class BriefFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: its id, its name in words, its source, and what else is known as texts."""

    id: str
    text: str
    where: Location
    details: dict[str, str | int | float | bool]


class FactsPage(Page, frozen=True, kw_only=True):
    """A part of the facts of one kind; or counts by kind."""

    kind: str | None
    facts: tuple[BriefFact, ...]
    counts: dict[str, int]


def brief(output: FactsOutput) -> FactsPage:
    """All facts as one page."""
    return FactsPage(
        kind=output.facts[0]["kind"] if output.facts else None,
        facts=tuple(map(_brief_fact, output.facts)),
        counts={} if output.facts else output.counts,
    )


def _brief_fact(fact: dict[str, Any]) -> BriefFact:
    known = {"id", "text", "where", "kind"}
    where = fact["where"]
    return BriefFact(
        id=fact["id"],
        text=fact["text"],
        where=Location(**{key: where.get(key) for key in ("file", "line", "system", "object")}),
        details={
            key: value if isinstance(value, str | int | float) else _compact(value)
            for key, value in fact.items()
            if key not in known and _says_something(value)
        },
    )


def _compact(value: object) -> str:
    """A nested value as JSON, lean; names of the database as people write them."""
    if isinstance(value, dict) and {"schema", "name"} <= value.keys():
        return f"{value['schema']}.{value['name']}"
    return msgspec.json.encode(_lean(value)).decode()


def _lean(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Without the places of its parts and what is not so: these would fill the page."""
    if isinstance(value, dict):
        return {
            key: _lean(each)
            for key, each in value.items()
            if key != "where" and not _is_tag(key, each) and _says_something(each)
        }
    return [_lean(each) for each in value] if isinstance(value, list | tuple) else value


def _is_tag(key: str, value: object) -> bool:
    return key == "kind" and isinstance(value, str) and value in FACT_KINDS


def _says_something(value: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether it is more than a default; nought is a number like others."""
    return bool(value) or (value == 0 and value is not False)


def show_page(page: FactsPage) -> str:
    """A line for each fact."""
    if not page.facts:
        counts = [f"{kind} {count}" for kind, count in page.counts.items()]
        return "facts by kind: " + (", ".join(counts) or "none was read")
    return "\n".join(
        f"{each.id} {visible(each.text)} {place(each.where)}"
        + "".join(f" {key}={visible(str(value))}" for key, value in each.details.items())
        for each in page.facts
    )


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
    tool=Tool(
        description=(
            "What was read of the project: tables, columns, indexes, operations, services... each"
            " with an id and its source. Without kind: how many there are of each."
        ),
        effect="reads",
        output=FactsPage,
        brief=brief,
        show=show_page,
        lists=("facts",),
    ),
)
