"""Decision records as new files of the project: nothing is overwritten, nothing goes outside."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from backstay.model.errors import BadRequest

_NUMBERED = re.compile(r"(\d{1,8})[-_.]")


def write_record(root: Path, given: str, topic: str, text: str) -> str:
    """Write a record to a new file below ``root`` and return its path there.

    Args:
        root: the project.
        given: the file, or a folder in which it becomes the next by number; made if missing.
        topic: names the file where a folder is given.
        text: the document.

    Raises:
        BadRequest: the path leads out of the project, is there already, is no Markdown file, or
            cannot be written.
    """
    path = _new_path(root.resolve(), given, topic)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError as error:
        raise BadRequest(f"{given!r} is there already. Give a new name; nothing is replaced") from (
            error
        )
    except OSError as error:
        raise BadRequest(f"{given!r} cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8", "replace"))
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise BadRequest(f"{given!r} cannot be written: {error.strerror or error}") from error
    return path.relative_to(root.resolve()).as_posix()


def _new_path(root: Path, given: str, topic: str) -> Path:
    try:
        path = Path(os.path.realpath(given))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{given[:200]!r} is no path: {error}") from error
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
