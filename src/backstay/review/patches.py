"""Unified diffs for what a finding's fix would change in files."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BackstayError
from backstay.model.findings import Put, Remove, Replace
from backstay.model.places import Place
from backstay.project.secrets import mask
from backstay.readers.encoding import encoding_of
from backstay.review.migration_files import files_for_sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.model.backend import Backend
    from backstay.model.findings import Edit, Finding
    from backstay.readers.sources import Sources

_CONTEXT_LINES = 3
_BLOCK = 16 * 1024

# Lines end where git has them end, which is not where str.splitlines does.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HUNK = re.compile(r"@@ -(\d+)(|,\d+) \+(\d+)(|,\d+) @@\n")


def patch_of(finding: Finding, backend: Backend, sources: Sources) -> str | None:
    """A unified diff that carries out the finding's fix, or None where there is none to offer.

    A patch whose context would show a secret is not offered, nor one to a file that `git apply`
    does not take for text, or whose name it would not take as it stands.
    """
    changed: dict[str, bytes] = {}
    before: dict[str, bytes] = {}
    try:
        for edit in finding.fix.edits:
            file = edit.place.file
            before.setdefault(file, sources.read(file))
            changed[file] = _edited(changed.get(file, before[file]), edit)
        if finding.fix.sql and finding.fix.sql_as_patch:
            _add_sql(finding, backend, sources, before, changed)
    except (BackstayError, KeyError):  # the fix stays as words; a patch is only offered
        return None
    if not all(map(_has_plain_name, changed)) or not all(map(_is_text, before.values())):
        return None
    patch = "".join(
        file_patch(file, before.get(file), data)
        for file, data in sorted(changed.items())
        if data != before.get(file)
    )
    return patch if patch and mask(patch) == patch else None


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


def _add_sql(
    finding: Finding,
    backend: Backend,
    sources: Sources,
    before: dict[str, bytes],
    changed: dict[str, bytes],
) -> None:
    fact = finding.evidence[0]
    dialect = backend.dialect_of(fact.scope)
    if dialect is None or not isinstance(fact.where, Place) or finding.fix.sql is None:
        return
    title = f"{finding.practice} {finding.id[:6]}"
    if dialect.layout == "schema":
        file = fact.where.file
        before.setdefault(file, sources.read(file))
        held = changed.get(file, before[file])
        separator = b"" if held.endswith(b"\n") else b"\n"
        sql = finding.fix.sql.replace(" concurrently", "").encode()
        changed[file] = held + separator + b"\n" + sql + b"\n"
        return
    for file, text in files_for_sql(finding.fix.sql, dialect, title).items():
        changed[file] = text.encode()


def _has_plain_name(file: str) -> bool:
    return file.isprintable() and not {'"', "\\"} & {*file}


def _is_text(data: bytes) -> bool:
    return encoding_of(data)[0] == "utf-8"  # git takes other encodings for binary


def file_patch(file: str, before: bytes | None, after: bytes) -> str:
    """The changes of one file. Only the part that differs is compared, as files may be large."""
    start, old, new = _part_that_differs(before or b"", after)
    lines = difflib.unified_diff(
        _LINE.findall(old.decode()),
        _LINE.findall(new.decode()),
        fromfile="/dev/null" if before is None else f"a/{file}",
        tofile=f"b/{file}",
        n=_CONTEXT_LINES,
    )
    skipped = after.count(b"\n", 0, start)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        for line in (_moved(line, skipped) for line in lines)
    )


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
