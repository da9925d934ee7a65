"""Whatever ends the process that asked for a server, nothing of the server is left."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from backstay.lab import accounts, folders, processes
from backstay.lab.server import throwaway_server
from backstay.model.errors import NotAvailable
from tests.lab.owners import (
    PROGRAM,
    end,
    eventually,
    is_alive,
    owner_of_a_server,
    place,
    process,
    scratch_folders,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Keeps one connection's process busy, so that it does not notice by itself that the server ended.
BUSY = """
    import threading
    busy = server.connect(statement_seconds=0)
    work = "SELECT count(*) FROM generate_series(1, 1000000000000)"
    threading.Thread(target=busy.execute, args=(work,), daemon=True).start()
    while busy.pgconn.transaction_status != 1: pass
    print("busy", flush=True)
"""


@pytest.fixture
def where() -> Iterator[Path]:
    with place() as folder:
        yield folder


def start_and_stop(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(where))
    with throwaway_server():
        assert len(scratch_folders(where)) == 1


def test_nothing_is_left_at_the_end_of_the_block(where: Path) -> None:
    with owner_of_a_server(where) as owned:
        assert not owned.is_gone()
        _, complaint = owned.owner.communicate()
        assert owned.is_gone()
    assert (owned.owner.returncode, complaint) == (0, "")


def test_nothing_is_left_when_the_owner_is_killed(where: Path) -> None:
    with owner_of_a_server(where) as owned:
        owned.owner.kill()
        assert eventually(owned.is_gone)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_after_an_interrupt(where: Path, ending: signal.Signals) -> None:
    with owner_of_a_server(where, start_new_session=True) as owned:
        os.killpg(owned.owner.pid, ending)  # as a terminal does, to all in the foreground
        assert eventually(owned.is_gone)


def test_nothing_is_left_when_a_second_interrupt_comes_during_the_end(where: Path) -> None:
    with owner_of_a_server(where) as owned:
        owned.owner.send_signal(signal.SIGINT)
        time.sleep(0.02)
        owned.owner.send_signal(signal.SIGINT)
        assert eventually(owned.is_gone)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2])
def test_nothing_is_left_when_the_owner_is_killed_during_the_start(
    where: Path, seconds: float
) -> None:
    with process(where) as owner:
        assert eventually(lambda: scratch_folders(where))
        [folder] = scratch_folders(where)
        time.sleep(seconds)
        owner.kill()
        assert eventually(lambda: not folder.exists())
    assert not processes.belonging_to(folder)


def test_nothing_is_left_when_a_copy_of_the_killed_owner_lives_on(where: Path) -> None:
    fork = """
    copy = os.fork()
    if copy == 0:
        sys.stdout.close()
        import time; time.sleep(60); os._exit(0)
    print(copy, flush=True)
"""
    with owner_of_a_server(where, then=fork) as owned:
        assert owned.owner.stdout is not None
        copy = int(owned.owner.stdout.readline())
        owned.owner.kill()
        assert eventually(owned.is_gone)
        assert is_alive(copy)
        end(copy)


def test_a_copy_of_the_owner_does_not_hold_up_the_end(where: Path) -> None:
    fork = """
    copy = os.fork()
    if copy == 0:
        sys.stdout.close()
        import time; time.sleep(60); os._exit(0)
    print(copy, flush=True)
"""
    with owner_of_a_server(where, then=fork) as owned:
        assert owned.owner.stdout is not None
        assert owned.owner.stdin is not None
        copy = int(owned.owner.stdout.readline())
        owned.owner.stdin.close()
        assert owned.owner.wait(20) == 0
        assert owned.is_gone()
        end(copy)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_when_its_keeper_is_killed_and_the_next_start_sweeps_up(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_of_a_server(where) as owned:
        end(owned.keeper)
        assert eventually(lambda: not is_alive(owned.server))
        assert owned.folder.exists()
        start_and_stop(where, monkeypatch)
        assert owned.is_gone()


def test_the_next_start_sweeps_up_when_owner_keeper_and_server_are_killed_in_the_middle_of_work(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_of_a_server(where, then=BUSY) as owned:
        assert owned.owner.stdout is not None
        assert owned.owner.stdout.readline() == "busy\n"
        os.kill(owned.server, signal.SIGSTOP)  # or it would see that its keeper has ended
        for one in (owned.keeper, owned.server, owned.owner.pid):
            end(one)
        # The one that is at its statement does not notice, and stays.
        assert eventually(lambda: len(processes.belonging_to(owned.folder)) == 1)
        start_and_stop(where, monkeypatch)
        assert not processes.belonging_to(owned.folder)
        assert not scratch_folders(where)


def test_two_servers_at_once_do_not_disturb_each_other(where: Path) -> None:
    with owner_of_a_server(where) as one:
        with owner_of_a_server(where) as other:
            assert one.folder != other.folder
            other.owner.kill()
            assert eventually(other.is_gone)
        assert is_alive(one.server)
        assert one.folder.exists()


def test_when_the_server_ends_by_itself_the_next_connection_says_so() -> None:
    with throwaway_server() as server:
        end(server.pid)
        with pytest.raises(NotAvailable, match="ended by itself"):
            server.connect()


@pytest.mark.parametrize("listing", ["proc", "ps"])
def test_only_the_folders_own_processes_are_taken_for_its_own(
    where: Path, listing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_of_a_server(where) as owned, process(where, program=PROGRAM) as other:
        if listing == "ps":
            monkeypatch.setattr(processes, "_PROC", where / "none")
        assert other.stdout is not None
        other.stdout.readline()
        found = processes.belonging_to(owned.folder)
        assert owned.server in found
        assert len(found) > 3  # the checkpointer and its like
        assert not found & {os.getpid(), owned.keeper, owned.owner.pid, other.pid}
        [stranger] = set(scratch_folders(where)) - {owned.folder}
        assert not found & processes.belonging_to(stranger)


def test_a_folder_that_is_not_yet_locked_is_left_alone_while_it_is_young(where: Path) -> None:
    young = where / f"{folders.PREFIX}young"
    old = where / f"{folders.PREFIX}old"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    folders.sweep([where])
    assert young.exists()
    assert not old.exists()


def test_a_link_in_the_place_of_a_folder_is_not_followed(where: Path) -> None:
    precious = where / "precious"
    precious.mkdir()
    (precious / "lock").touch()
    (where / f"{folders.PREFIX}link").symlink_to(precious)
    folders.sweep([where])
    assert (precious / "lock").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_the_folder_of_another_account_is_left_alone(where: Path) -> None:
    account = accounts.unprivileged()
    assert account is not None
    theirs = where / f"{folders.PREFIX}theirs"
    theirs.mkdir()
    (theirs / "lock").touch()
    os.chown(theirs, account.user, account.group)
    folders.sweep([where])
    assert theirs.exists()
