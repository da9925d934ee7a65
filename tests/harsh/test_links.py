"""Links and references that lead out of the reviewed folder: nothing behind them is read."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.harsh.examples import CONTRACT, SCHEMA
from tests.harsh.running import backstay, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary4711"
FORMS = ["text", "json", "sarif", "markdown", "html"]
OUTSIDE = {
    "schema.sql": f"create table {CANARY} (id int);\n",
    "types.yaml": f"type: object\nproperties: {{{CANARY}: {{type: string}}}}\n",
    "compose.yaml": f"services:\n  {CANARY}:\n    image: {CANARY}:latest\n    privileged: true\n",
    "settings.env": f"POSTGRES_PASSWORD={CANARY}\n",
    "backstay.toml": f"[tables]\n{CANARY} = 5\n",
    "folder/schema.sql": f"create table {CANARY} (id int);\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, beside which stands what it must not reach."""
    write(tmp_path / "outside", OUTSIDE)
    return write(tmp_path / "project", {"kept.sql": SCHEMA})


def assert_nothing_came_in(project: Path) -> None:
    for form in FORMS:
        ended = backstay("review", "--all", "--verbose", "--format", form, cwd=project)
        assert (ended.code in {0, 1}, ended.stderr) == (True, "")
        assert CANARY not in ended.stdout


def test_links_to_files_and_folders_outside_are_named_and_not_followed(project: Path) -> None:
    outside = project.parent / "outside"
    (project / "absolute.sql").symlink_to(outside / "schema.sql")
    (project / "relative.sql").symlink_to("../outside/schema.sql")
    (project / "compose.yaml").symlink_to("../outside/compose.yaml")
    (project / "folder").symlink_to(outside)
    (project / "step.sql").symlink_to("inside.sql")
    (project / "inside.sql").symlink_to("../outside/schema.sql")
    (project / "system.sql").symlink_to("/etc/passwd")
    (project / "nowhere.sql").symlink_to("missing.sql")
    (project / "round.sql").symlink_to("round.sql")
    (project / "loop").symlink_to(".")
    (project / "kept-twice.sql").symlink_to("kept.sql")
    assert_nothing_came_in(project)
    ended = backstay("review", "--json", cwd=project)
    out = {"absolute.sql", "relative.sql", "compose.yaml", "step.sql", "inside.sql", "system.sql"}
    assert {file for file, why in ended.unread.items() if "out of the tree" in why} == out
    assert {*ended.unread} - out == {"nowhere.sql", "round.sql"}
    assert ended.report["summary"]["read"]["table"] == 2
    assert any("folder" in each["what"] for each in ended.report["not_checked"])


def test_settings_behind_a_link_out_of_the_project_are_not_the_projects(project: Path) -> None:
    (project / "backstay.toml").symlink_to("../outside/backstay.toml")
    ended = backstay("review", cwd=project)
    assert CANARY not in ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "target",
    [
        "../outside/types.yaml",
        "../../../../../../../../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "sub/../../outside/types.yaml",
        "..%2foutside%2ftypes.yaml",
        "linked.yaml",
        "linked/types.yaml#/properties",
        "//127.0.0.1/types.yaml",
    ],
)
def test_references_of_contracts_do_not_leave_the_project(target: str, project: Path) -> None:
    (project / "linked.yaml").symlink_to("../outside/types.yaml")
    (project / "linked").symlink_to("../outside")
    contract = json.loads(CONTRACT)
    operation = contract["paths"]["/orders"]["get"]
    operation["responses"]["200"]["content"] = {"application/json": {"schema": {"$ref": target}}}
    write(project, {"api.json": json.dumps(contract)})
    assert_nothing_came_in(project)
    assert CANARY not in backstay("facts", "--kind", "schema", "--json", cwd=project).stdout


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on this machine that must see no visitor."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


def test_nothing_is_fetched(project: Path, listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    contract = CONTRACT.replace('"description"', f'"$ref": "{address}/r.yaml", "description"')
    compose = f"include: ['{address}/compose.yaml']\nservices:\n  web: {{image: 'web:1'}}\n"
    docker = f"# syntax={address}/frontend\nFROM debian\nADD {address}/archive /\n"
    write(project, {"api.json": contract, "compose.yaml": compose, "Dockerfile": docker})
    assert backstay("review", "--all", cwd=project).code in {0, 1}
    with pytest.raises(TimeoutError):
        listener.accept()


def test_compose_files_take_nothing_from_outside(project: Path) -> None:
    (project / "linked.env").symlink_to("../outside/settings.env")
    compose = """
include: [../outside/compose.yaml, /etc/passwd]
services:
  web:
    image: web:1
    extends: {file: ../outside/compose.yaml, service: %s}
    env_file: [../outside/settings.env, linked.env, /etc/passwd, {path: ../outside/settings.env}]
  database:
    image: postgres:17
    env_file: ../outside/settings.env
    build: ../outside
secrets:
  password: {file: ../outside/settings.env}
"""
    write(project, {"compose.yaml": compose.replace("%s", CANARY[:6])})
    assert_nothing_came_in(project)
    ended = backstay("review", "--json", cwd=project)
    assert "leads out of the reviewed folder" in ended.unread["../outside/compose.yaml"]


def test_scripts_include_nothing_from_outside(project: Path) -> None:
    (project / "linked.sql").symlink_to("../outside/schema.sql")
    lines = (
        "\\i ../outside/schema.sql\n\\ir linked.sql\n\\i /etc/passwd\n\\copy t from '/etc/passwd'\n"
    )
    write(project, {"first.sql": lines + SCHEMA})
    assert_nothing_came_in(project)


def test_a_target_that_is_a_link_is_reviewed_where_it_stands(project: Path) -> None:
    (project / "link").symlink_to("../outside/folder")
    ended = backstay("review", "link", "--json", cwd=project)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.report["summary"]["read"]["table"] == 1


def test_a_target_that_leads_nowhere_is_said(project: Path) -> None:
    (project / "round").symlink_to("round")
    for target in ("round", "missing", "kept.sql/x", "a\nb", "x" * 300, "\udcff", ""):
        ended = backstay("review", target, cwd=project)
        assert (ended.code, ended.stdout) == (2, "")
        assert ended.stderr.startswith("backstay: ")
        assert ended.stderr.count("\n") == 1


def test_what_is_no_file_is_named_and_holds_nothing_up(project: Path) -> None:
    os.mkfifo(project / "pipe.sql")
    os.mkfifo(project / "Dockerfile")
    os.mkfifo(project / "backstay-approvals.toml")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(project, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{here}/socket.sql")
        os.close(here)
        ended = backstay("review", cwd=project, seconds=20)
        assert (ended.code, ended.stdout) == (2, "")
        assert "backstay-approvals.toml is not a regular file" in ended.stderr
        (project / "backstay-approvals.toml").unlink()
        (project / ".gitignore").symlink_to("pipe.sql")
        ended = backstay("review", "--json", cwd=project, seconds=20)
    assert (ended.code, ended.stderr) == (0, "")
    assert {*ended.unread} >= {"pipe.sql", "socket.sql", "Dockerfile"}
    assert ended.found_in == {"kept.sql"}
