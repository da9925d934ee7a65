"""Disks without room: what stood there stays, nothing half-written is left, and it is said."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.harsh.examples import SCHEMA
from tests.harsh.running import COMMAND, Ended, backstay, environment, write
from tests.lab.owners import place, scratch_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SIZES = "[tables]\ncustomer = 20_000\npurchase = 2_000_000\n"


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of that size; skipped where none can be mounted."""
    command = ("mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", folder)
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(("umount", folder), check=True)


def without_room(*arguments: str, cwd: Path, limit: int = 0, **env: str) -> Ended:
    """Run the command where no file may grow beyond a limit, in bytes."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    return Ended(done.returncode, done.stdout, done.stderr, 0.0, 0)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def finding_in(project: Path) -> str:
    return str(backstay("review", "--json", cwd=project).report["findings"][0]["id"])


WRITING: dict[str, Callable[[Path], list[str]]] = {
    "report.json": lambda _: ["review", "--json", "--output", "report.json"],
    ".backstay-baseline.json": lambda _: ["review", "--write-baseline"],
    "backstay-approvals.toml": lambda project: [
        *("approve", finding_in(project), "--reason", "a small table"),
    ],
    "backstay.toml": lambda _: ["init"],
}


@pytest.mark.parametrize("limit", [0, 20])
@pytest.mark.parametrize("file", WRITING)
def test_a_file_that_cannot_be_written_is_said_and_not_begun(
    file: str, limit: int, tmp_path: Path
) -> None:
    write(tmp_path, {"schema.sql": SCHEMA})
    ended = without_room(*WRITING[file](tmp_path), cwd=tmp_path, limit=limit)
    assert (ended.code, ended.stdout) == (2, "")
    assert f"{file}" in ended.stderr
    assert "cannot be written: File too large" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert [*contents(tmp_path)] == ["schema.sql"]


@pytest.mark.parametrize("file", [file for file in WRITING if file != "backstay.toml"])
def test_what_stood_there_before_stays(file: str, tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA})
    other = "create table other (id bigint references customer (id));\n"
    assert backstay(*WRITING[file](tmp_path), cwd=tmp_path).code == 0
    write(tmp_path, {"schema.sql": SCHEMA + other})
    command = WRITING[file](tmp_path)
    before = contents(tmp_path)
    assert without_room(*command, cwd=tmp_path).code == 2
    assert contents(tmp_path) == before
    assert backstay(*command, cwd=tmp_path).code == 0
    assert contents(tmp_path) != before


def test_the_same_on_a_disk_that_is_full(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    with small_disk(project, "64k"):
        write(project, {"schema.sql": SCHEMA})
        with contextlib.suppress(OSError):
            (project / "filler").write_bytes(bytes(100_000))
        before = contents(project)
        for file, command in WRITING.items():
            ended = backstay(*command(project), cwd=project)
            assert (ended.code, ended.stdout) == (2, "")
            assert file in ended.stderr
            assert "cannot be written: No space left on device" in ended.stderr
            assert contents(project) == before


@pytest.mark.parametrize("limit", [0, 100, 1000])
def test_a_cache_without_room_costs_time_only(limit: int, tmp_path: Path) -> None:
    project = write(tmp_path / "project", {"schema.sql": SCHEMA * 20})
    cache = str(tmp_path / "cache")
    ended = without_room("review", "--json", cwd=project, limit=limit, BACKSTAY_CACHE=cache)
    assert (ended.code, ended.stderr) == (0, "")
    assert not [each for each in (tmp_path / "cache").rglob("*") if each.is_file()]
    again = backstay("review", "--json", cwd=project, env={"BACKSTAY_CACHE": cache})
    assert again.stdout == ended.stdout
    sizes = [each.stat().st_size for each in (tmp_path / "cache").rglob("*") if each.is_file()]
    assert max(sizes) > limit


@pytest.mark.parametrize(
    "places", [{"XDG_STATE_HOME": "/dev/null/none"}, {"XDG_STATE_HOME": None, "HOME": "nowhere"}]
)
def test_receipts_without_a_place_do_not_cost_the_review(
    places: dict[str, str | None], tmp_path: Path
) -> None:
    write(tmp_path, {"schema.sql": SCHEMA, "backstay.toml": SIZES.replace("_000", "")})
    ended = backstay("review", "--prove", "--json", cwd=tmp_path, env=places)
    assert (ended.code, ended.stderr) == (0, "")
    [finding] = ended.report["findings"] + ended.report["refuted"]
    assert finding["proof"]["receipt"]
    [gap] = [each for each in ended.report["not_checked"] if "receipt" in each["what"]]
    assert "kept" in gap["why"] or "HOME" in gap["why"]


@pytest.mark.parametrize("size", ["4m", "60m", "150m"])
def test_a_proof_on_a_disk_that_fills_up_is_not_proven(size: str, tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA, "backstay.toml": SIZES})
    with place() as where, small_disk(where, size):
        ended = backstay(
            "review", "--prove", "--json", cwd=tmp_path, env={"TMPDIR": str(where)}, seconds=120
        )
        assert not scratch_folders(where)
    assert (ended.code, ended.stderr) == (0, "")
    [finding] = ended.report["findings"]
    assert finding["verdict"] == "not-proven"
    assert "no space" in finding["reason"].lower()


def test_a_proof_without_any_room_is_not_proven(tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA, "backstay.toml": SIZES})
    ended = without_room("review", "--prove", "--json", cwd=tmp_path)
    assert (ended.code, ended.stderr) == (0, "")
    [finding] = ended.report["findings"]
    assert finding["verdict"] == "not-proven"
    assert "TMPDIR" in finding["reason"]


def test_an_earlier_tree_without_room_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA})
    commit(tmp_path)
    ended = without_room("review", "--since", "HEAD", cwd=tmp_path)
    assert (ended.code, ended.stdout) == (2, "")
    assert "TMPDIR" in ended.stderr
    assert "Traceback" not in ended.stderr


def commit(folder: Path) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "first")):
        subprocess.run(("git", *command), cwd=folder, check=True)


def test_a_review_without_memory_is_said(tmp_path: Path) -> None:
    value = json.dumps({"x": [{"y": number} for number in range(400_000)]})
    write(tmp_path, {"openapi.json": value.replace("{", '{"openapi": "3.0.3", ', 1)})

    def limited() -> Any:
        resource.setrlimit(resource.RLIMIT_AS, (120_000_000, 120_000_000))

    done = subprocess.run(
        [*COMMAND, "review"],
        cwd=tmp_path,
        env=environment({"BACKSTAY_CACHE": "off"}),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 2
    assert done.stderr == "backstay: out of memory. Name fewer targets\n"
