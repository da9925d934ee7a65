from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.hosts.codex_patch import parse_patch, patched
from backstay.model.errors import BackstayError


def of(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch"])


def applied(before: str, *lines: str) -> str:
    (part,) = parse_patch(of("*** Update File: a.sql", *lines))
    return patched(before, part.chunks)


def test_files_are_added_deleted_changed_and_moved() -> None:
    added, deleted, moved = parse_patch(
        of(
            "*** Add File: new/a.sql",
            "+create table a ();",
            "+",
            "*** Delete File: old.sql",
            "*** Update File: b.sql",
            "*** Move to: c.sql",
            "@@",
            "-x",
            "+y",
        )
    )
    assert (added.path, added.content) == ("new/a.sql", "create table a ();\n\n")
    assert deleted.deleted
    assert (moved.path, moved.moved_to) == ("b.sql", "c.sql")


def test_a_heredoc_around_the_patch_is_taken_off() -> None:
    (part,) = parse_patch(f"<<'EOF'\n{of('*** Delete File: a')}\nEOF\n")
    assert part.path == "a"


@pytest.mark.parametrize(
    ("before", "lines", "after"),
    [
        ("a\nb\nc\n", ["@@", " a", "-b", "+B", " c"], "a\nB\nc\n"),
        ("a\nb\nc\n", [" a", "-b", "+B"], "a\nB\nc\n"),
        ("f\nx\ng\nx\n", ["@@ g", "-x", "+y"], "f\nx\ng\ny\n"),
        ("a\n", ["@@", "+b"], "a\nb\n"),
        ("x\nx\n", ["@@", "-x", "+y", "*** End of File"], "x\ny\n"),
        ("a\r\nb\r\n", ["@@", "-b", "+c"], "a\r\nc\r\n"),
        ("a  \nb\n", ["@@", " a", "-b", "+c"], "a\nc\n"),
        ("  a\nb\n", ["@@", "-a", "+c"], "c\nb\n"),
        ("a\nb", ["@@", "-b", "+c"], "a\nc\n"),
        ("a\n\nb\n", ["@@", " a", "", "-b", "+c"], "a\n\nc\n"),
        ("1\n2\n3\n4\n", ["@@", "-1", "+one", "@@", "-4", "+four"], "one\n2\n3\nfour\n"),
        ("", ["@@", "+a"], "a\n"),
        ("a\n", ["@@", "-a"], ""),
    ],
)
def test_changes_are_made_as_codex_makes_them(before: str, lines: list[str], after: str) -> None:
    assert applied(before, *lines) == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*** Begin Patch",
        "x",
        of("nonsense"),
        of("*** Update File: a", "?x"),
        "*** End Patch\n*** Begin Patch",
    ],
)
def test_what_is_no_patch_is_refused(text: str) -> None:
    with pytest.raises(BackstayError):
        parse_patch(text)


@pytest.mark.parametrize("lines", [["@@", "-gone", "+x"], ["@@ gone", "-a", "+x"]])
def test_lines_that_are_not_there_cannot_be_changed(lines: list[str]) -> None:
    with pytest.raises(BackstayError, match="not in the file"):
        applied("a\n", *lines)


@given(st.text(max_size=200))
def test_any_text_is_a_patch_or_is_refused(text: str) -> None:
    for whole in (text, of(*text.splitlines()), of("*** Update File: a", *text.splitlines())):
        try:
            for part in parse_patch(whole):
                patched("a\nb\n", part.chunks)
        except BackstayError:
            continue
