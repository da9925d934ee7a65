"""Our scratch folders: each is locked by its keeper while that lives, and swept away after.

A lock, not a process id, says whether a folder is still in use: the system lets go of it however
its holder ends, it cannot be taken over by another process, and it holds between containers that
share a folder without seeing each other's processes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.lab import accounts, processes
from backstay.model.errors import NotAvailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PREFIX = "backstay-lab-"
NO_ROOM = (
    "no space is left in the temporary folder: free about 100 MB there, or point TMPDIR at a "
    "folder that has it"
)
_LOCK = "lock"
_SOCKETS = "s"
# The least of the systems' limits on the path of a socket: macOS has 104 bytes with the final zero.
_LONGEST_SOCKET_PATH = 103
# A folder is without its lock only for the moment after its making; this is ample.
_UNLOCKED_SECONDS = 60


@contextlib.contextmanager
def fresh(places: Sequence[Path], account: accounts.Account | None) -> Iterator[Path]:
    """A new folder in the first of `places` that serves; cleared away in the end.

    Only we may enter it, and `account`.

    Raises:
        NotAvailable: no place serves.
        OSError: no room for as much as the lock.
    """
    folder = _made(places, account)
    try:
        lock = _locked(folder)
    except OSError:
        clear(folder)
        raise
    try:
        yield folder
    finally:
        clear(folder)
        os.close(lock)


def sockets(folder: Path) -> Path:
    """The folder for sockets in one of our folders."""
    return folder / _SOCKETS


def sweep(places: Sequence[Path]) -> None:
    """Clear away what keepers left behind that came to a sudden end."""
    for place in places:
        for folder in place.glob(f"{PREFIX}*"):
            if _is_left_over(folder):
                clear(folder)


def clear(folder: Path) -> None:
    """End the processes of a folder of ours and remove it."""
    processes.end_all(folder)
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)  # what just ended may have left one more file


def _made(places: Sequence[Path], account: accounts.Account | None) -> Path:
    reasons = []
    for place in places:
        try:
            if objection := _objection(place, account):
                reasons.append(f"{place}: {objection}")
                continue
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            if account is not None:
                os.chown(folder, -1, account.group)
                folder.chmod(0o710)
        except OSError as error:
            reasons.append(f"{place}: {error.strerror}")
        else:
            return folder
    raise NotAvailable(
        "the lab's PostgreSQL has no folder to run in: point TMPDIR at one that is writable and "
        f"has a short path ({'; '.join(reasons)})"
    )


def _objection(place: Path, account: accounts.Account | None) -> str | None:
    longest = sockets(place / f"{PREFIX}12345678") / ".s.PGSQL.5432"
    if len(os.fsencode(longest)) > _LONGEST_SOCKET_PATH:
        return "its path is too long for a socket"
    if account is not None and not accounts.can_reach(account, place):
        return f"the account {account.name} may not pass through it"
    return None


def _locked(folder: Path) -> int:
    """Lock the folder; the lock appears under its name only once it is held."""
    making = folder / f"{_LOCK}.new"
    lock = os.open(making, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    making.rename(folder / _LOCK)
    return lock


def _is_left_over(folder: Path) -> bool:
    """Whether a folder is ours and its keeper is gone."""
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            return False
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return folder.is_dir() and time.time() - found.st_mtime > _UNLOCKED_SECONDS
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
