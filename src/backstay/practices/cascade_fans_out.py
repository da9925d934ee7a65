from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.cascades import Cascade, cascade_from, keys_without_index
from backstay.model.data import Table
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices._words import counted, listed
from backstay.practices.practice import practice

_MANY_TABLES = 5
_MANY_ROWS = 1_000


@practice(
    area="data",
    severity="medium",
    proof="cascade-fan-out",
    stages={"startup": "Can wait until one parent has some thousands of rows below it."},
)
def cascade_fans_out(table: Table, backend: Backend) -> Iterator[Finding]:
    """One delete takes rows of many tables along.

    Why: Each foreign key with ON DELETE CASCADE deletes in turn. One short statement then removes
        thousands of rows in one transaction: it holds their locks until it ends, writes all of
        them to the log at once, keeps replicas behind, and cannot be stopped half-way.
    Fix: Delete from the far end in batches, each its own transaction, and the parent last.
    Trade-offs: Batches need a job that resumes; in between, the parent stands with fewer children.
    Alternatives: Mark the parent as deleted and clear up later; keep the cascade where a parent is
        known to stay small; partition the far tables so that old parts are dropped whole.
    Upkeep: Look again when a table joins the chain; its key decides what a delete now costs.
    References: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK

    Bad (schema.sql):
        create table account ( -- finding
            id bigint primary key
        );
        create table project (
            id bigint primary key, account_id bigint not null references account on delete cascade
        );
        create table task (
            id bigint primary key, project_id bigint not null references project on delete cascade
        );
        create table remark (task_id bigint not null references task on delete cascade);
        create table file (task_id bigint not null references task on delete cascade);
        create table step (task_id bigint not null references task on delete cascade);
    Good (schema.sql):
        create table account (id bigint primary key);
        create table project (
            id bigint primary key, account_id bigint not null references account
        );
        create table task (
            id bigint primary key, project_id bigint not null references project on delete cascade
        );
        create table remark (task_id bigint not null references task on delete cascade);
        create table file (task_id bigint not null references task on delete cascade);
        create table step (task_id bigint not null references task on delete cascade);
    """
    cascade = cascade_from(table.name, backend)
    wide = len(cascade.tables) >= _MANY_TABLES and cascade.levels > 1
    if not (wide and _is_topmost(cascade, backend)) and _rows_below(cascade, backend) < _MANY_ROWS:
        return
    names = listed([str(each) for each in cascade.tables])
    missing = keys_without_index(cascade, backend)
    slow = [f"{key.table} ({', '.join(map(quoted, key.columns))})" for key in missing]
    yield Finding(
        message=f"deleting one row of {table.name} also deletes rows of"
        f" {counted(len(cascade.tables), 'table')}: {names}"
        + (f"; no index on {listed(slow)}" if slow else ""),
        evidence=(table, *cascade.keys),
        fix=Fix(
            text=f"Remove rows in batches, each its own transaction, from {cascade.tables[-1]}"
            f" upwards, and the row of {table.name} last."
            + (f" Index {listed(slow)} first." if slow else "")
        ),
    )


def _is_topmost(cascade: Cascade, backend: Backend) -> bool:
    """Whether no other table's delete comes through here: then that one is reported."""
    below = {cascade.root, *cascade.tables}
    return not any(
        key.on_delete == "cascade" and key.parent not in below
        for key in backend.foreign_keys_of(cascade.root)
    )


def _rows_below(cascade: Cascade, backend: Backend) -> float:
    """How many rows a row of the root has below it on average, as far as sizes are known."""
    root = backend.size_of(cascade.root)
    if root is None or root.rows == 0:
        return 0
    sizes = (backend.size_of(name) for name in cascade.tables)
    return sum(size.rows for size in sizes if size is not None) / root.rows
