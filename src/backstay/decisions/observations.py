"""What can be seen of a backend that decisions ask for: each a value with what was seen.

An observation is None where the files cannot tell: a missing compose file says nothing about
which database runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.decisions import seen_contracts, seen_data, seen_services
from backstay.decisions.seen import Seen

if TYPE_CHECKING:
    from backstay.model.backend import Backend

Look = Callable[["Backend"], Seen | None]


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be seen.

    Attributes:
        unit: of a count, the noun.
        values: of a choice, in order.
        look: gives what is seen, or None where the files cannot tell.
    """

    name: str
    kind: Literal["count", "boolean", "choice"]
    unit: str | None = None
    values: tuple[str, ...] = ()
    look: Look


def _counts(unit: str, **looks: Look) -> dict[str, Observation]:
    return {
        name: Observation(name=name, kind="count", unit=unit, look=look)
        for name, look in looks.items()
    }


def _booleans(looks: dict[str, Look]) -> dict[str, Observation]:
    return {name: Observation(name=name, kind="boolean", look=look) for name, look in looks.items()}


OBSERVATIONS: dict[str, Observation] = {
    **_counts(
        "tables",
        table_count=seen_data.table_count,
        partitioned_table_count=seen_data.partitioned_table_count,
        tenant_table_count=seen_data.tenant_table_count,
    ),
    **_counts("foreign keys", foreign_key_count=seen_data.foreign_key_count),
    **_counts("rows", known_rows=seen_data.known_rows, largest_table_rows=seen_data.largest_table),
    **_counts("columns", json_column_count=seen_data.json_column_count),
    **_counts("databases", database_count=seen_data.database_count),
    **_counts("schemas", schema_count=seen_data.schema_count),
    **_counts("migrations", migration_count=seen_data.migration_count),
    **_counts("triggers", trigger_count=seen_data.trigger_count),
    **_counts("functions", stored_function_count=seen_data.stored_function_count),
    **_counts(
        "operations",
        operation_count=seen_contracts.operation_count,
        deprecated_operation_count=seen_contracts.deprecated_operation_count,
    ),
    **_counts("APIs", api_count=seen_contracts.api_count),
    **_counts("versions", api_version_count=seen_contracts.api_version_count),
    **_counts("schemes", security_scheme_count=seen_contracts.security_scheme_count),
    **_counts("webhooks", webhook_count=seen_contracts.webhook_count),
    **_counts(
        "services",
        service_count=seen_services.service_count,
        own_service_count=seen_services.own_service_count,
    ),
    **_counts("replicas", replica_count=seen_services.replica_count),
    **_counts("images", image_build_count=seen_services.image_build_count),
    **_counts("systems", database_kind_count=seen_services.database_kind_count),
    **_booleans(
        {
            "has_foreign_keys": seen_data.has_foreign_keys,
            "has_json_columns": seen_data.has_json_columns,
            "has_partitions": seen_data.has_partitions,
            "has_tenant_column": seen_data.has_tenant_column,
            "has_row_security": seen_data.has_row_security,
            "has_schema_per_tenant_names": seen_data.has_schema_per_tenant_names,
            "has_path_versions": seen_contracts.has_path_versions,
            "has_dated_versions": seen_contracts.has_dated_versions,
            "has_deprecated_operations": seen_contracts.has_deprecated_operations,
            "has_webhooks": seen_contracts.has_webhooks,
            "has_oauth": seen_contracts.has_oauth,
            "has_api_keys": seen_contracts.has_api_keys,
            "has_pagination": seen_contracts.has_pagination,
            "has_cache_headers": seen_contracts.has_cache_headers,
            **seen_data.NAMED_TABLES,
            **seen_services.USES,
        }
    ),
    "database_in_use": Observation(
        name="database_in_use",
        kind="choice",
        values=seen_services.DATABASES_IN_USE,
        look=seen_services.database_in_use,
    ),
    "broker_in_use": Observation(
        name="broker_in_use",
        kind="choice",
        values=seen_services.BROKERS_IN_USE,
        look=seen_services.broker_in_use,
    ),
}


def observed(backend: Backend, names: tuple[str, ...]) -> dict[str, Seen]:
    """What these observations see in a backend; those that cannot tell are left out."""
    found = {name: OBSERVATIONS[name].look(backend) for name in names}
    return {name: seen for name, seen in found.items() if seen is not None}
