"""Places, counts and enumerations in words, the same in every report."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from backstay.model.findings import SEVERITIES
from backstay.reports.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backstay.model.envelope import Envelope, Location, ReportedFinding

_SENTENCE = re.compile(r"(?<=[a-z0-9)\"'][.!?])\s+(?=[A-Z])")
# Facts about the reading itself; what was not read is reported by itself.
_NOT_READ = {"unread", "not-checked", "dialect", "decision-drift", "decision-expiry"}
# What people count their backends by comes before what there is most of.
_FIRST = ("table", "view", "migration", "operation", "service", "image-build")


def place(location: Location) -> str:
    """``file:line:column``, or the object of a live system."""
    if location.file is None:
        return visible(f"{location.system or 'live'} {location.object or ''}")
    text = visible(location.file)
    if location.line is not None:
        text += f":{location.line}"
        if location.column is not None:
            text += f":{location.column}"
    elif location.pointer:
        text += f"#{visible(location.pointer)}"
    return text


def counted(count: int, noun: str) -> str:
    """``1 finding``, ``2,000 indexes``."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of an English noun that forms it by rule."""
    if noun.endswith("y") and noun[-2:-1] not in set("aeiou"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def opening(text: str, most: int = 260) -> str:
    """The first sentence of prose, and those after it that end within ``most`` characters."""
    first, *rest = _SENTENCE.split(text)
    for sentence in rest:
        if len(first) + 1 + len(sentence) > most:
            break
        first += " " + sentence
    return first


def first_few(items: Sequence[str], most: int) -> str:
    """The first ``most`` items and how many more there are; never "and 1 more"."""
    if len(items) <= most + 1:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most:,} more"


def sentence(text: str) -> str:
    """``text`` with a full stop at its end; nothing stays nothing."""
    return text if not text or text.endswith((".", "!", "?")) else text + "."


def by_reason(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Pairs of (what, why) as (why, all of what), the most frequent reason first."""
    grouped: dict[str, list[str]] = {}
    for what, why in pairs:
        grouped.setdefault(visible(why), []).append(visible(what))
    return sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))


def kind_in_words(kind: str) -> str:
    """A kind of fact as a noun."""
    return visible(kind).replace("-", " ").replace("api ", "API ")


def what_was_read(read: Mapping[str, int], most: int) -> str:
    """``42 tables, 310 columns and ...``; empty if nothing was read."""
    ranked = sorted(
        ((count, kind) for kind, count in read.items() if count and kind not in _NOT_READ),
        key=lambda item: (
            _FIRST.index(item[1]) if item[1] in _FIRST else len(_FIRST),
            -item[0],
            item[1],
        ),
    )
    shown = ranked if len(ranked) <= most + 1 else ranked[:most]
    words = [counted(count, kind_in_words(kind)) for count, kind in shown]
    if len(shown) < len(ranked):
        words.append(f"{len(ranked) - len(shown)} other kinds of fact")
    return joined(words)


def joined(words: Sequence[str]) -> str:
    """``a, b and c``."""
    if not words:
        return ""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def severities(counts: Mapping[str, int]) -> str:
    """``2 high, 1 low``, the worst first."""
    return ", ".join(f"{counts[each]:,} {each}" for each in SEVERITIES if counts.get(each))


def verdict_in_words(finding: ReportedFinding) -> str:
    """``proven``, ``refuted`` or ``not proven``."""
    return finding.verdict.replace("-", " ")


def tally(envelope: Envelope) -> str:
    """Findings, sites, severities and verdicts in one line; empty where there is none of them."""
    summary = envelope.summary
    parts = []
    if summary.findings:
        parts = [counted(summary.findings, "finding")]
        if summary.sites > summary.findings:
            parts[0] += f" at {counted(summary.sites, 'site')}"
        parts[0] += f": {severities(summary.by_severity)}"
        parts.append(f"{summary.proven:,} proven")
    if summary.refuted:
        parts.append(f"{summary.refuted:,} refuted")
    if summary.approved:
        parts.append(f"{summary.approved:,} approved")
    return "; ".join(parts)


def nothing_found(envelope: Envelope, read: str) -> str:
    """The all-clear, which holds for what was read and for no more."""
    if not read:
        return "Nothing found, because nothing was read that could be judged."
    text = f"Nothing found in what was read: {read}."
    if envelope.unread or envelope.not_checked:
        text += " This says nothing about what was not read or not checked."
    return text


def stage_in_words(envelope: Envelope) -> str:
    """``growing (from backstay.toml)``."""
    source = visible(envelope.stage_source)
    return f"{envelope.stage} ({source})" if source else envelope.stage


def command_line(envelope: Envelope) -> str:
    """The command as it was given, as far as the envelope tells."""
    words = ("backstay", envelope.command, *map(shlex.quote, envelope.targets), *envelope.filters)
    return visible(" ".join(words))
