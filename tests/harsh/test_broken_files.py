"""Files that are cut off, binary, wrongly encoded or not valid: each is named, the rest is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harsh.examples import COMPOSE, CONTRACT, CONTRACT_YAML, DOCKERFILE, SCHEMA, WHOLE
from tests.harsh.running import Ended, backstay, write

if TYPE_CHECKING:
    from pathlib import Path

NOISE = bytes(range(256)) * 8

# For each broken file its content, and the words by which the report says what is wrong.
BROKEN: dict[str, tuple[bytes, str]] = {
    "cut/schema.sql": (SCHEMA[:-20].encode(), "syntax error"),
    "in-text/schema.sql": (f"{SCHEMA}comment on table customer is 'c".encode(), "unterminated"),
    "cut/openapi.json": (CONTRACT[:150].encode(), "cut off"),
    "cut-early/openapi.json": (b'{"open', "cut off"),
    "cut/openapi.yaml": (CONTRACT_YAML[:-4].encode(), "not valid YAML"),
    "cut/compose.yaml": (COMPOSE[:-3].encode(), "not valid YAML"),
    "cut/Dockerfile": (b"FR", "has no FROM"),
    "cut-in-document/Dockerfile": (b"FROM debian\nRUN <<END\nmake", "END"),
    "binary/schema.sql": (NOISE, "binary"),
    "binary/openapi.json": (NOISE, "binary"),
    "binary/openapi.yaml": (NOISE, "binary"),
    "binary/compose.yaml": (NOISE, "binary"),
    "binary/Dockerfile": (NOISE, "binary"),
    "zeros/schema.sql": (SCHEMA.encode() + b"\0", "binary"),
    "zeros/openapi.json": (CONTRACT.encode().replace(b"Shop", b"Sh\0p"), "binary"),
    "zeros/compose.yaml": (COMPOSE.encode() + b"\0", "binary"),
    "zeros/Dockerfile": (DOCKERFILE.encode() + b"\0", "binary"),
    "latin/schema.sql": (f"{SCHEMA}-- Zürich\n".encode("latin-1"), "line 3: not UTF-8"),
    "latin/openapi.json": (CONTRACT.replace("Shop", "Zürich").encode("latin-1"), "not UTF-8"),
    "latin/openapi.yaml": (CONTRACT_YAML.replace("Shop", "Zürich").encode("latin-1"), "not UTF-8"),
    "latin/compose.yaml": (f"# Zürich\n{COMPOSE}".encode("latin-1"), "line 1: not UTF-8"),
    "latin/Dockerfile": (f"# Zürich\n{DOCKERFILE}".encode("latin-1"), "line 1: not UTF-8"),
    "wide/schema.sql": (SCHEMA.encode("utf-16-le"), "UTF-16 without a byte order mark"),
    "wide/openapi.json": (CONTRACT.encode("utf-16-le"), "UTF-16 without a byte order mark"),
    "wide/openapi.yaml": (CONTRACT_YAML.encode("utf-16-be"), "UTF-16 without a byte order mark"),
    "wide/compose.yaml": (COMPOSE.encode("utf-16-be"), "UTF-16 without a byte order mark"),
    "wide/Dockerfile": (DOCKERFILE.encode("utf-16"), "not UTF-8"),
    "halves/schema.sql": (SCHEMA.encode() + b"-- \xed\xa0\x80\n", "line 3: not UTF-8"),
    "halves/openapi.json": (CONTRACT.replace("Shop", "\\ud800").encode(), "surrogate"),
    "halves/openapi.yaml": (CONTRACT_YAML.replace('"1"', '"\\ud800"').encode(), "not valid YAML"),
    "halves/Dockerfile": (DOCKERFILE.encode() + b"# \xed\xa0\x80\n", "line 4: not UTF-8"),
    "no-value/openapi.json": (b'{"openapi": "3.0.3", "paths": nope}', "not valid JSON"),
    "tabs/compose.yaml": (b"services:\n\tdatabase: {image: postgres}\n", "not valid YAML"),
    "no-mapping/compose.yaml": (b"- services:\n", "holds no mapping"),
    "no-instruction/Dockerfile": (b"FROM debian\nRUM make\n", "'RUM' is no instruction"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The review of a project that holds all of them, and a whole backend beside them."""
    root = write(tmp_path_factory.mktemp("broken"), WHOLE)
    write(root, {file: content for file, (content, _) in BROKEN.items()})
    return backstay("review", "--json", cwd=root)


def test_the_review_ends_as_usual(reviewed: Ended) -> None:
    assert reviewed.code in {0, 1}
    assert reviewed.stderr == ""


@pytest.mark.parametrize("file", BROKEN)
def test_a_broken_file_is_named_with_what_is_wrong(file: str, reviewed: Ended) -> None:
    assert BROKEN[file][1] in reviewed.unread.get(file, "it is not named at all")


@pytest.mark.parametrize("file", WHOLE)
def test_the_whole_files_beside_them_are_read(file: str, reviewed: Ended) -> None:
    assert file not in reviewed.unread
    assert file in reviewed.found_in


def test_the_text_report_names_them_too(tmp_path: Path) -> None:
    root = write(tmp_path, {"schema.sql": SCHEMA, "openapi.json": CONTRACT[:150]})
    shown = backstay("review", cwd=root).stdout
    assert "openapi.json" in shown
    assert "cut off" in shown


def test_all_statements_but_the_one_that_does_not_parse_are_kept(tmp_path: Path) -> None:
    customer, purchase = SCHEMA.splitlines(keepends=True)
    broken = "creat table lost (id int);\n"
    write(tmp_path, {"schema.sql": f"{broken}{customer}insert into 'lost;\n{purchase}{customer}"})
    report = backstay("review", "--json", cwd=tmp_path).report
    [finding] = report["findings"]
    assert finding["practice"] == "foreign-key-without-index"
    assert finding["where"]["line"] == 4
    assert report["summary"]["read"]["table"] == 2
    assert [each["file"] for each in report["unread"]] == ["schema.sql"] * 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_how_to_read(encoding: str, tmp_path: Path) -> None:
    files = {file: text.encode(encoding) for file, text in WHOLE.items() if file != "Dockerfile"}
    ended = backstay("review", "--json", cwd=write(tmp_path, files))
    assert not ended.unread
    assert ended.found_in == set(files)
    patches = [each["fix"]["patch"] for each in ended.report["findings"]]
    assert any(patches) == (encoding == "utf-8-sig")  # git takes the others for binary


def test_a_dockerfile_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": DOCKERFILE.encode("utf-8-sig")})
    [finding, *_] = backstay("review", "--json", cwd=tmp_path).report["findings"]
    assert finding["where"] == {**finding["where"], "file": "Dockerfile", "line": 1}


@pytest.mark.parametrize(
    "file", ["backstay.toml", "backstay-approvals.toml", ".backstay-baseline.json"]
)
@pytest.mark.parametrize("content", [NOISE, b"\xff\xfea\0", b"[[[", b"{"])
def test_a_broken_file_of_our_own_is_refused_by_name(
    file: str, content: bytes, tmp_path: Path
) -> None:
    ended = backstay("review", cwd=write(tmp_path, {"schema.sql": SCHEMA, file: content}))
    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"backstay: {file}")
    assert "Traceback" not in ended.stderr


def test_an_ignore_file_that_is_binary_ignores_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA, ".gitignore": NOISE * 1000})
    ended = backstay("review", "--json", cwd=tmp_path)
    assert ended.report["summary"]["findings"] == 1
