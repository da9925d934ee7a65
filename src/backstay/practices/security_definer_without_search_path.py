from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.data import Function
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice


@practice(area="security", severity="high")
def security_definer_without_search_path(function: Function, _: Backend) -> Iterator[Finding]:
    """A security definer function runs with the caller's search path.

    Why: The function runs with its owner's rights but finds tables, functions and operators where
        the caller's search_path says. A caller who may create objects in any schema on that path,
        or temporary ones, can put their own in front and have them run with the owner's rights.
    Fix: Pin the path: SET search_path = pg_catalog, the schemas it needs, then pg_temp last.
    Trade-offs: A SET clause keeps the function from being inlined, and costs a little each call.
    Alternatives: Name every object with its schema, operators too; or do without the definer's
        rights by granting what callers need.
    Upkeep: Review the list of security definer functions whenever a role is added.
    References: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY

    Bad (schema.sql):
        create function close_account(account bigint) returns void -- finding
            language sql security definer
            as 'update account set closed = true where id = account';
    Good (schema.sql):
        create function close_account(account bigint) returns void
            language sql security definer set search_path = pg_catalog, public, pg_temp
            as 'update account set closed = true where id = account';
    """
    if not function.security_definer:
        return
    if any(name.lower() == "search_path" for name, _ in function.settings):
        return
    signature = f"{function.name}({', '.join(function.arguments)})"
    kind = "procedure" if function.procedure else "function"
    yield Finding(
        message=f"{signature} runs with its owner's rights and its caller's search_path",
        evidence=(function,),
        fix=Fix(
            text="Pin the search path of the function.",
            sql=f"alter {kind} {signature} set search_path = pg_catalog, {function.name.schema},"
            " pg_temp;",
            undo=f"alter {kind} {signature} reset search_path;",
        ),
    )
