"""Every practice against its docstring's examples and its case book, through the real readers.

A case is a title and one or more files. Where a comment says "finding", the practice must report
that line (each site counts); everywhere else it must be silent. For practices about changes a line
that says "becomes" parts the old version of a file from the new one.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from backstay.model.changes import Change
from backstay.model.places import Place
from backstay.practices.catalogue import all_practices, practice_named
from backstay.practices.practice import marked_lines
from backstay.project.cache import Cache
from backstay.project.settings import Settings
from backstay.readers.inventory import take_inventory
from backstay.readers.sources import Sources
from backstay.review.comparing import CompareRequest, compare
from backstay.review.locations import locations
from backstay.review.reading import backend_of, read_facts

_BECOMES = re.compile(r"^(?:#|//) becomes\n", re.MULTILINE)
BOOKS = Path(__file__).parent
_FILE = re.compile(
    r"`(?P<file>[^`\n]+)`:\s*\n+```[a-z]*\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)


class Case(NamedTuple):
    practice: str
    title: str
    files: tuple[tuple[str, str], ...]


def cases_of_examples() -> list[Case]:
    return [
        Case(each.name, f"{example.kind} example {number}", ((example.file, example.text),))
        for each in all_practices()
        for number, example in enumerate(each.examples, start=1)
    ]


def cases_of_books() -> list[Case]:
    cases = []
    for book in sorted(BOOKS.glob("*.md")):
        for section in re.split(r"^## ", book.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            title = section.partition("\n")[0].strip()
            files = tuple((match["file"], match["text"]) for match in _FILE.finditer(section))
            cases.append(Case(book.stem, title, files))
    return cases


def found_changes(case: Case, folder: Path) -> set[tuple[str, int | None]]:
    """The lines of findings about changes, counted over the old version and the new one."""
    before: dict[str, int] = {}
    for file, text in case.files:
        old, new = _BECOMES.split(text)
        before[file] = old.count("\n") + 1
        for side, content in (("old", old), ("new", new)):
            path = folder / side / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
    reviewed = compare(
        CompareRequest(
            old=str(folder / "old"),
            new=str(folder / "new"),
            level="behaviour",
            everything=True,
            only=(case.practice,),
        )
    )
    lines: set[tuple[str, int | None]] = set()
    for finding in reviewed.envelope.findings:
        for where in (finding.where, *(each.where for each in finding.also)):
            side, _, file = (where.file or "").partition("/")
            lines.add((file, (where.line or 0) + (before[file] if side == "new" else 0)))
    return lines


def found_lines(case: Case, folder: Path) -> set[tuple[str, int | None]]:
    if Change in practice_named(case.practice).subjects:
        return found_changes(case, folder)
    for file, text in case.files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    inventory = take_inventory(folder, include=("**",))
    backend = backend_of(read_facts(folder, inventory, Cache()), inventory, Settings())
    findings = list(practice_named(case.practice).judge(backend))
    found = locations((finding.site for finding in findings), Sources(folder))
    lines = set()
    for finding in findings:
        assert isinstance(finding.site, Place)
        lines.add((finding.site.file, found[finding.site].line))
    return lines


@pytest.mark.parametrize(
    "case",
    cases_of_examples() + cases_of_books(),
    ids=lambda case: f"{case.practice}: {case.title}",
)
def test_the_marked_lines_and_no_others_are_reported(case: Case, tmp_path: Path) -> None:
    assert case.files, "the case has no file: is the line with its name missing?"
    expected = {(file, line) for file, text in case.files for line in marked_lines(text)}
    assert found_lines(case, tmp_path) == expected


def test_each_practice_has_a_case_book_with_a_finding_and_a_clean_look_alike() -> None:
    marked: dict[str, set[bool]] = {}
    for case in cases_of_books():
        has_mark = any(marked_lines(text) for _, text in case.files)
        marked.setdefault(case.practice, set()).add(has_mark)
    lacking = {each.name for each in all_practices() if marked.get(each.name) != {True, False}}
    assert lacking == set()


@pytest.mark.parametrize("each", all_practices(), ids=lambda each: each.name)
def test_the_bad_example_is_marked_and_the_good_one_is_not(each: object) -> None:
    for example in each.examples:  # type: ignore[attr-defined]  # pytest parameters are objects
        assert bool(example.lines) == (example.kind == "bad"), example.file
