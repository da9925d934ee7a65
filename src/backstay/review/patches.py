"""Unified diffs for what a finding's fix would change in files."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import msgspec

from backstay.model.errors import BackstayError
from backstay.model.findings import Put, Remove, Replace
from backstay.model.places import Place
from backstay.project.secrets import mask
from backstay.review.migration_files import files_for_sql

if TYPE_CHECKING:
    from backstay.model.backend import Backend
    from backstay.model.findings import Edit, Finding
    from backstay.readers.sources import Sources

_CONTEXT_LINES = 3


def patch_of(finding: Finding, backend: Backend, sources: Sources) -> str | None:
    """A unified diff that carries out the finding's fix, or None where there is none to offer.

    A patch whose context would show a secret is not offered.
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
    patch = "".join(
        _diff(file, before.get(file), data)
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


def _diff(file: str, before: bytes | None, after: bytes) -> str:
    old = [] if before is None else before.decode("utf-8").splitlines(keepends=True)
    new = after.decode("utf-8").splitlines(keepends=True)
    lines = difflib.unified_diff(
        old,
        new,
        fromfile="/dev/null" if before is None else f"a/{file}",
        tofile=f"b/{file}",
        n=_CONTEXT_LINES,
    )
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )
