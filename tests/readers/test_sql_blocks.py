from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Column, Table
from backstay.model.facts import NotChecked
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            "do $$ begin if current_user = 'x' then create table u (a int); end if; end $$",
            "it changes the schema under a condition",
        ),
        (
            "do $$ begin for r in 1..2 loop execute 'drop table t'; end loop; end $$",
            "it changes the schema in a loop",
        ),
        (
            "do $$ begin execute format('create table %I (a int)', current_user); end $$",
            "it runs a statement that is put together at run time",
        ),
        (
            "do language plpython3u $$ plpy.execute('create table u (a int)') $$",
            "a DO block in plpython3u is not read",
        ),
        (
            "do $$ begin create tabel u (a int); end $$",
            'its body cannot be read: syntax error at or near "tabel"',
        ),
    ],
)
def test_what_hangs_on_run_time_is_named_and_left_undone(
    sql: str, why: str, tmp_path: Path
) -> None:
    read = Read(tmp_path, {"m/7_add_u.sql": f"create table t (a int);\n{sql};"})
    assert [(each.what, each.why) for each in read.of(NotChecked)] == [
        ("the effect of a statement in migration 7 add u", why)
    ]
    assert read.names(Table) == ["table t"]


@pytest.mark.parametrize(
    "body",
    [
        "if false then create table u (a int); end if;",
        "if exists (select from pg_tables where tablename = 'u') then drop table u; end if;",
        (
            "if not exists (select from information_schema.tables where table_name = 't')"
            " then create table u (a int); end if;"
        ),
        (
            "if exists (select 1 from pg_class where relname = 'x') and current_user = 'x'"
            " then create table u (a int); end if;"
        ),
        "perform pg_sleep(0); raise notice 'create table u';",
        "insert into t values (1); update t set a = 2;",
        "return; create table u (a int);",
    ],
)
def test_conditions_over_the_catalogs_are_told(body: str, tmp_path: Path) -> None:
    read = Read(tmp_path, {"schema.sql": f"create table t (a int);\ndo $$ begin {body} end $$;"})
    assert read.of(NotChecked) == []
    assert read.names(Table) == ["table t"]


@pytest.mark.parametrize(
    "condition",
    [
        (
            "exists (select 1 from information_schema.columns where table_name = 't'"
            " and column_name = 'a')"
        ),
        "not exists (select 1 from pg_constraint where conname = 'c')",
        "exists (select 1 from pg_indexes where indexname = 'i' and schemaname = 'public')",
        "exists (select 1 from pg_trigger where tgname = 'g' and tgrelid = 't'::regclass)",
        "exists (select 1 from pg_proc where proname = 'f')",
        "exists (select 1 from pg_namespace where nspname = 's') and true",
        "to_regclass('public.t') is not null",
        "to_regtype('missing') is null or (select count(*) from t) > 3",
        "exists (select 1 from pg_policies where policyname = 'p' and tablename = 't')",
        "not exists (select 1 from pg_extension where extname = 'citext')",
        (
            "exists (select from information_schema.columns where table_name = 't'"
            " and column_name = 'a' and data_type in ('text', 'integer') and is_nullable = 'YES')"
        ),
        "exists (select 1 from pg_enum where enumlabel = 'ok' and enumtypid = 'mood'::regtype)",
        (
            "not exists (select 1 from pg_enum e join pg_type t on t.oid = e.enumtypid"
            " where t.typname = 'mood' and e.enumlabel = 'sad')"
        ),
        (
            "not exists (select 1 from pg_enum where enumlabel = 'sad'"
            " and enumtypid = (select oid from pg_type where typname = 'mood'))"
        ),
        (
            "exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and c.relname = 'i')"
        ),
        (
            "not exists (select 1 from pg_constraint c, pg_class t where c.conrelid = t.oid"
            " and c.conname = 'k' and t.relname = 't')"
        ),
        "exists (select 1 from pg_attribute where attrelid = 't'::regclass and attname = 'a')",
    ],
)
def test_conditions_that_hold_let_their_statements_run(condition: str, tmp_path: Path) -> None:
    sql = f"""\
create schema s;
create table t (a int);
create index i on t (a);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger g before insert on t for each row execute function f();
create policy p on t using (a > 0);
create type mood as enum ('ok');
do $$ begin if {condition} then alter table t add column b int; end if; end $$;
"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert [column.name for column in read.of(Column)] == ["a", "b"]
    assert read.of(NotChecked) == []


@pytest.mark.parametrize(
    ("handler", "columns"),
    [("null;", ["a"]), ("alter table t add column c int;", ["a", "c"])],
)
def test_a_handler_takes_over_where_a_statement_fails(
    handler: str, columns: list[str], tmp_path: Path
) -> None:
    sql = f"""\
create table t (a int, constraint k check (a > 0));
do $$ begin
  alter table t add constraint k check (a > 1);
  alter table t add column never int;
exception when duplicate_object then {handler}
end $$;
"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert [column.name for column in read.of(Column)] == columns
    assert read.of(NotChecked) == []


def test_functions_that_call_each_other_without_end_are_left(tmp_path: Path) -> None:
    sql = """\
create function f() returns void language plpgsql as
    $$ begin create table t (a int); perform g(); end $$;
create function g() returns void language plpgsql as
    $$ begin drop table t; perform f(); end $$;
select f();
"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert "calls itself" in read.of(NotChecked)[0].why
