"""Keeping the server to its own folder, where the kernel can: on Linux, by Landlock and seccomp.

Statements of a stranger may need the superuser's rights to run at all, and PostgreSQL's superuser
may read and write files, start programs and open connections. A confined server cannot, and nor
can any code that a statement loads into it. See https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.lab import seccomp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Rights of linux/landlock.h.
_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_TRUNCATE = 1 << 14
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
# Of files, by version of the interface; the first forbids moving files between folders altogether.
_ALL_BY_VERSION = {2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL = (1 << 16) - 1
_OLDEST = 2
_TCP = 0b11
_WITH_TCP = 4
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11
_WITH_SIGNALS = 6
# Numbers of the system calls, the same on all architectures.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_TELL_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_O_PATH = getattr(os, "O_PATH", 0)  # on Linux alone

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
_LOADERS = ("lib/ld-*", "lib64/ld-*", "lib/*/ld-*")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


class Confinement:
    """What the server may reach; a child enters it before it becomes the server.

    Attributes:
        complete: whether it holds for connections too, and not for files and programs alone.
    """

    def __init__(self, programs: Iterable[Path], own: Iterable[Path], version: int) -> None:
        self.complete = seccomp.is_available()
        self._system_call = _system_call()
        every = _ALL_BY_VERSION.get(version, _ALL)
        rules = _Ruleset(
            every,
            _TCP if version >= _WITH_TCP else 0,
            _SIGNALS_AND_ABSTRACT_SOCKETS if version >= _WITH_SIGNALS else 0,
        )
        size = 8 if version < _WITH_TCP else 16 if version < _WITH_SIGNALS else 24
        self._rules = self._call(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
        for path, rights in _allowed(programs, own, every):
            self._allow(path, rights & every)

    def enter(self) -> None:
        """Confine this process and all that it will start; there is no way back."""
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self._call(_RESTRICT_SELF, self._rules, 0)
        if self.complete:
            seccomp.forbid_connections()

    def close(self) -> None:
        """Let go of the rules; who has entered stays confined."""
        os.close(self._rules)

    def _allow(self, path: Path, rights: int) -> None:
        opened = os.open(path, _O_PATH | os.O_CLOEXEC)
        try:
            beneath = _PathBeneath(rights if path.is_dir() else rights & _OF_FILES, opened)
            self._call(_ADD_RULE, self._rules, _PATH_BENEATH, ctypes.byref(beneath), 0)
        finally:
            os.close(opened)

    def _call(self, *arguments: object) -> int:
        answer = int(self._system_call(*arguments))
        if answer < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return answer


def confinement(programs: Iterable[Path], own: Iterable[Path]) -> Confinement | None:
    """Rules that let a process run `programs`, write below `own`, and reach nothing else.

    None where the kernel cannot do that, or does not take the rules.
    """
    if sys.platform != "linux":
        return None
    version = _system_call()(_CREATE_RULESET, None, ctypes.c_size_t(0), _TELL_VERSION)
    if version < _OLDEST:
        return None
    try:
        return Confinement(programs, own, version)
    except OSError:
        return None


def _allowed(
    programs: Iterable[Path], own: Iterable[Path], every: int
) -> Iterator[tuple[Path, int]]:
    """Existing paths and the rights to them.

    The loader alone may be executed beside the programs: it starts them, and can read no others.
    """
    loaders = (found for pattern in _LOADERS for found in Path("/").glob(pattern))
    wanted = (
        *((path, _RUN) for path in (*programs, *loaders)),
        *((path, every & ~_EXECUTE) for path in own),
        *((Path(path), _READ) for path in _LIBRARIES),
        *((Path(path), _READ_FILE | _WRITE_FILE) for path in _DEVICES),
    )
    return ((path, rights) for path, rights in wanted if path.exists())


def _system_call() -> ctypes._NamedFuncPointer:
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    return call
