"""A proof that is interrupted: the exit code says so, and nothing is left or lost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from backstay.lab import processes
from tests.harsh.examples import SCHEMA
from tests.harsh.running import COMMAND, backstay, environment, write
from tests.harsh.terminals import on_a_terminal
from tests.lab.owners import end, eventually, is_alive, place, scratch_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = "[tables]\ncustomer = 100_000\npurchase = 3_000_000\n"


class Proving(NamedTuple):
    """A review that is in the middle of a proof."""

    process: subprocess.Popen[str]
    folder: Path
    helpers: frozenset[int]

    def is_gone(self) -> bool:
        return not self.folder.exists() and not any(map(is_alive, self.helpers))


@pytest.fixture
def where() -> Iterator[Path]:
    with place() as folder:
        yield folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project", {"schema.sql": SCHEMA, "backstay.toml": SIZES})


@contextlib.contextmanager
def proving(project: Path, where: Path) -> Iterator[Proving]:
    """A review in a session of its own, as at a terminal, once rows are being made."""
    process = subprocess.Popen(
        [*COMMAND, "review", "--prove", "--json"],
        cwd=project,
        env=environment({"TMPDIR": str(where)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            assert eventually(lambda: scratch_folders(where))
            [folder] = scratch_folders(where)
            assert eventually(lambda: _is_being_filled(folder))
            yield Proving(process, folder, processes.belonging_to(folder))
        finally:
            process.kill()


def _is_being_filled(folder: Path) -> bool:
    """Whether a table has grown beyond what a new database holds."""
    with contextlib.suppress(FileNotFoundError):
        return any(
            file.stat().st_size > 3_000_000 for file in folder.glob("*/base/*/*") if file.is_file()
        )
    return False


@pytest.mark.parametrize(
    ("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to one"])
def test_an_interrupt_ends_the_proof_and_leaves_nothing(
    ending: signal.Signals, code: int, *, to_all: bool, project: Path, where: Path
) -> None:
    with proving(project, where) as proof:
        assert len(proof.helpers) > 3
        began = time.monotonic()
        (os.killpg if to_all else os.kill)(proof.process.pid, ending)
        printed, complaint = proof.process.communicate(timeout=20)
        assert time.monotonic() - began < 10
        assert (proof.process.returncode, printed) == (code, "")
        assert complaint in {"", "backstay: interrupted; nothing was left running\n"}
        assert proof.is_gone()
    assert sorted(each.name for each in project.iterdir()) == ["backstay.toml", "schema.sql"]


def test_a_second_interrupt_during_the_end_leaves_nothing_either(
    project: Path, where: Path
) -> None:
    with proving(project, where) as proof:
        for _ in range(4):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(proof.process.pid, signal.SIGINT)
            time.sleep(0.05)
        proof.process.communicate(timeout=20)
        assert proof.process.returncode in {130, -signal.SIGINT}
        assert eventually(proof.is_gone)


def test_a_closed_terminal_leaves_nothing(project: Path, where: Path) -> None:
    with proving(project, where) as proof:
        os.killpg(proof.process.pid, signal.SIGHUP)
        proof.process.wait(20)
        assert eventually(proof.is_gone)


def test_a_kill_leaves_nothing(project: Path, where: Path) -> None:
    with proving(project, where) as proof:
        proof.process.kill()
        proof.process.wait(20)
        assert eventually(proof.is_gone)
    assert sorted(each.name for each in project.iterdir()) == ["backstay.toml", "schema.sql"]


def test_what_a_kill_of_everything_leaves_is_gone_after_the_next_start(
    project: Path, where: Path
) -> None:
    with proving(project, where) as proof:
        keepers = {proof.process.pid, *_parents(proof.helpers)} - {1, os.getpid()}
        for process in keepers | proof.helpers:
            with contextlib.suppress(ProcessLookupError):
                end(process)
        proof.process.wait(20)
        assert eventually(lambda: not any(map(is_alive, proof.helpers)))
        assert proof.folder.exists()
    (project / "backstay.toml").write_text("[tables]\ncustomer = 100\npurchase = 5_000\n")
    ended = backstay(
        "review", "--prove", "--json", cwd=project, env={"TMPDIR": str(where)}, seconds=60
    )
    assert (ended.code, ended.stderr) == (0, "")
    assert not scratch_folders(where)


def _parents(helpers: frozenset[int]) -> set[int]:
    """The processes that started these: among them the keeper."""
    found = set()
    for helper in helpers:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{helper}/stat").read_bytes()
            found.add(int(status.rpartition(b")")[2].split()[1]))
    return found


def test_the_review_stands_when_the_server_dies_in_the_middle(project: Path, where: Path) -> None:
    with proving(project, where) as proof:
        for process in proof.helpers:
            with contextlib.suppress(ProcessLookupError):
                end(process)
        printed, complaint = proof.process.communicate(timeout=30)
        assert (proof.process.returncode, complaint) == (0, "")
        assert '"not-proven"' in printed
        assert "ended" in printed
        assert eventually(proof.is_gone)


def test_a_review_after_an_interrupted_one_says_what_one_without_would(
    project: Path, tmp_path: Path
) -> None:
    before = backstay("review", "--json", cwd=project, env={"BACKSTAY_CACHE": "off"})
    cache = {"BACKSTAY_CACHE": str(tmp_path / "cache")}
    for seconds in (0.05, 0.1, 0.15, 0.2, 0.3):
        process = subprocess.Popen(
            [*COMMAND, "review", "--json", "--output", "report.json"],
            cwd=project,
            env=environment(cache),
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
        # Where the signal comes before anything of ours runs, Python itself says so and gives up.
        before_ours = "KeyboardInterrupt" in complaint and "_dispatch" not in complaint
        if not before_ours:
            assert process.returncode in {130, 0, -signal.SIGINT}
            assert "Traceback" not in complaint
    (project / "report.json").unlink(missing_ok=True)
    assert sorted(each.name for each in project.iterdir()) == ["backstay.toml", "schema.sql"]
    assert backstay("review", "--json", cwd=project, env=cache).stdout == before.stdout


def test_a_proof_on_a_terminal_takes_its_progress_away(project: Path, where: Path) -> None:
    (project / "backstay.toml").write_text("[tables]\ncustomer = 100\npurchase = 5_000\n")
    written = on_a_terminal(project, "review", "--prove", "--json", TMPDIR=str(where))
    assert "proving" in written
    assert "proving" not in written.rpartition("\x1b[K")[2]
