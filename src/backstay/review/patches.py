"""Unified diffs for what a finding's fix would change in files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BackstayError
from backstay.model.findings import Put, Remove, Replace
from backstay.model.places import Place
from backstay.project.secrets import mask
from backstay.review.migration_files import files_for_sql
from backstay.review.patch_text import CONTEXT_LINES, checked_text, file_patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.backend import Backend
    from backstay.model.findings import Edit, Finding
    from backstay.readers.sources import Sources


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
        skipped, last = _last_lines(checked_text(sources.read(fact.where.file)))
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
    for _ in range(CONTEXT_LINES + 1):
        start = data.rfind(b"\n", 0, max(start - 1, 0)) + 1
    return data.count(b"\n", 0, start), data[start:]
