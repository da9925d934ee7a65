"""Unified diffs for what a finding's fix would change in files."""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BackstayError, BadRequest
from backstay.model.findings import Put, Remove, Replace
from backstay.model.places import Place
from backstay.project.secrets import mask
from backstay.readers.encoding import encoding_of
from backstay.review.migration_files import files_for_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.model.backend import Backend
    from backstay.model.findings import Edit, Finding
    from backstay.readers.sources import Sources

_CONTEXT_LINES = 3
_BLOCK = 16 * 1024
_LONGEST_PART = 4 * _BLOCK
_LONGEST_PATCH = 20_000

# Lines end where git has them end, which is not where str.splitlines does.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HUNK = re.compile(r"@@ -(\d+)(|,\d+) \+(\d+)(|,\d+) @@\n")


def patch_of(finding: Finding, backend: Backend, sources: Sources) -> str | None:
    """A unified diff that carries out the finding's fix, or None where there is none to offer.

    A patch whose context would show a secret is not offered, nor one to a file whose lines are
    very long, that `git apply` does not take for text, or whose name it would not take.
    """
    try:
        patch = "".join(_patches(finding, backend, sources))
    except (BackstayError, KeyError, UnicodeDecodeError):
        return None  # the fix stays as words; a patch is only offered
    return patch if patch and mask(patch) == patch else None


def _patches(finding: Finding, backend: Backend, sources: Sources) -> Iterator[str]:
    before: dict[str, bytes] = {}
    changed: dict[str, bytes] = {}
    for edit in finding.fix.edits:
        file = edit.place.file
        before.setdefault(file, sources.read(file))
        changed[file] = _edited(changed.get(file, before[file]), edit)
    for file, data in sorted(changed.items()):
        yield file_patch(file, before[file], data)
    if finding.fix.sql and finding.fix.sql_as_patch:
        yield from _sql_patches(finding, finding.fix.sql, backend, sources)


def _edited(data: bytes, edit: Edit) -> bytes:
    from backstay.readers import editing  # noqa: PLC0415 (half the start-up time, seldom needed)

    place = edit.place
    pointer = place.pointer or ""
    if isinstance(edit, Put):
        value = msgspec.json.decode(edit.value)
        return editing.put(data, pointer, edit.key, value, name=place.file, document=place.document)
    if isinstance(edit, Remove):
        return editing.remove(data, pointer, name=place.file, document=place.document)
    assert isinstance(edit, Replace)
    if place.start is None:
        value = msgspec.json.decode(edit.text)
        return editing.replace(data, pointer, value, name=place.file, document=place.document)
    end = place.end if place.end is not None else place.start
    return data[: place.start] + edit.text.encode() + data[end:]


def _sql_patches(finding: Finding, sql: str, backend: Backend, sources: Sources) -> Iterator[str]:
    """New files beside migrations; in a schema file, new lines at its end."""
    fact = finding.evidence[0]
    dialect = backend.dialect_of(fact.scope)
    if dialect is None or not isinstance(fact.where, Place):
        return
    if dialect.layout == "schema":
        skipped, last = _last_lines(sources.read(fact.where.file))
        separator = b"" if last.endswith(b"\n") else b"\n"
        added = sql.replace(" concurrently", "").encode()
        new = last + separator + b"\n" + added + b"\n"
        yield file_patch(fact.where.file, last, new, skipped)
        return
    title = f"{finding.practice} {finding.id[:6]}"
    for file, text in sorted(files_for_sql(finding.fix, dialect, title).items()):
        yield file_patch(file, None, text.encode())


@functools.lru_cache(maxsize=1)
def _last_lines(data: bytes) -> tuple[int, bytes]:
    """How many lines stand before the last ones, and these: enough to add something after them."""
    start = len(data)
    for _ in range(_CONTEXT_LINES + 1):
        start = data.rfind(b"\n", 0, max(start - 1, 0)) + 1
    return data.count(b"\n", 0, start), _checked_text(data)[start:]


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
    start, old, new = _part_that_differs(_checked_text(before or b""), after)
    if max(len(old), len(new)) > _LONGEST_PART:
        raise BadRequest("its lines are too long for a patch to be of use")
    lines = difflib.unified_diff(
        _LINE.findall(old.decode()),
        _LINE.findall(new.decode()),
        fromfile="/dev/null" if before is None else f"a/{file}",
        tofile=f"b/{file}",
        n=_CONTEXT_LINES,
    )
    skipped += after.count(b"\n", 0, start)
    patch = "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in (_moved(line, skipped) for line in lines)
    )
    if len(patch) > _LONGEST_PATCH:
        raise BadRequest("its lines are too long for a patch to be of use")
    return patch


def _checked_text(data: bytes) -> bytes:
    if encoding_of(data)[0] != "utf-8":
        raise BadRequest("git takes UTF-16 and UTF-32 for binary")
    return data


def _part_that_differs(before: bytes, after: bytes) -> tuple[int, bytes, bytes]:
    """Where two texts begin to differ, and what of each does, in whole lines with their context."""
    least = min(len(before), len(after))
    same = _same(least, lambda at, end: before[at:end] == after[at:end])
    start = before.rfind(b"\n", 0, same) + 1
    for _ in range(_CONTEXT_LINES):
        start = before.rfind(b"\n", 0, max(start - 1, 0)) + 1
    size, grown = len(before), len(after) - len(before)

    def alike(at: int, end: int) -> bool:
        return before[size - end : size - at] == after[size + grown - end : size + grown - at]

    stop = size - _same(least - same, alike)
    for _ in range(_CONTEXT_LINES + 1):
        found = before.find(b"\n", stop)
        stop = found + 1 if found >= 0 else size
    return start, before[start:stop], after[start : stop + grown]


def _same(most: int, alike: Callable[[int, int], bool]) -> int:
    """How many bytes are the same for sure, of `most`, counted in blocks."""
    for at in range(0, most, _BLOCK):
        if not alike(at, min(at + _BLOCK, most)):
            return at
    return most


def _moved(line: str, skipped: int) -> str:
    """A line of a diff; the head of a hunk counts the lines that were not compared, too."""
    head = _HUNK.fullmatch(line)
    if head is None:
        return line
    old, new = int(head[1]) + skipped, int(head[3]) + skipped
    return f"@@ -{old}{head[2]} +{new}{head[4]} @@\n"
