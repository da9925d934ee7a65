"""`$ref`: which file and pointer a reference means. Nothing is expanded, so circles do no harm."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backstay.readers.pointers import segments_of


class Unresolved(Exception):  # noqa: N818 (named by what the reference is)
    """A reference leads nowhere that may be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def resolve_reference(ref: str, from_file: Path, root: Path) -> tuple[Path, str]:
    """The file and JSON pointer that `ref`, standing in `from_file`, means.

    The file is given below `root` as `from_file` is, and lies inside `root` with all links
    followed. Whether the pointer leads to a value is for the caller to look up.

    Raises:
        Unresolved: it leaves the tree or the machine, or there is no such file.
    """
    try:
        parts = urlsplit(ref)
    except ValueError as error:
        raise Unresolved(f"'{ref}' is not a valid reference ({error})") from None
    if parts.scheme or parts.netloc:
        raise Unresolved(f"'{ref}' is not in this tree; nothing is fetched from elsewhere")
    pointer = unquote(parts.fragment)
    try:
        segments_of(pointer)
    except ValueError:
        raise Unresolved(f"'#{pointer}' is a name, not a JSON pointer") from None
    path = unquote(parts.path)
    return (_file_in_tree(path, from_file, root) if path else from_file), pointer


def _file_in_tree(path: str, from_file: Path, root: Path) -> Path:
    if path.startswith(("/", "\\")) or "\0" in path:
        raise Unresolved(f"'{path}' is an absolute path; write it relative to the file it is in")
    file = Path(os.path.normpath(from_file.parent / path))
    real = Path(os.path.realpath(file))
    if not real.is_relative_to(os.path.realpath(root)):
        raise Unresolved(f"'{path}' lies outside the tree under review; it is not read")
    if not real.is_file():
        raise Unresolved(f"there is no file '{path}' beside {from_file.name}")
    return file
