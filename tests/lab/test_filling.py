"""Made-up rows fulfil whatever the schema asks of them, on a real PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from backstay.lab.filling import Filled, fill
from backstay.lab.planning import CannotBuild, Plan, plan_tables
from backstay.lab.server import Server, throwaway_server
from backstay.model.data import ForeignKey, Table
from tests.lab.described import described, named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backstay.foreign.psycopg import Connection


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


class Shop:
    """A filled database with a way to ask it."""

    def __init__(self, connection: Connection, plan: Plan, filled: Filled) -> None:
        self.connection = connection
        self.plan = plan
        self.filled = filled

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]


def planned(sql: str, folder: Path, *essential: tuple[str, str]) -> Plan:
    backend = described(sql, folder)
    return plan_tables(
        backend,
        [table.name for table in backend.of(Table)],
        keys=backend.of(ForeignKey),
        essential=[(named(table), column) for table, column in essential],
    )


@contextmanager
def filled(server: Server, sql: str, folder: Path, seed: int = 1, **rows: int) -> Iterator[Shop]:
    plan = planned(sql, folder)
    with server.database() as database, server.connect(database) as connection:
        made = fill(
            connection, plan, {named(name): count for name, count in rows.items()}, seed=seed
        )
        yield Shop(connection, plan, made)


def test_children_refer_to_parents_and_the_first_parents_have_most(
    server: Server, tmp_path: Path
) -> None:
    sql = """
    create table customer (id uuid primary key, name text not null);
    create table purchase (
        id bigint primary key, customer_id uuid not null references customer, placed_at timestamptz
    );
    """
    with filled(server, sql, tmp_path, customer=400, purchase=20_000) as shop:
        counts = [count for (count,) in shop.rows(
            "select count(purchase.id) from customer left join purchase "
            "on purchase.customer_id = customer.id group by customer.id order by 1 desc"
        )]  # fmt: skip
        assert sum(counts) == 20_000
        assert counts[0] > 10 * 50
        assert counts[200] < 50
        assert counts[-1] == 0, "some parents have no child"


def test_each_table_has_as_many_rows_as_asked_for_and_is_analysed(
    server: Server, tmp_path: Path
) -> None:
    sql = "create table a (id int primary key); create table b (id int primary key);"
    with filled(server, sql, tmp_path, a=1_234) as shop:
        assert shop.rows("select count(*), (select count(*) from b) from a") == [(1_234, 0)]
        assert shop.value("select reltuples from pg_class where relname = 'a'") == 1_234
        assert shop.filled.rows == {named("a"): 1_234, named("b"): 0}


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(
    server: Server, tmp_path: Path
) -> None:
    sql = """
    create table a (id bigint primary key, n int, t text, at timestamptz not null default now(),
        u uuid default gen_random_uuid(), j jsonb, k numeric(8, 2), s text[]);
    """
    digest = "select md5(string_agg(a::text, '|' order by id)) from a"
    found = []
    for seed in (1, 1, 2):
        with filled(server, sql, tmp_path, seed=seed, a=500) as shop:
            found.append(shop.value(digest))
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_join_table_pairs_no_two_twice_though_some_have_many(
    server: Server, tmp_path: Path
) -> None:
    sql = """
    create table account (id bigint primary key);
    create table follows (
        one bigint references account, other bigint references account,
        primary key (one, other), check (one <> other)
    );
    create table label (id bigint primary key);
    create table labelled (
        account_id bigint references account, label_id bigint references label,
        primary key (account_id, label_id)
    );
    """
    with filled(
        server, sql, tmp_path, account=300, follows=9_000, label=20, labelled=5_900
    ) as shop:
        most = shop.value("select count(*) from follows group by one order by 1 desc limit 1")
        assert most > 2 * 9_000 / 300
        assert shop.value("select count(distinct other) from follows") > 250


def test_numbers_within_a_parent_count_from_one(server: Server, tmp_path: Path) -> None:
    sql = """
    create table purchase (id bigint primary key);
    create table line (
        purchase_id bigint not null references purchase, number integer not null,
        primary key (purchase_id, number)
    );
    """
    with filled(server, sql, tmp_path, purchase=1_000, line=4_000) as shop:
        assert shop.rows(
            "select distinct min(number), max(number) - count(*) from line group by purchase_id"
        ) == [(1, 0)]


def test_keys_over_several_columns_that_share_a_tenant_meet_their_parents(
    server: Server, tmp_path: Path
) -> None:
    sql = """
    create table tenant (id uuid primary key);
    create table customer (
        id bigint not null, tenant_id uuid not null references tenant, email varchar(60) not null,
        primary key (tenant_id, id), unique (tenant_id, email)
    );
    create table purchase (
        id bigint primary key, tenant_id uuid not null references tenant, customer_id bigint,
        foreign key (tenant_id, customer_id) references customer (tenant_id, id)
    );
    """
    with filled(server, sql, tmp_path, tenant=20, customer=500, purchase=3_000) as shop:
        assert shop.value("select count(distinct tenant_id) from purchase") > 5


def test_a_tree_and_a_circle_of_tables_can_be_filled(server: Server, tmp_path: Path) -> None:
    sql = """
    create table team (id bigint primary key, lead_id bigint not null);
    create table person (
        id bigint primary key, team_id bigint not null references team,
        manager_id bigint references person
    );
    alter table team add foreign key (lead_id) references person;
    """
    with filled(server, sql, tmp_path, team=50, person=1_000) as shop:
        assert shop.value("select count(*) from person where manager_id is null") == 20
        assert shop.value("select count(*) from person where manager_id >= id") == 0


CHECKED = """
create type state as enum ('new', 'paid', 'sent');
create domain cents as bigint check (value >= 0 and value < 1000000);
create table thing (
    id bigint primary key,
    {column},
    note text
);
"""


@pytest.mark.parametrize(
    "column",
    [
        "n int not null check (n between 5 and 9)",
        "n numeric(5,2) not null check (n > 0 and n <= 1)",
        "n real check (n < -2.5)",
        "t text not null check (t in ('red', 'green'))",
        "t text not null check (t = 'red' or t = 'green' or t is null)",
        "t varchar(20) check ((t)::text = any (array['red', 'green']::text[]))",
        "t text not null check (char_length(t) between 30 and 40)",
        "t text not null check (length(trim(t)) > 0 and t <> '')",
        "t text not null check (t ~ '^[a-z0-9-]+$')",
        "t text not null unique check (t ~* '^[^@ ]+@[^@ ]+[.][a-z]+$')",
        "t char(3) not null check (t = upper(t))",
        "t text not null check (t like 'https://%')",
        "s state not null, at timestamptz, check (s <> 'paid' or at is not null)",
        "a timestamptz not null, b timestamptz not null, c timestamptz, check (a < b and b < c)",
        "a date not null, b date, check (b >= a)",
        "a time not null, b time not null, check (b > a)",
        "a numeric(8,2) not null, b numeric(8,2) not null, check (a <= b)",
        "a int, b text, check ((a is null) <> (b is null))",
        "a int, b int, c int, check (num_nonnulls(a, b, c) = 1)",
        "a boolean not null, b text, check (not a or b is not null)",
        "price cents not null, paid cents",
        "s state not null check (s <> 'new')",
        (
            "k text not null, a int, b int, c int, check ((k = 'x' and num_nonnulls(a, b) = 2 "
            "and c is null) or (k = 'y' and num_nonnulls(a, b, c) = 1) or k = 'z' and a is null)"
        ),
        "tags text[] not null, states state[]",
        "s smallint not null unique check (s > 0)",
        "a bigint not null, b bigint generated always as (a * 2) stored",
        "r int4range, i inet, y bytea not null, z interval, j json not null, m macaddr",
        "t timestamp(3) not null, v varbit(5), q bit(1), d double precision not null, o money",
        "citext_like text not null check (lower(citext_like) = citext_like)",
        '"select" text not null check (length("select") > 3), "Odd Name" int not null',
    ],
)
def test_rows_pass_the_checks(server: Server, tmp_path: Path, column: str) -> None:
    with filled(server, CHECKED.format(column=column), tmp_path, thing=300) as shop:
        assert shop.value("select count(*) from thing") == 300
        assert shop.plan.left_out == ()


def test_columns_that_may_be_empty_are_so_in_some_rows(server: Server, tmp_path: Path) -> None:
    sql = "create table a (id int primary key, note text, deleted_at timestamptz, n int not null)"
    with filled(server, sql, tmp_path, a=1_000) as shop:
        empty, deleted = shop.rows("select 1000 - count(note), 1000 - count(deleted_at) from a")[0]
        assert 50 < empty < 200
        assert 800 < deleted < 970


def test_indexes_are_built_as_they_are(server: Server, tmp_path: Path) -> None:
    sql = """
    create table a (id int primary key, email text not null, at timestamptz, done boolean not null);
    create unique index a_email on a (lower(email)) where not done;
    create index a_at on a using brin (at);
    create index a_recent on a (done, at desc nulls last) include (email);
    """
    with filled(server, sql, tmp_path, a=500) as shop:
        found = dict(shop.rows("select indexname, indexdef from pg_indexes where tablename = 'a'"))
        assert found["a_recent"].endswith("USING btree (done, at DESC NULLS LAST) INCLUDE (email)")
        assert "USING brin (at)" in found["a_at"]
        assert "lower(email)" in found["a_email"]
        assert "WHERE (NOT done)" in found["a_email"]


@pytest.mark.parametrize(
    ("sql", "rows", "reason"),
    [
        (
            (
                "create table a (id int primary key);"
                "create table b (a_id int primary key references a)"
            ),
            {"a": 10, "b": 11},
            r"b cannot have 11 rows: \(a_id\) is unique and has 10 values",
        ),
        (
            "create table a (id int primary key, s smallint unique check (s between 1 and 5))",
            {"a": 6},
            r"a cannot have 6 rows: \(s\) is unique and has 5 values",
        ),
        (
            "create table a (id int primary key); create table b (a_id int not null references a)",
            {"b": 5},
            "b has rows but its parent a has none",
        ),
        (
            (
                "create table a (id int primary key, t text not null "
                "constraint odd check (t ~ '^[q]{7}zz$'))"
            ),
            {"a": 5},
            "no rows were found that check odd of a accepts",
        ),
    ],
)
def test_what_cannot_be_filled_is_said(
    server: Server, tmp_path: Path, sql: str, rows: dict[str, int], reason: str
) -> None:
    with pytest.raises(CannotBuild, match=reason), filled(server, sql, tmp_path, **rows):
        pass


def test_a_column_of_a_type_that_is_not_here_is_stood_in_for_and_said(
    server: Server, tmp_path: Path
) -> None:
    sql = """
    create extension citext; create extension postgis;
    create table place (id int primary key, name citext not null, spot geometry(Point, 4326));
    """
    with filled(server, sql, tmp_path, place=10) as shop:
        assert shop.plan.left_out == (
            "place (name) was built as text in place of citext.",
            "place (spot) was built as bytea in place of geometry(point,4326).",
        )


def test_an_essential_column_of_a_type_that_is_not_here_stops_the_experiment(
    tmp_path: Path,
) -> None:
    sql = "create table place (id int primary key, cell h3index not null)"
    with pytest.raises(CannotBuild, match=r"no type h3index, which place \(cell\) needs"):
        planned(sql, tmp_path, ("place", "cell"))
