"""Files that refer to themselves or to each other, and aliases that stand for ever more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.harsh.examples import SCHEMA
from tests.harsh.running import Ended, backstay, write

if TYPE_CHECKING:
    from pathlib import Path

KEPT = "\n" + SCHEMA
HEAD = "openapi: 3.0.3\ninfo: {title: Circles, version: '1'}\npaths: {}\n"
BOMB = "x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"x-{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
BLOATED_KEYS = "x-0: &a0 {k0: 1}\n" + "".join(
    f"x-{level}: &a{level} {{{', '.join(f'k{key}: *a{level - 1}' for key in range(9))}}}\n"
    for level in range(1, 12)
)


def contract(schema: dict[str, Any], **components: Any) -> str:
    media = {"application/json": {"schema": schema}}
    operation = {
        "parameters": [{"$ref": "#/components/parameters/P"}],
        "requestBody": {"content": media},
        "responses": {
            "200": {"description": "done", "content": media},
            "400": {"$ref": "#/components/responses/R"},
        },
    }
    return json.dumps(
        {
            "openapi": "3.0.3",
            "info": {"title": "Circles", "version": "1"},
            "paths": {"/things": {"post": operation}, "/self": {"$ref": "#/paths/~1self"}},
            "components": {
                "parameters": {"P": {"$ref": "#/components/parameters/P"}},
                "responses": {"R": {"$ref": "#/components/responses/R"}},
                **components,
            },
        }
    )


A = {"$ref": "#/components/schemas/A"}
B = {"$ref": "#/components/schemas/B"}

# For each file its content, and the words by which it is refused; None where it is read.
CIRCLES: dict[str, tuple[str, str | None]] = {
    "anchor.yaml": (HEAD + "x-loop: &a [*a]\n", "inside its own anchor"),
    "anchor/compose.yaml": ("services: &a\n  web: *a\n", "inside its own anchor"),
    "merge/compose.yaml": ("services:\n  web: &a\n    <<: *a\n", "inside its own anchor"),
    "bomb.yaml": (HEAD + BOMB, "alias bomb"),
    "keys.yaml": (HEAD + BLOATED_KEYS, "alias bomb"),
    "bomb/compose.yaml": (BOMB + "services:\n  web: {command: *a11}\n", "alias bomb"),
    "itself.json": (contract(A, schemas={"A": A}), None),
    "pair.json": (contract(A, schemas={"A": B, "B": A}), None),
    "all-of.json": (contract(A, schemas={"A": {"allOf": [A, B]}, "B": {"allOf": [A]}}), None),
    "not.json": (contract(A, schemas={"A": {"not": A}, "B": {"anyOf": [B, A]}}), None),
    "tree.json": (
        contract(A, schemas={"A": {"type": "object", "properties": {"a": A, "b": B}}, "B": A}),
        None,
    ),
    "root.json": (contract({"$ref": "#"}, schemas={"A": {"$ref": "#/"}}), None),
    "file.json": (contract({"$ref": "file.json"}, schemas={"A": {"$ref": "file.json#"}}), None),
    "one.json": (contract({"$ref": "parts/two.yaml"}), None),
    "odd.json": (contract({"$ref": 5}, schemas={"A": {"$ref": []}}), "a reference that is no text"),
    "one/compose.yaml": (
        "services:\n  web:\n    extends: web\n    image: web:1\n",
        "extends itself in a circle",
    ),
    "two/compose.yaml": (
        "services:\n  web:\n    extends: {file: other.yaml, service: web}\n",
        "circle",
    ),
    "three/compose.yaml": (
        "include: [compose.yaml, more.yaml]\nservices:\n  web: {image: 'web:1'}\n",
        None,
    ),
    "four/compose.yaml": (
        (
            "services:\n  a: {image: 'a:1', depends_on: [a, b]}\n"
            "  b: {image: 'b:1', depends_on: [a], links: [b], network_mode: 'service:b'}\n"
        ),
        None,
    ),
    "five/Dockerfile": ("FROM a AS a\nFROM b AS b\nCOPY --from=b / /\nFROM a\n", None),
    "views/schema.sql": (
        (
            "create view v as select * from v;\ncreate recursive view w (n) as select n from w;\n"
            "create view a as select 1 as n;\ncreate view b as select * from a;\n"
            f"create or replace view a as select * from b;{KEPT}"
        ),
        None,
    ),
    "inheritance/schema.sql": (
        (
            "create table a (id int);\ncreate table b () inherits (a);\nalter table a inherit b;\n"
            f"alter table a inherit a;\ncreate table c () inherits (c);{KEPT}"
        ),
        None,
    ),
    "partitions/schema.sql": (
        (
            "create table a (id int) partition by range (id);\n"
            "create table b partition of a default partition by range (id);\n"
            f"alter table b attach partition a default;{KEPT}"
        ),
        None,
    ),
    "keys/schema.sql": (
        (
            "create table a (id int primary key references a on delete cascade);\n"
            "create table b (id int primary key references a on delete cascade);\n"
            f"alter table a add foreign key (id) references b on delete cascade;{KEPT}"
        ),
        None,
    ),
    "types/schema.sql": (
        (
            "create domain a as b;\ncreate domain b as a;\ncreate type c as (c c);\n"
            f"create table t (a a, c c);\nalter domain a add check (value::a > 1);{KEPT}"
        ),
        None,
    ),
    "functions/schema.sql": (
        (
            "create function f() returns int language sql as 'select f()';\n"
            f"create table t (a int default f());\nselect f();{KEPT}"
        ),
        None,
    ),
    "includes/schema.sql": (f"\\i schema.sql\n\\ir ../includes/other.sql\n{KEPT}", None),
}
# What they refer to.
OTHERS = {
    "parts/two.yaml": "properties: {back: {$ref: '../one.json'}, on: {$ref: three.yaml}}\n",
    "parts/three.yaml": "$ref: two.yaml\n",
    "two/other.yaml": "services:\n  web:\n    extends: {file: compose.yaml, service: web}\n",
    "three/more.yaml": "include: [compose.yaml]\nservices:\n  job: {image: 'job:1'}\n",
    "includes/other.sql": "\\i schema.sql\n\\i other.sql\n",
}


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The review of a project that holds all of them."""
    root = write(tmp_path_factory.mktemp("circles"), OTHERS)
    write(root, {file: text for file, (text, _) in CIRCLES.items()})
    return backstay("review", "--json", "--all", cwd=root)


def test_the_review_ends_as_usual(reviewed: Ended) -> None:
    assert (reviewed.code in {0, 1}, reviewed.stderr) == (True, "")
    assert reviewed.cpu < 10
    assert reviewed.peak < 200_000_000


@pytest.mark.parametrize("file", CIRCLES)
def test_a_circle_is_read_once_or_refused(file: str, reviewed: Ended) -> None:
    refused = CIRCLES[file][1]
    why = " ".join(each["why"] for each in reviewed.report["unread"] if each["file"] == file)
    assert why == "" if refused is None else refused in why


@pytest.mark.parametrize("file", [file for file, (text, _) in CIRCLES.items() if KEPT in text])
def test_the_statements_after_a_circle_are_kept(file: str, reviewed: Ended) -> None:
    assert file in reviewed.found_in


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "html"])
def test_circles_can_be_reported_in_each_form(form: str, tmp_path: Path) -> None:
    write(tmp_path, {file: text for file, (text, _) in CIRCLES.items()})
    ended = backstay("review", "--format", form, "--verbose", cwd=tmp_path)
    assert (ended.code in {0, 1}, ended.stderr) == (True, "")
