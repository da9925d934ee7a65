"""Findings to try approvals and baselines with."""

from __future__ import annotations

from backstay.model.data import ForeignKey, Name
from backstay.model.findings import Finding, Fix
from backstay.model.places import Place


def finding_on(table: str, practice: str = "foreign-key-without-index") -> Finding:
    """A finding whose id depends on the table and the practice."""
    name = Name(database="schema.sql", name=table)
    key = ForeignKey(
        where=Place(file="schema.sql", start=10, end=20),
        table=name,
        name=f"{table}_customer_id_fkey",
        columns=("customer_id",),
        parent=Name(database="schema.sql", name="customer"),
        parent_columns=("id",),
    )
    return Finding(
        message=f"{table} (customer_id) refers to customer but has no index",
        evidence=(key,),
        fix=Fix(text="Create an index."),
        practice=practice,
    )


def unchanged_name(name: str) -> str | None:
    """A registry in which every practice exists under its own name."""
    return name
