from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.findings import Finding, Fix
from backstay.model.migrations import MigrationStatement
from backstay.practices.practice import practice

_CATALOG = re.compile(
    r"^\s*(?:update|insert\s+into|delete\s+from)\s+(?:only\s+)?"
    r"(?:pg_catalog\.)?(pg_(?:index|class|attribute|constraint|trigger|proc|type|enum|namespace"
    r"|depend|attrdef|rewrite|policy|authid|database))\b",
    re.IGNORECASE,
)
_ALL_TRIGGERS = re.compile(r"\bdisable\s+trigger\s+all\b", re.IGNORECASE)


@practice(area="migration", severity="low")
def migration_writes_system_catalog(statement: MigrationStatement, _: Backend) -> Iterator[Finding]:
    """A migration writes to the system catalogs or switches all triggers of a table off.

    Why: Both need a superuser, whom managed services do not give. A direct write to pg_index or its
        like is checked by nothing: a mistake leaves a database that cannot be dumped or upgraded.
        DISABLE TRIGGER ALL also switches foreign keys off, and rows written meanwhile may refer
        to nothing.
    Fix: Use the statement that is meant for it: drop and create the index, ALTER TYPE ... ADD
        VALUE, DISABLE TRIGGER USER or session_replication_role for a bulk load.
    Trade-offs: Those ways take longer or need more steps.
    Alternatives: None on a server that you do not own.
    Upkeep: Migrations that have run everywhere need no change; keep new ones from copying them.
    References: https://www.postgresql.org/docs/current/catalogs.html
        https://www.postgresql.org/docs/current/sql-altertable.html

    Bad (migrations/0002_bulk.sql):
        alter table purchase disable trigger all; -- finding
        update pg_index set indisready = false where indrelid = 'purchase'::regclass; -- finding
    Good (migrations/0002_bulk.sql):
        alter table purchase disable trigger user;
        drop index purchase_placed;
    """
    if statement.direction != "up":
        return
    catalog = _CATALOG.search(statement.sql)
    triggers = _ALL_TRIGGERS.search(statement.sql)
    if catalog is None and triggers is None:
        return
    what = f"writes to {catalog[1].lower()}" if catalog else "switches all triggers off"
    yield Finding(
        message=f"migration {statement.migration} {what}, which only a superuser may",
        evidence=(statement,),
        cause=f"superuser statements of {statement.database}",
        fix=Fix(text="Use statements that the owner of the table may run, from now on."),
    )
