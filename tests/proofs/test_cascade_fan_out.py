"""Cascade fan-out counts what a real delete takes along, and holds back where nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.lab.described import described, named

from backstay.lab.server import Server, throwaway_server
from backstay.model.backend import Backend
from backstay.model.data import TableSize
from backstay.model.places import Place
from backstay.practices.catalogue import practice_named
from backstay.proofs import bounds, cascade_measuring
from backstay.proofs.cascade_fan_out import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.model.verdicts import Receipt, Verdict

CHAIN = """
create table account (id bigint primary key, name text not null);
create table project (
    id bigint primary key, account_id bigint not null references account on delete cascade
);
create table task (
    id uuid primary key, project_id bigint not null references project on delete cascade
);
create table remark (
    id bigint primary key, task_id uuid not null references task on delete cascade, body text
);
create table file (id bigint primary key, task_id uuid not null references task on delete cascade);
create table step (
    task_id uuid not null references task on delete cascade, number int not null,
    primary key (task_id, number)
);
create index on project (account_id);
create index on task (project_id);
create index on remark (task_id);
create index on file (task_id);
"""
LARGE = {"account": 20, "project": 400, "task": 8_000, "remark": 16_000, "file": 500, "step": 9_000}
SMALL = {"account": 500, "project": 500, "task": 600, "remark": 700, "file": 10, "step": 700}
REVIEWS = """
create table member (id bigint primary key);
create table product (id bigint primary key);
create table review (
    id bigint primary key,
    product_id bigint not null references product on delete cascade,
    moderator_id bigint references member on delete cascade
);
create index on review (product_id);
create index on review (moderator_id);
"""


POSTGRESQL_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


def tried(server: Server, practice: str, sql: str, folder: Path, sizes: dict[str, int]) -> Verdict:
    backend = described(sql, folder)
    where = Place(file="backstay.toml")
    backend = Backend(
        (
            *backend.facts,
            *(
                TableSize(where=where, table=named(name), rows=rows, source="stated")
                for name, rows in sizes.items()
            ),
        )
    )
    finding = next(iter(practice_named(practice).judge(backend)))
    return prove(finding, backend, server)


def chain(server: Server, folder: Path, sizes: dict[str, int], sql: str = CHAIN) -> Verdict:
    return tried(server, "cascade-fans-out", sql, folder, sizes)


def reviews(server: Server, folder: Path, sizes: dict[str, int]) -> Verdict:
    return tried(server, "optional-reference-deletes-row", REVIEWS, folder, sizes)


def receipt_of(verdict: Verdict) -> Receipt:
    assert verdict.proof is not None, verdict.reason
    return verdict.proof


def test_a_delete_that_takes_thousands_of_rows_along_is_proven_table_by_table(
    server: Server, tmp_path: Path
) -> None:
    verdict = chain(server, tmp_path, LARGE)
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    usual, most = proof.before["usual_row_rows_deleted"], proof.before["rows_deleted"]
    assert isinstance(usual, int)
    assert isinstance(most, int)
    assert 1_000 <= usual < most
    assert proof.before["tables_that_lose_rows"] == 6
    by_table = [
        rows for name, rows in proof.before.items() if name.startswith("rows_deleted_from_")
    ]
    assert sum(rows for rows in by_table if isinstance(rows, int)) == most
    assert proof.control["repeated_rows_deleted"] == most
    assert proof.control["rows_deleted"] == 1, "a row that nothing refers to goes alone"
    assert "steps_without_index" not in proof.before


def test_a_delete_of_a_handful_is_refuted(server: Server, tmp_path: Path) -> None:
    verdict = chain(server, tmp_path, SMALL)
    assert verdict.state == "refuted"
    assert verdict.reason is not None
    assert verdict.reason.startswith("at the stated sizes a row of account takes ")


def test_what_only_made_up_skew_shows_is_not_proven(server: Server, tmp_path: Path) -> None:
    verdict = chain(server, tmp_path, {"account": 200, "project": 20_000, "task": 40_000})
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert "only if some rows have far more below them than the mean" in verdict.reason


def test_tables_of_unknown_size_are_named_before_anything_is_refuted(
    server: Server, tmp_path: Path
) -> None:
    verdict = chain(server, tmp_path, {"account": 500, "project": 600})
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert verdict.reason.endswith("not known: task, remark, file, step")


def test_without_any_size_it_says_from_which_ratio_on_it_holds(
    server: Server, tmp_path: Path
) -> None:
    verdict = chain(server, tmp_path, {})
    assert verdict.state == "not-proven"
    assert verdict.reason is not None
    assert "with 10 rows for each parent, deleting one row of account takes" in verdict.reason
    assert "fewer than" not in verdict.reason


def test_a_step_without_an_index_is_shown_and_costs_whole_tables(
    server: Server, tmp_path: Path
) -> None:
    sizes = {"account": 10, "project": 50, "task": 300, "remark": 9_000, "file": 400, "step": 400}
    sql = CHAIN.replace("create index on remark (task_id);", "")
    proof = receipt_of(chain(server, tmp_path, sizes, sql))
    assert proof.before["steps_without_index"] == "remark (task_id)"
    before, after = proof.before["rows_read"], proof.after["rows_read"]
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert before > 9_000 * 10
    assert after < before / 10


def test_a_delete_that_would_never_end_is_given_up_and_still_counted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascade_measuring, "PATIENCE_SECONDS", 0.2)
    sql = CHAIN.replace("create index on remark (task_id);", "")
    verdict = chain(server, tmp_path, {**LARGE, "remark": 60_000}, sql)
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    assert "gave_up_after_s" in proof.before
    assert proof.after["rows_deleted"] == proof.before["rows_deleted"]
    assert any("was given up after" in limit for limit in proof.limits)


def test_billions_of_rows_are_scaled_down_and_said(server: Server, tmp_path: Path) -> None:
    huge = {name: rows * 1_000_000 for name, rows in LARGE.items()}
    verdict = chain(server, tmp_path, {**huge, "account": 20})
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    assert sum(proof.sizes.values()) < 400_000
    assert any("of its 16,000,000,000 rows" in limit for limit in proof.limits)


def test_rows_that_only_optionally_refer_are_proven_to_go_and_to_stay_with_set_null(
    server: Server, tmp_path: Path
) -> None:
    verdict = reviews(server, tmp_path, {"member": 100, "review": 20_000})
    assert verdict.state == "proven"
    proof = receipt_of(verdict)
    gone = proof.before["rows_deleted_from_review"]
    assert isinstance(gone, int)
    assert gone > 10
    assert proof.after["rows_deleted"] == 1
    assert proof.after["rows_updated"] == gone
    assert proof.control["rows_deleted"] == 1


def test_next_to_nothing_that_refers_is_refuted(server: Server, tmp_path: Path) -> None:
    verdict = reviews(server, tmp_path, {"member": 200, "review": 12})
    assert verdict.state == "refuted"
    assert verdict.reason is not None
    assert "rows of review along at most" in verdict.reason


def test_a_tree_and_a_circle_of_cascades_can_be_tried(server: Server, tmp_path: Path) -> None:
    sql = """
    create table forum (id bigint primary key);
    create table topic (
        id bigint primary key, forum_id bigint not null references forum on delete cascade
    );
    create table post (
        id bigint primary key, topic_id bigint not null references topic on delete cascade,
        parent_id bigint references post on delete cascade
    );
    create table vote (post_id bigint not null references post on delete cascade);
    create table flag (post_id bigint not null references post on delete cascade);
    create table mark (post_id bigint not null references post on delete cascade);
    create index on topic (forum_id); create index on post (topic_id);
    create index on post (parent_id); create index on vote (post_id);
    create index on flag (post_id); create index on mark (post_id);
    """
    sizes = {"forum": 5, "topic": 500, "post": 20_000, "vote": 5_000, "flag": 50, "mark": 50}
    assert chain(server, tmp_path, sizes, sql).state == "proven"


def test_an_experiment_that_takes_too_long_leaves_it_unproven(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "STATEMENT_SECONDS", 0.01)
    verdict = chain(server, tmp_path, LARGE)
    assert verdict.state == "not-proven"
    assert verdict.reason == "a statement of the experiment took longer than 0.01 s"


@pytest.mark.postgresql15
@pytest.mark.skipif(not POSTGRESQL_15.exists(), reason="PostgreSQL 15 is not installed")
def test_an_older_server_answers_the_same(tmp_path: Path) -> None:
    with throwaway_server(binaries=POSTGRESQL_15) as older:
        assert chain(older, tmp_path, LARGE).state == "proven"
        assert reviews(older, tmp_path, {"member": 200, "review": 12}).state == "refuted"
