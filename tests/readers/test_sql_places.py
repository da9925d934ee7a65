from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.model.data import (
    Check,
    Column,
    ForeignKey,
    Index,
    Policy,
    PrimaryKey,
    Table,
    Unique,
    View,
)
from backstay.model.facts import Unread
from backstay.model.places import Place
from tests.readers.reading_sql import Read

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """\
-- Kunden, größer als gedacht
create table customer (
    id bigint primary key, -- the key; with a semicolon
    name varchar(80) not null default 'a, b' unique,
    constraint named check (length(name) > 1)
);
create table purchase (
    customer_id bigint not null constraint to_customer references customer (id) on delete cascade,
    a int, b int,
    foreign key (a) references customer,
    unique (a, b)
);
  create index on purchase (a)  ;
create view v as select id from customer;
"""


def test_facts_point_at_their_definitions(tmp_path: Path) -> None:
    read = Read(tmp_path, {"schema.sql": SCHEMA})
    places = {str(fact): read.text(fact) for fact in read.facts if fact.kind != "dialect"}
    assert places["table customer"].startswith("create table customer (")
    assert places["column customer.id"] == "id bigint primary key"
    assert places["column customer.name"] == "name varchar(80) not null default 'a, b' unique"
    assert places["primary key customer (id)"] == "primary key"
    assert places["unique customer (name)"] == "unique"
    assert places["check named on customer: length(name) > 1"] == (
        "constraint named check (length(name) > 1)"
    )
    assert places["foreign key purchase (customer_id) references customer (id)"] == (
        "constraint to_customer references customer (id) on delete cascade"
    )
    assert places["foreign key purchase (a) references customer (id)"] == (
        "foreign key (a) references customer"
    )
    assert places["unique purchase (a, b)"] == "unique (a, b)"
    assert places["column purchase.b"] == "b int"
    assert places["index purchase_a_idx on purchase (a)"] == "create index on purchase (a)"
    assert places["view v"] == "create view v as select id from customer"


def test_added_columns_and_constraints_point_into_their_statement(tmp_path: Path) -> None:
    sql = """\
create table t (a int);
alter table t
    add column b text default $$x, y$$ check (b <> ''),
    add constraint k unique (a, b), add check (a > 0),
    alter column a set not null;
create policy p on t using (a > 0);
"""
    read = Read(tmp_path, {"schema.sql": sql})
    added = next(column for column in read.of(Column) if column.name == "b")
    assert read.text(added) == "b text default $$x, y$$ check (b <> '')"
    assert [read.text(each) for each in read.of(Unique)] == ["constraint k unique (a, b)"]
    assert [read.text(each) for each in read.of(Check)] == ["check (b <> '')", "check (a > 0)"]
    assert [read.text(each) for each in read.of(Policy)] == ["create policy p on t using (a > 0)"]


def test_places_count_bytes_also_after_a_mark_and_in_utf_16(tmp_path: Path) -> None:
    sql = "-- ü€😀\ncreate table größe (a int, b text);\n"
    plain = Read(tmp_path / "a", {"schema.sql": b"\xef\xbb\xbf" + sql.encode()})
    assert plain.text(plain.of(Column)[1]) == "b text"
    wide = Read(tmp_path / "b", {"schema.sql": sql.encode("utf-16")})
    where = wide.of(Column)[1].where
    assert isinstance(where, Place)
    assert wide.files["schema.sql"][where.start : where.end].decode("utf-16-le") == "b text"


def test_what_a_block_makes_points_into_the_block(tmp_path: Path) -> None:
    sql = "do $$ begin\n  create table t (id int primary key, x text);\nend $$;"
    read = Read(tmp_path, {"schema.sql": sql})
    assert [read.text(each) for each in read.of(Column)] == ["id int primary key", "x text"]
    assert read.text(read.of(PrimaryKey)[0]) == "primary key"


def test_what_a_function_makes_points_at_its_call(tmp_path: Path) -> None:
    sql = (
        "create function f() returns void language plpgsql as"
        " 'begin create table t (a int); end';\nselect f();"
    )
    read = Read(tmp_path, {"schema.sql": sql})
    assert [read.text(each) for each in (*read.of(Table), *read.of(Column))] == ["select f()"] * 2


def test_a_fault_points_at_what_does_not_parse(tmp_path: Path) -> None:
    read = Read(tmp_path, {"schema.sql": "create table a (i int);\n\ncreate tabel b (i int);\n"})
    fault = read.of(Unread)[0]
    assert read.text(fault) == "tabel b (i int)"
    assert fault.why == 'syntax error at or near "tabel"'


def test_moved_and_renamed_things_keep_their_places(tmp_path: Path) -> None:
    sql = """\
create table a (id int primary key, b_id int references a);
create index i on a (b_id);
alter table a rename to c;
alter table c rename column b_id to d_id;
alter index i rename to j;
"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert read.text(read.of(ForeignKey)[0]) == "references a"
    assert read.names(ForeignKey) == ["foreign key c (d_id) references c (id)"]
    assert [read.text(index) for index in read.of(Index)][1] == "create index i on a (b_id)"


def test_a_replaced_view_points_at_its_last_definition(tmp_path: Path) -> None:
    sql = """\
create table a (id int);
create view v as select id from a;
create or replace view v as table a"""
    read = Read(tmp_path, {"schema.sql": sql})
    assert read.text(read.of(View)[0]) == "create or replace view v as table a"
    assert read.of(View)[0].definition == "table a"
