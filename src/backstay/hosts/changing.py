"""Changes to several files, all of them or none."""

from __future__ import annotations

import contextlib
import os
import stat
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backstay.hosts.parts import Action, Outcome, Part, Target
from backstay.model.errors import BadRequest
from backstay.project.whole_files import only_writer, read_text, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backstay.hosts.launching import Launch

MAX_BYTES = 32 * 1024 * 1024
_BOM = "\ufeff"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one file; ``before`` and ``after`` are its bytes, None where it is not."""

    target: Target
    before: bytes | None
    after: bytes | None
    action: Action
    why: str | None
    folders: int


@contextmanager
def alone_in(parts: Sequence[Part]) -> Iterator[None]:
    """Hold the right to change files of these parts; other runs of ours wait.

    Raises:
        BadRequest: a folder that they are in is not there.
    """
    with ExitStack() as held:
        for base in sorted({part.target.base for part in parts}):
            if not base.is_dir():
                raise BadRequest(f"There is no folder {base}. Make it, and run again.")
            try:
                held.enter_context(only_writer(base))
            except OSError as error:
                raise BadRequest(f"{base} cannot be opened: {error.strerror or error}.") from error
        yield


def planned(parts: Iterable[Part], launch: Launch) -> list[Change]:
    """What putting the parts in would change. Nothing is written.

    Raises:
        BadRequest: a file is not valid, cannot be changed, or is somebody else's.
    """
    changes = []
    for part in parts:
        before = _content(part.target)
        outcome = part.installed(_text(before), launch, _missing_folders(part.target))
        changes.append(_change(part.target, before, outcome))
    return changes


def planned_removal(parts: Iterable[Part]) -> list[Change]:
    """What taking the parts out would change, for the files that are there.

    Raises:
        BadRequest: a file is not valid, or cannot be changed.
    """
    changes = []
    for part in parts:
        before = _content(part.target)
        text = _text(before)
        if text is not None:
            changes.append(_change(part.target, before, part.removed(text)))
    return changes


def _change(target: Target, before: bytes | None, outcome: Outcome) -> Change:
    after = None if outcome.text is None else outcome.text.encode()
    if after is not None and before is not None and before.startswith(_BOM.encode()):
        after = _BOM.encode() + after
    if after != before:
        _check_writable(target)
    return Change(
        target=target,
        before=before,
        after=after,
        action=outcome.action,
        why=outcome.why,
        folders=outcome.folders,
    )


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8-sig")


def _content(target: Target) -> bytes | None:
    """The bytes of a UTF-8 file; None where there is none."""
    for above in _folders_above(target):
        _refuse_link(above, target)
        if above.exists() and not above.is_dir():
            raise BadRequest(
                f"{above} is a file, where {target.shown} needs a folder. Move it away and run"
                " again; nothing was written."
            )
    _refuse_link(target.file, target)
    if not os.path.lexists(target.file):
        return None
    if target.file.is_dir():
        raise BadRequest(
            f"{target.shown} is a folder, where a file is needed. Move it away and run again;"
            " nothing was written."
        )
    read_text(target.file, target.shown, MAX_BYTES)
    return target.file.read_bytes()


def _refuse_link(path: Path, target: Target) -> None:
    if path.is_symlink():
        raise BadRequest(
            f"{path} is a link, to {Path(os.path.realpath(path))}. Backstay does not write through"
            f" links: put a file at {target.shown}, or add the entry by hand; nothing was written."
        )


def _folders_above(target: Target) -> list[Path]:
    """The folders between the base and the file, the outermost first."""
    parents = list(target.file.parents)
    return parents[: parents.index(target.base)][::-1]


def _missing_folders(target: Target) -> int:
    return sum(not folder.exists() for folder in _folders_above(target))


def _check_writable(target: Target) -> None:
    """Refuse what is read-only: replacing a file would not heed it, and root may write anyway."""
    nearest = next(each for each in (target.file, *target.file.parents) if each.exists())
    for path in {nearest, nearest if nearest.is_dir() else nearest.parent}:
        if not path.stat().st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
            raise BadRequest(
                f"{path} is read-only. Make it writable (chmod u+w) and run again; nothing was"
                " written."
            )


def carry_out(changes: Sequence[Change]) -> None:
    """Write all of it, or leave everything as it was.

    Raises:
        BadRequest: a file changed in the meantime, or cannot be written.
    """
    done: list[Change] = []
    made: list[Path] = []
    try:
        for change in changes:
            if change.before == change.after:
                continue
            _check_unchanged(change)
            done.append(change)
            _put(change.target.file, change.after, made)
    except BaseException as error:
        _undo(done, made)
        if isinstance(error, OSError):
            raise BadRequest(
                f"{done[-1].target.shown} cannot be written: {error.strerror or error}. Nothing was"
                " changed."
            ) from error
        raise
    _remove_emptied(changes)


def _check_unchanged(change: Change) -> None:
    if _content(change.target) != change.before:
        raise BadRequest(
            f"{change.target.shown} changed while this ran; nothing was changed. Run again."
        )


def _put(file: Path, data: bytes | None, made: list[Path]) -> None:
    if data is None:
        file.unlink()
        return
    missing = [folder for folder in file.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        made.append(folder)
    write_whole(file, data)


def _undo(done: Sequence[Change], made: Sequence[Path]) -> None:
    for change in reversed(done):
        with contextlib.suppress(OSError):
            if change.before is not None:
                write_whole(change.target.file, change.before)
            else:
                change.target.file.unlink(missing_ok=True)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _remove_emptied(changes: Sequence[Change]) -> None:
    """Remove the folders that were made for files which are gone, where they are empty."""
    emptied = {
        folder
        for change in changes
        for folder in list(change.target.file.parents)[: change.folders]
    }
    for folder in sorted(emptied, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(OSError):
            folder.rmdir()
