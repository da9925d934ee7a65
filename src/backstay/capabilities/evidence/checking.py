"""Whether a statement stands: its ids exist, and its numbers stand in what they name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from backstay.capabilities.evidence.citations import citations_in, without_citations
from backstay.capabilities.evidence.quantities import find, quantities_in
from backstay.capabilities.evidence.sources import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.capabilities.evidence.sources import Source, Sources

Verdict = Literal["supported", "contradicted", "unknown id", "uncited"]

# A statement that something was shown by experiment, but not one that it was not.
_NOT = r"\b(?<!not )(?<!not yet )(?<!n't )(?<!never )(?<!to be )(?<!be )(?<!un)"
_PROVEN = re.compile(
    _NOT + r"(?:proven|proved|proves (?=that|the|it)|proofs? that|benchmarked|demonstrated"
    r"|experimentally|empirically|by experiment"
    r"|(?:we|i)(?: have|'ve)? (?:\w+ly )?(?:tested|tried|verified|validated|reproduced|confirmed)"
    r"|(?:confirmed|verified|demonstrated|shown) by (?:an? |the |our )?"
    r"(?:experiments?|proofs?|trials?|measurements?|benchmarks?|tests?)"
    r"|(?:experiments?|proofs?|trials?|measurements?|benchmarks?|benchmarking|tests?)"
    r"(?: \w+){0,2} (?:confirm|show|prove)\w*)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(_NOT + r"measured\b(?! nothing)", re.IGNORECASE)
_REFUTED = re.compile(
    r"\b(?:refut\w+|dis-?prov\w+|not (?:\w+ )?(?:hold|true|the case)|does(?:n't| not)|no longer"
    r"|unnecessary|needless|no (?:effect|gain|benefit|difference))\b",
    re.IGNORECASE,
)


# A statement that what was found is not so. Only few ways to say it are sure to mean that.
_DENIED = re.compile(
    r"\b(?:false (?:positive|alarm)|nothing (?:to (?:do|fix|mend)|is (?:wrong|missing))"
    r"|no (?:action|change|fix) (?:is )?(?:needed|required|necessary)|can (?:safely )?be ignored"
    r"|already ha(?:s|ve) (?:an?|the|its|one)"
    r"|(?:is|are) (?:perfectly |all )?(?:fine|harmless|in order)"
    r"|(?:is|are)(?:n't| not) (?:a |an )?(?:problem|fault|issue|true|the case))\b",
    re.IGNORECASE,
)


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement, and the ids of what it rests on."""

    text: Annotated[str, Meta(max_length=2_000)]
    cites: Annotated[tuple[str, ...], Meta(max_length=8)] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A statement with what the check found.

    Attributes:
        problems: why it does not stand, for whoever made it.
        notes: what a reader should know although it stands.
        unbacked: numbers in it that stand in nothing that it cites.
    """

    text: str
    cites: tuple[str, ...]
    verdict: Verdict
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unbacked: tuple[str, ...] = ()


def check(statement: Statement, sources: Sources) -> Checked:
    """Hold a statement against what it cites, with its list of ids and within its text."""
    named = citations_in(statement.text, lambda _: False)
    given = (each.strip() for each in statement.cites)
    cites = tuple(dict.fromkeys(each for each in (*given, *named) if each))
    found = {cited: sources.get(cited) for cited in cites}
    unknown = [cited for cited, source in found.items() if source is None]
    cited = [source for source in found.values() if source is not None]
    plain = without_citations(statement.text, cites)
    unbacked, notes = _numbers(plain, cited)
    verdict, problems = _judged(plain, cited, unbacked)
    if unknown:
        verdict = "unknown id"
        problems = (*(_unknown(each, sources) for each in unknown), *(problems if cited else ()))
    return Checked(
        text=statement.text,
        cites=cites,
        verdict=verdict,
        problems=problems,
        notes=notes,
        unbacked=unbacked,
    )


def is_a_claim(text: str) -> bool:
    """Whether a text that cites nothing states a number, or that something was shown."""
    return bool(unbacked_numbers(text) or _PROVEN.search(text) or _MEASURED.search(text))


def unbacked_numbers(text: str, cited: Sequence[Source] = ()) -> tuple[str, ...]:
    """The numbers of a text that stand in none of the sources."""
    return _numbers(text, cited)[0]


def _numbers(text: str, cited: Sequence[Source]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The numbers that stand nowhere, and a note for each that was rounded."""
    plain = _without_places(text, cited)
    unbacked, notes = [], []
    for claimed in quantities_in(plain):
        matches = (find(claimed, source.quantities, plain) for source in cited)
        found = [each for each in matches if each is not None]
        if not found:
            unbacked.append(claimed.text)
        elif all(each.rounded for each in found):
            source = found[0].source
            named = f"{source.key} {source.text}" if source.key else source.text
            notes.append(f"{claimed.text} is rounded: the result has {named}")
    return tuple(dict.fromkeys(unbacked)), tuple(dict.fromkeys(notes))


def _without_places(text: str, cited: Sequence[Source]) -> str:
    """A text without the places of what it cites, such as ``schema.sql:2`` and "line 2"."""
    for source in cited:
        if source.where:
            text = re.sub(rf"{re.escape(source.where)}(?::\d+)?(?!\w)", " ", text)
            line = re.escape(source.where.rpartition(":")[2])
            line = rf"\bline {line}(?!\w)(?!\s?(?:[a-z]?s|min|%|[kmgt]i?b)\b)"
            text = re.sub(line, " ", text, flags=re.IGNORECASE)
    return text


def _judged(
    text: str, cited: Sequence[Source], unbacked: Sequence[str]
) -> tuple[Verdict, tuple[str, ...]]:
    if not cited:
        told = f" Its numbers ({', '.join(unbacked)}) have no source." if unbacked else ""
        return "uncited", (f"It cites nothing.{told}",)
    contradictions = tuple(_contradictions(text, cited, unbacked))
    if contradictions:
        return "contradicted", contradictions
    own = words_of(text)
    if own and not any(own & source.words for source in cited):
        named = ", ".join(source.id for source in cited)
        return "uncited", (f"{named} says nothing of this.",)
    return "supported", ()


def _contradictions(text: str, cited: Sequence[Source], unbacked: Sequence[str]) -> Iterator[str]:
    named = ", ".join(source.id for source in cited)
    for number in unbacked:
        yield f"{number} does not stand in {named}."
    if _PROVEN.search(text) and not any(map(_may_be_proven, cited)):
        yield f"It says that something was proven, but {named} was not."
    if _MEASURED.search(text) and not any(source.tested for source in cited):
        yield f"It says that something was measured, but for {named} there was no experiment."
    findings = [source for source in cited if source.kind == "finding"]
    if _DENIED.search(text) and findings and all(each.state != "refuted" for each in findings):
        denied = ", ".join(each.id for each in findings)
        yield f"It denies {denied}, which no experiment refuted; say so as an opinion."
    refuted = [source.id for source in cited if source.state == "refuted"]
    if refuted and len(refuted) == len(cited) and not _REFUTED.search(text):
        yield f"{', '.join(refuted)} was refuted by experiment, and the statement does not say so."


def _may_be_proven(source: Source) -> bool:
    """Whether an experiment confirmed or refuted it, or nobody knows any more how one ended."""
    return source.state in {"proven", "refuted"} or (source.tested and source.state is None)


def _unknown(cited: str, sources: Sources) -> str:
    known = sources.suggestions()
    hint = f" There are {', '.join(known)}." if known else ""
    return f"There is no {cited[:80]!r} to cite.{hint}"
