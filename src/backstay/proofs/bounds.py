"""What no experiment may exceed; where it would, nothing is proven and the reason is said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from backstay.lab.planning import CannotBuild
from backstay.model.errors import LimitReached, NotAvailable
from backstay.model.verdicts import not_proven

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.foreign.psycopg import Connection
    from backstay.lab.server import Server
    from backstay.model.verdicts import Verdict

EXPERIMENT_SECONDS = 45.0
STATEMENT_SECONDS = 20.0
LOCK_SECONDS = 2.0


class Clock:
    """How long an experiment may still take."""

    def __init__(self, seconds: float | None = None) -> None:
        self.limit = EXPERIMENT_SECONDS if seconds is None else seconds
        self._end = time.monotonic() + self.limit

    def remaining(self) -> float:
        """Seconds that are left.

        Raises:
            LimitReached: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise LimitReached(f"the experiment took longer than {self.limit:.0f} s")
        return left

    def connect(
        self, server: Server, database: str, role: str | None = None, *, autocommit: bool = False
    ) -> Connection:
        """A connection whose statements end before the experiment must."""
        seconds = max(0.001, min(STATEMENT_SECONDS, self.remaining()))
        connection = server.connect(
            database,
            role,
            autocommit=True,
            statement_seconds=seconds,
            lock_seconds=LOCK_SECONDS,
        )
        # Compiled or parallel plans would make a count depend on the machine's load.
        connection.execute("SET jit = off")
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.autocommit = autocommit
        return connection


def bounded(experiment: Callable[[], Verdict]) -> Verdict:
    """The verdict of an experiment; "not proven" where it could not be brought to an end."""
    from backstay.foreign.psycopg import Error, errors  # noqa: PLC0415 (slow to import)

    try:
        return experiment()
    except CannotBuild as reason:
        return not_proven(f"the experiment cannot be built: {reason}")
    except (LimitReached, NotAvailable) as reason:
        return not_proven(str(reason))
    except errors.QueryCanceled:
        return not_proven(f"a statement of the experiment took longer than {STATEMENT_SECONDS:g} s")
    except errors.LockNotAvailable:
        return not_proven(f"a statement waited longer than {LOCK_SECONDS:g} s for a lock")
    except Error as error:
        first = " ".join(str(error).split("\n", 1)[0].split())
        return not_proven(f"PostgreSQL refused a statement of the experiment: {first}")
