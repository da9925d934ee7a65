from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Check, ForeignKey
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices.practice import practice


@practice(area="data", severity="medium")
def constraint_not_validated(rule: Check | ForeignKey, _: Backend) -> Iterator[Finding]:
    """A constraint was added NOT VALID and never validated.

    Why: NOT VALID checks new rows only. Old rows may break the rule, and the planner may not rely
        on it. It is meant as the first of two steps, and the second was forgotten.
    Fix: Mend the rows that break the rule, then VALIDATE CONSTRAINT.
    Trade-offs: Validation reads the whole table, but lets reads and writes go on meanwhile.
    Alternatives: Leave it as it is, on the record, where old rows are known to break the rule.
    Upkeep: Put both steps into the plan when a constraint is added: two migrations, two deploys.
    References: https://www.postgresql.org/docs/current/sql-altertable.html

    Bad (schema.sql):
        create table item (id bigint primary key, quantity integer not null);
        alter table item add constraint quantity_positive check (quantity > 0) not valid; -- finding
    Good (schema.sql):
        create table item (id bigint primary key, quantity integer not null);
        alter table item add constraint quantity_positive check (quantity > 0) not valid;
        alter table item validate constraint quantity_positive;
    """
    if rule.validated:
        return
    yield Finding(
        message=f"{rule.name} on {rule.table} was never validated: old rows may break it",
        evidence=(rule,),
        fix=Fix(
            text="Mend the rows that break the rule, then validate the constraint.",
            sql=f"alter table {rule.table} validate constraint {quoted(rule.name)};",
        ),
    )
