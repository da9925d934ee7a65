"""What the thresholds of the decision models rest on: rates of PostgreSQL and SQLite, as floors.

Run: python bench/decisions.py [--write] [NAME...]. All take about two and a half minutes. Clients
are Python processes on the same machine. A value is the median of three rounds, in random order.
A machine so small did so much, so that a server does no less: floors, not limits. Controls are the
same loop with an empty query, the flushes that the disk does by itself, and one loop twice.

`--write` stores them for the decision models, which cite them as `bench: NAME`.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import multiprocessing
import os
import random
import statistics
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import decision_loads as load
from decision_arms import Arm, all_arms

from backstay.foreign import psycopg
from backstay.lab.server import Server, throwaway_server

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

ROUNDS = 3
SECONDS = 1.0
STORED = Path(__file__).parents[1] / "src" / "backstay" / "decisions" / "measurements.toml"
# As a careful administrator sets them; the lab's own settings are for rows that may be lost.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "autovacuum": "on",
    "checkpoint_timeout": "5min",
    "max_prepared_transactions": "64",
}
FORK = multiprocessing.get_context("fork")
MILLISECONDS = 1000


class Measured(NamedTuple):
    """What came out; `control` is the name of another."""

    name: str
    what: str
    control: str
    unit: str
    rounds: list[float]

    @property
    def value(self) -> float:
        return statistics.median(self.rounds)


def main() -> None:
    options = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    options.add_argument("--write", action="store_true", help=f"store them in {STORED.name}")
    options.add_argument("name", nargs="*", help="measure only these, and their controls")
    asked = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, throwaway_server(SETTINGS) as server:
        with server.database() as database:
            run_script(server, database, load.TABLES)
            arms = all_arms(server, database, Path(folder))
            measured = rates(server, database, wanted(arms, asked.name))
            if not asked.name or set(asked.name) & set(TIMED):
                measured += durations(server, database)
        version = server.version
    by_name = {each.name: each for each in measured}
    for each in measured:
        rounds = ", ".join(rounded(one) for one in each.rounds)
        control = rounded(by_name[each.control].value)
        print(f"{each.name:32}{rounded(each.value):>9} {each.unit:15}{control:>9} ({rounds})")
    print(f"{time.monotonic() - began:.0f} s; PostgreSQL {version}, {machine()}")
    if asked.write:
        store(by_name, version)


def wanted(arms: list[Arm], names: Collection[str]) -> list[Arm]:
    """The arms of these names, with what they are compared with, and so on."""
    asked = set(names)
    while more := {arm.control for arm in arms if arm.name in asked} - asked:
        asked |= more
    return [arm for arm in arms if not names or arm.name in asked]


def rates(server: Server, database: str, arms: list[Arm]) -> list[Measured]:
    found: dict[str, list[float]] = {arm.name: [] for arm in arms}
    for turn in range(ROUNDS):
        for arm in random.Random(turn).sample(arms, len(arms)):
            if arm.empties:
                run_script(server, database, load.REFILL)
            found[arm.name].append(rate(arm))
    return [Measured(arm.name, arm.what, arm.control, "1/s", found[arm.name]) for arm in arms]


def rate(arm: Arm) -> float:
    """What the clients did together in a second, all of them from the same moment on."""
    barrier = FORK.Barrier(arm.clients)
    results = FORK.SimpleQueue()
    workers = [FORK.Process(target=work, args=(arm, barrier, results)) for _ in range(arm.clients)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        if worker.exitcode != 0:
            for each in workers:
                each.kill()
            raise RuntimeError(f"a client of {arm.name} ended with {worker.exitcode}")
    return float(sum(count / seconds for count, seconds in (results.get() for _ in workers)))


def work(arm: Arm, barrier: Barrier, results: SimpleQueue[tuple[int, float]]) -> None:
    with closed(arm.connect()) as connection:
        step = arm.prepare(connection)
        step()
        barrier.wait(30)
        began = time.monotonic()
        count = 0
        while (passed := time.monotonic() - began) < SECONDS:
            count += step()
        results.put((count, passed))
        barrier.wait(30)


@contextlib.contextmanager
def closed(connection: object) -> Iterator[object]:
    try:
        yield connection
    finally:
        if hasattr(connection, "close"):
            connection.close()


TIMED = {
    "notify-wait": ("from a NOTIFY to its listener, median of 200", "empty-query"),
    "empty-query": ("an empty query, median of 200", "notify-wait"),
    "delete-month": (f"{load.SENT:,} rows of a month deleted", "drop-month"),
    "drop-month": (f"the partition with these {load.SENT:,} rows dropped", "delete-month"),
    "refresh-view": (f"a view of {load.ROWS:,} rows refreshed, concurrently", "read-view"),
    "read-view": (f"the query of that view, over {load.ROWS:,} rows", "refresh-view"),
    "prepared-holds-lock": (
        "an update waits for a row that a prepared transaction holds, given up after 500 ms",
        "committed-holds-none",
    ),
    "committed-holds-none": ("the same update after COMMIT PREPARED", "prepared-holds-lock"),
}


def durations(server: Server, database: str) -> list[Measured]:
    found: dict[str, list[float]] = {name: [] for name in TIMED}
    for _ in range(ROUNDS):
        run_script(server, database, load.REFILL)
        with server.connect(database) as one, server.connect(database, lock_seconds=0.5) as two:
            notified = statistics.median(load.notified(one, two, 200))
            found["notify-wait"].append(MILLISECONDS * notified)
            empty = statistics.median(timed(two, "select 1") for _ in range(200))
            found["empty-query"].append(empty)
            for name, text in load.SINGLE.items():
                found[name].append(timed(one, text))
            one.execute("begin")
            one.execute(load.HOT_ROW.encode())
            one.execute("prepare transaction 'left'")
            found["prepared-holds-lock"].append(timed_out(two))
            one.execute("commit prepared 'left'")
            found["committed-holds-none"].append(timed(two, load.HOT_ROW))
    return [Measured(name, *TIMED[name], "ms", rounds) for name, rounds in found.items()]


def timed(connection: psycopg.Connection, text: str) -> float:
    began = time.monotonic()
    connection.execute(text.encode())
    return MILLISECONDS * (time.monotonic() - began)


def timed_out(connection: psycopg.Connection) -> float:
    """How long the update waits until it gives up; it must not get through."""
    began = time.monotonic()
    try:
        connection.execute(load.HOT_ROW.encode())
    except psycopg.errors.LockNotAvailable:
        return MILLISECONDS * (time.monotonic() - began)
    raise RuntimeError("the prepared transaction held no lock")


def run_script(server: Server, database: str, script: str) -> None:
    with server.connect(database) as connection:
        for text in script.split(";\n"):
            if text.strip():
                connection.execute(text.encode())


def rounded(value: float) -> str:
    """Three digits: more would pretend."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return str(int(value) // 10**digits * 10**digits)
    return f"{value:.3g}"


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, virtual disk"


def store(measured: dict[str, Measured], version: str) -> None:
    """Put them among the stored measurements, which others write to as well."""
    entries = tomllib.loads(STORED.read_text()) if STORED.exists() else {}
    for name, each in measured.items():
        what = (
            each.what
            if name.startswith(("sqlite", "disk", "memory"))
            else f"PostgreSQL {version}: {each.what}"
        )
        number = name.rsplit("-", 1)[1]
        clients = f", {number} client{'s' * (number != '1')}" if number.isdigit() else ""
        entries[name] = {
            "value": float(rounded(each.value)),
            "unit": each.unit,
            "control": float(rounded(measured[each.control].value)),
            "what": f"{what}{clients}; control: {each.control}",
            "command": f"python bench/decisions.py {name}",
            "machine": machine(),
            "date": dt.datetime.now(tz=dt.UTC).date(),
        }
    lines = ["# Measurements that decision models cite; `command` makes each anew."]
    for name in sorted(entries):
        lines += [
            "",
            f"[{name}]",
            *(f"{key} = {written(value)}" for key, value in entries[name].items()),
        ]
    STORED.write_text("\n".join(lines) + "\n")


def written(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
