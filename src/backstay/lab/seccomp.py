"""A filter of system calls that lets a process listen on a socket file, and connect to nothing.

Landlock leaves connections through socket files free, to Docker's or to the user's own PostgreSQL,
and its older versions leave the network free too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import NamedTuple


class _Machine(NamedTuple):
    """What linux/audit.h and asm/unistd.h say of a kind of processor."""

    architecture: int
    seccomp: int
    socket: int
    connect: int


_MACHINES = {
    "x86_64": _Machine(architecture=0xC000003E, seccomp=317, socket=41, connect=42),
    "aarch64": _Machine(architecture=0xC00000B7, seccomp=277, socket=198, connect=203),
}
_SET_UP_IO_URING = 425  # a way around the filter
_X32 = 0x40000000  # another set of numbers for the same calls

# Instructions of linux/bpf_common.h, and places in linux/seccomp.h's record of a call.
_LOAD, _AND, _IS, _IS_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOWED = 0x7FFF0000
_DENIED = 0x00050000
_KIND_OF_SOCKET = 0xF
_SOCKET_FILE, _STREAM = 1, 1

_PR_SET_SECCOMP, _FILTER = 22, 2
_TELL_IF_AVAILABLE = 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def is_available() -> bool:
    """Whether this kernel filters system calls, and we know their numbers."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or struct.calcsize("P") != 8:
        return False
    denial = ctypes.c_uint32(_DENIED)
    call = ctypes.CDLL(None).syscall
    return bool(call(machine.seccomp, _TELL_IF_AVAILABLE, 0, ctypes.byref(denial)) == 0)


def forbid_connections() -> None:
    """Let this process, and all that it will start, connect to nothing; there is no way back.

    Raises:
        OSError: the kernel did not take the filter.
    """
    instructions = _instructions(_MACHINES[os.uname().machine])
    program = _Program(len(instructions) // 8, instructions)
    control = ctypes.CDLL(None, use_errno=True).prctl
    if control(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was not taken")


def _instructions(machine: _Machine) -> bytes:
    """The filter: what to do, with which value, and where to go on if so and if not so."""
    on, allow, deny = "on", "allow", "deny"
    steps = (
        (_LOAD, _ARCHITECTURE, on, on),
        (_IS, machine.architecture, on, deny),
        (_LOAD, _NUMBER, on, on),
        (_IS_AT_LEAST, _X32, deny, on),
        (_IS, _SET_UP_IO_URING, deny, on),
        (_IS, machine.connect, deny, on),
        (_IS, machine.socket, on, allow),
        (_LOAD, _FIRST_ARGUMENT, on, on),
        (_IS, _SOCKET_FILE, on, deny),
        (_LOAD, _SECOND_ARGUMENT, on, on),
        (_AND, _KIND_OF_SOCKET, on, on),
        (_IS, _STREAM, allow, deny),
    )
    encoded = b""
    for place, (code, value, so, not_so) in enumerate(steps):
        left = len(steps) - place - 1
        skip = {on: 0, allow: left, deny: left + 1}
        encoded += struct.pack("=HBBI", code, skip[so], skip[not_so], value)
    encoded += struct.pack("=HBBI", _RETURN, 0, 0, _ALLOWED)
    return encoded + struct.pack("=HBBI", _RETURN, 0, 0, _DENIED | errno.EACCES)
