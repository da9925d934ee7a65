from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Table
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="security", severity="high", proof="row-security-leak")
def row_security_not_enabled(table: Table, backend: Backend) -> Iterator[Finding]:
    """A table has policies that are not in force.

    Why: CREATE POLICY alone changes nothing. Until row level security is enabled on the table, its
        policies are ignored and everyone who may read the table reads all of it.
    Fix: ALTER TABLE ... ENABLE ROW LEVEL SECURITY.
    Trade-offs: What no policy allows is refused from then on: try it with each role first.
    Alternatives: Drop the policies if they are not meant.
    Upkeep: A test that reads as one tenant and must not see another's rows finds this at once.
    References: https://www.postgresql.org/docs/current/ddl-rowsecurity.html

    Bad (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null); -- finding
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
    Good (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
    """
    policies = backend.policies_of(table.name)
    if table.row_security or not policies:
        return
    yield Finding(
        message=f"the policy {policies[0].name} on {table.name} has no effect: row level security"
        " is not enabled",
        evidence=(table, *policies),
        fix=Fix(
            text=f"Enable row level security on {table.name}.",
            sql=f"alter table {table.name} enable row level security;",
        ),
    )
