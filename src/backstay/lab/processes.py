"""The PostgreSQL processes that belong to one of our scratch folders, and their end.

They are known by their command lines, which need no rights to read: reading the working folder of
another account's process takes a capability that root in a container does not have.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAMS = ("postgres", "initdb")
_PROC = Path("/proc")
# PostgreSQL gives stuck children 5 seconds after SIGQUIT and then ends them itself.
_PATIENCE = ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


def cluster_name(folder: Path) -> str:
    """The name by which PostgreSQL's own processes carry the folder in their titles."""
    return folder.name


def data_folder(folder: Path) -> Path:
    """The data folder in one of our folders; it stands on the command line of the server."""
    return folder / "data"


def belonging_to(folder: Path) -> frozenset[int]:
    """Process ids of the PostgreSQL programs that run in `folder`, one of ours."""
    lines = _from_proc() if (_PROC / "self/cmdline").exists() else _from_ps()
    return frozenset(process for process, arguments in lines if _belongs(arguments, folder))


def end_all(folder: Path) -> None:
    """End the PostgreSQL programs that run in `folder`, at once and without saving anything."""
    not_ours: set[int] = set()
    for ending, seconds in _PATIENCE:
        deadline = time.monotonic() + seconds
        told: set[int] = set()
        while remaining := belonging_to(folder) - not_ours:
            for process in remaining - told:
                try:
                    os.kill(process, ending)
                except ProcessLookupError:
                    continue
                except PermissionError:  # somebody else's, made to look like one of ours
                    not_ours.add(process)
            told |= remaining
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)


def _belongs(arguments: list[str], folder: Path) -> bool:
    if arguments[0].startswith(f"postgres: {cluster_name(folder)}:"):
        return True
    return Path(arguments[0]).name in _PROGRAMS and str(data_folder(folder)) in arguments


def _from_proc() -> Iterator[tuple[int, list[str]]]:
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):  # it ended since
                line = (entry / "cmdline").read_bytes()
                yield int(entry.name), os.fsdecode(line).split("\0")


def _from_ps() -> Iterator[tuple[int, list[str]]]:
    """The same where there is no /proc: on macOS."""
    listing = subprocess.run(
        ("/bin/ps", "-A", "-ww", "-o", "pid=,args="), capture_output=True, check=True
    )
    for line in os.fsdecode(listing.stdout).splitlines():
        process, _, command = line.strip().partition(" ")
        # A title is one string with spaces in it; the arguments that we give hold none.
        yield int(process), [command] if command.startswith("postgres: ") else command.split(" ")
