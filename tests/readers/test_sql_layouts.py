from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Column, Dialect, Table
from backstay.model.facts import NotChecked, Unread
from backstay.model.migrations import Migration, MigrationStatement
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path

CREATE = "create table t (a int);"
ADD = "alter table t add column b int;"
RENAME = "alter table t rename to u;"

# Each tool's files in another order than they apply in, and the versions in the right one.
TOOLS: dict[str, tuple[dict[str, str], list[str]]] = {
    "diesel": (
        {
            "migrations/2020-02-01-000000_c/up.sql": RENAME,
            "migrations/2020-02-01-000000_c/down.sql": "alter table u rename to t;",
            "migrations/00000000000000_setup/up.sql": CREATE,
            "migrations/00000000000000_setup/down.sql": "drop table t;",
            "migrations/2020-01-02-000000_b/up.sql": ADD,
        },
        ["00000000000000", "2020-01-02-000000", "2020-02-01-000000"],
    ),
    "prisma": (
        {
            "migrations/20200301000000_c/migration.sql": RENAME,
            "migrations/20200101000000_a/migration.sql": CREATE,
            "migrations/20200201000000_b/migration.sql": ADD,
        },
        ["20200101000000", "20200201000000", "20200301000000"],
    ),
    "golang-migrate": (
        {
            "migrations/10_c.up.sql": RENAME,
            "migrations/10_c.down.sql": "alter table u rename to t;",
            "migrations/2_b.up.sql": ADD,
            "migrations/1_a.up.sql": CREATE,
            "migrations/1_a.down.sql": "drop table t;",
        },
        ["1", "2", "10"],
    ),
    "sqlx": (
        {
            "Cargo.toml": "[package]",
            "migrations/20200301000000_c.sql": RENAME,
            "migrations/20200101000000_a.sql": "-- no-transaction\n" + CREATE,
            "migrations/20200201000000_b.sql": ADD,
        },
        ["20200101000000", "20200201000000", "20200301000000"],
    ),
    "flyway": (
        {
            "migrations/V10__c.sql": RENAME,
            "migrations/V1.1__b.sql": ADD,
            "migrations/V1__a.sql": CREATE,
            "migrations/U1__a.sql": "drop table t;",
            "migrations/R__views.sql": "create or replace view v as select a from u;",
        },
        ["1", "1.1", "10", "R"],
    ),
    "dbmate": (
        {
            "migrations/20200301000000_c.sql": f"-- migrate:up transaction:false\n{RENAME}\n\n"
            "-- migrate:down\nalter table u rename to t;\n",
            "migrations/20200101000000_a.sql": f"-- migrate:up\n{CREATE}\n"
            "-- migrate:down\ndrop table t;",
            "migrations/20200201000000_b.sql": f"-- migrate:up\n{ADD}\n-- migrate:down\n",
        },
        ["20200101000000", "20200201000000", "20200301000000"],
    ),
    "goose": (
        {
            "migrations/00003_c.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{RENAME}\n"
            "-- +goose Down\nalter table u rename to t;\n",
            "migrations/00001_a.sql": f"-- +goose Up\n-- +goose StatementBegin\n{CREATE}\n"
            "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\ndrop table t;\n"
            "-- +goose StatementEnd\n",
            "migrations/00002_b.sql": f"-- +goose Up\n{ADD}\n",
        },
        ["00001", "00002", "00003"],
    ),
    "plain": (
        {
            "migrations/010_c.sql": RENAME,
            "migrations/9-b.sql": ADD,
            "migrations/1_a.sql": CREATE,
            "migrations/1_a_down.sql": "drop table t;",
        },
        ["1", "9", "010"],
    ),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_migrations_apply_in_the_order_of_their_tool(tool: str, tmp_path: Path) -> None:
    files, versions = TOOLS[tool]
    read = Read(tmp_path, dict(files))
    dialect = read.of(Dialect)[0]
    assert (dialect.database, dialect.layout, dialect.dialect) == ("migrations", tool, "postgresql")
    migrations = read.of(Migration)
    assert [each.version for each in migrations if each.direction == "up"] == versions
    assert [each.order for each in migrations] == list(range(len(migrations)))
    assert read.names(Table) == ["table u"]
    assert [column.name for column in read.of(Column)] == ["a", "b"]
    assert read.of(NotChecked) == []


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("diesel", {True}),
        ("prisma", {None}),
        ("golang-migrate", {None}),
        ("sqlx", {True, False}),
        ("flyway", {True}),
        ("dbmate", {True, False}),
        ("goose", {True, False}),
        ("plain", {None}),
    ],
)
def test_whether_a_migration_runs_in_a_transaction(
    tool: str, expected: set[bool | None], tmp_path: Path
) -> None:
    read = Read(tmp_path, dict(TOOLS[tool][0]))
    assert {each.in_transaction for each in read.of(Migration)} == expected


def test_diesel_migrations_say_in_their_metadata_that_they_run_without_a_transaction(
    tmp_path: Path,
) -> None:
    files = {
        "migrations/2020-01-01-000000_a/up.sql": CREATE,
        "migrations/2020-01-01-000000_a/metadata.toml": "run_in_transaction = false",
        "migrations/2020-01-02-000000_b/up.sql": ADD,
        "migrations/2020-01-02-000000_b/metadata.toml": "not TOML at all [",
    }
    read = Read(tmp_path, dict(files))
    assert [each.in_transaction for each in read.of(Migration)] == [False, True]


@pytest.mark.parametrize("tool", TOOLS)
def test_both_ways_are_told_and_only_up_is_applied(tool: str, tmp_path: Path) -> None:
    read = Read(tmp_path, dict(TOOLS[tool][0]))
    told = {(each.direction, each.effect) for each in read.of(MigrationStatement)}
    assert {("up", "create table"), ("up", "add column"), ("up", "rename table")} <= told
    if any(
        "down" in name or "Down" in text or "U1" in name for name, text in TOOLS[tool][0].items()
    ):
        assert ("down", "drop table") in told


def test_flyway_starts_from_its_last_baseline(tmp_path: Path) -> None:
    files = {
        "db/V1__a.sql": "create table old (a int);",
        "db/B2__base.sql": CREATE,
        "db/V2__b.sql": "drop table old;",
        "db/V3__c.sql": ADD,
    }
    read = Read(tmp_path, dict(files))
    assert [each.version for each in read.of(Migration)] == ["2", "3"]
    assert read.names(Table) == ["table t"]


def test_flyway_reads_subfolders_as_one_history(tmp_path: Path) -> None:
    files = {"db/2021/V2__b.sql": ADD, "db/2020/V1__a.sql": CREATE}
    read = Read(tmp_path, dict(files))
    assert [each.database for each in read.of(Dialect)] == ["db"]
    assert len(read.of(Column)) == 2


def test_each_folder_of_migrations_is_a_database(tmp_path: Path) -> None:
    files = {"one/1_a.sql": CREATE, "two/1_a.sql": CREATE, "two/2_b.sql": ADD}
    read = Read(tmp_path, dict(files))
    assert [(each.table.database, each.name) for each in read.of(Column)] == [
        ("one", "a"),
        ("two", "a"),
        ("two", "b"),
    ]


def test_a_session_ends_with_its_migration(tmp_path: Path) -> None:
    files = {
        "m/1_a.sql": "create schema s; set search_path = s; create table t (a int);"
        " create temp table x (a int);",
        "m/2_b.sql": "create table u (a int); create table x (a int);",
    }
    assert Read(tmp_path, dict(files)).names(Table) == ["table s.t", "table u", "table x"]


# Schema files


def test_a_schema_file_is_a_database(tmp_path: Path) -> None:
    read = Read(tmp_path, {"db/schema.sql": CREATE + ADD})
    assert [(each.database, each.layout) for each in read.of(Dialect)] == [
        ("db/schema.sql", "schema")
    ]
    assert read.of(Migration) == []


def test_files_that_build_on_each_other_are_one_database(tmp_path: Path) -> None:
    files = {
        "db/a_views.sql": "create view v as select id from customer;",
        "db/customer.sql": "create table customer (id int primary key, mood mood);",
        "db/purchase.sql": "create table purchase (customer_id int references customer);",
        "db/types.sql": "create type mood as enum ('ok');",
        "db/unrelated.sql": "create table alone (a int);",
    }
    read = Read(tmp_path, dict(files))
    assert {each.database: each.files for each in read.of(Dialect)} == {
        "db": ("db/types.sql", "db/customer.sql", "db/a_views.sql", "db/purchase.sql"),
        "db/unrelated.sql": ("db/unrelated.sql",),
    }
    assert read.of(NotChecked) == []


def test_files_that_make_the_same_table_are_databases_of_their_own(tmp_path: Path) -> None:
    files = {
        "db/one.sql": "create table t (a int primary key);",
        "db/two.sql": "create table t (a int primary key); create table u (a int references t);",
    }
    assert [each.database for each in Read(tmp_path, dict(files)).of(Dialect)] == [
        "db/one.sql",
        "db/two.sql",
    ]


def test_files_that_include_others_are_one_database_with_them(tmp_path: Path) -> None:
    files = {
        "db/main.sql": "create schema s;\n\\ir tables/t.sql\n\\i views.sql\n"
        "create index on s.t (a);\n",
        "db/tables/t.sql": "create table s.t (a int);",
        "db/views.sql": "create view s.v as select a from s.t;\n\\ir main.sql\n",
    }
    read = Read(tmp_path, dict(files))
    assert [each.database for each in read.of(Dialect)] == ["db/main.sql"]
    assert len(read.names(Table)) == 1
    assert read.of(NotChecked) == []


def test_a_dump_of_what_migrations_make_is_not_read_twice(tmp_path: Path) -> None:
    tables = "create table t (a int); create table u (a int);"
    files = {"db/migrations/1_a.sql": tables, "db/schema.sql": tables}
    read = Read(tmp_path, dict(files))
    assert len(read.of(Table)) == 2
    assert [(each.database, each.layout) for each in read.of(Dialect)] == [
        ("db/migrations", "plain"),
        ("db/schema.sql", "dump"),
    ]
    assert "repeats what the migrations in db/migrations make" in read.of(NotChecked)[0].why


def test_queries_make_no_database(tmp_path: Path) -> None:
    files = {
        "queries/a.sql": "-- name: GetUser :one\nselect * from users where id = $1;",
        "queries/b.sql": "insert into users (id) values ($1);",
        "queries/empty.sql": "  -- nothing\n",
    }
    read = Read(tmp_path, dict(files))
    assert read.of(Dialect) == []
    assert [each.what for each in read.of(NotChecked)] == ["3 SQL files in queries"]


def test_tables_that_no_file_creates_are_named(tmp_path: Path) -> None:
    read = Read(
        tmp_path, {"m/1_a.sql": "alter table customer add column a int references other (id);"}
    )
    assert read.of(Table) == []
    assert [(str(each), each.derived) for each in read.of(Column)] == [
        ("column customer.a", "the table is created elsewhere")
    ]
    assert [each.what for each in read.of(NotChecked)] == ["table customer", "table other"]
    assert read.of(Unread) == []
