from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Grant, Table
from backstay.model.findings import Finding, Fix
from backstay.practices._row_security import hiding_policies
from backstay.practices.practice import practice


@practice(area="security", severity="medium", proof="row-security-leak")
def row_security_bypassed_by_owner(table: Table, backend: Backend) -> Iterator[Finding]:
    """Policies ask for a session setting, but the table's owner reads past them.

    Why: Row level security does not hold for the owner of a table unless it is forced. Where no
        other role is granted anything, the application connects as the owner, and the policies
        that ask for its tenant setting are never asked.
    Fix: FORCE ROW LEVEL SECURITY, or connect as a role that does not own the tables.
    Trade-offs: Migrations and backups that run as the owner see only what the policies allow; give
        them a role with BYPASSRLS.
    Alternatives: A role for the application with grants of its own is cleaner: it cannot change
        the schema either.
    Upkeep: Test with the application's own login that another tenant's rows stay hidden.
    References: https://www.postgresql.org/docs/current/ddl-rowsecurity.html

    Bad (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null); -- finding
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
    Good (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        alter table invoice force row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
    """
    if not table.row_security or table.row_security_forced:
        return
    policies = hiding_policies(table.name, backend)
    asks = [policy for policy in policies if "current_setting" in (policy.using or "").lower()]
    if not asks or any(policy.roles != ("public",) for policy in policies):
        return
    if any(grant.database == table.name.database for grant in backend.of(Grant)):
        return
    yield Finding(
        message=f"the owner of {table.name} reads past its policy {asks[0].name}, and no other role"
        " is granted anything",
        evidence=(table, *asks),
        fix=Fix(
            text=f"Force row level security on {table.name}, or connect as another role.",
            sql=f"alter table {table.name} force row level security;",
            sql_as_patch=False,
        ),
    )
