"""The account that PostgreSQL runs as where we are root: it refuses to run as root itself."""

from __future__ import annotations

import os
import pwd
import stat
from typing import TYPE_CHECKING, NamedTuple

from backstay.model.errors import NotAvailable

if TYPE_CHECKING:
    from pathlib import Path

# Not `postgres`: where that account exists, a real server's files may be its own.
_CANDIDATES = ("nobody", "daemon", "bin")


class Account(NamedTuple):  # no msgspec: the keeper runs with the standard library alone
    """An account of this machine."""

    name: str
    user: int
    group: int


def unprivileged() -> Account | None:
    """The account to run as: None for our own, or an existing one without rights if we are root.

    Raises:
        NotAvailable: we are root and the machine has none of the usual accounts.
    """
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NotAvailable(
        "PostgreSQL does not run as root, and there is no account to run it as (looked for "
        f"{', '.join(_CANDIDATES)}): run Backstay as an ordinary user"
    )


def can_reach(account: Account, folder: Path) -> bool:
    """Whether the account may pass through `folder` and every folder above it."""
    real = folder.resolve()
    return all(_may_pass(account, step.stat()) for step in (real, *real.parents))


def _may_pass(account: Account, folder: os.stat_result) -> bool:
    if folder.st_uid == account.user:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.group:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)
