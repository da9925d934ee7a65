"""Two versions of protobuf files in, what differs out.

Each version is compiled by protoc; what it refuses is noted and the rest is compared. Definitions
are matched by their full names, fields by their numbers, so that order and files do not matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from backstay.compatibility.comparison import Comparison, Version, Witness
from backstay.compatibility.protobuf.collecting import Collector, Side
from backstay.compatibility.protobuf.enum_changes import compare_enums
from backstay.compatibility.protobuf.file_changes import compare_files
from backstay.compatibility.protobuf.locations import Locations
from backstay.compatibility.protobuf.message_changes import compare_messages
from backstay.compatibility.protobuf.naming import Named, name_files
from backstay.compatibility.protobuf.schema import Schema
from backstay.compatibility.protobuf.service_changes import compare_services
from backstay.compatibility.protobuf.tolerance import without_missing_imports
from backstay.compatibility.protobuf.witnesses import Witnesses
from backstay.foreign.protoc import Compilation, Compiled, provided
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstay.model.changes import Change

MOST_BYTES = 64_000_000
"""Of protobuf files in one version."""
MOST_CODE = 12_000_000
"""Bytes of them outside of comments; compiling and comparing takes up to 100 times as much."""

_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)


class _Prepared(NamedTuple):
    """A version that is being compiled, or was not for a reason."""

    named: Named
    compilation: Compilation | None
    notes: list[Unread | NotChecked]


class _Read(NamedTuple):
    """A version that was compiled, with the names of files that were not."""

    named: Named
    schema: Schema
    left_out: frozenset[str]


def compare_protobuf(old: Version, new: Version) -> Comparison:
    """Compare two versions of protobuf files.

    ``compatibility`` of each change is "breaking" where it breaks anything at any level, "risky"
    where it breaks nobody by itself or the package says that it is unstable, and "safe" else;
    ``breaks`` has the levels.
    """
    prepared = [_prepare(version, which) for version, which in ((old, "old"), (new, "new"))]
    notes = [note for each in prepared for note in each.notes]
    read = [_read(each, which, notes) for each, which in zip(prepared, ("old", "new"), strict=True)]
    before, after = read
    if before is None or after is None:
        return Comparison(changes=(), notes=tuple(notes), witness=_no_witness)
    one_file = _single(old, before.named), _single(new, after.named)
    counterparts = _counterparts(before, after, one_file)
    left_out = before.left_out | after.left_out
    for each in (before, after):
        each.schema.without(left_out)
    renamed = _renamed(before.schema, after.schema, counterparts)
    collector = Collector(
        Side(before.schema, Locations(before.named, before.schema)),
        Side(after.schema, Locations(after.named, after.schema)),
        {
            name: other
            for name, other in counterparts.items()
            if name in before.schema.files and other in after.schema.files
        },
        renamed,
        incomplete=bool(left_out),
    )
    compare_files(collector)
    compare_messages(collector)
    compare_enums(collector)
    compare_services(collector)
    witnesses = Witnesses(before.schema, after.schema, collector.recipes)
    return Comparison(changes=collector.changes(), notes=tuple(notes), witness=witnesses.of)


def _no_witness(_change: Change) -> Witness | None:
    return None


def _prepare(version: Version, which: str) -> _Prepared:
    """Name the files, make do without missing imports, and start the compiler."""
    named = name_files(version.files, version.documents)
    notes: list[Unread | NotChecked] = [
        Unread(where=Place(file=path), why=why) for path, why in sorted(named.refused.items())
    ]
    if why := _too_large([named.files[name] for name in named.wanted]):
        notes.append(_not_checked(named, f"the {which} version", why))
        return _Prepared(named, None, notes)
    if not named.wanted:
        why = "there are no protobuf files in it; name a .proto file, or a folder of them"
        notes.append(_not_checked(named, f"the {which} version", why))
        return _Prepared(named, None, notes)
    named, missing = _made_whole(named, which)
    notes += missing
    return _Prepared(named, Compilation(named.files, named.wanted, named.importers), notes)


def _too_large(contents: list[bytes]) -> str:
    size = sum(map(len, contents))
    if size > MOST_BYTES:
        return f"its files have {size:,} bytes; at most {MOST_BYTES:,} are compared at once"
    if size <= MOST_CODE:
        return ""
    code = sum(len(_COMMENT.sub(b"", content)) for content in contents)
    if code <= MOST_CODE:
        return ""
    return f"its files have {code:,} bytes of code; at most {MOST_CODE:,} are compared at once"


def _made_whole(named: Named, which: str) -> tuple[Named, list[Unread | NotChecked]]:
    """Read files without imports that nobody has."""
    known = named.files.keys() | provided()
    notes: list[Unread | NotChecked] = []
    files = dict(named.files)
    for name, imports in named.imports.items():
        if all(each in known for each in imports):
            continue
        files[name], missing = without_missing_imports(named.files[name], known)
        if missing and name in named.wanted:
            what = f"custom options in {named.paths[name]} of the {which} version"
            why = f"it imports {', '.join(missing)}, which is not among the files"
            notes.append(NotChecked(where=Place(file=named.paths[name]), what=what, why=why))
    return named._replace(files=files), notes


def _not_checked(named: Named, what: str, why: str) -> NotChecked:
    path = next(iter(named.paths.values()), ".")
    return NotChecked(where=Place(file=path), what=what, why=why)


def _read(prepared: _Prepared, which: str, notes: list[Unread | NotChecked]) -> _Read | None:
    named, compilation, _ = prepared
    if compilation is None:
        return None
    compiled = compilation.result()
    if compiled.stopped is not None:
        why = f"the compiler of protobuf files gave up: {compiled.stopped}"
        notes.append(_not_checked(named, f"the {which} version", why))
        return None
    schema = Schema(compiled.descriptors, named.files)
    notes += _faults(named, schema, compiled, which)
    return _Read(named, schema, frozenset(named.wanted) - schema.files.keys())


def _faults(named: Named, schema: Schema, compiled: Compiled, which: str) -> Iterable[Unread]:
    """One note a file, with what the compiler said first."""
    seen: set[str] = set()
    at = Locations(named, schema)
    prefix = f"protoc does not compile it in the {which} version"
    for fault in compiled.faults:
        if fault.file in seen or fault.file not in named.paths:
            continue
        seen.add(fault.file)
        start = None
        said = fault.text
        if fault.line is not None and fault.column is not None:
            start = at.offset(fault.file, fault.line - 1, fault.column - 1)
            said = f"line {fault.line}: {said}"
        more = sum(each.file == fault.file for each in compiled.faults) - 1
        said += f" (and {more} more)" if more else ""
        place = Place(file=named.paths[fault.file], start=start)
        yield Unread(where=place, why=f"{prefix}: {said}")
    silent = set(named.wanted) - schema.files.keys() - seen
    for name in sorted(silent):
        yield Unread(where=Place(file=named.paths[name]), why=f"{prefix}, nor what it imports")


def _single(version: Version, named: Named) -> str | None:
    """The one file that a version is about, if it is one."""
    names = {path: name for name, path in named.paths.items()}
    chosen = [names[path] for path in version.documents if path in names] or list(named.wanted)
    return chosen[0] if len(chosen) == 1 else None


def _counterparts(
    before: _Read, after: _Read, single: tuple[str | None, str | None]
) -> dict[str, str]:
    """What the new version calls each file: the same, but for two single files."""
    found = {name: name for name in before.schema.files if name in after.schema.files}
    old, new = single
    if old is not None and new is not None and old not in found and new not in found.values():
        found[old] = new
    return found


def _renamed(old: Schema, new: Schema, counterparts: dict[str, str]) -> dict[str, str]:
    """New full names of what is in files that changed their packages."""
    found: dict[str, str] = {}
    moved = {
        name: (f"{old.files[name].package}.", f"{new.files[other].package}.")
        for name, other in counterparts.items()
        if name in old.files
        and other in new.files
        and old.files[name].package != new.files[other].package
    }
    for word in ("messages", "enums", "services", "extensions"):
        after = getattr(new, word)
        for name, definition in getattr(old, word).items():
            if definition.file not in moved or name in after:
                continue
            before, now = moved[definition.file]
            inner = name if before == "." else name.removeprefix(before)
            renamed = inner if now == "." else now + inner
            if renamed in after and after[renamed].file == counterparts[definition.file]:
                found[name] = renamed
    return found
