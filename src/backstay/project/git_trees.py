"""The files of an earlier commit, written to a temporary folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.model.errors import LimitReached, NotAvailable
from backstay.project.git import commit_of, list_tree, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import IO

MAX_FILES = 300_000
MAX_FILE_BYTES = 64 * 1024 * 1024  # what readers take; larger files are left out
MAX_TREE_BYTES = 4 * 1024 * 1024 * 1024

_PREFIX = "backstay-tree-"
_CHUNK = 1024 * 1024
_LEFT_BEHIND_SECONDS = 60


def below(*paths: str) -> Callable[[str], bool]:
    """A filter for ``tree_at``: these files, and what lies below these folders."""
    names = {path.rstrip("/") for path in paths}

    def wanted(file: str) -> bool:
        while file:
            if file in names:
                return True
            file = file.rpartition("/")[0]
        return False

    return wanted


@contextlib.contextmanager
def tree_at(
    root: Path,
    ref: str,
    *,
    wanted: Callable[[str], bool] | None = None,
    renames: Mapping[str, str] | None = None,
) -> Iterator[Path]:
    """A temporary folder with the files that ``root`` had at ``ref``; gone when the block ends.

    Links, submodules, names that lead elsewhere and files that readers would refuse are left out.
    Contents are as git stores them, so large-file pointers stay pointers.

    Args:
        root: a folder in a repository, not always its top.
        ref: a commit; see ``git.base_of`` for what to compare a change with.
        wanted: which files, by their path at ``ref``; all where it is None.
        renames: files to write under their new name, so that ids of sites stay; see
            ``git.renamed_files``.

    Raises:
        BadRequest: there is no such commit, or no repository.
        NotAvailable: the clone lacks objects of that commit.
        LimitReached: the tree is too large, or git took too long.
    """
    files = [
        ((renames or {}).get(path, path), blob)
        for path, blob in list_tree(root, commit_of(root, ref))
        if (wanted is None or wanted(path))
    ]
    files = [(path, blob) for path, blob in files if _stays_inside(path)]
    if len(files) > MAX_FILES:
        raise LimitReached(f"{ref} has {len(files):,} files to compare. Narrow the target.")
    with _temporary_folder() as folder:
        with reading(root, "cat-file", "--batch") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                _write_all(folder, files, process.stdin, process.stdout)
            except OSError as error:
                raise LimitReached(
                    f"The files at {ref} cannot be written to {folder}: {error.strerror or error}."
                    " Make room there, or set TMPDIR to another folder."
                ) from error
        yield folder


def _stays_inside(path: str) -> bool:
    parts = path.replace(os.sep, "/").split("/")
    return not any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts)


def _write_all(
    folder: Path, files: list[tuple[str, str]], ask: IO[bytes], answers: IO[bytes]
) -> None:
    made = {folder}
    total = 0
    for path, blob in files:
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        size = _size_of(blob, ask, answers)
        total += size
        if total > MAX_TREE_BYTES:
            raise LimitReached("The earlier tree has more than 4 GB to compare. Narrow the target.")
        if size > MAX_FILE_BYTES or target.exists():
            _copy(answers, None, size)
        else:
            with target.open("xb") as stream:
                _copy(answers, stream, size)


def _size_of(blob: str, ask: IO[bytes], answers: IO[bytes]) -> int:
    try:
        ask.write(f"{blob}\n".encode())
        ask.flush()
    except BrokenPipeError:
        pass  # said below, as the answer is missing
    answer = answers.readline().split()
    if len(answer) != 3:
        raise NotAvailable(
            f"git could not give object {blob}: this clone lacks it, or git was stopped after too"
            " long. Run: git fetch --refetch --no-filter"
        )
    return int(answer[2])


def _copy(source: IO[bytes], target: IO[bytes] | None, size: int) -> None:
    left = size + 1  # a line feed follows the content
    while left:
        chunk = source.read(min(left, _CHUNK))
        if not chunk:
            raise LimitReached("git was stopped: it took too long. Narrow the target.")
        left -= len(chunk)
        if target is not None:
            target.write(chunk if left else chunk[:-1])


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder that is removed when the block ends, or by the next run if this one is killed."""
    try:
        _sweep(Path(tempfile.gettempdir()))
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise NotAvailable(
            f"There is no temporary folder for an earlier tree: {error.strerror or error}."
            " Make room there, or set TMPDIR to another folder."
        ) from error
    with made as folder:
        lock = _lock(Path(folder))
        try:
            inner = Path(folder).resolve() / "tree"
            inner.mkdir()
            yield inner
        finally:
            if lock is not None:
                os.close(lock)


def _lock(folder: Path) -> int | None:
    """A lock on the folder that ends with this process; None where another holds it."""
    try:
        import fcntl  # noqa: PLC0415 (not on every platform)
    except ImportError:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep(folder: Path) -> None:
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.lstat().st_mtime < _LEFT_BEHIND_SECONDS:
                continue
            lock = _lock(left)
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)
