"""Row security leak shows rows that one role reads and should not, or that it does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.lab.described import described

from backstay.lab.server import Server, throwaway_server
from backstay.practices.catalogue import practice_named
from backstay.proofs import bounds
from backstay.proofs.row_security_leak import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.verdicts import Receipt, Verdict

TABLES = """
create table tenant (id uuid primary key, name text not null);
create table invoice (
    id bigint primary key, tenant_id uuid not null references tenant, total numeric(10, 2) not null
);
"""
ENABLED = TABLES + "alter table invoice enable row level security;"
POLICY = """
create policy own on invoice using (tenant_id = current_setting('app.tenant_id')::uuid);
"""
VIEW = "view-bypasses-row-security"
POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


def tried(server: Server, practice: str, sql: str, folder: Path) -> Verdict:
    backend = described(sql, folder)
    (finding,) = practice_named(practice).judge(backend)
    return prove(finding, backend, server)


def receipt_of(verdict: Verdict) -> Receipt:
    assert verdict.proof is not None, verdict.reason
    return verdict.proof


def assert_leak(verdict: Verdict) -> None:
    proof = receipt_of(verdict)
    assert verdict.state == "proven", verdict.reason
    hidden = proof.before["hidden_rows_read"]
    assert isinstance(hidden, int)
    assert hidden > 0
    assert proof.after["hidden_rows_read"] == 0
    assert proof.before["rows_read"] == proof.before["rows_read_again"]
    let_through = proof.control["rows_that_policies_let_through"]
    every = proof.control["rows_of_the_table"]
    assert isinstance(let_through, int)
    assert isinstance(every, int)
    assert 0 < let_through < every, "the session sees rows by right, and not all"
    assert proof.control["rows_read_by_a_stranger"] == 0


def leftovers(server: Server) -> set[str]:
    with server.connect() as connection:
        found = connection.execute(
            "select rolname from pg_roles where rolname not like 'pg\\_%' "
            "union all select datname from pg_database"
        ).fetchall()
    return {name for (name,) in found}


@pytest.mark.parametrize(
    "view",
    [
        "create view seen as select * from invoice",
        "create view seen as select tenant_id, sum(total) from invoice group by 1",
        "create view seen as select i.id, t.name from invoice i join tenant t on t.id = tenant_id",
        "create materialized view seen as select id, total from invoice",
        "create view seen (number) as select id from invoice where total > 10",
    ],
)
def test_a_view_with_its_owners_rights_is_proven_to_leak(
    server: Server, tmp_path: Path, view: str
) -> None:
    before = leftovers(server)
    assert_leak(tried(server, VIEW, f"{ENABLED}{POLICY}{view};", tmp_path))
    assert leftovers(server) == before


def test_a_view_that_filters_for_itself_is_refuted(server: Server, tmp_path: Path) -> None:
    view = """
    create view seen as select id, total from invoice
        where tenant_id = current_setting('app.tenant_id')::uuid;
    """
    verdict = tried(server, VIEW, ENABLED + POLICY + view, tmp_path)
    assert verdict.state == "refuted"
    assert verdict.reason is not None
    assert "seen shows nothing that is hidden from it" in verdict.reason
    assert receipt_of(verdict).before["rows_read"] != 0


def test_policies_that_are_not_in_force_leak_and_harmless_ones_do_not(
    server: Server, tmp_path: Path
) -> None:
    practice = "row-security-not-enabled"
    assert_leak(tried(server, practice, TABLES + POLICY, tmp_path))
    harmless = TABLES + "create policy valid on invoice using (total is not null);"
    verdict = tried(server, practice, harmless, tmp_path)
    assert verdict.state == "refuted"
    assert verdict.reason == "no session was found from which the policies of invoice hide a row"


def test_a_policy_that_is_always_true_leaks(server: Server, tmp_path: Path) -> None:
    wide = "create policy readers on invoice for select using (true);"
    assert_leak(tried(server, "row-security-policy-too-wide", ENABLED + POLICY + wide, tmp_path))


def test_the_owner_reads_past_a_policy_that_is_not_forced(server: Server, tmp_path: Path) -> None:
    assert_leak(tried(server, "row-security-bypassed-by-owner", ENABLED + POLICY, tmp_path))


MEMBERSHIP = """
create schema app;
create table app.person (id uuid primary key);
create table app.team (id bigint primary key);
create table app.membership (
    person_id uuid references app.person, team_id bigint references app.team,
    primary key (person_id, team_id)
);
create table app.letter (
    id bigint primary key, team_id bigint not null references app.team, body text
);
create function app.me() returns uuid language sql stable security definer
    as $$ select nullif(current_setting('app.person', true), '')::uuid $$;
create role reader;
alter table app.letter enable row level security;
create policy mine on app.letter for select to reader using (
    team_id in (select team_id from app.membership where person_id = app.me())
);
create view app.letters as select id, body from app.letter;
"""


def test_policies_over_other_tables_functions_and_roles_are_followed(
    server: Server, tmp_path: Path
) -> None:
    assert_leak(tried(server, VIEW, MEMBERSHIP, tmp_path))


def test_policies_by_a_platforms_function_and_by_the_roles_name_are_understood(
    server: Server, tmp_path: Path
) -> None:
    platform = """
    create table note (id bigint primary key, author uuid not null, body text);
    alter table note enable row level security;
    create policy mine on note to authenticated using ((select auth.uid()) = author);
    create view notes as select * from note;
    """
    assert_leak(tried(server, VIEW, platform, tmp_path))
    by_role = """
    create table note (id bigint primary key, author text not null, body text);
    alter table note enable row level security;
    create policy mine on note using (author = current_user);
    create view notes as select * from note;
    """
    assert_leak(tried(server, VIEW, by_role, tmp_path))


def test_where_no_session_sees_a_part_nothing_is_proven(server: Server, tmp_path: Path) -> None:
    nobody = "create policy nobody on invoice using (total < 0);create view v as table invoice;"
    verdict = tried(server, VIEW, ENABLED + nobody, tmp_path)
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert verdict.reason.startswith("no session was found in which the policies of invoice let")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "create policy own on invoice using (tenant_id = of_caller());",
            "has the function of_caller",
        ),
        (
            (
                "create function of_caller() returns uuid language plpgsql as "
                "$$ begin copy (select 1) to program 'true'; return null; end $$;"
                "create policy own on invoice using (tenant_id = of_caller());"
            ),
            "function of_caller() is not one SELECT",
        ),
        (
            (
                "create function of_caller() returns uuid language sql as "
                "$$ select pg_read_file('/etc/passwd')::uuid $$;"
                "create policy own on invoice using (tenant_id = of_caller());"
            ),
            "has the function pg_read_file",
        ),
        (
            "create policy own on invoice using (exists (select 1 from pg_authid));",
            "has the table pg_authid",
        ),
        (
            POLICY + "create view other as select *, pg_sleep(1000) from invoice;",
            "view other has the function pg_sleep",
        ),
    ],
)
def test_hostile_or_unknown_parts_are_named_and_not_run(
    server: Server, tmp_path: Path, sql: str, reason: str
) -> None:
    view = "" if "create view" in sql else "create view other as select * from invoice;"
    verdict = tried(server, VIEW, ENABLED + sql + view, tmp_path)
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert reason in verdict.reason


def test_a_view_that_never_ends_leaves_it_unproven_and_no_role_behind(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = leftovers(server)
    monkeypatch.setattr(bounds, "STATEMENT_SECONDS", 1.5)
    endless = ", ".join(f"invoice i{number}" for number in range(9))
    view = f"create view seen as select count(*) from {endless};"
    verdict = tried(server, VIEW, ENABLED + POLICY + view, tmp_path)
    assert verdict.state == "not-proven"
    assert verdict.reason == "a statement of the experiment took longer than 1.5 s"
    assert leftovers(server) == before


def test_the_receipt_is_the_same_each_time(server: Server, tmp_path: Path) -> None:
    sql = ENABLED + POLICY + "create view seen as select * from invoice;"
    one, other = (receipt_of(tried(server, VIEW, sql, tmp_path)) for _ in range(2))
    assert msgspec.structs.asdict(one) == msgspec.structs.asdict(other)


@pytest.mark.postgresql15
@pytest.mark.skipif(not POSTGRESQL_15.exists(), reason="PostgreSQL 15 is not installed")
def test_an_older_server_answers_the_same(tmp_path: Path) -> None:
    with throwaway_server(binaries=POSTGRESQL_15) as older:
        view = "create view seen as select * from invoice;"
        assert_leak(tried(older, VIEW, ENABLED + POLICY + view, tmp_path))
        assert_leak(tried(older, VIEW, MEMBERSHIP, tmp_path))
