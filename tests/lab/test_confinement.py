"""What came from a stranger runs as the superuser, and still reaches nothing outside."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backstay.foreign import psycopg
from backstay.lab.confinement import confinement
from backstay.lab.server import SUPERUSER, Server, throwaway_server
from tests.lab.owners import place

if TYPE_CHECKING:
    from collections.abc import Iterator

# Enters the confinement and tries what is named; tells what came of each.
TRIAL = """
import ctypes, json, os, signal, socket, subprocess, sys
from pathlib import Path
from backstay.lab.confinement import confinement

own, outside, listening, port = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
libc = ctypes.CDLL(None, use_errno=True)

def connect(family, kind, address):
    with socket.socket(family, kind) as one:
        one.connect(address)

def listen(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path)
        one.listen()

def ring():
    if libc.syscall(425, 1, ctypes.create_string_buffer(120)) < 0:
        raise OSError(ctypes.get_errno(), "io_uring")

trials = {
    "write own": lambda: (own / "file").write_text("x"),
    "listen own": lambda: listen(str(own / "socket")),
    "read outside": lambda: outside.read_text(),
    "list outside": lambda: os.listdir(outside.parent),
    "write outside": lambda: outside.with_name("new").write_text("x"),
    "remove outside": lambda: outside.unlink(),
    "read another's memory": lambda: Path(f"/proc/{os.getppid()}/mem").open("rb").read(1),
    "run a shell": lambda: subprocess.run(["/bin/sh", "-c", "true"]),
    "run from own": lambda: subprocess.run([str(own / "program")]),
    "connect by file": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, listening),
    "connect by network": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
    "send by network": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
    "send to the log": lambda: connect(socket.AF_UNIX, socket.SOCK_DGRAM, "/dev/log"),
    "ring": ring,
}
(own / "program").write_bytes(Path("/bin/true").read_bytes())
(own / "program").chmod(0o755)
confined = confinement((), (own,))
confined.enter()
came = {}
for name, trial in trials.items():
    try:
        trial()
        came[name] = "done"
    except OSError as error:
        came[name] = type(error).__name__
print(json.dumps(came))
"""


def available() -> bool:
    with place() as own:
        confined = confinement((), (own,))
        if confined is not None:
            confined.close()
        return confined is not None and confined.complete


pytestmark = pytest.mark.skipif(
    not available(), reason="this kernel confines no process: Landlock and seccomp are needed"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


def tried(trial: str) -> dict[str, str]:
    with place() as own, place() as elsewhere, contextlib.ExitStack() as listening:
        outside = elsewhere / "precious"
        outside.write_text("secret")
        by_file = listening.enter_context(contextlib.closing(socket.socket(socket.AF_UNIX)))
        by_file.bind(str(elsewhere / "socket"))
        by_file.listen()
        by_network = listening.enter_context(socket.create_server(("127.0.0.1", 0)))
        targets = map(str, (own, outside, by_file.getsockname(), by_network.getsockname()[1]))
        ran = subprocess.run(
            (sys.executable, "-c", trial, *targets), capture_output=True, text=True, check=False
        )
    assert ran.returncode == 0, ran.stderr
    came: dict[str, str] = json.loads(ran.stdout)
    return came


def test_a_confined_process_reaches_its_own_folder_and_nothing_else() -> None:
    came = tried(TRIAL)
    done = {name for name, what in came.items() if what == "done"}
    assert done == {"write own", "listen own"}
    assert {came[name] for name in set(came) - done} == {"PermissionError"}


def test_the_same_process_unconfined_does_it_all() -> None:
    came = tried(TRIAL.replace("confined.enter()", ""))
    depends_on_the_machine = {"ring", "send to the log", "read another's memory"}
    assert {came[name] for name in set(came) - depends_on_the_machine} == {"done"}


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/backstay-should-not-be'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_file('/proc/self/environ')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT dblink_connect('host=/tmp port=5432')",
        "SELECT dblink_connect('host=127.0.0.1 port=5432')",
        "CREATE TABLESPACE elsewhere LOCATION '/tmp'",
    ],
)
def test_a_superusers_statement_cannot_reach_outside(server: Server, statement: str) -> None:
    assert server.confined
    with (
        server.database() as database,
        contextlib.closing(server.connect(database, SUPERUSER)) as connection,
    ):
        connection.execute("CREATE EXTENSION dblink")
        with pytest.raises(psycopg.Error, match=r"denied|not permitted|could not"):
            connection.execute(statement.encode())
    assert not Path("/tmp/backstay-should-not-be").exists()


def test_a_confined_server_still_does_all_of_its_work(server: Server) -> None:
    with (
        server.database() as database,
        contextlib.closing(server.connect(database, SUPERUSER)) as connection,
    ):
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE TABLE t AS SELECT generate_series(1, 200000) AS a")
        connection.execute("SET max_parallel_workers_per_gather = 2")
        connection.execute("SET parallel_setup_cost = 0")
        connection.execute("SET min_parallel_table_scan_size = 0")
        connection.execute("SET work_mem = '64kB'")  # so that sorting writes files
        joined = "SELECT count(*) FROM (SELECT a FROM t ORDER BY a DESC) x JOIN t USING (a)"
        assert connection.execute(joined.encode()).fetchall() == [(200_000,)]
        plan = connection.execute("EXPLAIN (ANALYZE) SELECT sum(a) FROM t").fetchall()
        assert any("Workers Launched: 2" in line for (line,) in plan)
        connection.execute("CREATE INDEX CONCURRENTLY ON t (a)")
        connection.execute("VACUUM FULL t")
        connection.execute("CHECKPOINT")


def test_where_the_kernel_does_not_confine_the_server_says_so_and_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "backstay.lab.server._KEEPER",
        "import sys; sys.path.append(sys.argv[1]); from backstay.lab import cluster, keeper; "
        "cluster.confinement = lambda *_: None; keeper.main()",
    )
    with throwaway_server() as server, server.connect() as connection:
        assert not server.confined
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
