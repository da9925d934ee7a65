"""Decision records as new files of the project: nothing is overwritten, nothing goes outside."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Container

_NUMBERED = re.compile(r"(\d{1,8})[-_.]")


def write_record(
    root: Path, given: str, topic: str, text: str, *, unread: Container[str] = ()
) -> str:
    """Write a record to a new file below ``root`` and return its path there.

    Args:
        root: the project.
        given: the file, or a folder in which it becomes the next by number; made if missing.
        topic: names the file where a folder is given.
        text: the document.
        unread: names of folders in which nobody would look for it again.

    Raises:
        BadRequest: the path leads out of the project or where nobody looks, is there already, is
            no Markdown file, or cannot be written.
    """
    root = root.resolve()
    try:
        path = _new_path(root, given, topic)
    except (OSError, ValueError) as error:  # a name that is too long, a folder that is closed
        reason = getattr(error, "strerror", None) or error
        raise BadRequest(f"{given[:200]!r} is no path: {reason}") from error
    hidden = next((part for part in path.parent.parts[len(root.parts) :] if part in unread), None)
    if hidden is not None:
        raise BadRequest(f"A review does not look into {hidden!r}. Give another folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError as error:
        raise BadRequest(f"{given!r} is there already. Give a new name; nothing is replaced") from (
            error
        )
    except OSError as error:
        raise BadRequest(f"{given[:200]!r} cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8", "replace"))
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise BadRequest(f"{given!r} cannot be written: {error.strerror or error}") from error
    return path.relative_to(root).as_posix()


def _new_path(root: Path, given: str, topic: str) -> Path:
    if not given.strip():
        raise BadRequest("The record has no name. Give a folder, such as docs/decisions, or a file")
    path = Path(os.path.realpath(given))
    if not path.is_relative_to(root):
        raise BadRequest(f"{given[:200]!r} is outside of the project {str(root)!r}. Give one in it")
    if path.is_dir() or (not path.suffix and not path.exists()):
        return path / f"{_next_number(path):04}-{topic}.md"
    if path.suffix.lower() not in {".md", ".markdown"}:
        raise BadRequest(
            f"{given[:200]!r} is no Markdown file, and only such are read again. Name it .md"
        )
    return path


def _next_number(folder: Path) -> int:
    """One more than the highest number that a name in the folder begins with."""
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    found = map(_NUMBERED.match, names)
    return max((int(each[1]) for each in found if each), default=0) + 1
