"""API descriptions of two versions as plain values, with all that their references lead to."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from backstay.compatibility.comparison import Parsed
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place
from backstay.readers.documents import load_document
from backstay.readers.references import Unresolved, resolve_reference
from backstay.readers.sources import Sources
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.review.versions import Side

_MOST_FILES = 5_000

Note = Unread | NotChecked


def parsed_pairs(old: Side, new: Side) -> tuple[list[tuple[Parsed, Parsed]], tuple[Note, ...]]:
    """The API descriptions of the two sides that belong together, with notes about the reading.

    Two files belong together if they have the same name below what was given, or the same title,
    or if each side has only one left.
    """
    loaded_old, notes_old = _loaded(old)
    loaded_new, notes_new = _loaded(new)
    pairs, unpaired = _paired(loaded_old, loaded_new, old, new)
    return pairs, (*notes_old, *notes_new, *unpaired)


def _loaded(side: Side) -> tuple[dict[str, Parsed], list[Note]]:
    found: dict[str, Parsed] = {}
    notes: list[Note] = []
    for file in side.files["openapi"]:
        parsed = _parsed(file, side, notes)
        if parsed is not None:
            found[file] = parsed
    return found, notes


def _parsed(file: str, side: Side, notes: list[Note]) -> Parsed | None:
    sources = Sources(side.root)
    values: dict[str, Any] = {}
    waiting = [file]
    while waiting and len(values) < _MOST_FILES:
        name = waiting.pop()
        if name in values:
            continue
        try:
            values[name] = load_document(sources.read(name), name=name).value
        except Unreadable as error:
            notes.append(Unread(where=Place(file=side.prefix + name), why=str(error)))
            values[name] = None
            continue
        waiting += [each for each in _referred(values[name], name, side) if each not in values]
    return Parsed(file=file, values=values) if values[file] is not None else None


def _referred(value: Any, file: str, side: Side) -> Iterator[str]:  # noqa: ANN401 (plain data)
    """The other files that a document's references name and that are there."""
    seen: set[str] = set()
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            reference = current.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                seen.add(reference.partition("#")[0])
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
    for path in sorted(seen):
        try:
            found, _ = resolve_reference(path, side.root / file, side.root)
            yield found.relative_to(side.root).as_posix()
        except (Unresolved, ValueError, OSError):
            continue  # the comparison says which reference leads nowhere


def _paired(
    loaded_old: dict[str, Parsed], loaded_new: dict[str, Parsed], old: Side, new: Side
) -> tuple[list[tuple[Parsed, Parsed]], tuple[Note, ...]]:
    left = dict(loaded_old)
    pairs: list[tuple[Parsed, Parsed]] = []
    alone: list[Parsed] = []
    by_name = {old.below_base(file): file for file in loaded_old}
    for file, after in loaded_new.items():
        same = by_name.get(new.below_base(file))
        if same in left:
            pairs.append((left.pop(same), after))
        else:
            alone.append(after)
    titles = {_title(each): name for name, each in left.items()}
    for after in list(alone):
        same = titles.get(_title(after))
        if same in left:
            pairs.append((left.pop(same), after))
            alone.remove(after)
    if len(left) == len(alone) == 1:
        pairs.append((left.popitem()[1], alone.pop()))
    notes = [_without_partner(each, old.prefix) for each in left.values()]
    notes += [_without_partner(each, new.prefix) for each in alone]
    return pairs, tuple(notes)


def _title(parsed: Parsed) -> str:
    info = parsed.values[parsed.file]
    info = info.get("info") if isinstance(info, dict) else None
    title = info.get("title") if isinstance(info, dict) else None
    return str(title) if title else posixpath.basename(parsed.file)


def _without_partner(parsed: Parsed, prefix: str) -> Note:
    return NotChecked(
        where=Place(file=prefix + parsed.file),
        what=prefix + parsed.file,
        why="the other version has no API description of this name or title",
    )
