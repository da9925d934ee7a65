"""Everything that can answer a question: practices, decisions and commands, as text in fields."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

import backstay.decisions
from backstay.capabilities import SUMMARIES
from backstay.capabilities.search.words import data_lines
from backstay.practices.catalogue import all_practices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.practices.practice import Practice

Kind = Literal["practice", "decision", "command"]

# How much a word counts by where it stands.
NAME, SUMMARY, SYMPTOM, GUIDANCE, ASIDE = 3.0, 2.0, 2.5, 0.8, 0.3

_MODELS = Path(backstay.decisions.__file__).parent / "models"
_TABLE = re.compile(r"^\[\[?(?=[a-z])", re.MULTILINE)
_TOLD = re.compile(r"^(?:question|title|summary) *= *.+$", re.MULTILINE)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can answer, and its text.

    Attributes:
        fields: texts with how much a word in each counts.
        next: the command that tells all about it.
    """

    kind: Kind
    name: str
    summary: str
    fields: tuple[tuple[float, str], ...]
    next: str


def all_entries() -> tuple[Entry, ...]:
    """Every practice, decision and command."""
    symptoms = _symptoms()
    return (
        *(_of_practice(each, symptoms.get(each.name, "")) for each in all_practices()),
        *_decisions(symptoms),
        *_commands(),
    )


def _symptoms() -> dict[str, str]:
    pairs = (line.partition(":") for line in data_lines("symptoms.txt"))
    return {name: text for name, _, text in pairs}


def _of_practice(practice: Practice, symptoms: str) -> Entry:
    guidance = practice.guidance
    aside = (guidance.trade_offs, guidance.alternatives, guidance.upkeep)
    examples = (example.text for example in practice.examples)
    return Entry(
        kind="practice",
        name=practice.name,
        summary=practice.summary,
        fields=(
            (NAME, "; ".join((practice.name, *practice.aliases))),
            (SUMMARY, practice.summary),
            (SYMPTOM, symptoms),
            (GUIDANCE, f"{guidance.why}\n{guidance.fix}\n{practice.area}"),
            (ASIDE, "\n".join((*aside, *practice.stages.values(), *examples))),
        ),
        next=f"backstay explain {practice.name}",
    )


def _decisions(symptoms: dict[str, str]) -> Iterator[Entry]:
    for path in sorted(_MODELS.glob("*.toml")):
        model = told_in(path.read_text(encoding="utf-8"))
        yield Entry(
            kind="decision",
            name=path.stem,
            summary=model.question,
            fields=(
                (NAME, path.stem),
                (SUMMARY, model.question),
                (SYMPTOM, "; ".join((*model.aliases, *model.titles, symptoms.get(path.stem, "")))),
                (GUIDANCE, "\n".join(model.summaries)),
                (ASIDE, "\n".join(model.asked)),
            ),
            next=f"backstay decide {path.stem}",
        )


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a decision model that say what it is about."""

    question: str
    aliases: tuple[str, ...]
    titles: tuple[str, ...]
    summaries: tuple[str, ...]
    asked: tuple[str, ...]


def told_in(text: str) -> Told:
    """What a decision model is about, without reading all of it, which takes ten times longer.

    Titles, summaries and questions have their value on their own line; a test compares with the
    whole model.
    """
    head, *tables = _TABLE.split(text)
    top = tomllib.loads(head)
    found: dict[str, list[str]] = {"question": [], "title": [], "summary": []}
    for line in _TOLD.finditer("\n".join(tables)):
        ((key, value),) = tomllib.loads(line.group()).items()
        found[key].append(value)
    return Told(
        question=top["question"],
        aliases=tuple(top["aliases"]),
        titles=tuple(found["title"]),
        summaries=tuple(found["summary"]),
        asked=tuple(found["question"]),
    )


def _commands() -> Iterator[Entry]:
    for name, (summary, text) in command_texts().items():
        yield Entry(
            kind="command",
            name=name,
            summary=summary,
            fields=((NAME, name), (SUMMARY, summary), (SYMPTOM, text)),
            next=f"backstay {name} --help",
        )


def command_texts() -> dict[str, tuple[str, str]]:
    """The summary of each command, and what it is for.

    Kept as plain text, since some commands stand above this layer, and options in modules that take
    long to load; tests compare.
    """
    found: dict[str, tuple[str, str]] = {}
    name = ""
    for line in data_lines("commands.txt"):
        if line[0] != " ":
            name, _, summary = line.partition(": ")
            name = name.rstrip(":")
            found[name] = (SUMMARIES.get(name, summary), "")
        else:
            found[name] = (found[name][0], f"{found[name][1]} {line.strip()}")
    return found
