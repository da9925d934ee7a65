from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backstay.model.data import Name
from backstay.model.migrations import DETAILS, EFFECTS, Effect, MigrationStatement
from tests.readers.reading_sql import Read
from tests.readers.sql_agreement import cases, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

BEFORE = """\
create table customer (id bigint primary key, name varchar(20));
create table purchase (id bigint primary key, total int);
create index on_name on customer (name);
create type mood as enum ('ok');
create function shuffle() returns int language sql volatile as 'select 1';
create function fixed() returns int language sql immutable as 'select 1';
"""


def told(folder: Path, sql: str) -> list[MigrationStatement]:
    read = Read(folder, {"m/001_before.sql": BEFORE, "m/002_now.sql": sql})
    return [fact for fact in read.of(MigrationStatement) if fact.migration == "002"]


def effects(folder: Path, sql: str) -> list[str]:
    """What the statements do, with column, second relation and details in brackets."""
    return [shown(effect) for fact in told(folder, sql) for effect in fact.effects]


def shown(effect: Effect) -> str:
    parts = [effect.what, str(effect.on) if effect.on else "", effect.column or ""]
    text = " ".join(part for part in parts if part)
    if effect.other:
        text += f" -> {effect.other}"
    if effect.old or effect.new:
        text += f" {{{effect.old} -> {effect.new}}}"
    return text + (f" [{', '.join(effect.details)}]" if effect.details else "")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("create table t (a int)", ["create table t"]),
        (
            "create table t (a int references customer)",
            ["create table t", "add foreign key t a -> customer"],
        ),
        ("create table if not exists t as select 1", ["create table as t [if not exists]"]),
        ("drop table if exists customer cascade", ["drop table customer [if exists, cascade]"]),
        (
            "alter table customer add a int not null default 1",
            ["add column customer a {None -> integer} [not null, default]"],
        ),
        (
            "alter table customer add a uuid default gen_random_uuid()",
            ["add column customer a {None -> uuid} [default, volatile default]"],
        ),
        (
            "alter table customer add a timestamptz default now()",
            ["add column customer a {None -> timestamp with time zone} [default]"],
        ),
        (
            "alter table customer add a int default shuffle(), add b int default fixed()",
            [
                "add column customer a {None -> integer} [default, volatile default]",
                "add column customer b {None -> integer} [default]",
            ],
        ),
        (
            "alter table purchase add customer_id bigint references customer, drop column total",
            [
                "add column purchase customer_id {None -> bigint}",
                "add foreign key purchase customer_id -> customer",
                "drop column purchase total",
            ],
        ),
        (
            "alter table customer alter name type varchar(40), alter name set not null",
            [
                "alter column type customer name {character varying(20) -> character varying(40)}",
                "set not null customer name",
            ],
        ),
        (
            "alter table customer alter name type text using name::text",
            ["alter column type customer name {character varying(20) -> text} [using]"],
        ),
        ("alter table customer alter name set default 'x'", ["set default customer name"]),
        ("alter table customer alter name drop default", ["drop default customer name"]),
        (
            "alter table purchase add constraint k foreign key (id) references customer not valid",
            ["add foreign key purchase id -> customer {None -> k} [not valid]"],
        ),
        ("alter table customer validate constraint k", ["validate constraint customer k"]),
        (
            "alter table customer add constraint k unique using index on_name",
            ["add unique customer {None -> k} [using index]"],
        ),
        ("alter table customer rename to client", ["rename table customer {customer -> client}"]),
        (
            "alter table customer rename column name to title",
            ["rename column customer name {name -> title}"],
        ),
        (
            "create unique index concurrently if not exists i on customer (name) where name > ''",
            ["create index concurrently customer {None -> i} [if not exists, unique, partial]"],
        ),
        ("create index on customer (name)", ["create index customer"]),
        (
            "drop index concurrently on_name",
            ["drop index concurrently customer {on_name -> None}"],
        ),
        ("alter index on_name rename to x", ["rename index customer {on_name -> x}"]),
        ("alter type mood add value 'sad'", ["add enum value mood {None -> sad}"]),
        ("insert into customer values (1)", ["insert customer"]),
        ("update customer set name = 'x'", ["update customer [all rows]"]),
        ("update customer set name = 'x' where id = 1", ["update customer"]),
        ("delete from customer", ["delete customer [all rows]"]),
        ("truncate customer, purchase", ["truncate customer", "truncate purchase"]),
        ("lock table customer", ["lock customer"]),
        ("vacuum full customer", ["vacuum full customer"]),
        ("reindex table concurrently customer", ["reindex concurrently customer"]),
        ("refresh materialized view m", ["refresh materialized view m"]),
        ("alter table customer attach partition p default", ["attach partition customer -> p"]),
        (
            "alter table customer detach partition p concurrently",
            ["detach partition customer -> p [concurrently]"],
        ),
        ("alter table customer enable row level security", ["enable row security customer"]),
        ("alter table customer disable trigger all", ["disable trigger customer"]),
        ("create or replace view v as select 1", ["create view v [or replace]"]),
        ("grant select on customer to x", ["grant customer"]),
        ("alter table customer owner to x", ["set owner customer"]),
        ("do $$ begin end $$", ["do"]),
        ("begin", ["begin"]),
        ("alter system set x = 1", ["other"]),
        ("alter tabel x", ["unknown"]),
    ],
)
def test_effects_say_what_a_statement_does(sql: str, expected: list[str], tmp_path: Path) -> None:
    assert effects(tmp_path, sql) == expected


def test_a_statement_names_its_first_effect_and_what_it_touches(tmp_path: Path) -> None:
    sql = """\
create table invoice (purchase_id bigint references purchase);
alter table invoice rename to bill;
create index on bill (purchase_id);
alter table purchase add customer_id bigint references customer;
"""
    facts = told(tmp_path, sql)
    assert [fact.effect for fact in facts] == [
        "create table",
        "rename table",
        "create index",
        "add column",
    ]
    assert [fact.order for fact in facts] == [0, 1, 2, 3]

    def name(text: str) -> Name:
        return Name(database="m", name=text)

    assert facts[0].objects == (name("invoice"), name("purchase"))
    assert facts[0].created_here == (name("invoice"),)
    assert facts[2].created_here == (name("bill"),)
    assert facts[3].objects == (name("purchase"), name("customer"))
    assert facts[3].created_here == ()


def test_long_data_is_cut_and_other_statements_are_whole(tmp_path: Path) -> None:
    rows = ", ".join(f"({number}, 'name')" for number in range(5_000))
    body = "x" * 5_000
    facts = told(
        tmp_path, f"insert into customer values {rows};\ncomment on table customer is '{body}';"
    )
    assert (facts[0].effect, facts[0].sql[-3:], len(facts[0].sql)) == ("insert", "...", 1_003)
    assert facts[1].sql.endswith("x'")


def every_statement() -> Iterator[str]:
    for script in cases(Path(__file__).with_name("sql_agreement.md")).values():
        yield from statements(script)


def test_the_vocabulary_is_closed(tmp_path: Path) -> None:
    script = ";\n".join(every_statement())
    read = Read(tmp_path, {"m/1_all.sql": script})
    found = [effect for fact in read.of(MigrationStatement) for effect in fact.effects]
    assert {effect.what for effect in found} <= EFFECTS
    assert {detail for effect in found for detail in effect.details} <= DETAILS
    assert len({effect.what for effect in found}) > 70
