"""Inline approvals: ``-- backstay: allow foreign-key-without-index -- the reason``.

Such a comment stands at the end of the line that it is for, or on a line of its own above it,
with only other comments between. It begins with ``--``, ``#``, ``//``, ``/*`` or ``<!--``, names
one practice or several with commas, and gives its reason on the same line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.facts import NotChecked
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MARK = "backstay:"

_LEADERS = ("<!--", "--", "#", "//", "/*")
_REASON = re.compile(r"[ \t](?:--|\u2013|\u2014)[ \t]*")  # editors make dashes of two hyphens
_LONGEST_WORD = 20
_MEANT = ("allow", "allows", "allowed", "ignore", "disable", "suppress", "skip", "approve")
_FORM = "write it as: backstay: allow name-of-the-practice -- the reason"


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What one comment allows for one practice.

    Attributes:
        where: the comment.
        line: the line, from 1, whose findings it covers.
    """

    where: Place
    practice: str
    reason: str
    line: int


class Allowances(msgspec.Struct, frozen=True, kw_only=True):
    """The comments of one file. ``problems`` are those that allow nothing, for the report."""

    by_site: dict[tuple[str, int], Allowance]
    problems: tuple[NotChecked, ...]

    def covering(self, practice: str, line: int, end_line: int | None = None) -> Allowance | None:
        """What covers a finding of the practice (by its present name) that begins on ``line``.

        A comment at the end of its last line covers it too.
        """
        found = self.by_site.get((practice, line))
        return found or (self.by_site.get((practice, end_line)) if end_line else None)

    def unused(self, used: Iterable[Allowance]) -> tuple[NotChecked, ...]:
        """Comments that cover no finding, for the report."""
        left = set(self.by_site.values()) - set(used)
        return tuple(
            NotChecked(
                where=each.where,
                what=f"the comment that allows {each.practice}",
                why="there is no such finding on its line: remove it",
            )
            for each in self.by_site.values()
            if each in left
        )


def allowed_lines(
    text: str, file: str, current_name: Callable[[str], str | None] = str
) -> Allowances:
    """The allow comments in the text of a file, in one pass; cheap where there are none.

    Args:
        text: the whole file.
        file: its path, for the places of comments.
        current_name: the present name of a practice, None for one that does not exist.
    """
    reader = _Comments(file, current_name)
    if MARK in text:
        offset = 0
        for number, line in enumerate(text.split("\n"), start=1):
            reader.take(line, number, offset)
            offset += len(line.encode(errors="surrogateescape")) + 1
    return Allowances(by_site=reader.found, problems=tuple(reader.problems))


def _is_meant_as_allow(word: str) -> bool:
    import difflib  # noqa: PLC0415 (only for comments that are not understood)

    return bool(difflib.get_close_matches(word, _MEANT, n=1))


def _unclosed(text: str) -> str:
    return text.strip().removesuffix("*/").removesuffix("-->").strip()


class _Comments:
    """Takes lines in order; comments of their own wait for the line that they are for."""

    def __init__(self, file: str, current_name: Callable[[str], str | None]) -> None:
        self.found: dict[tuple[str, int], Allowance] = {}
        self.problems: list[NotChecked] = []
        self._waiting: list[Allowance] = []
        self._file = file
        self._current_name = current_name

    def take(self, line: str, number: int, offset: int) -> None:
        before, mark, text = line.partition(MARK)
        code = before.rstrip(" \t")
        leader = next((each for each in _LEADERS if code.endswith(each)), None)
        alone = line.lstrip().startswith(_LEADERS)
        if not alone:
            self._settle(number)
        if mark and leader is not None:
            start = offset + len((code.removesuffix(leader)).encode(errors="surrogateescape"))
            end = offset + len(line.encode(errors="surrogateescape"))
            where = Place(file=self._file, start=start, end=end)
            self._waiting += self._allowances(text.strip(" \t\r"), where)
        if not alone:
            self._settle(number)

    def _settle(self, number: int) -> None:
        for each in self._waiting:
            covered = msgspec.structs.replace(each, line=number)
            self.found.setdefault((each.practice, number), covered)
        self._waiting.clear()

    def _allowances(self, text: str, where: Place) -> Iterable[Allowance]:
        word = re.split(r"[^A-Za-z-]", text[: _LONGEST_WORD + 1], maxsplit=1)[0]
        if word != "allow":
            if _is_meant_as_allow(word.lower()):
                self._refuse(where, f"{MARK} {word}", f"it is not understood; {_FORM}")
            return
        parts = _REASON.split(text.removeprefix("allow"), maxsplit=1)
        reason = _unclosed(parts[1]) if len(parts) > 1 else ""
        names = _unclosed(parts[0]).replace(",", " ").split()
        if not names or not reason:
            lacks = "the reason" if names else "the practice"
            self._refuse(where, f"{MARK} {text[:80]}", f"it lacks {lacks}; {_FORM}")
            return
        for name in names:
            practice = self._current_name(name)
            if practice is None:
                self._refuse(where, f"{MARK} allow {name}", "there is no practice of that name")
            else:
                yield Allowance(where=where, practice=practice, reason=reason, line=0)

    def _refuse(self, where: Place, what: str, why: str) -> None:
        self.problems.append(NotChecked(where=where, what=f"the comment `{what}`", why=why))
