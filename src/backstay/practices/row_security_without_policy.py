from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Table
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="security", severity="info")
def row_security_without_policy(table: Table, backend: Backend) -> Iterator[Finding]:
    """Row level security is on, and no policy lets anyone in.

    Why: Without a policy every row is refused to everyone but the table's owner: queries of other
        roles find nothing, and no error says why.
    Fix: Add a policy for each role that should read or write, or say in a comment that none should.
    Trade-offs: Each policy is one more condition in the plan of each query.
    Alternatives: Revoking all grants says the same more plainly, with an error instead of nothing.
    Upkeep: Look at it again when a role other than the owner needs the table.
    References: https://www.postgresql.org/docs/current/ddl-rowsecurity.html

    Bad (schema.sql):
        create table secret (id bigint primary key); -- finding
        alter table secret enable row level security;
    Good (schema.sql):
        create table secret (id bigint primary key);
        alter table secret enable row level security;
        comment on table secret is 'Only for its owner: no policy on purpose.';
    """
    if not table.row_security or table.comment or backend.policies_of(table.name):
        return
    yield Finding(
        message=f"{table.name} has row level security but no policy: only its owner sees its rows",
        evidence=(table,),
        fix=Fix(text=f"Add a policy to {table.name}, or a comment that none is meant."),
    )
