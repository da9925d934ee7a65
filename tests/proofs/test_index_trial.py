"""The index trial proves, refutes and holds back on a real PostgreSQL, and leaves nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.lab.described import described, named

from backstay.lab.server import Server, throwaway_server
from backstay.model.backend import Backend
from backstay.model.data import TableSize
from backstay.model.places import Place
from backstay.practices.catalogue import practice_named
from backstay.proofs import bounds
from backstay.proofs.index_trial import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.findings import Finding
    from backstay.model.verdicts import Measure, Receipt, Verdict

SHOP = """
create type state as enum ('placed', 'paid', 'sent');
create table customer (
    id bigint generated always as identity primary key, email text not null unique
);
create table purchase (
    id bigint generated always as identity primary key,
    customer_id bigint not null references customer (id),
    state state not null default 'placed',
    total numeric(12, 2) not null check (total >= 0),
    placed_at timestamptz not null default now()
);
"""


POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


def sized(backend: Backend, **rows: int) -> Backend:
    where = Place(file="backstay.toml")
    return Backend(
        (
            *backend.facts,
            *(
                TableSize(where=where, table=named(name), rows=count, source="stated")
                for name, count in rows.items()
            ),
        )
    )


def the_finding(backend: Backend) -> Finding:
    (finding,) = practice_named("foreign-key-without-index").judge(backend)
    return finding


def tried(server: Server, sql: str, folder: Path, **rows: int) -> Verdict:
    backend = sized(described(sql, folder), **rows)
    return prove(the_finding(backend), backend, server)


def receipt_of(verdict: Verdict) -> Receipt:
    assert verdict.proof is not None, verdict.reason
    return verdict.proof


def number(measures: dict[str, Measure], name: str) -> float:
    value = measures[name]
    assert isinstance(value, int | float)
    return value


def left_behind(server: Server) -> set[str]:
    with server.connect() as connection:
        databases = connection.execute(
            "select datname from pg_database union all select rolname from pg_roles "
            "where rolname not like 'pg\\_%'"
        ).fetchall()
    return {name for (name,) in databases}


def test_an_index_on_a_large_child_is_proven_with_its_costs(server: Server, tmp_path: Path) -> None:
    before = left_behind(server)
    verdict = tried(server, SHOP, tmp_path, customer=5_000, purchase=60_000)
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    assert proof.before["delete_rows_read"] == 60_001
    assert proof.after["delete_rows_read"] == 1
    assert number(proof.after, "delete_pages") < number(proof.before, "delete_pages") / 10
    assert number(proof.after, "delete_ms") < number(proof.before, "delete_ms")
    assert proof.control["delete_pages"] == proof.before["delete_pages"]
    assert proof.control["delete_pages_with_index_on_id"] == proof.before["delete_pages"]
    assert number(proof.after, "insert_wal_bytes") > number(proof.before, "insert_wal_bytes")
    assert number(proof.after, "index_bytes") > 0
    assert proof.sizes == {"customer": 5_000, "purchase": 60_000}
    assert proof.repeat == f"backstay prove {proof.finding}"
    assert left_behind(server) == before


def test_an_index_on_a_tiny_child_is_refuted(server: Server, tmp_path: Path) -> None:
    verdict = tried(server, SHOP, tmp_path, customer=20, purchase=40)
    assert verdict.state == "refuted"
    assert verdict.reason is not None
    assert "at 40 rows of purchase" in verdict.reason
    proof = receipt_of(verdict)
    assert proof.after["delete_rows_read"] == proof.before["delete_rows_read"]


def test_without_a_known_size_it_says_from_which_one_on_the_index_pays(
    server: Server, tmp_path: Path
) -> None:
    verdict = tried(server, SHOP, tmp_path)
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert re.search(r"the index pays (already at|from) [\d,]+ made-up rows", verdict.reason)
    assert "[tables]: purchase = " in verdict.reason
    limits = " ".join(receipt_of(verdict).limits)
    assert "1,000 rows: " in limits
    assert "100,000 rows: " in limits


def test_the_worst_parent_is_the_one_reported(server: Server, tmp_path: Path) -> None:
    sql = SHOP.replace("references customer (id)", "references customer (id) on delete cascade")
    proof = receipt_of(tried(server, sql, tmp_path, customer=400, purchase=40_000))
    assert proof.subject.startswith("deleting the most referred row of customer, the case of 3")
    assert number(proof.after, "delete_rows_read") > 1_000


def test_where_each_parent_has_much_of_the_child_it_is_not_proven(
    server: Server, tmp_path: Path
) -> None:
    sql = SHOP.replace("references customer (id)", "references customer (id) on delete cascade")
    verdict = tried(server, sql, tmp_path, customer=3, purchase=30_000)
    assert verdict.state != "proven"


def test_a_size_beyond_the_cap_is_measured_below_it_and_said(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backstay.proofs.sizes.MOST_ROWS", 32_000)
    verdict = tried(server, SHOP, tmp_path, customer=1_000_000_000, purchase=5_000_000_000)
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    assert proof.sizes == {"customer": 32_000, "purchase": 32_000}
    assert "purchase was built with 32,000 of its 5,000,000,000 rows." in proof.limits
    assert any("2,000 rows: " in limit and "8,000 rows: " in limit for limit in proof.limits)


def test_the_receipt_is_the_same_each_time_but_for_the_timings(
    server: Server, tmp_path: Path
) -> None:
    receipts = []
    for _ in range(2):
        proof = receipt_of(tried(server, SHOP, tmp_path, customer=1_000, purchase=10_000))
        stable = {
            name: {
                measure: value
                for measure, value in arm.items()
                if not measure.endswith(("_ms", "_ratio"))
            }
            for name, arm in (
                ("before", proof.before),
                ("after", proof.after),
                ("control", proof.control),
            )
        }
        receipts.append(msgspec.structs.replace(proof, **stable))
    assert receipts[0] == receipts[1]


def test_a_tree_and_a_composite_key_can_be_tried(server: Server, tmp_path: Path) -> None:
    tree = "create table node (id int primary key, parent_id int references node, name text);"
    assert tried(server, tree, tmp_path, node=20_000).state == "proven"
    pair = """
    create table account (tenant uuid, number int, primary key (tenant, number));
    create table entry (
        id bigint primary key, tenant uuid not null, number int not null,
        foreign key (tenant, number) references account on delete cascade
    );
    """
    assert tried(server, pair, tmp_path, account=2_000, entry=20_000).state == "proven"


def test_a_statement_that_takes_too_long_leaves_it_unproven(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left_behind(server)
    monkeypatch.setattr(bounds, "STATEMENT_SECONDS", 0.02)
    verdict = tried(server, SHOP, tmp_path, customer=20_000, purchase=200_000)
    assert verdict.state == "not-proven"
    assert verdict.reason == "a statement of the experiment took longer than 0.02 s"
    assert left_behind(server) == before


def test_an_experiment_that_takes_too_long_leaves_it_unproven(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "EXPERIMENT_SECONDS", 0.01)
    verdict = tried(server, SHOP, tmp_path, customer=100, purchase=1_000)
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert verdict.reason.startswith(("the experiment took longer", "a statement of the exp"))


def test_what_cannot_be_built_is_named(server: Server, tmp_path: Path) -> None:
    sql = """
    create table cell (id h3index primary key);
    create table place (id bigint primary key, cell_id h3index not null references cell (id));
    """
    verdict = tried(server, sql, tmp_path, cell=10, place=1_000)
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert "no type h3index, which cell (id) needs" in verdict.reason


HOSTILE = """
create function boom() returns text language plpgsql as $$ begin
    copy (select 1) to program 'touch {marker}'; perform pg_sleep(1000); return 'x';
end $$;
create table customer (
    id bigint primary key,
    name text default boom(),
    slept text default pg_sleep(1000)::text
);
create table purchase (
    id bigint primary key,
    customer_id bigint not null references customer (id),
    note text not null default boom() check (length(note) > 0),
    size bigint check (pg_sleep(1000) is null),
    made text generated always as (boom()) stored,
    read text generated always as (pg_read_file('/etc/passwd')) stored,
    secret text default pg_read_file('/etc/passwd')
);
create function boom_too() returns trigger language plpgsql as $$ begin
    copy (select 1) to program 'touch {marker}'; return new;
end $$;
create trigger on_insert before insert on purchase for each row execute function boom_too();
create index on purchase ((boom()), customer_id);
create index on purchase (customer_id) where boom() = 'x';
"""


def test_a_hostile_schema_runs_nothing_of_its_own(server: Server, tmp_path: Path) -> None:
    marker = tmp_path / "harmed"
    started = time.monotonic()
    verdict = tried(
        server, HOSTILE.format(marker=marker), tmp_path, customer=2_000, purchase=20_000
    )
    assert time.monotonic() - started < 60
    assert not marker.exists()
    assert verdict.state == "proven"
    left_out = " ".join(receipt_of(verdict).limits)
    for each in ("function boom", "function pg_sleep", "function pg_read_file", "triggers"):
        assert each in left_out


def test_names_that_are_sql_stay_names(server: Server, tmp_path: Path) -> None:
    odd = 'x"; drop table "customer"; --'.replace('"', '""')
    sql = f"""
    create table "order" (id bigint primary key);
    create table "{odd}" (
        id bigint primary key, "select" bigint not null references "order" (id)
    );
    """
    backend = described(sql, tmp_path)
    sizes = [
        TableSize(where=Place(file="backstay.toml"), table=table, rows=rows, source="stated")
        for table, rows in ((named("order"), 500), (named(odd.replace('""', '"')), 20_000))
    ]
    backend = Backend((*backend.facts, *sizes))
    assert prove(the_finding(backend), backend, server).state == "proven"


@pytest.mark.postgresql15
@pytest.mark.skipif(not POSTGRESQL_15.exists(), reason="PostgreSQL 15 is not installed")
def test_an_older_server_answers_the_same(tmp_path: Path) -> None:
    with throwaway_server(binaries=POSTGRESQL_15) as older:
        verdict = tried(older, SHOP, tmp_path, customer=1_000, purchase=20_000)
        assert verdict.state == "proven"
        assert receipt_of(verdict).before["delete_rows_read"] == 20_001
        assert tried(older, SHOP, tmp_path, customer=20, purchase=40).state == "refuted"
