"""The practice: one fault as a pure function of facts, with its guidance in its docstring.

The docstring is the documentation. Its first line says what the fault is; then come the sections
of ``Guidance`` and at least one ``Bad`` and one ``Good`` example, each with the name of the file
it would stand in. An expected finding is marked by a comment that says "finding": at the end of
its line, or on a line of its own before it (for Dockerfiles, which have no trailing comments).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Literal, get_args, get_type_hints

import msgspec

from backstay.model.facts import Fact
from backstay.model.findings import AREAS, SEVERITIES, STAGES, Area, Finding, Severity, Stage

if TYPE_CHECKING:
    from backstay.model.backend import Backend

Check = Callable[..., Iterator[Finding]]

SECTIONS = ("Why", "Fix", "Trade-offs", "Alternatives", "Upkeep", "References")
_HEADING = re.compile(
    r"^(?:(?P<section>[A-Z][A-Za-z-]+)|(?P<example>Bad|Good) \((?P<file>[^)\n]+)\)):"
    r"[ \t]*(?P<text>.*)$"
)
_MARK = re.compile(r"(?:--|#|//)\s*finding\s*$")


class Guidance(msgspec.Struct, frozen=True, kw_only=True):
    """What a practice tells people beside its finding."""

    why: str
    fix: str
    trade_offs: str
    alternatives: str
    upkeep: str
    references: tuple[str, ...]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A snippet that runs through the real reader. ``lines`` are those with a finding, from 1."""

    kind: Literal["bad", "good"]
    file: str
    text: str

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines on which a finding is expected, from 1."""
        return marked_lines(self.text)


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that good backends do, as data.

    Attributes:
        name: the fault, in words; the rule id in every report.
        subjects: the fact types that ``check`` is called with, one fact at a time.
        proof: name of the experiment that can confirm or refute a finding.
        stages: a word for companies of one stage.
        aliases: earlier names, so that approvals survive a rename.
        default: False where it only runs when asked for.
    """

    name: str
    area: Area
    severity: Severity
    subjects: tuple[type[Fact], ...]
    check: Check
    summary: str
    guidance: Guidance
    examples: tuple[Example, ...]
    proof: str | None = None
    stages: dict[Stage, str] = {}
    aliases: tuple[str, ...] = ()
    default: bool = True

    def judge(self, backend: Backend) -> Iterator[Finding]:
        """All findings of this practice in a backend."""
        for subject in self.subjects:
            for fact in backend.of(subject):
                for finding in self.check(fact, backend):
                    yield msgspec.structs.replace(
                        finding,
                        practice=self.name,
                        area=self.area,
                        severity=finding.severity or self.severity,
                    )


def practice(  # noqa: PLR0913 (the arguments of a declaration, all by name)
    *,
    area: Area,
    severity: Severity,
    proof: str | None = None,
    stages: Mapping[Stage, str] | None = None,
    aliases: tuple[str, ...] = (),
    default: bool = True,
) -> Callable[[Check], Practice]:
    """Declare a practice. The function's name, first parameter and docstring say the rest.

    Raises:
        ValueError: the docstring lacks a section, has an unknown one, or has no examples.
    """
    if area not in AREAS or severity not in SEVERITIES or set(stages or ()) - set(STAGES):
        raise ValueError(f"unknown area, severity or stage: {area}, {severity}, {stages}")

    def declare(check: Check) -> Practice:
        name = check.__name__.replace("_", "-")
        summary, guidance, examples = parse_docstring(name, check.__doc__ or "")
        return Practice(
            name=name,
            area=area,
            severity=severity,
            subjects=_subjects(check),
            check=check,
            summary=summary,
            guidance=guidance,
            examples=examples,
            proof=proof,
            stages=dict(stages or {}),
            aliases=aliases,
            default=default,
        )

    return declare


def _subjects(check: Check) -> tuple[type[Fact], ...]:
    first = next(iter(check.__annotations__))
    annotation = get_type_hints(check)[first]
    return get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)


def parse_docstring(name: str, text: str) -> tuple[str, Guidance, tuple[Example, ...]]:
    """The summary, guidance and examples of a practice's docstring.

    Raises:
        ValueError: a section is missing, unknown or empty, or an example is missing.
    """
    lines = inspect.cleandoc(text).splitlines()
    sections: dict[str, list[str]] = {}
    examples: list[tuple[str, str, list[str]]] = []
    body: list[str] = []
    for line in lines[1:]:
        heading = _HEADING.match(line)
        if heading is None:
            body.append(line)
        elif heading["example"]:
            body = []
            examples.append((heading["example"], heading["file"], body))
        else:
            if heading["section"] not in SECTIONS or heading["section"] in sections:
                raise ValueError(
                    f"{name}: section {heading['section']!r} is unknown or stands twice"
                )
            body = sections[heading["section"]] = [heading["text"]]
    missing = [title for title in SECTIONS if not "".join(sections.get(title, [])).strip()]
    kinds = {kind for kind, _, _ in examples}
    if missing or kinds != {"Bad", "Good"} or not lines[0].strip():
        raise ValueError(f"{name}: the docstring lacks {missing or 'a Bad or a Good example'}")
    guidance = Guidance(
        why=_prose(sections["Why"]),
        fix=_prose(sections["Fix"]),
        trade_offs=_prose(sections["Trade-offs"]),
        alternatives=_prose(sections["Alternatives"]),
        upkeep=_prose(sections["Upkeep"]),
        references=tuple(" ".join(sections["References"]).split()),
    )
    return lines[0], guidance, tuple(_example(*each) for each in examples)


def _prose(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def _example(kind: str, file: str, lines: list[str]) -> Example:
    text = inspect.cleandoc("\n" + "\n".join(lines)).rstrip() + "\n"
    return Example(kind="bad" if kind == "Bad" else "good", file=file, text=text)


def marked_lines(text: str) -> tuple[int, ...]:
    """The lines, from 1, on which ``text`` marks an expected finding."""
    marked = []
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _MARK.search(line)
        if mark:
            marked.append(number + 1 if not line[: mark.start()].strip() else number)
    return tuple(marked)
