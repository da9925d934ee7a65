"""What can be seen, through the real readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.decisions.observations import OBSERVATIONS, observed
from backstay.model.events import unheard
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from pathlib import Path

    from backstay.model.backend import Backend

SCHEMA = """
create table tenant (id bigint primary key, name text);
create table account (id bigint primary key, tenant_id bigint references tenant (id), extra jsonb);
create table invoice (id bigint primary key, tenant_id bigint references tenant (id));
create table payment (id bigint primary key, tenant_id bigint references tenant (id));
create table user_role (id bigint primary key, account_id bigint references account (id));
create table event_outbox (id bigint primary key, payload jsonb);
create table measure (at timestamptz, value real) partition by range (at);
create table measure_2026 partition of measure for values from ('2026-01-01') to ('2027-01-01');
alter table invoice enable row level security;
create policy mine on invoice using (true);
"""
COMPOSE = """
services:
  web: {build: ., deploy: {replicas: 3}}
  worker: {build: ., command: worker}
  db: {image: "postgis/postgis:17-3.5"}
  cache: {image: "valkey/valkey:8"}
  queue: {image: "confluentinc/cp-kafka:7.9.0"}
  dashboard: {image: "provectuslabs/kafka-ui:v0.7.2"}
"""
CONTRACT = """
openapi: 3.1.0
info: {title: Shop, version: "2026-04-01"}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    login: {type: openIdConnect, openIdConnectUrl: "https://example.com/.well-known/x"}
paths:
  /v1/orders:
    get:
      deprecated: true
      parameters: [{name: pageToken, in: query, schema: {type: string}}]
      responses:
        "200": {description: Orders, headers: {ETag: {schema: {type: string}}}}
  /v2/orders:
    get:
      responses: {"200": {description: Orders}}
    post:
      callbacks:
        done:
          "{$request.body#/url}":
            post: {responses: {"200": {description: Taken}}}
      responses: {"201": {description: Made}}
"""
EXPECTED: dict[str, object] = {
    "table_count": 7,
    "foreign_key_count": 4,
    "has_foreign_keys": True,
    "json_column_count": 2,
    "has_json_columns": True,
    "partitioned_table_count": 1,
    "has_partitions": True,
    "has_tenant_column": True,
    "tenant_table_count": 3,
    "has_row_security": True,
    "has_schema_per_tenant_names": False,
    "database_count": 1,
    "schema_count": 1,
    "trigger_count": 0,
    "stored_function_count": 0,
    "known_rows": 5_000_120,
    "largest_table_rows": 5_000_000,
    "has_outbox_table": True,
    "has_role_tables": True,
    "operation_count": 3,
    "api_count": 1,
    "api_version_count": 2,
    "has_path_versions": True,
    "has_dated_versions": True,
    "deprecated_operation_count": 1,
    "has_deprecated_operations": True,
    "security_scheme_count": 2,
    "has_oauth": True,
    "has_api_keys": True,
    "webhook_count": 1,
    "has_webhooks": True,
    "has_pagination": True,
    "has_cache_headers": True,
    "service_count": 6,
    "own_service_count": 2,
    "replica_count": 3,
    "image_build_count": 1,
    "database_kind_count": 1,
    "database_in_use": "postgresql",
    "broker_in_use": "kafka",
    "uses_postgresql": True,
    "uses_mysql": False,
    "uses_sqlite": False,
    "uses_mongodb": False,
    "uses_cassandra": False,
    "uses_redis": True,
    "uses_memcached": False,
    "uses_rabbitmq": False,
    "uses_kafka": True,
    "uses_nats": False,
    "uses_elasticsearch": False,
    "uses_broker": True,
    "uses_pooler": False,
    "uses_proxy": False,
    "uses_sql_server_database": True,
    "uses_shared_cache": True,
}
# A plain schema has no migrations, and of its tables none has a name that tells of these.
SILENT = {
    "migration_count",
    "has_queue_table",
    "has_idempotency_table",
    "has_relationship_tables",
    "has_audit_table",
}
FILES = {
    "schema.sql": SCHEMA,
    "compose.yaml": COMPOSE,
    "openapi.yaml": CONTRACT,
    "Dockerfile": "FROM python:3.13\nUSER app\n",
    "backstay.toml": "[tables]\ninvoice = 5_000_000\ntenant = 120\n",
}


def backend_of(folder: Path, files: dict[str, str]) -> Backend:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return read_backend(resolve_targets((str(folder),)), ReadingOptions(), unheard).backend


def test_all_that_a_project_shows_is_seen(tmp_path: Path) -> None:
    seen = observed(backend_of(tmp_path, FILES), tuple(OBSERVATIONS))
    assert {name: each.value for name, each in seen.items()} == EXPECTED
    assert set(OBSERVATIONS) - set(seen) == SILENT


def test_each_sight_says_in_one_line_where_it_was_seen(tmp_path: Path) -> None:
    seen = observed(backend_of(tmp_path, FILES), tuple(OBSERVATIONS))
    assert seen["foreign_key_count"].text == "4 foreign keys in schema.sql"
    assert seen["has_tenant_column"].text == "tenant_id on 3 tables"
    assert seen["replica_count"].text == "3 replicas of web"
    assert seen["uses_kafka"].text == "Kafka or Redpanda: queue (confluentinc/cp-kafka:7.9.0)"
    assert seen["uses_mysql"].text == "no MySQL or MariaDB in compose.yaml"
    assert seen["uses_pooler"].text == "no connection pooler in compose.yaml"
    assert seen["largest_table_rows"].text == "invoice has 5,000,000 rows (stated)"
    assert all(each.text and "\n" not in each.text for each in seen.values())


def test_nothing_is_seen_in_an_empty_project(tmp_path: Path) -> None:
    assert observed(backend_of(tmp_path, {}), tuple(OBSERVATIONS)) == {}


@pytest.mark.parametrize(
    ("files", "silent"),
    [
        ({"schema.sql": SCHEMA}, ("uses_redis", "uses_kafka", "operation_count", "service_count")),
        ({"compose.yaml": COMPOSE}, ("table_count", "has_foreign_keys", "has_webhooks")),
        ({"openapi.yaml": CONTRACT}, ("table_count", "uses_postgresql", "uses_broker")),
    ],
    ids=["schema", "compose", "contract"],
)
def test_what_files_cannot_tell_stays_unknown(
    files: dict[str, str], silent: tuple[str, ...], tmp_path: Path
) -> None:
    assert observed(backend_of(tmp_path, files), silent) == {}


def test_a_schema_shows_the_database_that_it_is_written_for(tmp_path: Path) -> None:
    seen = observed(backend_of(tmp_path, {"schema.sql": SCHEMA}), ("uses_postgresql",))
    assert seen["uses_postgresql"].text == "PostgreSQL: schema.sql is written for it"


def test_two_databases_are_several(tmp_path: Path) -> None:
    compose = "services:\n  a: {image: 'postgres:17'}\n  b: {image: 'mongo:8'}\n"
    seen = observed(backend_of(tmp_path, {"compose.yaml": compose}), ("database_in_use",))
    assert seen["database_in_use"].value == "several"


def test_where_all_systems_run_elsewhere_that_one_is_missing_says_nothing(tmp_path: Path) -> None:
    compose = "services:\n  shop: {build: .}\n"
    names = ("uses_redis", "uses_postgresql", "broker_in_use", "database_in_use")
    assert observed(backend_of(tmp_path, {"compose.yaml": compose}), names) == {}


def test_a_cache_or_a_proxy_does_not_show_that_there_is_no_database(tmp_path: Path) -> None:
    compose = "services:\n  web: {image: 'nginx:1.29'}\n  cache: {image: 'redis:8'}\n"
    names = ("uses_sql_server_database", "uses_postgresql", "database_in_use")
    backend = backend_of(tmp_path, {"compose.yaml": compose})
    assert observed(backend, names) == {}
    assert observed(backend, ("broker_in_use",))["broker_in_use"].value == "redis"


def test_a_proxy_does_not_show_that_there_is_no_cache(tmp_path: Path) -> None:
    compose = "services:\n  web: {image: 'nginx:1.29'}\n  shop: {build: .}\n"
    names = ("uses_shared_cache", "uses_broker", "broker_in_use", "uses_pooler")
    assert observed(backend_of(tmp_path, {"compose.yaml": compose}), names) == {}


def test_a_service_that_is_switched_off_has_no_replicas_to_count(tmp_path: Path) -> None:
    compose = "services:\n  web: {build: ., deploy: {replicas: 0}}\n"
    backend = backend_of(tmp_path, {"compose.yaml": compose})
    assert observed(backend, ("replica_count",)) == {}


@pytest.mark.parametrize(
    ("file", "version", "dated"),
    [
        ("openapi.yaml", "2026-04", True),
        ("openapi.yaml", "2026-04-01-preview", False),
        ("docs/2026-10.openapi.yaml", "1.0", True),
        ("openapi.yaml", "2.2026-04", False),
        ("openapi.yaml", "20260401", False),
        ("openapi.yaml", "2026-13", False),
        ("openapi.yaml", "1.4.0", False),
    ],
)
def test_versions_that_are_dates_are_seen(
    file: str, version: str, *, dated: bool, tmp_path: Path
) -> None:
    contract = CONTRACT.replace("2026-04-01", version)
    seen = observed(backend_of(tmp_path, {file: contract}), ("has_dated_versions",))
    assert [each.value for each in seen.values()] == [True] * dated


def test_a_few_tables_with_a_column_of_that_name_are_no_tenants(tmp_path: Path) -> None:
    tables = "".join(f"create table t{each} (id bigint primary key);\n" for each in range(20))
    seen = observed(backend_of(tmp_path, {"schema.sql": SCHEMA + tables}), ("has_tenant_column",))
    assert seen["has_tenant_column"].value is False
