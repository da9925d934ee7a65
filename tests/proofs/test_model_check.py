from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.lab.server import Server, throwaway_server
from backstay.model.backend import Backend
from backstay.model.data import Dialect
from backstay.proofs.model_check import check_models
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as started:
        yield started


def notes(folder: Path, files: dict[str, str], server: Server) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    sources = Sources(folder)
    backend = Backend(read_sql(list(files), sources))
    found = check_models(backend.of(Dialect), backend, sources, server)
    return [f"{each.what}: {each.why}" for each in found]


def test_a_model_that_agrees_says_nothing(tmp_path: Path, server: Server) -> None:
    files = {
        "migrations/0001_a.sql": "create table a (id bigint primary key, note text);",
        "migrations/0002_b.sql": "alter table a rename note to remark; create index on a (remark);",
    }
    assert notes(tmp_path, files, server) == []


def test_what_the_model_could_not_see_is_named(tmp_path: Path, server: Server) -> None:
    hidden = "do $$ begin for i in 1..2 loop"
    hidden += " execute format('create table hidden%s (id bigint)', i); end loop; end $$;"
    files = {"migrations/0001_a.sql": f"create table a (id bigint);\n{hidden}"}
    (first, *_) = notes(tmp_path, files, server)
    assert "hidden1" in first
    assert "only in the database" in first


def test_statements_that_the_server_refuses_are_counted(tmp_path: Path, server: Server) -> None:
    files = {
        "schema.sql": "create table a (id bigint);\ncreate table b (id bigint);\n"
        "insert into a values ('not a number');"
    }
    (only,) = notes(tmp_path, files, server)
    assert only.startswith("1 of 3 statements of schema.sql")
    assert "invalid input syntax" in only


def test_long_statements_run_whole_though_their_facts_are_shortened(
    tmp_path: Path, server: Server
) -> None:
    rows = ", ".join(f"({number})" for number in range(20_000))
    files = {
        "migrations/0001_a.sql": "create table a (id bigint primary key);",
        "migrations/0002_rows.sql": f"insert into a values {rows};",
    }
    assert notes(tmp_path, files, server) == []


def test_a_statement_that_never_ends_is_given_up(tmp_path: Path, server: Server) -> None:
    files = {
        "schema.sql": "create table a (id bigint);\ncreate table b (id bigint);\n"
        "select pg_sleep(1000);"
    }
    (only,) = notes(tmp_path, files, server)
    assert "statement timeout" in only
