"""The loops that `decisions.py` counts: what one client does, again and again.

Each takes a connection and gives the function that is called in the loop; it returns how many
things it did. Tables are made by `TABLES` and refilled by `REFILL` before each round.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import sqlite3
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backstay.foreign.psycopg import Connection

    Step = Callable[[], int]

ROWS = 1_000_000
QUEUED = 400_000
SENT = 100_000
BATCH = 100
BULK = 1_000
SLOW_DISK_SECONDS = 0.002
BODY = "x" * 200
TABLES = f"""
create table entry (id bigint generated always as identity primary key, body text not null);
create table account (id bigint primary key, region int not null, balance bigint not null);
insert into account select i, i % 50, i from generate_series(1, {ROWS}) i;
create materialized view by_region as
    select region, count(*) as accounts, sum(balance) as balance from account group by region;
create unique index on by_region (region);
create table message (id bigint generated always as identity primary key, body text not null);
create table outbox (
    id bigint generated always as identity primary key, body text not null, sent_at timestamptz
);
create index on outbox (id) where sent_at is null;
create table empty_outbox (like outbox including all);
insert into empty_outbox (body, sent_at) select repeat('x', 200), now()
    from generate_series(1, {SENT});
create table measured (month int not null, body text not null) partition by list (month);
create index on measured (month);
create table plain (month int not null, body text not null);
create index on plain (month);
vacuum analyze;
"""
REFILL = f"""
truncate entry, message, outbox, measured, plain;
insert into message (body) select repeat('x', 200) from generate_series(1, {QUEUED});
insert into outbox (body) select repeat('x', 200) from generate_series(1, {QUEUED});
create table if not exists measured_1 partition of measured for values in (1);
insert into measured select 1, repeat('x', 200) from generate_series(1, {SENT});
insert into plain select 1, repeat('x', 200) from generate_series(1, {SENT});
vacuum analyze message, outbox, measured, plain;
"""


def statement(text: str) -> Callable[[Connection], Step]:
    """One statement, a transaction of its own."""

    def prepared(connection: Connection) -> Step:
        cursor = connection.cursor()
        encoded = text.encode()

        def step() -> int:
            cursor.execute(encoded)
            return 1

        return step

    return prepared


COMMIT = f"insert into entry (body) values ('{BODY}')"
TAKE = """with taken as (
    delete from message where id in (
        select id from message order by id for update skip locked limit {}
    ) returning id
) select count(*) from taken"""
RELAY = """with taken as (
    update outbox set sent_at = now() where id in (
        select id from outbox where sent_at is null order by id for update skip locked limit {}
    ) returning id
) select count(*) from taken"""
SENDING = f"insert into outbox (body) values ('{BODY}')"
HOT_ROW = "update account set balance = balance + 1 where id = 1"
NOTIFY = f"with e as ({COMMIT} returning id) select pg_notify('news', id::text) from e"
SCAN = "select id from account where balance = 77"
AGGREGATE = "select region, count(*), sum(balance) from account group by region"
SINGLE = {
    "delete-month": "delete from plain where month = 1",
    "drop-month": "drop table measured_1",
    "refresh-view": "refresh materialized view concurrently by_region",
    "read-view": AGGREGATE,
}
POLL = "select id, body from empty_outbox where sent_at is null order by id limit 100"


def slowly(text: str) -> Callable[[Connection], Step]:
    """The same with a log whose flush takes longer; only a superuser may set that."""

    def prepared(connection: Connection) -> Step:
        microseconds = round(SLOW_DISK_SECONDS * 1_000_000)
        connection.execute(f"set commit_delay = {microseconds}".encode())
        connection.execute("set commit_siblings = 0")
        return statement(text)(connection)

    return prepared


def transaction(*texts: str) -> Callable[[Connection], Step]:
    """Several statements in one transaction, sent one by one."""

    def prepared(connection: Connection) -> Step:
        encoded = [text.encode() for text in ("begin", *texts, "commit")]

        def step() -> int:
            for each in encoded:
                connection.execute(each)
            return 1

        return step

    return prepared


def in_two_phases(connection: Connection) -> Step:
    """The commit of one participant of a distributed transaction."""
    serial = iter(range(1_000_000_000))

    def step() -> int:
        name = f"{os.getpid()}-{next(serial)}"
        connection.execute("begin")
        connection.execute(COMMIT.encode())
        connection.execute(f"prepare transaction '{name}'".encode())
        connection.execute(f"commit prepared '{name}'".encode())
        return 1

    return step


def taking(text: str) -> Callable[[Connection], Step]:
    """Take messages off a table; the statement tells how many."""

    def prepared(connection: Connection) -> Step:
        encoded = text.encode()

        def step() -> int:
            row = connection.execute(encoded).fetchone()
            assert row is not None
            assert row[0], "the queue ran empty: give it more messages"
            return int(row[0])

        return step

    return prepared


def bulk(connection: Connection) -> Step:
    rows = [BODY] * BULK

    def step() -> int:
        connection.execute("insert into entry (body) select * from unnest(%s::text[])", (rows,))
        return BULK

    return step


def reconnecting(connect: Callable[[], Any], _connection: object) -> Step:
    def step() -> int:
        with contextlib.closing(connect()) as connection:
            connection.execute("select 1")
        return 1

    return step


def point_read(connection: Connection) -> Step:
    draw = random.Random(os.getpid())

    def step() -> int:
        key = (draw.randrange(1, ROWS + 1),)
        connection.execute("select balance from account where id = %s", key).fetchone()
        return 1

    return step


def dictionary(_connection: object) -> Step:
    """A cache in the process: the key, and the time after which the entry is too old."""
    draw = random.Random(1)
    kept = {key: (time.monotonic() + 60, key) for key in range(100_000)}

    def step() -> int:
        until, _value = kept[draw.randrange(100_000)]
        assert until > time.monotonic()
        return 1

    return step


def disk(folder: Path) -> Callable[[Any], Step]:
    """The control of every commit: what the disk itself can flush, one after another."""

    def prepared(_connection: object) -> Step:
        file = os.open(folder / f"flushed-{os.getpid()}", os.O_CREAT | os.O_RDWR)
        block = b"x" * 8192

        def step() -> int:
            os.pwrite(file, block, 0)
            os.fdatasync(file)
            return 1

        return step

    return prepared


def sqlite(file: Path, synchronous: str) -> sqlite3.Connection:
    """A connection to a database in WAL mode that waits for other writers."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    connection.execute("pragma journal_mode = wal")
    connection.execute(f"pragma synchronous = {synchronous}")
    return connection


def sqlite_tables(connection: sqlite3.Connection) -> None:
    connection.execute("create table entry (id integer primary key, body text not null)")
    connection.execute("create table account (id integer primary key, balance integer not null)")
    connection.execute(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < ?) "
        "insert into account select i, i from n",
        (ROWS,),
    )


def sqlite_commit(connection: sqlite3.Connection, wait: float = 0) -> Step:
    def step() -> int:
        connection.execute("begin immediate")
        connection.execute("insert into entry (body) values (?)", (BODY,))
        if wait:
            time.sleep(wait)
        connection.execute("commit")
        return 1

    return step


def sqlite_empty(connection: sqlite3.Connection) -> Step:
    def step() -> int:
        connection.execute("select 1").fetchone()
        return 1

    return step


def sqlite_read(connection: sqlite3.Connection) -> Step:
    draw = random.Random(os.getpid())

    def step() -> int:
        key = (draw.randrange(1, ROWS + 1),)
        connection.execute("select balance from account where id = ?", key).fetchone()
        return 1

    return step


def notified(listener: Connection, sender: Connection, times: int) -> list[float]:
    """Seconds from sending a notification to having it, one by one."""
    listener.execute("listen news")
    waits = []
    for _ in range(times):
        began = time.monotonic()
        sender.execute("notify news")
        select.select((listener.fileno(),), (), (), 5)
        assert next(listener.notifies(timeout=5, stop_after=1), None) is not None
        waits.append(time.monotonic() - began)
    return waits
