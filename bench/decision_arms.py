"""Which loops are measured for the decision models, by how many clients, and against what."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import decision_loads as load

from backstay.lab.server import SUPERUSER, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from decision_loads import Step

    from backstay.foreign.psycopg import Connection


class Arm(NamedTuple):
    """One thing whose rate is taken: its name ends in the number of clients."""

    name: str
    what: str
    control: str
    connect: Callable[[], Any]
    prepare: Callable[[Any], Step]
    empties: bool = False

    @property
    def clients(self) -> int:
        return int(self.name.rsplit("-", 1)[1])


def all_arms(server: Server, database: str, folder: Path) -> list[Arm]:
    plain = partial(server.connect, database)
    superuser = partial(server.connect, database, SUPERUSER)
    return [
        *commits(plain, superuser),
        *queries(plain),
        *queues(plain, superuser),
        *embedded(folder),
    ]


def commits(plain: Callable[[], Any], superuser: Callable[[], Any]) -> list[Arm]:
    row = "a row of 200 bytes inserted, committed and flushed"
    slow = f"{row}, on a disk whose flush takes 2 ms longer"
    commit = load.statement(load.COMMIT)
    slowly = load.slowly(load.COMMIT)
    return [
        Arm("postgresql-commit-1", row, "disk-flush-1", plain, commit),
        Arm("postgresql-commit-8", row, "postgresql-commit-again-8", plain, commit),
        Arm("postgresql-commit-again-8", row, "postgresql-commit-8", plain, commit),
        Arm("postgresql-commit-slow-disk-1", slow, "postgresql-commit-1", superuser, slowly),
        Arm("postgresql-commit-slow-disk-8", slow, "postgresql-commit-8", superuser, slowly),
        Arm("postgresql-commit-slow-disk-32", slow, "postgresql-commit-8", superuser, slowly),
        Arm(
            "postgresql-bulk-insert-2",
            "rows of 200 bytes inserted, 1,000 in a transaction",
            "postgresql-commit-8",
            plain,
            load.bulk,
        ),
        Arm(
            "postgresql-one-row-8",
            "one row in an explicit transaction",
            "postgresql-commit-8",
            plain,
            load.transaction(load.COMMIT),
        ),
        Arm(
            "outbox-write-8",
            "one row and its outbox row in an explicit transaction",
            "postgresql-one-row-8",
            plain,
            load.transaction(load.COMMIT, load.SENDING),
        ),
        Arm(
            "postgresql-hot-row-8",
            "updates of one and the same row, each flushed",
            "postgresql-commit-8",
            plain,
            load.statement(load.HOT_ROW),
        ),
        Arm(
            "postgresql-notify-8",
            "a row inserted and a NOTIFY sent in one transaction",
            "postgresql-commit-8",
            plain,
            load.statement(load.NOTIFY),
        ),
        Arm(
            "postgresql-two-phase-8",
            "one row in a transaction that is prepared and then committed",
            "postgresql-one-row-8",
            plain,
            load.in_two_phases,
        ),
    ]


def queries(plain: Callable[[], Any]) -> list[Arm]:
    empty = load.statement("select 1")
    one = f"one of {load.ROWS:,} rows read by its key"
    grouped = f"{load.ROWS:,} rows grouped into 50"
    return [
        Arm("postgresql-empty-1", "an empty query", "postgresql-empty-8", plain, empty),
        Arm("postgresql-empty-8", "an empty query", "postgresql-empty-1", plain, empty),
        Arm("postgresql-read-1", one, "postgresql-empty-1", plain, load.point_read),
        Arm("postgresql-read-8", one, "postgresql-empty-8", plain, load.point_read),
        Arm(
            "postgresql-scan-1",
            f"one of {load.ROWS:,} rows read by a column without an index",
            "postgresql-read-1",
            plain,
            load.statement(load.SCAN),
        ),
        Arm(
            "postgresql-aggregate-1",
            grouped,
            "postgresql-materialized-1",
            plain,
            load.statement(load.AGGREGATE),
        ),
        Arm(
            "postgresql-materialized-1",
            f"{grouped}, out of a materialised view",
            "postgresql-aggregate-1",
            plain,
            load.statement("select * from by_region"),
        ),
        Arm(
            "postgresql-connect-1",
            "an empty query on a connection that is opened for it and closed",
            "postgresql-empty-1",
            plain,
            partial(load.reconnecting, plain),
        ),
    ]


def queues(plain: Callable[[], Any], superuser: Callable[[], Any]) -> list[Arm]:
    one = "messages taken from a table with SKIP LOCKED and deleted, one in a transaction"
    many = one.replace("one in", f"{load.BATCH} in")
    single = load.taking(load.TAKE.format(1))
    batch = load.taking(load.TAKE.format(load.BATCH))
    relay = load.taking(load.RELAY.format(load.BATCH))

    def slowly(connection: Connection) -> Step:
        load.slowly("select 1")(connection)
        return single(connection)

    return [
        Arm("queue-take-1", one, "postgresql-commit-1", plain, single, empties=True),
        Arm("queue-take-8", one, "postgresql-commit-8", plain, single, empties=True),
        Arm(
            "queue-take-slow-disk-8",
            f"{one}, on a disk whose flush takes 2 ms longer",
            "postgresql-commit-slow-disk-8",
            superuser,
            slowly,
            empties=True,
        ),
        Arm("queue-take-batch-8", many, "queue-take-8", plain, batch, empties=True),
        Arm(
            "outbox-relay-1",
            f"rows of an outbox marked as sent, {load.BATCH} in a transaction",
            "queue-take-1",
            plain,
            relay,
            empties=True,
        ),
        Arm(
            "outbox-poll-1",
            f"looks into an outbox with {load.SENT:,} sent rows and none to send",
            "postgresql-empty-1",
            plain,
            load.statement(load.POLL),
        ),
    ]


def embedded(folder: Path) -> list[Arm]:
    file = folder / "database"
    with contextlib.closing(load.sqlite(file, "off")) as connection:
        load.sqlite_tables(connection)
    full = partial(load.sqlite, file, "full")
    unsafe = partial(load.sqlite, file, "off")
    slow = partial(load.sqlite_commit, wait=load.SLOW_DISK_SECONDS)
    row = "SQLite, WAL: a row of 200 bytes inserted, committed and flushed"
    one = f"SQLite: one of {load.ROWS:,} rows read by its key"
    waits = f"{row}, each holding the write lock 2 ms longer"
    return [
        Arm(
            "disk-flush-1",
            "8 kB written and flushed",
            "postgresql-commit-1",
            object,
            load.disk(folder),
        ),
        Arm("sqlite-commit-1", row, "disk-flush-1", full, load.sqlite_commit),
        Arm("sqlite-commit-8", row, "sqlite-commit-1", full, load.sqlite_commit),
        Arm("sqlite-commit-slow-disk-1", waits, "sqlite-commit-1", full, slow),
        Arm("sqlite-commit-slow-disk-8", waits, "sqlite-commit-slow-disk-1", full, slow),
        Arm(
            "sqlite-commit-unflushed-1",
            row.replace("and flushed", "but not flushed"),
            "sqlite-commit-1",
            unsafe,
            load.sqlite_commit,
        ),
        Arm(
            "sqlite-empty-1",
            "SQLite: an empty query",
            "sqlite-read-1",
            full,
            load.sqlite_empty,
        ),
        Arm("sqlite-read-1", one, "sqlite-empty-1", full, load.sqlite_read),
        Arm(
            "memory-read-1",
            "an entry of a dictionary with its age checked",
            "postgresql-read-1",
            object,
            load.dictionary,
        ),
    ]
