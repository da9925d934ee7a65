"""The text of a patch to one file, also to a large one: only what differs is compared."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from backstay.model.errors import BadRequest
from backstay.readers.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTEXT_LINES = 3
_BLOCK = 16 * 1024
_LONGEST_PART = 64 * 1024
_LONGEST_PATCH = 20_000

# Lines end where git has them end, which is not where str.splitlines does.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

_Code: TypeAlias = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


def file_patch(file: str, before: bytes | None, after: bytes, skipped: int = 0) -> str:
    """The changes of one file, or of all of it but the first ``skipped`` lines.

    Only the part that differs is compared, as files may be large.

    Raises:
        BadRequest: `git apply` would not take the file for text, or its name as it stands; or
            its lines are too long for a patch to be of use.
    """
    if before == after:
        return ""
    if not file.isprintable() or {'"', "\\"} & {*file}:
        raise BadRequest(f"{file!r} cannot be named in a patch")
    changed = _differing_lines(checked_text(before or b""), after)
    if max(map(len, (changed.before, changed.old, changed.new, changed.after))) > _LONGEST_PART:
        raise BadRequest("its lines are too long for a patch to be of use")
    head = f"--- {'/dev/null' if before is None else f'a/{file}'}\n+++ b/{file}\n"
    skipped += after.count(b"\n", 0, changed.start)
    patch = head + "".join(_hunks(changed, skipped))
    if len(patch) > _LONGEST_PATCH:
        raise BadRequest("its lines are too long for a patch to be of use")
    return patch


def checked_text(data: bytes) -> bytes:
    """The text of a file.

    Raises:
        BadRequest: `git apply` would not take it for text.
    """
    if encoding_of(data)[0] != "utf-8":
        raise BadRequest("git takes UTF-16 and UTF-32 for binary")
    return data


class _Changed(NamedTuple):
    """The lines that differ between two texts, with up to three that do not on both sides."""

    start: int
    before: bytes
    old: bytes
    new: bytes
    after: bytes


def _differing_lines(before: bytes, after: bytes) -> _Changed:
    least = min(len(before), len(after))
    same = _same(least, lambda at, end: before[at:end] == after[at:end])
    first = start = before.rfind(b"\n", 0, same) + 1
    for _ in range(CONTEXT_LINES):
        start = before.rfind(b"\n", 0, max(start - 1, 0)) + 1
    size, grown = len(before), len(after) - len(before)

    def alike(at: int, end: int) -> bool:
        return before[size - end : size - at] == after[size + grown - end : size + grown - at]

    last = _line_end(before, size - _same(least - same, alike))
    stop = last
    for _ in range(CONTEXT_LINES):
        stop = _line_end(before, stop)
    return _Changed(
        start=start,
        before=before[start:first],
        old=before[first:last],
        new=after[first : last + grown],
        after=before[last:stop],
    )


def _line_end(text: bytes, at: int) -> int:
    found = text.find(b"\n", at)
    return found + 1 if found >= 0 else len(text)


def _same(most: int, alike: Callable[[int, int], bool]) -> int:
    """How many bytes are the same, of `most`; told block by block, then by halves."""
    at = 0
    step = _BLOCK
    while at < most and step:
        end = min(at + step, most)
        if alike(at, end):
            at = end
        else:
            step //= 2
    return at


def _hunks(changed: _Changed, skipped: int) -> Iterator[str]:
    """The hunks of a unified diff. Lines around the change are not compared: they are the same."""
    before, old, new, after = (_LINE.findall(part.decode()) for part in changed[1:])
    inside = difflib.SequenceMatcher(None, old, new, autojunk=False)
    shift = len(before)
    codes: list[_Code] = [
        ("equal", 0, shift, 0, shift),
        *(
            (tag, first + shift, last + shift, new_first + shift, new_last + shift)
            for tag, first, last, new_first, new_last in inside.get_opcodes()
        ),
        (
            *("equal", shift + len(old), shift + len(old) + len(after)),
            *(shift + len(new), shift + len(new) + len(after)),
        ),
    ]
    old, new = [*before, *old, *after], [*before, *new, *after]
    for group in _Compared(codes).get_grouped_opcodes(CONTEXT_LINES):
        old_range = _range(group[0][1], group[-1][2], skipped)
        yield f"@@ -{old_range} +{_range(group[0][3], group[-1][4], skipped)} @@\n"
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                yield from (_written(" ", line) for line in old[first:last])
                continue
            yield from (_written("-", line) for line in old[first:last])
            yield from (_written("+", line) for line in new[new_first:new_last])


class _Compared(difflib.SequenceMatcher[str]):
    """What is known already, for the library to make groups of."""

    def __init__(self, codes: list[_Code]) -> None:
        super().__init__(None, "", "")
        self._codes = codes

    def get_opcodes(self) -> list[_Code]:
        return self._codes


def _range(first: int, last: int, skipped: int) -> str:
    return f"{first + skipped + (last > first)},{last - first}"


def _written(mark: str, line: str) -> str:
    ended = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
    return mark + ended
