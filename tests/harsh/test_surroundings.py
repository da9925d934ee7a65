"""Reviews where the process has less than it is used to: streams, a home, rights, a place to be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from backstay.lab import accounts
from tests.harsh.examples import SCHEMA, WHOLE
from tests.harsh.running import COMMAND, Ended, backstay, environment, write
from tests.harsh.terminals import on_a_terminal
from tests.lab.owners import place, readable_python

if TYPE_CHECKING:
    from pathlib import Path

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another account")
as_anybody = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project", {"schema.sql": SCHEMA})


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `backstay` in a line of a shell."""
    script = f'backstay() {{ "{sys.executable}" -m backstay "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", script], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )


# Streams


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_standard_output_may_be_closed(form: str, project: Path) -> None:
    ended = shell(f"backstay review --format {form} >&-", project)
    assert ended.returncode == 2
    assert ended.stderr.startswith("backstay: standard output")
    assert ended.stderr.count("\n") == 1


def test_standard_output_is_not_needed_for_a_file(project: Path) -> None:
    ended = shell("backstay review --json --output report.json >&- <&-", project)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert '"findings"' in (project / "report.json").read_text()


def test_standard_error_may_be_closed(project: Path) -> None:
    ended = shell("backstay review 2>&-; backstay review nowhere 2>&-", project)
    assert ended.returncode == 2
    assert "foreign-key-without-index" in ended.stdout
    assert "There is no" not in ended.stdout


def test_all_streams_may_be_closed(project: Path) -> None:
    assert shell("backstay review nowhere <&- >&- 2>&-", project).returncode == 2
    assert shell("backstay review --json --output report <&- >&- 2>&-", project).returncode == 0
    assert (project / "report").read_text().startswith("{")


@pytest.mark.parametrize("command", ["review", "facts", "practices", "--help", "--version"])
def test_a_full_disk_behind_standard_output_is_said(command: str, project: Path) -> None:
    ended = shell(f"backstay {command} > /dev/full", project)
    assert ended.returncode == 2
    assert ended.stderr == "backstay: standard output cannot be written: No space left on device\n"


def test_a_reader_that_goes_away_ends_the_command_quietly(project: Path) -> None:
    tables = "".join(f"create table t{at} (a{at} int);\n" for at in range(3000))
    write(project, {"schema.sql": tables})
    ended = shell("backstay review --json | head -c 1; exit ${PIPESTATUS[0]}", project)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "{", "")


@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "html"])
def test_any_locale_will_do(form: str, settings: dict[str, str], project: Path) -> None:
    write(project, {"schema.sql": SCHEMA.replace("purchase", '"käufe_買う"')})
    ended = backstay("review", "--format", form, cwd=project, env=settings)
    assert (ended.code, ended.stderr) == (0, "")
    assert "käufe_買う" in ended.stdout


def test_colours_are_for_terminals_that_show_them(project: Path) -> None:
    assert "\x1b[" in on_a_terminal(project, "review")
    assert "\x1b[" not in on_a_terminal(project, "review", "--quiet", NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(project, "review", TERM="dumb")
    assert "\x1b[" not in backstay("review", cwd=project).stdout


@pytest.mark.parametrize("columns", ["1", "20", "0", "-5", "no", "99999999999"])
def test_a_terminal_may_have_any_width(columns: str, project: Path) -> None:
    assert "customer" in on_a_terminal(project, "review", COLUMNS=columns)


# A home


@pytest.mark.parametrize(
    "settings",
    [
        {"HOME": None, "XDG_CACHE_HOME": None, "XDG_STATE_HOME": None},
        {"HOME": "", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": ""},
        {"HOME": "/nonexistent", "XDG_CACHE_HOME": None, "XDG_STATE_HOME": None},
        {"HOME": "relative", "XDG_CACHE_HOME": "also/relative", "XDG_STATE_HOME": None},
        {"XDG_CACHE_HOME": "/dev/null", "XDG_STATE_HOME": "/dev/null/x"},
        {"BACKSTAY_CACHE": "/proc/nowhere"},
        {"BACKSTAY_CACHE": "off"},
        {"PATH": None},
        {"TMPDIR": "/nonexistent"},
    ],
)
def test_a_review_needs_no_home(settings: dict[str, str | None], project: Path) -> None:
    home = project.parent / "home"
    home.mkdir()
    settings = {"HOME": str(home), **settings}
    ended = backstay("review", "--json", cwd=project, env=settings)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.report["summary"]["findings"] == 1
    assert [each.name for each in project.iterdir()] == ["schema.sql"]


# Rights


def run_as_another(project: Path, *arguments: str) -> Ended:
    """Run the command as an ordinary account, from a copy of Python that it may read."""
    account = accounts.unprivileged()
    assert account is not None
    with place() as where:
        (program, *options), settings = readable_python(where)
        done = subprocess.run(
            [program, *options, "-m", "backstay", *arguments],
            cwd=project,
            env=environment({**settings, "XDG_CACHE_HOME": None, "XDG_STATE_HOME": None}),
            user=account.user,
            group=account.group,
            extra_groups=(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    return Ended(done.returncode, done.stdout, done.stderr, 0.0, 0)


@as_root
def test_another_account_reviews_what_it_may_read_and_names_the_rest() -> None:
    with place() as where:
        project = write(where / "project", {f"whole/{file}": text for file, text in WHOLE.items()})
        write(project, {"locked.sql": SCHEMA, "locked/schema.sql": SCHEMA, "entered/a.sql": SCHEMA})
        (project / "locked.sql").chmod(0o600)
        (project / "locked").chmod(0o700)
        (project / "entered").chmod(0o744)  # it may be listed, and nothing in it may be opened
        ended = run_as_another(project, "review", "--json")
        assert (ended.code in {0, 1}, ended.stderr) == (True, "")
        assert ended.unread == {
            "locked.sql": "cannot be read: Permission denied",
            "locked": "cannot be listed: Permission denied",
            "entered/a.sql": "cannot be read: Permission denied",
        }
        assert ended.found_in == {f"whole/{file}" for file in WHOLE}
        ended = run_as_another(project, "review", "locked")
        assert (ended.code, ended.stdout) in {(0, ended.stdout), (2, "")}
        assert "Permission denied" in ended.stdout + ended.stderr
        for file in ("report.json", "backstay.toml"):
            command = ["init"] if file.endswith("toml") else ["review", "--output", file]
            ended = run_as_another(project, *command)
            assert (ended.code, ended.stdout) == (2, "")
            assert "cannot be written: Permission denied" in ended.stderr
            assert "Traceback" not in ended.stderr
        (project / "backstay.toml").touch(mode=0o600)
        ended = run_as_another(project, "review")
        assert (ended.code, ended.stdout) == (2, "")
        assert "backstay.toml cannot be read: Permission denied" in ended.stderr


@as_anybody
def test_what_may_not_be_read_is_named(project: Path) -> None:
    write(project, {"locked.sql": SCHEMA, "locked/schema.sql": SCHEMA})
    (project / "locked.sql").chmod(0)
    (project / "locked").chmod(0)
    ended = backstay("review", "--json", cwd=project)
    (project / "locked").chmod(0o700)
    assert ended.unread == {
        "locked.sql": "cannot be read: Permission denied",
        "locked": "cannot be listed: Permission denied",
    }


@as_root
def test_a_read_only_file_system_is_reviewed_and_not_written(project: Path) -> None:
    mount = ("mount", "--bind", project, project)
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        subprocess.run(("mount", "-o", "remount,ro,bind", project), check=True)
        assert backstay("review", "--json", cwd=project).report["summary"]["findings"] == 1
        for command in (
            ["review", "--output", "report"],
            ["review", "--write-baseline"],
            ["init"],
        ):
            ended = backstay(*command, cwd=project)
            assert (ended.code, ended.stdout) == (2, "")
            assert "cannot be written: Read-only file system" in ended.stderr
            assert ended.stderr.count("\n") == 1
    finally:
        subprocess.run(("umount", project), check=True)


# A place to be


def test_a_current_directory_that_is_gone_is_said(project: Path) -> None:
    ended = shell('mkdir gone && cd gone && rmdir "$PWD" && backstay review', project)
    assert ended.returncode == 2
    assert ended.stderr.startswith("backstay: ")
    assert "Traceback" not in ended.stderr
    for form in ("text", "json"):
        line = f'mkdir gone && cd gone && rmdir "$PWD" && backstay review --format {form} {project}'
        ended = shell(line, project)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout


def test_an_empty_directory_and_no_such_place(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = backstay("review", cwd=tmp_path / "empty")
    assert (ended.code, ended.stderr) == (0, "")
    assert "nothing was read" in ended.stdout
    ended = backstay("review", "emty", cwd=tmp_path)
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == "backstay: There is no 'emty'. Did you mean 'empty'?\n"


def test_a_project_that_is_moved_away_meanwhile_is_no_defect(project: Path) -> None:
    write(project, {f"part{at}/schema.sql": SCHEMA for at in range(300)})
    process = subprocess.Popen(
        [*COMMAND, "review", "--json"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    shutil.rmtree(project / "part200")
    (project / "part100/schema.sql").write_bytes(b"\0" * 10)
    (project / "part250").rename(project.parent / "moved")
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, "")
