"""The files that readers read: one way in, below one root, with a record of what was read."""

from __future__ import annotations

import os
import posixpath
import stat
from pathlib import Path

from backstay.readers.unreadable import Unreadable

MAX_BYTES = 64 * 1024 * 1024


class Sources:
    """Reads files below ``root`` and nothing else.

    Attributes:
        root: a directory with all links resolved.
        opened: what was looked for so far: size and modification time in ns by path below the root,
            None for what could not be opened.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.opened: dict[str, tuple[int, int] | None] = {}
        self._latest: tuple[str, bytes] | None = None

    def path(self, file: str) -> Path:
        """The real path of ``file``.

        Raises:
            Unreadable: it lies outside the root, also by a link.
        """
        try:
            path = Path(os.path.realpath(os.path.join(self.root, file)))  # noqa: PTH118 (half the time)
        except (OSError, ValueError) as error:
            raise Unreadable(f"cannot be resolved: {error}") from error
        if not path.is_relative_to(self.root):
            raise Unreadable("leads out of the reviewed folder")
        return path

    def read(self, file: str) -> bytes:
        """The content of ``file`` (a path below the root, with forward slashes).

        The latest file is kept, as many findings in a row are often about the same one.

        Raises:
            Unreadable: it is missing, not a regular file, too large, or outside the root.
        """
        if self._latest is not None and self._latest[0] == file:
            return self._latest[1]
        self.opened[file] = None
        path = self.path(file)
        try:
            with open(path, "rb", opener=_open_without_waiting) as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("is not a regular file")
                if status.st_size > MAX_BYTES:
                    size = status.st_size // 1_000_000
                    raise Unreadable(f"is larger than {MAX_BYTES // 1_000_000} MB ({size} MB)")
                self.opened[file] = (status.st_size, status.st_mtime_ns)
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        self._latest = (file, data)
        return data

    def miss(self, file: str) -> None:
        """Note that ``file`` was looked for and is not there, so that its coming is a change."""
        name = posixpath.normpath(file)
        if not name.startswith(("..", "/")) and ":" not in name:
            self.opened.setdefault(name, None)


def _open_without_waiting(path: str, flags: int) -> int:
    # Without this, opening a named pipe waits for a writer for ever.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
