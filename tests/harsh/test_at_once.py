"""Several commands at once on one project, with one cache."""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import TYPE_CHECKING

from tests.harsh.examples import SCHEMA, WHOLE
from tests.harsh.running import COMMAND, backstay, environment, write

if TYPE_CHECKING:
    from pathlib import Path


def started(project: Path, *arguments: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=project,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_reviews_at_once_say_the_same_and_share_a_cache(tmp_path: Path) -> None:
    project = write(tmp_path / "project", WHOLE)
    cache = str(tmp_path / "cache")
    alone = backstay("review", "--json", cwd=project, env={"BACKSTAY_CACHE": "off"})
    for _ in range(2):
        running = [started(project, "review", "--json", BACKSTAY_CACHE=cache) for _ in range(5)]
        for each in running:
            assert each.communicate(timeout=60) == (alone.stdout, "")
            assert each.returncode == alone.code
    assert list((tmp_path / "cache").rglob("*"))
    assert not list((tmp_path / "cache").rglob("*.tmp"))


def test_a_cache_that_is_damaged_is_not_believed(tmp_path: Path) -> None:
    project = write(tmp_path / "project", WHOLE)
    cache = {"BACKSTAY_CACHE": str(tmp_path / "cache")}
    first = backstay("review", "--json", cwd=project, env=cache)
    backstay("review", "--json", cwd=project, env=cache)
    entries = [each for each in (tmp_path / "cache").rglob("*") if each.is_file()]
    assert entries
    for damage in (b"", b"\0", b"x" * 10_000, None):
        for entry in entries:
            content = entry.read_bytes() if entry.exists() else b"\1" * 100
            half = len(content) // 2
            changed = content[:half] + bytes([content[half] ^ 255]) + content[half + 1 :]
            entry.write_bytes(changed if damage is None else damage)
        ended = backstay("review", "--json", cwd=project, env=cache)
        assert (ended.stdout, ended.stderr) == (first.stdout, "")


def test_files_that_change_during_reviews_are_read_anew_by_the_next(tmp_path: Path) -> None:
    project = write(tmp_path / "project", {"schema.sql": SCHEMA})
    cache = str(tmp_path / "cache")
    for number in range(6):
        running = started(project, "review", "--json", BACKSTAY_CACHE=cache)
        table = f"create table t{number} (id bigint references customer (id));\n"
        write(project, {"schema.sql": table if number % 2 else SCHEMA + table})
        _, complaint = running.communicate(timeout=60)
        assert (running.returncode, complaint) == (0, "")
        now = backstay("review", "--json", cwd=project, env={"BACKSTAY_CACHE": cache})
        anew = backstay("review", "--json", "--no-cache", cwd=project)
        assert now.stdout == anew.stdout


def test_approvals_and_reports_written_at_once_are_all_whole(tmp_path: Path) -> None:
    tables = "".join(
        f"create table t{at} (id bigint references customer (id));\n" for at in range(6)
    )
    write(tmp_path, {"schema.sql": SCHEMA + tables})
    findings = [
        each["id"]
        for each in backstay("review", "--json", cwd=tmp_path).report["findings"]
        if each["practice"] == "foreign-key-without-index"
    ]
    assert len(findings) == 7
    running = [started(tmp_path, "approve", each, "--reason", f"no {each}") for each in findings]
    running += [started(tmp_path, "review", "--json", "--output", "report") for _ in range(3)]
    for each in running:
        _, complaint = each.communicate(timeout=60)
        assert (each.returncode, complaint) == (0, "")
    approved = tomllib.loads((tmp_path / "backstay-approvals.toml").read_text())
    assert json.dumps(approved, default=str).count("no ") == 7
    assert json.loads((tmp_path / "report").read_text())["command"] == "review"
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"schema.sql", "backstay-approvals.toml", "report"}


def test_proofs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    sizes = "[tables]\ncustomer = 1_000\npurchase = 50_000\n"
    write(tmp_path, {"schema.sql": SCHEMA, "backstay.toml": sizes})
    running = [started(tmp_path, "review", "--prove", "--json") for _ in range(2)]
    for each in running:
        printed, complaint = each.communicate(timeout=90)
        assert (each.returncode, complaint) == (0, "")
        report = json.loads(printed)
        assert [one["proof"]["method"] for one in (*report["findings"], *report["refuted"])]
