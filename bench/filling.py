"""Filling tables with believable rows, against the least that PostgreSQL can do.

Run: python bench/filling.py [ROWS]. Prints rows per second of wall time (medians of 5), everything
included: tables, rows, keys, indexes, statistics. The first row of each table is a bare
INSERT ... SELECT of constants into the same columns, with neither keys nor statistics.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from backstay.lab.building import create_tables
from backstay.lab.filling import fill
from backstay.lab.planning import Plan, plan_tables
from backstay.lab.quoting import relation
from backstay.lab.server import Server, throwaway_server
from backstay.model.backend import Backend
from backstay.model.data import ForeignKey, Name, Table
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql

RUNS = 5
NARROW = """
create table customer (id bigint primary key);
create table purchase (
    id bigint primary key, customer_id bigint not null references customer,
    status text not null check (status in ('new', 'paid', 'sent')), placed_at timestamptz not null
);
create index on purchase (customer_id);
"""
WIDE = """
create type state as enum ('draft', 'open', 'done');
create table customer (id uuid primary key);
create table purchase (
    id uuid primary key, customer_id uuid not null references customer, number bigint not null,
    state state not null, email varchar(120) not null unique, name text not null,
    country char(2) not null, total numeric(12, 2) not null check (total >= 0),
    paid numeric(12, 2) not null check (paid >= 0), note text, data jsonb not null, tags text[],
    placed_at timestamptz not null, sent_at timestamptz, deleted_at timestamptz,
    unique (customer_id, number), check (sent_at > placed_at)
);
create index on purchase (customer_id);
create index on purchase (placed_at);
"""


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with throwaway_server() as server:
        for title, sql in (("narrow", NARROW), ("wide", WIDE)):
            plan = plan_of(sql)
            least = statistics.median(bare_seconds(server, plan, rows) for _ in range(RUNS))
            whole = statistics.median(filled_seconds(server, plan, rows) for _ in range(RUNS))
            print(f"{title}, {rows:,} rows (PostgreSQL {server.version})")
            for name, seconds in (("constants, bare", least), ("fill", whole)):
                print(f"  {name:16}{rows / seconds:>12,.0f} rows/s{seconds / least:>8.2f}x")


def plan_of(sql: str) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.sql").write_text(sql)
        backend = Backend(read_sql(["schema.sql"], Sources(Path(folder))))
    tables = [table.name for table in backend.of(Table)]
    return plan_tables(backend, tables, keys=backend.of(ForeignKey), essential=())


def filled_seconds(server: Server, plan: Plan, rows: int) -> float:
    with server.database() as database, server.connect(database) as connection:
        return fill(connection, plan, sizes(plan, rows)).seconds


def bare_seconds(server: Server, plan: Plan, rows: int) -> float:
    table = plan.tables[-1]
    with server.database() as database, server.connect(database) as connection:
        create_tables(connection, plan)
        sample = fill_one(server, plan)
        values = ", ".join(f"'{value}'" if value is not None else "NULL" for value in sample)
        started = time.monotonic()
        connection.execute(
            f"insert into {relation(table.name)} select {values} "
            f"from generate_series(1, {rows})".encode()
        )
        return time.monotonic() - started


def fill_one(server: Server, plan: Plan) -> list[str | None]:
    """The values of one made-up row, as texts."""
    name = relation(plan.tables[-1].name)
    with server.database() as database, server.connect(database) as connection:
        fill(connection, plan, sizes(plan, 100))
        columns = ", ".join(f'"{column.name}"::text' for column in plan.tables[-1].columns)
        row = connection.execute(f"select {columns} from {name} limit 1".encode()).fetchone()
        assert row is not None
        return list(row)


def sizes(plan: Plan, rows: int) -> dict[Name, int]:
    parent, child = (table.name for table in plan.tables)
    return {parent: max(1, rows // 20), child: rows}


if __name__ == "__main__":
    main()
