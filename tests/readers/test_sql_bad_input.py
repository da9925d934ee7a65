from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Check, Column, Dialect, Table
from backstay.model.facts import NotChecked, Unread
from backstay.model.migrations import MigrationStatement
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = "create table before (a int);\n"
AFTER = ";\ncreate table after (a int);\n"


def why(read: Read) -> list[str]:
    found: list[Unread | NotChecked] = [*read.of(Unread), *read.of(NotChecked)]
    return [each.why for each in found]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("create tabel t (a int)", 'syntax error at or near "tabel"'),
        ("select 'no end", "unterminated quoted string"),
        ("create function f() returns int as $body$ select 1", "unterminated dollar-quoted string"),
        ('select "no end', "unterminated quoted identifier"),
        ("select 1 /* no end", "unterminated comment"),
        (f"select {'(' * 20_000}1", 'memory exhausted at or near "("'),
        (f"select {'f(' * 6_000}1{')' * 6_000}", 'memory exhausted at or near "f"'),
        (f"select {'(select ' * 5_000}1{')' * 5_000}", 'memory exhausted at or near "("'),
        (f"select {'not ' * 500_000}a", 'memory exhausted at or near "not"'),
        (f"select 1{'+1' * 1_000_000}", "thousands of operators"),
        (f"select 1{' union select 1' * 100_000}", "thousands of operators"),
        (f"select a{'::int' * 300_000}", "thousands of operators"),
        (f"select a{'[1]' * 3_000}", "thousands of operators"),
        (f"select {'||'.join(['a'] * 2_000)}", "nested too deeply"),
        (f"select '{'x' * 5_000_000}', 1", "a statement of 5 MB is not read"),
        ("select 'a\0b'", "zero byte"),
    ],
)
def test_one_bad_statement_does_not_cost_the_others(bad: str, reason: str, tmp_path: Path) -> None:
    read = Read(tmp_path, {"schema.sql": " " * 5_000 + BEFORE + bad + AFTER})
    assert read.names(Table) == ["table before", "table after"]
    assert len(why(read)) == 1
    assert reason in why(read)[0]


def test_brackets_5000_deep_are_read(tmp_path: Path) -> None:
    deep = f"create table t (a int check ({'(' * 5_000}a > 0{')' * 5_000}))"
    read = Read(tmp_path, {"schema.sql": deep})
    assert [check.expression for check in read.of(Check)] == ["a > 0"]


def test_expressions_too_deep_to_print_are_named_and_their_table_kept(tmp_path: Path) -> None:
    deep = f"create table t (a int check ({'+'.join(['a'] * 300)} > 0))"
    read = Read(tmp_path, {"schema.sql": deep})
    assert read.names(Table) == ["table t"]
    assert why(read) == ["an expression is nested too deeply"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"create table t (a int); -- caf\xe9\n", "line 1: not UTF-8 text (byte 0xe9)"),
        (bytes(range(256)), "a binary file"),
        ("create table t (a int);".encode("utf-16-le"), "UTF-16 without a byte order mark"),
    ],
)
def test_files_in_other_encodings_are_unread(data: bytes, reason: str, tmp_path: Path) -> None:
    read = Read(tmp_path, {"bad.sql": data, "good.sql": BEFORE})
    assert read.names(Table) == ["table before"]
    assert len(why(read)) == 1
    assert reason in why(read)[0]


def test_a_missing_file_is_unread(tmp_path: Path) -> None:
    facts = list(read_sql(["gone.sql"], Sources(tmp_path)))
    assert [str(fact) for fact in facts] == ["gone.sql: No such file or directory"]


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert Read(tmp_path, {"schema.sql": "", "other.sql": "\n-- nothing\n"}).of(Dialect) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "INSERT INTO t VALUES (1, 'some text', NULL);\n",
        "COPY t FROM stdin;\n1\tit's\n\\.\n",
        "select 'abc;\n",
        "select $a{n}$ x;\n",
        "/* x ",
        "(",
        ";",
        "\\x\n",
        "select 1;\n",
        "create table t{n} (id serial primary key);\n",
        "create index on before (a);\n",
        "'",
        '"',
        "$$",
        "e'\\",
        "-- +goose Up\n",
    ],
)
def test_large_files_take_seconds_whatever_they_hold(pattern: str, tmp_path: Path) -> None:
    size = 1_000_000 if "{n}" not in pattern and "index" not in pattern else 100_000
    count = size // len(pattern)
    text = BEFORE + "".join(pattern.replace("{n}", str(number)) for number in range(count))
    started = time.process_time()
    Read(tmp_path, {"schema.sql": text})
    assert time.process_time() - started < 8


def test_many_rows_in_a_migration_are_counted(tmp_path: Path) -> None:
    rows = "insert into t values (1);\n" * 3_000
    read = Read(tmp_path, {"m/1_a.sql": f"create table t (a int);\n{rows}"})
    assert len(read.of(MigrationStatement)) == 1_001
    assert why(read) == ["2000 more statements that insert constants"]


def test_the_stack_of_calls_is_left_as_it_was(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    Read(tmp_path, {"schema.sql": f"create view v as select {'+'.join(['1'] * 400)}"})
    assert sys.getrecursionlimit() == before


def test_variables_of_psql_and_flyway_are_taken_as_names(tmp_path: Path) -> None:
    sql = """\
create table :schema.t (a int default :'value');
create table ${app_schema}.u (a int);
grant select on t to :role;
"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert read.names(Column) == ["column schema.t.a", "column app_schema.u.a"]
    assert read.of(Unread) == []


def test_more_definitions_than_can_be_judged_leave_no_half_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backstay.readers.sql.run._MOST_DEFINITIONS", 1_000)
    long_text = f"{BEFORE}comment on table before is '{'x' * 5_000}';\n"
    many = "".join(f"create table t{number} (a int);\n" for number in range(50))
    assert not why(Read(tmp_path / "few", {"schema.sql": long_text}))
    read = Read(tmp_path / "many", {"schema.sql": many})
    assert not read.of(Table)
    assert "MB of definitions" in why(read)[0]
