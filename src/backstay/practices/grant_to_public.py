from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Grant
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_WRITES = frozenset(("insert", "update", "delete", "truncate", "all", "trigger", "references"))


@practice(area="security", severity="medium")
def grant_to_public(grant: Grant, _: Backend) -> Iterator[Finding]:
    """Privileges on tables are given to every role there is.

    Why: PUBLIC means all roles of the server, those made tomorrow too: the reporting login, the
        monitoring agent, the contractor. Whoever gets hold of any of them gets hold of the table.
    Fix: Revoke from PUBLIC and grant to a role that stands for the purpose.
    Trade-offs: Each new login must be put into its group role.
    Alternatives: Reading may be fine for tables that hold nothing but public data.
    Upkeep: List what PUBLIC may do whenever a role is added.
    References: https://www.postgresql.org/docs/current/ddl-priv.html

    Bad (schema.sql):
        create table customer (id bigint primary key, email text not null);
        grant select, update on customer to public; -- finding
    Good (schema.sql):
        create table customer (id bigint primary key, email text not null);
        create role support;
        grant select, update on customer to support;
    """
    if grant.role.lower() != "public" or not grant.object_kind.lower().startswith("table"):
        return
    what = ", ".join(grant.privileges)
    writes = bool(_WRITES & {each.lower() for each in grant.privileges})
    yield Finding(
        message=f"every role may {what} on {grant.object}",
        evidence=(grant,),
        severity="high" if writes else "low",
        fix=Fix(
            text="Revoke it from PUBLIC, and grant it to the role that needs it.",
            sql=f"revoke {what} on {grant.object} from public;",
        ),
    )
