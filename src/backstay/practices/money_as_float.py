from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Column
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

_MONEY = re.compile(
    r"(^|_)(price|amount|balance|fee|fees|salary|wage|revenue|discount|refund|subtotal|grand_total"
    r"|total_due|total_paid|unit_cost|tax_amount|payment|payout|invoice_total|order_total)(_|$)"
)
_NOT_MONEY = re.compile(r"(^|_)(percent|percentage|ratio|rate|factor|score|weight|count|pct)(_|$)")
_FLOATS = ("real", "double precision")


@practice(area="data", severity="high")
def money_as_float(column: Column, _: Backend) -> Iterator[Finding]:
    """An amount of money is stored as a binary floating-point number.

    Why: Binary fractions cannot hold most decimal ones: 0.10 is stored as a number slightly
        larger. Sums drift, equality fails, and two ways to add up the same invoice disagree.
    Fix: Store amounts as numeric with a fixed scale, and the currency beside them.
    Trade-offs: numeric is slower to add up than double precision and takes more room; both are
        rarely felt. Changing the type rewrites the table under an exclusive lock.
    Alternatives: Whole minor units (cents) as bigint are fast and exact, but every reader must
        know the currency's scale.
    Upkeep: Round in one place, by one stated rule.
    References: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT

    Bad (schema.sql):
        create table invoice (
            id bigint primary key,
            amount double precision not null -- finding
        );
    Good (schema.sql):
        create table invoice (
            id bigint primary key,
            amount numeric(12, 2) not null,
            discount_rate double precision
        );
    """
    if column.type.removesuffix("[]") not in _FLOATS:
        return
    if not _MONEY.search(column.name) or _NOT_MONEY.search(column.name):
        return
    yield Finding(
        message=f"{column.table}.{column.name} looks like money and is stored as {column.type}",
        evidence=(column,),
        fix=Fix(
            text=f"Store {column.name} as numeric with a fixed scale. On a large table add a new"
            " column, backfill it in batches and switch over.",
            sql=f"alter table {column.table}"
            f" alter column {quoted(column.name)} type numeric(19, 4);",
            sql_as_patch=False,
        ),
    )
