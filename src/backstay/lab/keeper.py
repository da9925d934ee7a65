"""The program that keeps one throw-away PostgreSQL, and ends it when its owner is gone.

It is a process of its own, in a session of its own, so that neither Ctrl-C nor `kill -9` of the
owner can end it before it has cleaned up; and PostgreSQL is its child, so that where it is killed
itself Linux ends PostgreSQL too. What then is left lying about, the next keeper sweeps away. It
imports the standard library alone and so starts in 30 ms.
"""

from __future__ import annotations

import contextlib
import errno
import resource
import signal
from pathlib import Path
from typing import Any

from backstay.lab import accounts, folders
from backstay.lab.binaries import Installation
from backstay.lab.cluster import Cluster
from backstay.lab.owner import Owner, OwnerGone
from backstay.model.errors import BackstayError

# Where the user's choice is too long for a socket, or closed to the account we run as.
_FALLBACKS = ("/tmp", "/var/tmp")  # noqa: S108 (folders in there get random names and are locked)


def main() -> None:
    """Serve the one request on standard input; answer with lines of JSON on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    owner = Owner()
    with contextlib.suppress(OwnerGone):
        try:
            _serve(owner, owner.request())
        except BackstayError as error:
            owner.answer(failure=str(error))
        except OSError as error:
            reason = folders.NO_ROOM if error.errno == errno.ENOSPC else str(error)
            owner.answer(failure=f"the lab's PostgreSQL could not be set up: {reason}")


def _serve(owner: Owner, request: dict[str, Any]) -> None:
    places = [Path(place) for place in dict.fromkeys((request["place"], *_FALLBACKS))]
    folders.sweep(places)
    account = accounts.unprivileged()
    with folders.fresh(places, account) as folder:
        cluster = Cluster(folder, superuser=request["superuser"], account=account, owner=owner)
        programs, version = cluster.install([Installation(*one) for one in request["candidates"]])
        cluster.initialise(programs, request["settings"])
        server = cluster.start(programs)
        owner.answer(
            sockets=str(folders.sockets(folder)),
            password=cluster.password,
            process=server.pid,
            programs=str(programs),
            version=version,
            confined=cluster.confined,
        )
        owner.wait_for(server)
        owner.answer(failure=f"the lab's PostgreSQL ended by itself: {cluster.last_words()}")
