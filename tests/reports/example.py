"""Made-up reviews, close to real ones, that fill every field of an envelope."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from backstay.model.envelope import (
    Envelope,
    Evidence,
    Location,
    OfferedFix,
    Proof,
    ReportedFinding,
    Site,
    Summary,
    Unchecked,
    UnreadFile,
)
from backstay.practices.foreign_key_without_index import foreign_key_without_index
from backstay.practices.practice import Guidance, Practice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.model.findings import Area, Finding, Severity

READ = {"table": 42, "column": 310, "operation": 27, "index": 61, "service": 5, "not-checked": 4}


def _never(_: object, __: object) -> Iterator[Finding]:
    yield from ()


def _practice(  # noqa: PLR0913 (one argument for each thing that reports show)
    name: str,
    area: Area,
    severity: Severity,
    summary: str,
    *,
    why: str,
    fix: str,
    trade_offs: str,
    alternatives: str,
    upkeep: str,
    references: tuple[str, ...] = (),
    proof: str | None = None,
) -> Practice:
    return Practice(
        name=name,
        area=area,
        severity=severity,
        subjects=(),
        check=_never,
        summary=summary,
        guidance=Guidance(
            why=why,
            fix=fix,
            trade_offs=trade_offs,
            alternatives=alternatives,
            upkeep=upkeep,
            references=references,
        ),
        examples=(),
        proof=proof,
    )


GUIDANCE: dict[str, Practice] = {
    each.name: each
    for each in (
        foreign_key_without_index,
        _practice(
            "row-security-leaks-through-view",
            "security",
            "critical",
            "A view reads a table with row security as its owner.",
            why="A view runs with the rights of its owner, and an owner is not bound by the "
            "table's policies. Whoever may read the view reads every tenant's rows.",
            fix="Create the view with security_invoker = true (PostgreSQL 15).",
            trade_offs="Each caller then needs select on the tables below the view.",
            alternatives="Force row security on the table, or repeat the policy's condition in "
            "the view.",
            upkeep="Check new views over tables with policies; a test with two tenants keeps it "
            "so.",
            references=(
                "https://www.postgresql.org/docs/current/sql-createview.html",
                "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
            ),
            proof="row-security-leak",
        ),
        _practice(
            "list-without-pagination",
            "contract",
            "high",
            "An operation returns a list without a bound.",
            why="The answer grows with the table. It works until one customer has 100,000 rows, "
            "then it takes the memory of the server and of the client.",
            fix="Take a limit with a default and a maximum, and a cursor.",
            trade_offs="Clients must follow the cursor; those that read all rows at once break.",
            alternatives="Stream the rows as lines of JSON where a client really needs all of "
            "them.",
            upkeep="Hold the maximum in one place and test that it is refused beyond.",
            references=("https://datatracker.ietf.org/doc/html/rfc8288",),
        ),
        _practice(
            "image-runs-as-root",
            "operations",
            "medium",
            "A container runs as root.",
            why="What breaks out of the process owns the container, and with a mounted socket "
            "the host.",
            fix="Name a user with a number in the image.",
            trade_offs="Files in mounted volumes must belong to that user.",
            alternatives="Set the user where the container is started.",
            upkeep="None.",
        ),
        _practice(
            "money-as-float",
            "data",
            "high",
            "An amount of money is stored as binary floating point.",
            why="Binary fractions cannot hold 0.10. Sums drift by cents and comparisons fail.",
            fix="Use numeric with the currency's scale, or whole minor units in a bigint.",
            trade_offs="The change rewrites the table and numeric is slower to add up.",
            alternatives="Keep it where it is a measurement and no money.",
            upkeep="Name the currency beside each amount.",
        ),
    )
}

PATCH = """\
--- a/Dockerfile
+++ b/Dockerfile
@@ -1,4 +1,5 @@
 FROM python:3.12-slim
 WORKDIR /srv
 COPY . .
+USER 10001
 CMD ["python", "-m", "shop"]
"""


def _at(file: str, line: int, column: int, end_column: int) -> Location:
    return Location(
        file=file, line=line, column=column, end_line=line, end_column=end_column, pointer=None
    )


def leak() -> ReportedFinding:
    return ReportedFinding(
        id="5e0c7a1b90d2",
        practice="row-security-leaks-through-view",
        area="security",
        severity="critical",
        message="view open_orders shows the rows of every tenant of orders to role shop_app",
        where=_at("db/migrations/0014_open_orders.sql", 3, 1, 24),
        also=(),
        evidence=(
            Evidence(
                kind="view",
                text="create view open_orders as select * from orders where state = 'open'",
                where=_at("db/migrations/0014_open_orders.sql", 3, 1, 24),
            ),
            Evidence(
                kind="policy",
                text="policy tenant_only on orders using (tenant_id = "
                "current_setting('shop.tenant')::bigint)",
                where=_at("db/migrations/0009_tenants.sql", 12, 1, 80),
            ),
        ),
        fix=OfferedFix(
            text="Let the view check the rights of the one who reads it.",
            sql="alter view open_orders set (security_invoker = true);",
            patch=None,
        ),
        verdict="proven",
        reason=None,
        proof=Proof(
            receipt="77ab01c94e5f",
            method="row-security-leak",
            before={"rows_of_other_tenants": 200, "rows_of_own_tenant": 100, "role": "shop_app"},
            after={"rows_of_other_tenants": 0, "rows_of_own_tenant": 100, "role": "shop_app"},
            control={"rows_of_other_tenants": 0, "role": "shop_control"},
            sizes={"orders": 300},
            limits=(
                "Shown with made-up rows of three tenants; it says nothing about rows that exist.",
                "Other views were not tried.",
            ),
            repeat="backstay prove 5e0c7a1b90d2",
        ),
        stage_note="Mend this at any stage: it is a breach as soon as there are two customers.",
    )


def slow_delete() -> ReportedFinding:
    return ReportedFinding(
        id="b7c1e0a1b2c3",
        practice="foreign-key-without-index",
        area="data",
        severity="high",
        message="purchase (customer_id) refers to customer but has no index",
        where=_at("db/schema.sql", 41, 5, 58),
        also=tuple(
            Site(
                id=f"{0xB7C1E0 + number:012x}",
                where=_at(f"db/archive/schema_{2010 + number}.sql", 41 + number, 5, 58),
                message=f"purchase_{2010 + number} (customer_id) refers to customer but has no "
                "index",
            )
            for number in range(15)
        ),
        evidence=(
            Evidence(
                kind="foreign-key",
                text="purchase (customer_id) references customer (id) on delete cascade",
                where=_at("db/schema.sql", 41, 5, 58),
            ),
        ),
        fix=OfferedFix(
            text="Create an index on purchase (customer_id).",
            sql="create index concurrently on purchase (customer_id);",
            patch=None,
        ),
        verdict="proven",
        reason=None,
        proof=Proof(
            receipt="1f2e3d4c5b6a",
            method="index-trial",
            before={"pages_read": 41_666, "delete_ms": 112.4137, "index_bytes": 0},
            after={"pages_read": 4, "delete_ms": 0.0213, "index_bytes": 112_345_088},
            control={"pages_read": 41_666, "delete_ms": 113.2},
            sizes={"purchase": 5_000_000, "customer": 200_000},
            limits=(
                "Made-up rows: it says nothing about how much of the table your cache holds.",
                "Inserts into purchase were not timed.",
            ),
            repeat="backstay prove b7c1e0a1b2c3 --budget 30",
        ),
        stage_note=None,
    )


def unbounded_list() -> ReportedFinding:
    return ReportedFinding(
        id="0aa1bb2cc3dd",
        practice="list-without-pagination",
        area="contract",
        severity="high",
        message="GET /customers/{customer_id}/orders returns a list of Order without limit or "
        "cursor",
        where=Location(
            file="api/openapi.yaml",
            line=212,
            column=5,
            end_line=240,
            end_column=1,
            pointer="/paths/~1customers~1{customer_id}~1orders/get",
        ),
        also=(
            Site(
                id="0aa1bb2cc3de",
                where=Location(
                    file="api/openapi.yaml", line=388, column=5, end_line=401, end_column=1
                ),
                message="GET /shops/{shop_id}/orders returns a list of Order without limit or "
                "cursor",
            ),
        ),
        evidence=(
            Evidence(
                kind="operation",
                text="GET /customers/{customer_id}/orders",
                where=Location(file="api/openapi.yaml", line=212, column=5),
            ),
        ),
        fix=OfferedFix(
            text="Add the parameters limit (at most 100) and cursor.", sql=None, patch=None
        ),
        verdict="not-proven",
        reason="There is no experiment for this practice.",
        proof=None,
        stage_note=None,
    )


def root_container() -> ReportedFinding:
    return ReportedFinding(
        id="c0ffee123456",
        practice="image-runs-as-root",
        area="operations",
        severity="medium",
        message="the image of service api runs as root",
        where=_at("Dockerfile", 4, 1, 29),
        also=(),
        evidence=(
            Evidence(
                kind="image-build", text="FROM python:3.12-slim", where=_at("Dockerfile", 1, 1, 22)
            ),
        ),
        fix=OfferedFix(text="Add USER 10001 before the command.", sql=None, patch=PATCH),
        verdict="not-proven",
        reason="There is no experiment for this practice.",
        proof=None,
        stage_note=None,
    )


def live_index() -> ReportedFinding:
    return ReportedFinding(
        id="aaaabbbbcccc",
        practice="foreign-key-without-index",
        area="data",
        severity="low",
        message="audit.entry (actor_id) refers to customer but has no index",
        where=Location(system="postgresql", object="audit.entry"),
        also=(),
        evidence=(
            Evidence(
                kind="foreign-key",
                text="entry_actor_id_fkey",
                where=Location(system="postgresql", object="audit.entry.entry_actor_id_fkey"),
            ),
        ),
        fix=OfferedFix(
            text="Create an index on audit.entry (actor_id).",
            sql="create index concurrently on audit.entry (actor_id);",
            patch=None,
        ),
        verdict="not-proven",
        reason="Holds from 120,000 rows in audit.entry; its real size is not known.",
        proof=Proof(
            receipt="9988776655aa",
            method="index-trial",
            before={"pages_read": 900, "delete_ms": 1.9},
            after={"pages_read": 3, "delete_ms": 0.02},
            control={"pages_read": 900, "delete_ms": 1.91},
            sizes={"audit.entry": 120_000},
            limits=("Sizes were made up.",),
            repeat="backstay prove aaaabbbbcccc",
        ),
        stage_note=None,
    )


def small_table() -> ReportedFinding:
    return ReportedFinding(
        id="ddddeeeeffff",
        practice="foreign-key-without-index",
        area="data",
        severity="medium",
        message="shipping_rate (country_code) refers to country but has no index",
        where=_at("db/schema.sql", 77, 5, 60),
        also=(),
        evidence=(
            Evidence(
                kind="foreign-key",
                text="shipping_rate (country_code) references country (code)",
                where=_at("db/schema.sql", 77, 5, 60),
            ),
        ),
        fix=OfferedFix(
            text="Create an index on shipping_rate (country_code).",
            sql="create index concurrently on shipping_rate (country_code);",
            patch=None,
        ),
        verdict="refuted",
        reason="At 240 rows the table is two pages; the index saves nothing outside the "
        "control's spread.",
        proof=Proof(
            receipt="0102030405aa",
            method="index-trial",
            before={"pages_read": 2, "delete_ms": 0.031},
            after={"pages_read": 2, "delete_ms": 0.032},
            control={"pages_read": 2, "delete_ms": 0.031},
            sizes={"shipping_rate": 240},
            limits=("Holds for this size only.",),
            repeat="backstay prove ddddeeeeffff",
        ),
        stage_note=None,
    )


def shop() -> Envelope:
    """A review with something in every field."""
    return envelope(
        findings=(leak(), slow_delete(), unbounded_list(), root_container(), live_index()),
        refuted=(small_table(),),
        unread=(
            UnreadFile(file="db/dump.sql", why="is larger than 64 MB (212 MB)"),
            *(
                UnreadFile(file=f"legacy/{name}.sql", why="is not UTF-8 and names no encoding")
                for name in ("customers", "orders", "prices", "shops", "users")
            ),
        ),
        not_checked=(
            Unchecked(
                what="tables declared in Python (12 files with SQLAlchemy models)",
                why="Backstay reads SQL, OpenAPI, Compose files and Dockerfiles",
            ),
            Unchecked(
                what="index on product using gin (name gin_trgm_ops)",
                why="the lab's PostgreSQL lacks the extension pg_trgm",
            ),
            Unchecked(
                what="collation de-x-icu of column product.name",
                why="the lab's PostgreSQL is built without ICU",
            ),
        ),
    )


def envelope(
    findings: Iterable[ReportedFinding] = (),
    refuted: Iterable[ReportedFinding] = (),
    unread: tuple[UnreadFile, ...] = (),
    not_checked: tuple[Unchecked, ...] = (),
    read: dict[str, int] | None = None,
) -> Envelope:
    """An envelope with the sums of what it is given."""
    findings, refuted = tuple(findings), tuple(refuted)
    return Envelope(
        backstay="0.1.0",
        command="review",
        targets=(".",),
        stage="growing",
        stage_source="guessed from 42 tables and 3 authors",
        summary=Summary(
            findings=len(findings),
            sites=sum(1 + len(each.also) for each in findings),
            proven=sum(each.verdict == "proven" for each in findings),
            refuted=len(refuted),
            approved=2 if findings else 0,
            by_severity=dict(Counter(each.severity for each in findings)),
            read=dict(READ) if read is None else read,
        ),
        findings=findings,
        refuted=refuted,
        unread=unread,
        not_checked=not_checked,
        fail_on="high",
    )


def many(count: int) -> Envelope:
    """A review of ``count`` findings of the size that real ones have."""
    kinds = (leak(), slow_delete(), unbounded_list(), root_container(), live_index())
    return envelope(
        findings=tuple(
            msgspec.structs.replace(
                kinds[number % len(kinds)],
                id=f"{number:012x}",
                also=kinds[number % len(kinds)].also[:3],
            )
            for number in range(count)
        )
    )


# Each would do harm in one of the reports if it were not escaped there.
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`</pre></details></td>"
    " @everyone #1 [click](https://example.com) ![x](https://example.com/x.png) | a\x1b[31mred\x07"
    " \u202etxt.sql ```\n```\n# heading\n/close\r\n&lt;b&gt; $x$ {0} ]]> --> ${7*7}"
)


def hostile() -> Envelope:
    """An envelope with hostile text in every field that takes text."""
    where = Location(file=HOSTILE, line=1, column=2, pointer="/" + HOSTILE)
    live = Location(system=HOSTILE, object=HOSTILE)
    fix = OfferedFix(text=HOSTILE, sql=HOSTILE, patch=HOSTILE)
    finding = ReportedFinding(
        id=HOSTILE,
        practice=HOSTILE,
        area="security",
        severity="high",
        message=HOSTILE,
        where=where,
        also=(
            Site(id=HOSTILE, where=where, message=HOSTILE),
            Site(id=HOSTILE, where=live, message=HOSTILE),
        ),
        evidence=(
            Evidence(kind=HOSTILE, text=HOSTILE, where=where),
            Evidence(kind=HOSTILE, text=HOSTILE, where=live),
        ),
        fix=fix,
        verdict="proven",
        reason=HOSTILE,
        proof=Proof(
            receipt=HOSTILE,
            method=HOSTILE,
            before={HOSTILE: HOSTILE, "n": 3},
            after={HOSTILE: HOSTILE, "n": 1},
            control={HOSTILE: HOSTILE, "n": 3},
            sizes={HOSTILE: 3},
            limits=(HOSTILE,),
            repeat=HOSTILE,
        ),
        stage_note=HOSTILE,
    )
    made = envelope(
        findings=(finding, msgspec.structs.replace(finding, where=live)),
        refuted=(msgspec.structs.replace(finding, verdict="refuted"),),
        unread=(UnreadFile(file=HOSTILE, why=HOSTILE),),
        not_checked=(Unchecked(what=HOSTILE, why=HOSTILE),),
        read={HOSTILE: 2},
    )
    return msgspec.structs.replace(made, targets=(HOSTILE,), stage_source=HOSTILE)
