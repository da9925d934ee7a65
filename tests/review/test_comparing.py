"""Comparisons as a user asks for them: paths, revisions, levels, approvals, bad words."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.harsh.running import Ended, backstay, write

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = """openapi: 3.1.0
info: {{title: shop, version: "{version}"}}
paths:
  /orders:
    get:
      operationId: {name}
      parameters: [{{name: first, in: query, schema: {{type: integer, maximum: {most}}}}}]
      responses: {{"200": {{description: all}}}}
"""
OLD = ORDERS.format(version=1, name="orders", most=100)
NARROWER = ORDERS.format(version=2, name="orders", most=50)
RENAMED = ORDERS.format(version=2, name="listOrders", most=100)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, {"api/openapi.yaml": OLD})
    named = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    for arguments in (("init", "-q"), ("add", "-A"), (*named, "commit", "-q", "-m", "old")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return tmp_path


def diff(project: Path, *arguments: str) -> Ended:
    return backstay("diff", *arguments, cwd=project)


def test_a_revision_and_the_working_tree_are_compared(project: Path) -> None:
    write(project, {"api/openapi.yaml": NARROWER})
    ended = diff(project, "HEAD:api/openapi.yaml", "api/openapi.yaml", "--json")
    assert ended.code == 1
    [finding] = ended.report["findings"]
    assert finding["practice"] == "request-refused-by-new-version"
    assert finding["verdict"] == "proven"
    assert finding["where"]["file"] == "api/openapi.yaml"
    change: dict[str, Any] = finding["change"]
    assert (change["compatibility"], change["direction"]) == ("breaking", "request")
    assert change["operation"] == "GET /orders"
    assert (change["old"]["file"], change["old"]["line"]) == ("HEAD:api/openapi.yaml", 7)
    assert (change["new"]["file"], change["new"]["line"]) == ("api/openapi.yaml", 7)
    assert finding["proof"]["witness"]


def test_a_folder_and_a_revision_of_it_are_compared_from_within(project: Path) -> None:
    write(project, {"api/openapi.yaml": NARROWER})
    ended = backstay("diff", "HEAD:./", ".", "--json", cwd=project / "api")
    assert [each["change"]["kind"] for each in ended.report["findings"]] == ["above-maximum"]


def test_the_text_shows_the_witness(project: Path) -> None:
    write(project, {"api/openapi.yaml": NARROWER})
    told = diff(project, "HEAD:api/openapi.yaml", "api/openapi.yaml").stdout
    assert "Witness" in told
    assert "100" in told


def test_what_breaks_code_only_is_said_at_that_level(project: Path) -> None:
    write(project, {"api/openapi.yaml": RENAMED})
    sides = ("HEAD:api/openapi.yaml", "api/openapi.yaml", "--json")
    assert diff(project, *sides).report["findings"] == []
    [finding] = diff(project, *sides, "--level", "source").report["findings"]
    assert finding["practice"] == "generated-code-breaks"
    assert finding["change"]["breaks"] == ["source"]


def test_safe_changes_are_shown_on_request(project: Path) -> None:
    write(project, {"api/openapi.yaml": OLD.replace("maximum: 100", "maximum: 200")})
    sides = ("HEAD:api/openapi.yaml", "api/openapi.yaml", "--json")
    assert diff(project, *sides).report["findings"] == []
    shown = diff(project, *sides, "--all").report["findings"]
    assert {each["change"]["compatibility"] for each in shown} <= {"safe"}


def test_nothing_changed_is_nothing_found(project: Path) -> None:
    ended = diff(project, "HEAD:api/openapi.yaml", "api/openapi.yaml", "--all", "--json")
    assert ended.code == 0
    assert ended.report["findings"] == []


def test_an_approved_break_stays_approved(project: Path) -> None:
    write(project, {"api/openapi.yaml": NARROWER})
    sides = ("HEAD:api/openapi.yaml", "api/openapi.yaml", "--json")
    [finding] = diff(project, *sides).report["findings"]
    write(
        project,
        {
            "backstay-approvals.toml": "\n".join(
                [
                    "[[approval]]",
                    'practice = "request-refused-by-new-version"',
                    f"sites = {json.dumps([finding['id']])}",
                    'reason = "nobody asks for more than 50"',
                    "approved = 2026-11-23",
                ]
            )
        },
    )
    ended = diff(project, *sides)
    assert ended.code == 0, ended.stderr
    assert ended.report["findings"] == []
    assert ended.report["summary"]["approved"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml", "api/openapi.yaml"), "There is no 'nowhere.yaml'"),
        (("nosuch:api/openapi.yaml", "api/openapi.yaml"), "There is no commit 'nosuch'"),
        (("HEAD:api/gone.yaml", "api/openapi.yaml"), "There is no 'api/gone.yaml' at HEAD"),
        (("https://example.org/api.yaml", "api/openapi.yaml"), "is an address"),
        (("README.md", "api/openapi.yaml"), "is no API description"),
        (("shop.proto", "api/openapi.yaml"), "cannot be compared"),
        (("api/openapi.yaml",), "required: new"),
        (("api/openapi.yaml", "api/openapi.yaml", "--level", "bytes"), "invalid choice"),
    ],
)
def test_a_wrong_word_says_what_to_do(arguments: tuple[str, ...], said: str, project: Path) -> None:
    write(project, {"README.md": "hello", "shop.proto": 'syntax = "proto3";'})
    ended = diff(project, *arguments)
    assert ended.code == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""
