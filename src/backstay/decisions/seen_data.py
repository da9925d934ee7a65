"""What schemas and migrations show to decisions."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from backstay.decisions.seen import Seen, count, listed, plural, whether
from backstay.model.data import Column, ForeignKey, Function, Policy, Table, TableSize, Trigger
from backstay.model.migrations import Migration

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.model.backend import Backend
    from backstay.model.data import Name

# Columns that say whose a row is.
_TENANT = re.compile(
    r"(tenant|organi[sz]ation|org|account|workspace|company|team|customer|client|shop|store)"
    r"_?(id|uuid|guid|key)\Z"
)
# Below this share of the tables, or fewer tables than these, a column is no mark of tenants.
_TENANT_SHARE = 0.4
_TENANT_TABLES = 3

_TENANT_SCHEMA = re.compile(r"(tenant|org|customer|client|account)_?\w*\d\w*\Z")
_JSON = frozenset(("json", "jsonb"))


def _tables(backend: Backend) -> list[Table]:
    """The tables, without the partitions of one."""
    return [table for table in backend.of(Table) if table.partition_of is None]


def _databases(backend: Backend) -> set[str]:
    return {table.name.database for table in backend.of(Table)}


def table_count(backend: Backend) -> Seen | None:
    """Tables, partitions not counted."""
    tables = _tables(backend)
    return count(len(tables), "table", _databases(backend)) if tables else None


def foreign_key_count(backend: Backend) -> Seen | None:
    """Foreign keys."""
    keys = backend.of(ForeignKey)
    return count(len(keys), "foreign key", _databases(backend)) if backend.of(Table) else None


def has_foreign_keys(backend: Backend) -> Seen | None:
    """Whether rows of one table refer to those of another."""
    found = foreign_key_count(backend)
    return Seen(value=bool(found.value), text=found.text) if found else None


def known_rows(backend: Backend) -> Seen | None:
    """Rows of all tables whose size is known."""
    sizes = backend.of(TableSize)
    if not sizes:
        return None
    total = sum(size.rows for size in sizes)
    sources = listed({size.source for size in sizes})
    return Seen(
        value=float(total),
        text=f"{plural(total, 'row')} in {plural(len(sizes), 'table')} of known size ({sources})",
    )


def largest_table(backend: Backend) -> Seen | None:
    """Rows of the largest table whose size is known."""
    sizes = backend.of(TableSize)
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: size.rows)
    text = f"{largest.table} has {plural(largest.rows, 'row')} ({largest.source})"
    return Seen(value=float(largest.rows), text=text)


def _json_columns(backend: Backend) -> list[Column]:
    return [each for each in backend.of(Column) if each.type.removesuffix("[]") in _JSON]


def json_column_count(backend: Backend) -> Seen | None:
    """Columns that hold JSON."""
    if not backend.of(Table):
        return None
    return count(len(_json_columns(backend)), "JSON column", _databases(backend))


def has_json_columns(backend: Backend) -> Seen | None:
    """Whether any column holds JSON."""
    if not backend.of(Table):
        return None
    names = (f"{column.table}.{column.name}" for column in _json_columns(backend))
    return whether(names, "JSON columns", _databases(backend))


def _partitioned(backend: Backend) -> list[Table]:
    return [table for table in _tables(backend) if table.partition_key is not None]


def partitioned_table_count(backend: Backend) -> Seen | None:
    """Tables that are divided into partitions."""
    if not backend.of(Table):
        return None
    return count(len(_partitioned(backend)), "partitioned table", _databases(backend))


def has_partitions(backend: Backend) -> Seen | None:
    """Whether any table is divided into partitions."""
    if not backend.of(Table):
        return None
    names = (str(table.name) for table in _partitioned(backend))
    return whether(names, "partitioned tables", _databases(backend))


def _tenancy(backend: Backend) -> tuple[str, set[Name]] | None:
    """The column that says whose a row is, and the tables that have it.

    It refers to one table from a good part of all others.
    """
    users: dict[tuple[str, Name], set[Name]] = {}
    for key in backend.of(ForeignKey):
        if len(key.columns) == 1 and _TENANT.match(key.columns[0]):
            users.setdefault((key.columns[0], key.parent), set()).add(key.table)
    if not users:
        return None
    (column, _), tables = max(users.items(), key=lambda pair: (len(pair[1]), pair[0][0]))
    enough = max(_TENANT_TABLES, _TENANT_SHARE * (len(_tables(backend)) - 1))
    return (column, tables) if len(tables) >= enough else None


def has_tenant_column(backend: Backend) -> Seen | None:
    """Whether most tables say by one column whose their rows are."""
    if not backend.of(Table):
        return None
    found = _tenancy(backend)
    if found is None:
        where = listed(_databases(backend))
        return Seen(value=False, text=f"no tenant column on most tables in {where}")
    column, tables = found
    return Seen(value=True, text=f"{column} on {plural(len(tables), 'table')}")


def tenant_table_count(backend: Backend) -> Seen | None:
    """Tables that say by the tenant column whose their rows are."""
    if not backend.of(Table):
        return None
    found = _tenancy(backend)
    tables = found[1] if found else set()
    text = f"{plural(len(tables), 'table')} with a tenant column"
    return Seen(value=float(len(tables)), text=text)


def has_row_security(backend: Backend) -> Seen | None:
    """Whether any table has row level security."""
    if not backend.of(Table):
        return None
    names = {str(table.name) for table in backend.of(Table) if table.row_security}
    names |= {str(policy.table) for policy in backend.of(Policy)}
    return whether(names, "row level security", _databases(backend))


def database_count(backend: Backend) -> Seen | None:
    """Schemas and migration folders that describe databases."""
    databases = _databases(backend)
    return count(len(databases), "database", databases) if databases else None


def _schemas(backend: Backend) -> set[str]:
    return {table.name.schema for table in backend.of(Table)}


def schema_count(backend: Backend) -> Seen | None:
    """Schemas that hold tables."""
    schemas = _schemas(backend)
    return count(len(schemas), "schema", _databases(backend)) if schemas else None


def has_schema_per_tenant_names(backend: Backend) -> Seen | None:
    """Whether several schemas are named as if each were a tenant's."""
    if not backend.of(Table):
        return None
    names = {name for name in _schemas(backend) if _TENANT_SCHEMA.match(name)}
    return whether(names if len(names) > 1 else (), "schemas by tenant", _databases(backend))


def migration_count(backend: Backend) -> Seen | None:
    """Migrations forward."""
    found = [each for each in backend.of(Migration) if each.direction == "up"]
    return count(len(found), "migration", {each.database for each in found}) if found else None


def trigger_count(backend: Backend) -> Seen | None:
    """Triggers."""
    if not backend.of(Table):
        return None
    return count(len(backend.of(Trigger)), "trigger", _databases(backend))


def stored_function_count(backend: Backend) -> Seen | None:
    """Functions and procedures in the database."""
    if not backend.of(Table):
        return None
    return count(len(backend.of(Function)), "function", _databases(backend))


def _named(pattern: re.Pattern[str], kind: str, backend: Backend) -> Seen | None:
    names = Counter(str(table.name) for table in _tables(backend) if pattern.match(table.name.name))
    # Such a table may have any other name: that none has one of these says nothing.
    return whether(names, kind, ()) if names else None


_NAMES = {
    "has_outbox_table": ("outbox tables", r"(\w+_)?outbox(_\w+)?\Z"),
    "has_queue_table": (
        "tables of jobs",
        r"(\w+_)?((job|task|message)(_queue|s)|queue(d_jobs?|s)?)\Z|(\w+_)?job\Z|pgboss\w*\Z",
    ),
    "has_idempotency_table": ("tables of idempotency keys", r"(\w+_)?idempoten\w+\Z"),
    "has_role_tables": (
        "tables of roles",
        r"(\w+_)?(roles?|permissions?|privileges?|role_assignments?)(_\w+)?\Z",
    ),
    "has_relationship_tables": (
        "tables of sharing and membership",
        r"(\w+_)?(shares?|sharing|memberships?|members?|collaborators?|grants?|acls?|invitations?)\Z",
    ),
    "has_audit_table": (
        "tables of what was done",
        r"((\w+_)?audit(_\w+)?|(\w+_)?(change|activity|event)_logs?|modlog\w*|mod_\w+)\Z",
    ),
}

# By the names of their tables: what applications keep in the database beside their subject.
NAMED_TABLES: dict[str, Callable[[Backend], Seen | None]] = {
    name: partial(_named, re.compile(pattern), kind) for name, (kind, pattern) in _NAMES.items()
}
