from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import View
from backstay.model.findings import Finding, Fix
from backstay.practices._row_security import hiding_policies, tables_behind
from backstay.practices.practice import practice


@practice(area="security", severity="high", proof="row-security-leak")
def view_bypasses_row_security(view: View, backend: Backend) -> Iterator[Finding]:
    """A view shows rows that row level security hides.

    Why: A view reads its tables with the rights of its owner, and row level security does not hold
        for the owner of a table. Whoever may read the view reads everybody's rows through it,
        though the policies hide them in the table itself. A materialized view keeps them all.
    Fix: Let the view run with the caller's rights: security_invoker = true (PostgreSQL 15).
    Trade-offs: Callers then need SELECT on the tables too, and each query pays for the policies.
    Alternatives: FORCE ROW LEVEL SECURITY on the table, where the view's owner is no superuser;
        the policy's condition repeated in the view, marked security_barrier; no view for such
        roles. For a materialized view: no grants on it, and a function that filters.
    Upkeep: Ask of each new view over such a table whose rights it runs with.
    References: https://www.postgresql.org/docs/current/sql-createview.html

    Bad (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
        create view invoice_overview as select id, tenant_id from invoice; -- finding
    Good (schema.sql):
        create table invoice (id bigint primary key, tenant_id bigint not null);
        alter table invoice enable row level security;
        create policy own_tenant on invoice
            using (tenant_id = current_setting('app.tenant_id')::bigint);
        create view invoice_overview with (security_invoker = true)
            as select id, tenant_id from invoice;
    """
    if view.security_invoker:
        return
    for name in tables_behind(view, backend):
        table = backend.table(name)
        if table is None or not table.row_security or table.row_security_forced:
            continue
        policies = hiding_policies(name, backend)
        if policies:
            yield Finding(
                message=f"{view} shows rows of {name} that its policy {policies[0].name} hides",
                evidence=(view, table, *policies),
                about=str(name),
                fix=_fix(view),
            )
            return


def _fix(view: View) -> Fix:
    if view.materialized:
        return Fix(text=f"Keep {view.name} from roles that the policies are for, or filter in it.")
    return Fix(
        text=f"Let {view.name} run with the rights of its caller.",
        sql=f"alter view {view.name} set (security_invoker = true);",
    )
