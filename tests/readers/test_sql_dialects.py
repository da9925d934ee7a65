from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Column, Dialect, Table
from backstay.model.facts import NotChecked, Unread
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path

MYSQL = """\
CREATE TABLE `user` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(20) COMMENT 'a serial::text',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
"""
SQLITE = "PRAGMA foreign_keys = ON;\nCREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);\n"
SQL_SERVER = "CREATE TABLE [dbo].[t] (id INT IDENTITY(1,1), n NVARCHAR(20));\nGO\n"
CLICKHOUSE = "CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a;"
POSTGRESQL = "create table t (id bigserial primary key, at timestamptz, data jsonb);\n"
ANY = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);\n"
NONE = "MATCH (a:Person) RETURN a;\nLET x = 1;\n"


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("schema.sql", MYSQL, "mysql"),
        ("schema.sql", SQLITE, "sqlite"),
        ("schema.sql", SQL_SERVER, "sqlserver"),
        ("schema.sql", CLICKHOUSE, "clickhouse"),
        ("schema.sql", POSTGRESQL, "postgresql"),
        ("schema.sql", ANY, "postgresql"),
        ("schema.sql", NONE, "unknown"),
        ("schema.sql", "create table t (a varchar(10), data blob not null);", "unknown"),
        ("schema.sql", "create table t (datetime timestamptz, blob text);", "postgresql"),
        ("sqlite/schema.sql", ANY, "sqlite"),
        ("db/schema.mysql.sql", ANY, "mysql"),
        ("db/pg/schema.sql", ANY, "postgresql"),
        ("sqlite/schema.sql", POSTGRESQL, "postgresql"),
        ("postgres/schema.sql", MYSQL, "mysql"),
        ("schema.sql", "-- like `this` in MySQL: ENGINE=InnoDB\n" + POSTGRESQL, "postgresql"),
        ("schema.sql", "create table t (a text default 'auto_increment `x`');", "postgresql"),
    ],
)
def test_the_dialect_is_told_by_name_and_content(
    file: str, text: str, expected: str, tmp_path: Path
) -> None:
    read = Read(tmp_path, {file: text})
    assert [each.dialect for each in read.of(Dialect)] == [expected]


def test_other_dialects_are_named_and_not_read(tmp_path: Path) -> None:
    read = Read(tmp_path, {"mysql/V1__a.sql": MYSQL, "postgres/V1__a.sql": POSTGRESQL})
    assert [(each.database, each.dialect) for each in read.of(Dialect)] == [
        ("mysql", "mysql"),
        ("postgres", "postgresql"),
    ]
    assert [each.name.database for each in read.of(Table)] == ["postgres"]
    assert [(each.what, each.why) for each in read.of(NotChecked)] == [
        ("the database mysql", "MySQL schemas are not read yet")
    ]
    assert read.of(Unread) == []


def test_a_migration_for_all_dialects_counts_unless_one_has_its_own(tmp_path: Path) -> None:
    files = {
        "m/1_a.up.sql": "create table t (a int);",
        "m/2_b.up.sql": "alter table t add b int;",
        "m/2_b.postgres.up.sql": "alter table t add c jsonb;",
        "m/2_b.sqlite3.up.sql": "alter table t add d int;",
        "m/2_b.cockroach.up.sql": "alter table t add e int;",
    }
    read = Read(tmp_path, dict(files))
    assert {each.database: each.files for each in read.of(Dialect)} == {
        "m (postgresql)": ("m/1_a.up.sql", "m/2_b.postgres.up.sql"),
        "m (sqlite)": ("m/1_a.up.sql", "m/2_b.sqlite3.up.sql"),
        "m (cockroachdb)": ("m/1_a.up.sql", "m/2_b.cockroach.up.sql"),
    }
    assert [column.name for column in read.of(Column)] == ["a", "c"]


def test_dialects_side_by_side_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    files = {
        "m/001_init.postgres.sql": POSTGRESQL,
        "m/001_init.mysql.sql": MYSQL,
        "m/002_more.postgres.sql": "alter table t add column more int;",
        "m/002_more.mysql.sql": "ALTER TABLE `user` ADD COLUMN `more` int;",
    }
    read = Read(tmp_path, dict(files))
    assert sorted((each.dialect, len(each.files)) for each in read.of(Dialect)) == [
        ("mysql", 2),
        ("postgresql", 2),
    ]
    assert read.names(Table) == ["table t"]
