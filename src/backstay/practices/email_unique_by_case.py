from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Index
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice

_EMAIL = re.compile(r"(^|_)e?mail(_address)?$")
_TEXTS = ("text", "character varying")


@practice(area="data", severity="low")
def email_unique_by_case(index: Index, backend: Backend) -> Iterator[Finding]:
    """E-mail addresses that differ by case only count as different.

    Why: Ann@example.org and ann@example.org reach the same person. With a unique rule on the text
        as it is, one person gets two accounts by accident, a look-up by another spelling finds
        none, and whoever registers the second spelling may get what is meant for the first.
    Fix: Make lower(email) unique instead, and look up by lower(email).
    Trade-offs: Existing duplicates must be merged first. Look-ups must use the same expression.
    Alternatives: The type citext, a case-insensitive collation, or a check that the address is
        stored in lower case. Leave it where the application lowers every address before it writes.
    Upkeep: None.
    References: https://www.postgresql.org/docs/current/indexes-expressional.html

    Bad (schema.sql):
        create table account (
            id bigint primary key,
            email text not null unique -- finding
        );
    Good (schema.sql):
        create table account (id bigint primary key, email text not null);
        create unique index account_email on account (lower(email));
    """
    columns = index.columns
    if not index.unique or not columns or not _EMAIL.search(columns[-1]):
        return
    column = backend.column(index.table, columns[-1])
    if column is None or column.type.partition("(")[0] not in _TEXTS or column.collation:
        return
    if _folded(index, column.name, backend):
        return
    name = quoted(column.name)
    yield Finding(
        message=f"{index.table}.{column.name} is unique by exact case only",
        evidence=(index, column),
        fix=Fix(
            text=f"Make lower({name}) unique and look up by it, or see that every address is"
            " written in lower case and check that.",
            sql=f"create unique index concurrently on {index.table} (lower({name}));",
            sql_as_patch=False,
        ),
    )


def _folded(index: Index, name: str, backend: Backend) -> bool:
    """Whether something else keeps spellings apart: an index or a check that folds the case."""
    folds = re.compile(rf"\b(lower|upper)\s*\(\W*{re.escape(name)}\b", re.IGNORECASE)
    expressions = [
        key.expression or ""
        for other in backend.indexes_on(index.table)
        if other.unique
        for key in other.keys
    ]
    checks = [check.expression for check in backend.checks_of(index.table)]
    return any(folds.search(text) for text in (*expressions, *checks))
