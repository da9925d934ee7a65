from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Policy
from backstay.model.findings import Finding, Fix
from backstay.model.identifiers import quoted
from backstay.practices._row_security import hiding_policies, lets_all_through, reads
from backstay.practices.practice import practice


@practice(area="security", severity="high", proof="row-security-leak")
def row_security_policy_too_wide(policy: Policy, backend: Backend) -> Iterator[Finding]:
    """A policy lets every row through, beside one that is meant to hide some.

    Why: Permissive policies are joined by OR: a row is shown if any one of them lets it through.
        One that is always true makes the others moot for the same roles.
    Fix: Drop the wide policy, or give it to the role alone that may see everything.
    Trade-offs: Whoever relied on it sees less: find them before.
    Alternatives: Make the narrow policy restrictive (AS RESTRICTIVE); those are joined by AND.
    Upkeep: Read all policies of a table together whenever one is added.
    References: https://www.postgresql.org/docs/current/sql-createpolicy.html

    Bad (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
        create policy readers on invoice for select using (true); -- finding
    Good (schema.sql):
        create role auditor;
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
        create policy readers on invoice for select to auditor using (true);
    """
    table = backend.table(policy.table)
    if table is None or not table.row_security or not policy.permissive:
        return
    if not reads(policy) or not lets_all_through(policy):
        return
    hiding = hiding_policies(policy.table, backend)
    if any(not each.permissive for each in hiding):
        return
    moot = [each for each in hiding if _covers(policy, each)]
    if not moot:
        return
    yield Finding(
        message=f"the policy {policy.name} lets every row of {policy.table} through, so that"
        f" {moot[0].name} hides none",
        evidence=(policy, *moot, table),
        fix=Fix(
            text=f"Drop {policy.name}, or restrict it to the role that may see everything.",
            sql=f"drop policy {quoted(policy.name)} on {policy.table};",
            sql_as_patch=False,
        ),
    )


def _covers(wide: Policy, narrow: Policy) -> bool:
    """Whether all roles that the narrow policy is for get the wide one too."""
    return "public" in wide.roles or set(narrow.roles) <= set(wide.roles)
