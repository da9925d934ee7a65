"""Nesting of 5,000 levels, in each way in which each kind of file can nest."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.harsh.examples import SCHEMA
from tests.harsh.running import Ended, backstay, write

if TYPE_CHECKING:
    from pathlib import Path

DEPTH = 5_000
CPU_SECONDS = 30
PEAK_BYTES = 500_000_000

KEPT = "\n;\n" + SCHEMA
HEAD = "openapi: 3.0.3\ninfo: {title: Deep, version: '1'}\npaths: {}\n"
TOO_DEEP = "nested deeper than 200 levels"


def nested(opening: str, inner: str, closing: str) -> str:
    return opening * DEPTH + inner + closing * DEPTH


def contract(schemas: dict[str, Any]) -> str:
    """An API that takes and gives the schema S0."""
    media = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    operation = {
        "requestBody": {"content": media},
        "responses": {"200": {"description": "done", "content": media}},
    }
    return json.dumps(
        {
            "openapi": "3.0.3",
            "info": {"title": "Deep", "version": "1"},
            "paths": {"/things": {"post": operation}},
            "components": {"schemas": schemas},
        }
    )


def chain(link: Any) -> dict[str, Any]:
    """Schemas of which each is made of a reference to the next."""
    schemas = {
        f"S{number}": link({"$ref": f"#/components/schemas/S{number + 1}"})
        for number in range(DEPTH)
    }
    return {**schemas, f"S{DEPTH}": {"type": "object"}}


# For each file its content, and the words by which it is refused; None where it is read.
DEEP: dict[str, tuple[str, str | None]] = {
    "objects.json": (
        '{"openapi": "3.0.3", "paths": {}, "x-deep": ' + nested('{"a": ', "1", "}") + "}",
        TOO_DEEP,
    ),
    "lists.json": (
        '{"openapi": "3.0.3", "paths": {}, "x-deep": ' + nested("[", "", "]") + "}",
        TOO_DEEP,
    ),
    "flow.yaml": (HEAD + "x-deep: " + nested("{a: ", "1", "}"), TOO_DEEP),
    "flow-lists.yaml": (HEAD + "x-deep: " + nested("[", "", "]"), TOO_DEEP),
    "flow-cut-off.yaml": (HEAD + "x-deep: " + nested("[", "", ""), TOO_DEEP),
    "block.yaml": (
        HEAD + "x-deep:\n" + "".join(" " * (level + 1) + "a:\n" for level in range(DEPTH)),
        TOO_DEEP,
    ),
    "block-lists.yaml": (HEAD + "x-deep:\n  " + nested("- ", "1", ""), TOO_DEEP),
    "nested/compose.yaml": (
        "services:\n  web:\n    image: web:1\n    x-deep: " + nested("[", "", "]"),
        TOO_DEEP,
    ),
    "brackets.sql": (f"create table t (a int check ({nested('(', 'a > 1', ')')}));{KEPT}", None),
    "from.sql": (
        f"create view v as select * from {nested('(select * from ', 'kept', ') x')};{KEPT}",
        "thousands of operators",
    ),
    "select.sql": (f"create view v as select {nested('(select ', '1', ')')};{KEPT}", "exhausted"),
    "case.sql": (
        f"create view v as select {nested('case when true then ', '1', ' end')};{KEPT}",
        "exhausted",
    ),
    "call.sql": (f"create index on customer ({nested('lower(', 'a', ')')});{KEPT}", "exhausted"),
    "not.sql": (f"create table t (a bool check ({nested('not ', 'a', '')}));{KEPT}", "deeply"),
    "and.sql": (f"create table t (a int check (a{' + a' * DEPTH} > 1));{KEPT}", "operators"),
    "union.sql": (f"create view v as select 1{' union select 1' * DEPTH};{KEPT}", "operators"),
    "join.sql": (
        f"create view v as select 1 from t{' cross join t' * DEPTH};{KEPT}",
        "operators",
    ),
    "cast.sql": (f"create table t (a int default 1{'::int' * DEPTH});{KEPT}", "operators"),
    "comment.sql": (nested("/*", "deep", "*/") + KEPT, None),
    "block.sql": (
        (
            "create function f() returns void language plpgsql as"
            f" $$ begin {nested('begin ', 'null;', 'end;')} end $$;{KEPT}"
        ),
        None,
    ),
    "alias.json": (contract(chain(lambda next_: next_)), None),
    "all-of.json": (contract(chain(lambda next_: {"allOf": [next_]})), None),
    "one-of.json": (contract(chain(lambda next_: {"oneOf": [next_, next_]})), None),
    "items.json": (contract(chain(lambda next_: {"type": "array", "items": next_})), None),
    "properties.json": (
        contract(chain(lambda next_: {"type": "object", "properties": {"a": next_, "b": next_}})),
        None,
    ),
    "variables/Dockerfile": (f"FROM {nested('${a:-', 'debian', '}')}\nCMD run\n", None),
    "stages/Dockerfile": (
        "FROM debian AS s0\n"
        + "".join(f"FROM s{number} AS s{number + 1}\n" for number in range(DEPTH)),
        "stages",
    ),
    "copies/Dockerfile": (
        "FROM debian AS s0\n"
        + "".join(
            f"FROM debian AS s{number + 1}\nCOPY --from=s{number} / /\n" for number in range(DEPTH)
        ),
        "stages",
    ),
    "extended/compose.yaml": (
        "services:\n"
        + "".join(f"  s{at}: {{extends: {{service: s{at + 1}}}}}\n" for at in range(DEPTH))
        + f"  s{DEPTH}: {{image: 'web:1'}}\n",
        "extends",
    ),
    "awaited/compose.yaml": (
        "services:\n"
        + "".join(f"  s{at}: {{image: 'web:1', depends_on: [s{at + 1}]}}\n" for at in range(DEPTH))
        + f"  s{DEPTH}: {{image: 'web:1'}}\n",
        None,
    ),
    "variables/compose.yaml": (
        f"services:\n  web:\n    image: {nested('${A:-', 'web', '}')}\n",
        None,
    ),
    "views/views.sql": (
        "create table kept (id bigint primary key);\ncreate view v0 as select * from kept;\n"
        + "".join(f"create view v{at + 1} as select * from v{at};\n" for at in range(DEPTH)),
        None,
    ),
    "domains/domains.sql": (
        "create domain d0 as int;\n"
        + "".join(f"create domain d{at + 1} as d{at};\n" for at in range(DEPTH)),
        None,
    ),
    "references/references.sql": (
        "create table t0 (id bigint primary key);\n"
        + "".join(
            f"create table t{at + 1} (id bigint primary key references t{at});\n"
            for at in range(DEPTH)
        ),
        None,
    ),
}


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The review of a project that holds all of them."""
    root = write(tmp_path_factory.mktemp("deep"), {file: text for file, (text, _) in DEEP.items()})
    return backstay("review", "--json", cwd=root, seconds=120)


def test_the_review_ends_in_time_and_within_memory(reviewed: Ended) -> None:
    assert (reviewed.code in {0, 1}, reviewed.stderr) == (True, "")
    assert reviewed.cpu < CPU_SECONDS
    assert reviewed.peak < PEAK_BYTES


@pytest.mark.parametrize("file", DEEP)
def test_what_is_nested_deeply_is_read_or_refused(file: str, reviewed: Ended) -> None:
    refused = DEEP[file][1]
    if refused is None:
        assert file not in reviewed.unread
    else:
        assert refused in reviewed.unread.get(file, "it is not named at all")


@pytest.mark.parametrize("file", [file for file, (text, _) in DEEP.items() if KEPT in text])
def test_the_statements_after_a_deep_one_are_kept(file: str, reviewed: Ended) -> None:
    assert file in reviewed.found_in


def test_a_chain_of_references_across_files(tmp_path: Path) -> None:
    count = 300
    write(tmp_path, {f"part{at}.yaml": f"$ref: part{at + 1}.yaml\n" for at in range(count)})
    write(tmp_path, {f"part{count}.yaml": "type: string\n"})
    text = contract({"S0": {"$ref": "part0.yaml"}})
    ended = backstay("review", "--json", cwd=write(tmp_path, {"api.json": text}))
    assert (ended.code in {0, 1}, ended.stderr) == (True, "")


def test_folders_deeper_than_a_path_may_be_long(tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": SCHEMA})
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2_500):  # two bytes each; a path ends at 4,096
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        ended = backstay("review", "--json", cwd=tmp_path)
    finally:
        subprocess.run(["rm", "-r", tmp_path / "d"], check=True)
    assert (ended.code, ended.stderr) == (0, "")
    assert any("too long" in why for why in ended.unread.values())
    assert ended.found_in == {"schema.sql"}
