from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Grant
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
create table t (a int, b int);
create view v as select a from t;
create sequence q;
create schema s;
create type e as enum ('x');
create function f(int) returns int language sql as 'select 1';
"""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("grant select, insert on t to public", ["grant select, insert on table t to public"]),
        (
            "grant select (a), update (a, b) on t to bob",
            ["grant select (a), update (a, b) on table t to bob"],
        ),
        ("grant all on t to bob", ["grant all on table t to bob"]),
        (
            "grant all on t to bob; revoke delete, truncate, references, trigger on t from bob",
            ["grant select, insert, update, maintain on table t to bob"],
        ),
        ("grant all on t to bob; revoke all on t from bob", []),
        (
            "grant select on t to bob; grant insert on t to bob",
            ["grant select, insert on table t to bob"],
        ),
        (
            "grant select on v, q to bob",
            ["grant select on view v to bob", "grant select on sequence q to bob"],
        ),
        ("grant usage, create on schema s to bob", ["grant all on schema s to bob"]),
        ("grant usage on type e to bob", ["grant usage on type e to bob"]),
        (
            "grant execute on function f(int) to public",
            ["grant execute on function f(integer) to public"],
        ),
        (
            "grant select on all tables in schema s to bob",
            ["grant select on all tables in schema s to bob"],
        ),
        (
            "grant select on t to bob, eve; revoke all on all tables in schema public from bob",
            ["grant select on table t to eve"],
        ),
        (
            "alter default privileges in schema s grant select on tables to bob",
            ["grant select on future tables in schema s to bob"],
        ),
        ("grant select on t to bob; drop table t cascade", []),
        (
            "grant select on t to bob; alter table t rename to u; alter table u set schema s",
            ["grant select on table s.u to bob"],
        ),
        ("grant bob to eve", []),
        ("revoke all on t from public", []),
    ],
)
def test_privileges_are_those_that_are_left(sql: str, expected: list[str], tmp_path: Path) -> None:
    assert Read(tmp_path, {"schema.sql": f"{BEFORE};{sql};"}).names(Grant) == expected


def test_privileges_to_pass_on_are_apart(tmp_path: Path) -> None:
    sql = """\
grant select, insert on t to bob with grant option;
grant update on t to bob;
revoke grant option for insert on t from bob;
"""
    read = Read(tmp_path, {"schema.sql": BEFORE + sql})
    assert [(str(each), each.with_grant_option) for each in read.of(Grant)] == [
        ("grant update, insert on table t to bob", False),
        ("grant select on table t to bob", True),
    ]
    assert read.text(read.of(Grant)[0]) == "grant update on t to bob"
