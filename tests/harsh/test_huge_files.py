"""Files of 50 MB, and folders of 100,000 files: a review ends in time and within memory.

The limits are in CPU seconds and several times what it takes, as machines differ.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.harsh.examples import DOCKERFILE, SCHEMA
from tests.harsh.running import backstay, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MB = 1_000_000
SIZE = 50 * MB
CONTRACT_HEAD = '{"openapi": "3.0.3", "info": {"title": "Huge", "version": "1"}, "paths": {'
PATH = '"/p%d": {"get": {"responses": {"200": {"description": "the %d"}}}},'
ROW = "%d\tname\n"
YAML_PATH = "  /p%d:\n    get:\n      responses:\n        '200': {description: the %d}\n"


def repeated(pattern: str, size: int = SIZE) -> str:
    """A pattern with rising numbers until it has about that size."""
    places = pattern.count("%d")
    count = size // len(pattern % ((10**6,) * places))
    return "".join(pattern % ((10**6 + at,) * places) for at in range(count))


# For each huge file its content, made when it is needed, and the words by which it is refused;
# None where it is read.
HUGE: dict[str, tuple[Callable[[], str], str | None]] = {
    "rows.sql": (
        lambda: f"{SCHEMA}copy customer from stdin;\n{repeated(ROW)}\\.\n",
        None,
    ),
    "openapi.json": (
        lambda: CONTRACT_HEAD + repeated(PATH) + '"/": {}}}',
        "more than 2,000,000 commas and brackets",
    ),
    "text/openapi.json": (
        lambda: CONTRACT_HEAD.replace("Huge", "x" * SIZE) + "}}",
        None,
    ),
    "openapi.yaml": (
        lambda: "openapi: 3.0.3\npaths:\n" + repeated(YAML_PATH),
        "files of more than 25 MB are not read",
    ),
    "compose.yaml": (lambda: "services:\n" + repeated("  s%d: {image: 's:%d'}\n"), "1 MB"),
    "Dockerfile": (lambda: DOCKERFILE + repeated("RUN echo %d\n"), "1 MB"),
}


@pytest.mark.parametrize("file", HUGE)
def test_a_file_of_50_mb_is_read_or_refused_in_seconds(file: str, tmp_path: Path) -> None:
    content, refused = HUGE[file]
    write(tmp_path, {file: content(), "kept/schema.sql": SCHEMA})
    assert (tmp_path / file).stat().st_size > 0.9 * SIZE
    ended = backstay("review", "--json", cwd=tmp_path, seconds=200)
    (tmp_path / file).unlink()
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.cpu < 60
    assert ended.peak < 600 * MB
    why = ended.unread.get(file)
    if refused is None:
        assert why is None
    else:
        assert refused in (why or "it is not named at all")
    assert "kept/schema.sql" in ended.found_in
    assert len(ended.stdout) < MB


def test_files_beyond_all_measure_are_not_read(tmp_path: Path) -> None:
    for file in ("dump.sql", "openapi.json", "openapi.yaml", "compose.yaml", "Dockerfile"):
        with (tmp_path / file).open("wb") as stream:
            stream.write(b'{"openapi": "3.0.3"')
            stream.truncate(100_000 * MB)  # a sparse file takes no room
    ended = backstay("review", "--json", cwd=tmp_path)
    assert (ended.code, ended.stderr) == (0, "")
    assert {*ended.unread} >= {"dump.sql", "openapi.json", "openapi.yaml", "compose.yaml"}
    assert ended.cpu < 20
    assert ended.peak < 500 * MB


def test_a_hundred_thousand_files_take_seconds(tmp_path: Path) -> None:
    """Of all kinds, a tenth of them inputs; links to a few files keep the making short."""
    texts = {
        "a.sql": "select 1;\n",
        "b.json": '{"name": "services"}',
        "c.yaml": "kind: x\nservices: none\n",
        "Dockerfile": DOCKERFILE,
        "d.py": "import services\n",
    }
    write(tmp_path / "kinds", texts)
    made = [("a.sql", ".sql"), ("b.json", ".json"), ("c.yaml", ".yaml"), ("c.yaml", ".yml")]
    made += [("d.py", suffix) for suffix in ("", ".py", ".ts", ".md", ".png", ".go")]
    for folder in range(100):
        place = tmp_path / f"part{folder % 10}" / f"folder{folder}"
        place.mkdir(parents=True)
        for number in range(1_000):
            source, suffix = made[number % len(made)]
            os.link(f"{tmp_path}/kinds/{source}", f"{place}/file{number}{suffix}")
    write(tmp_path, {"schema.sql": SCHEMA})
    ended = backstay("review", "--json", cwd=tmp_path, seconds=200)
    assert (ended.code, ended.stderr) == (0, "")
    assert "schema.sql" in ended.found_in
    assert ended.cpu < 60
    assert ended.peak < 500 * MB


def test_hundreds_of_broken_files_fill_a_report_and_no_more(tmp_path: Path) -> None:
    write(tmp_path, {f"{number}/Dockerfile": b"\0" for number in range(300)})
    write(tmp_path, {f"{number}/broken.sql": "creat;\n" * 50 for number in range(300)})
    ended = backstay("review", "--json", cwd=tmp_path)
    assert (ended.code, ended.stderr) == (0, "")
    assert len({each["file"] for each in ended.report["unread"]}) >= 300
    shown = backstay("review", cwd=tmp_path).stdout
    assert shown.count("\n") < 100
