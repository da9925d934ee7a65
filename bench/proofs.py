"""How long proofs take: each finding of the shop, and an index trial as its table grows.

Run: python bench/proofs.py. Prints wall seconds of single runs and the verdicts; the whole of the
shop includes the review, and the start and the end of PostgreSQL.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from backstay.lab.server import throwaway_server
from backstay.model.backend import Backend
from backstay.model.data import Name, TableSize
from backstay.model.places import Place
from backstay.practices.catalogue import all_practices
from backstay.proofs.index_trial import prove
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql
from backstay.review.pipeline import Request, review

SHOP = Path(__file__).parents[1] / "examples" / "shop"
SIZES = (1_000, 10_000, 100_000, 500_000, 5_000_000)
KEY = """
create table customer (id bigint primary key);
create table purchase (
    id bigint primary key, customer_id bigint not null references customer,
    status text not null check (status in ('new', 'paid', 'sent')), placed_at timestamptz not null
);
"""


def main() -> None:
    print("the shop")
    began = time.monotonic()
    reviewed = review(Request(targets=(str(SHOP),), prove=True, use_cache=False))
    whole = time.monotonic() - began
    tried = 0
    for finding in reviewed.findings:
        verdict = reviewed.verdicts.get(finding.id)
        if verdict is not None and verdict.proof is not None:
            tried += 1
            print(f"  {verdict.state:12}{finding.message[:80]}")
    print(f"  {whole:.2f} s for the review and {tried} experiments")
    print("index trial, rows of the child stated")
    with throwaway_server() as server:
        for rows in SIZES:
            backend = sized(rows)
            finding = next(
                finding
                for practice in all_practices()
                if practice.proof == "index-trial"
                for finding in practice.judge(backend)
            )
            began = time.monotonic()
            verdict = prove(finding, backend, server)
            print(f"  {rows:>10,} rows {time.monotonic() - began:6.2f} s  {verdict.state}")


def sized(rows: int) -> Backend:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schema.sql").write_text(KEY)
        facts = tuple(read_sql(["schema.sql"], Sources(Path(folder))))
    sizes = (
        TableSize(
            where=Place(file="backstay.toml"),
            table=Name(database="schema.sql", name=name),
            rows=count,
            source="stated",
        )
        for name, count in (("customer", max(1, rows // 20)), ("purchase", rows))
    )
    return Backend((*facts, *sizes))


if __name__ == "__main__":
    main()
