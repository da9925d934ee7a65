"""Files that are read within bounds and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from typing import TYPE_CHECKING

from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEFT_BEHIND_SECONDS = 60
_CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)


def read_text(path: Path, shown: str, limit: int) -> str:
    """The text of a UTF-8 file of at most ``limit`` bytes; ``shown`` names it in messages.

    Raises:
        BadRequest: it cannot be read, is no regular file, too large, not UTF-8, or holds the
            marks of a merge that is not finished.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise BadRequest(f"{shown} is not a regular file. Put a plain file there.")
            data = stream.read(limit + 1)
    except OSError as error:
        raise BadRequest(f"{shown} cannot be read: {error.strerror or error}.") from error
    if len(data) > limit:
        raise BadRequest(f"{shown} is larger than {limit:,} bytes. Make it smaller.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRequest(f"{shown}:{line}: not UTF-8 text. Save the file as UTF-8.") from error
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise BadRequest(
            f"{shown}:{line}: an unfinished merge. Keep the entries of both sides, remove the"
            " lines that begin with <<<<<<<, ======= and >>>>>>>, and run again."
        )
    return text


def _open_without_waiting(path: str, flags: int) -> int:
    # Without this, opening a named pipe waits for a writer for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def write_whole(
    path: Path, data: bytes | bytearray, *, mode: int = 0o644, durable: bool = True
) -> None:
    """Replace ``path`` by ``data`` in one step; a reader sees the old content or the new.

    A file that exists keeps its permissions; ``mode`` is for a new one. What a killed writer
    left behind for the same path is removed. ``durable`` waits until the disk has it.

    Raises:
        OSError: it cannot be written; the old content stands.
    """
    path = path.resolve()
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _sweep(path: Path) -> None:
    for left in path.parent.glob(f".{path.name}.????????????.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                left.unlink()


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the right to change files of ``folder``; others wait. Ends with the process.

    Where the platform has no such lock, nothing is held.
    """
    try:
        import fcntl  # noqa: PLC0415 (not on every platform)
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot lock
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
