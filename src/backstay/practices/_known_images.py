"""What is known about public images: which hold data, where, and as whom they run.

Facts about official images come from https://github.com/docker-library/docs and the Dockerfiles
that each page there links to. An image that is not listed is unknown: nothing is claimed of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from backstay.model.deployment import Image


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A database, cache, broker or search engine.

    Attributes:
        ports: on which it serves clients.
        data: folders that its official image declares as volumes for its data.
        ready: a command that succeeds once it takes connections.
    """

    name: str
    kind: Literal["database", "cache", "message broker", "search engine"]
    ports: tuple[str, ...]
    data: tuple[str, ...] = ()
    ready: str | None = None


POSTGRES = Engine(
    name="PostgreSQL",
    kind="database",
    ports=("5432",),
    data=("/var/lib/postgresql/data",),
    # While the image prepares a new database it only listens on a socket, not here.
    ready="pg_isready -h 127.0.0.1",
)
MYSQL = Engine(
    name="MySQL",
    kind="database",
    ports=("3306", "33060"),
    data=("/var/lib/mysql",),
    ready="mysqladmin ping -h 127.0.0.1 --silent",
)
MARIADB = Engine(
    name="MariaDB",
    kind="database",
    ports=("3306",),
    data=("/var/lib/mysql",),
    ready="mariadb-admin ping -h 127.0.0.1 --silent",
)
MONGODB = Engine(name="MongoDB", kind="database", ports=("27017",), data=("/data/db",))
REDIS = Engine(name="Redis", kind="cache", ports=("6379",), ready="redis-cli ping")
VALKEY = Engine(name="Valkey", kind="cache", ports=("6379",), ready="valkey-cli ping")
MEMCACHED = Engine(name="Memcached", kind="cache", ports=("11211",))
RABBITMQ = Engine(
    name="RabbitMQ",
    kind="message broker",
    ports=("5672", "15672"),
    data=("/var/lib/rabbitmq",),
    ready="rabbitmq-diagnostics -q check_port_connectivity",
)
ELASTICSEARCH = Engine(
    name="Elasticsearch",
    kind="search engine",
    ports=("9200", "9300"),
    data=("/usr/share/elasticsearch/data",),
)
OPENSEARCH = Engine(
    name="OpenSearch",
    kind="search engine",
    ports=("9200", "9300"),
    data=("/usr/share/opensearch/data",),
)

CLICKHOUSE = Engine(
    name="ClickHouse", kind="database", ports=("8123", "9000"), data=("/var/lib/clickhouse",)
)
CASSANDRA = Engine(name="Cassandra", kind="database", ports=("9042",), data=("/var/lib/cassandra",))
COUCHDB = Engine(name="CouchDB", kind="database", ports=("5984",), data=("/opt/couchdb/data",))
NEO4J = Engine(name="Neo4j", kind="database", ports=("7474", "7687"), data=("/data",))

_ENGINES: dict[str, Engine] = {
    **dict.fromkeys(
        (
            "postgres", "postgis", "pgvector", "timescaledb", "pgautoupgrade", "postgres-ssl",
            "spilo", "postgresql", "timescaledb-ha", "paradedb", "age",
        ),
        POSTGRES,
    ),
    **dict.fromkeys(("mysql", "mysql-server", "percona", "percona-server"), MYSQL),
    "mariadb": MARIADB,
    **dict.fromkeys(("mongo", "mongodb", "mongodb-community-server"), MONGODB),
    **dict.fromkeys(("redis", "redis-stack", "redis-stack-server", "keydb", "dragonfly"), REDIS),
    **dict.fromkeys(("valkey", "valkey-bundle"), VALKEY),
    "memcached": MEMCACHED,
    "rabbitmq": RABBITMQ,
    "elasticsearch": ELASTICSEARCH,
    "opensearch": OPENSEARCH,
    **dict.fromkeys(("clickhouse", "clickhouse-server"), CLICKHOUSE),
    "cassandra": CASSANDRA,
    "couchdb": COUCHDB,
    "neo4j": NEO4J,
    "influxdb": Engine(name="InfluxDB", kind="database", ports=("8086",)),
    "cockroach": Engine(name="CockroachDB", kind="database", ports=("26257",)),
}  # fmt: skip

_OFFICIAL_REGISTRIES = (None, "docker.io", "index.docker.io", "mirror.gcr.io")
_VENDOR_DATA = {
    "bitnami": "/bitnami",
    "bitnamilegacy": "/bitnami",
}

# Official images of languages and systems: no USER, no HEALTHCHECK, and a shell or an
# interpreter as command, so that whatever is built on them runs as root unless it says otherwise.
_PLAIN_BASES = frozenset(
    re.findall(
        r"\S+",
        "alpine almalinux amazoncorretto amazonlinux archlinux buildpack-deps busybox clojure "
        "composer debian eclipse-temurin elixir erlang fedora gcc golang haskell ibmjava julia "
        "maven mono node openjdk oraclelinux perl php pypy python r-base rockylinux ruby rust "
        "sapmachine scala swift ubuntu ubi8 ubi9",
    )
)


_ON_DEBIAN = frozenset(
    re.findall(
        r"\S+",
        "buildpack-deps debian eclipse-temurin elixir erlang gcc golang haskell julia maven node "
        "perl php pypy python r-base ruby rust ubuntu",
    )
)


def is_official(image: Image) -> bool:
    """Whether this is an official image of Docker Hub, also by way of a mirror."""
    if image.registry == "public.ecr.aws":
        return image.repository.startswith("docker/library/")
    official = "/" not in image.repository or image.repository.startswith("library/")
    return image.registry in _OFFICIAL_REGISTRIES and official


def engine_of(image: Image | None) -> Engine | None:
    """The database, cache, broker or search engine that an image runs."""
    if image is None or "$" in image.name:
        return None
    return _ENGINES.get(image.name.lower())


def is_plain_base(image: Image) -> bool:
    """Whether this image is known to run as root and to bring no health check.

    Web server variants of php are left out: their workers drop to another user by themselves.
    """
    tag = image.tag or ""
    if image.name == "php" and ("apache" in tag or "fpm" in tag):
        return False
    if image.registry == "mcr.microsoft.com" and image.repository.startswith("dotnet/"):
        return not re.search("chiseled|azurelinux.*distroless", tag)
    return is_official(image) and image.name in _PLAIN_BASES


def is_dash_based(image: Image) -> bool:
    """Whether /bin/sh in this image is known to be dash: official images on Debian or Ubuntu.

    Unlike busybox and bash, dash 0.5.12 does not replace itself by the command of `sh -c`.
    """
    other = re.search(r"alpine|ubi|oracle|al2|windows|nanoserver|fedora|centos", image.tag or "")
    return is_official(image) and image.name in _ON_DEBIAN and other is None


def major_of(image: Image) -> int | None:
    """The version's first number: 16 of "16.2-alpine" and "latest-pg16"; None for "alpine"."""
    found = re.match(r"(?:v|(?:[a-z]+-)?pg)?(\d{1,4})(?![\d])", image.tag or "")
    return int(found[1]) if found else None


def data_folders(image: Image, engine: Engine) -> tuple[str, ...]:
    """The folders in which an image keeps its data; several where the version is unknown."""
    vendor = image.repository.partition("/")[0] if "/" in image.repository else ""
    if vendor in _VENDOR_DATA:
        return (f"{_VENDOR_DATA[vendor]}/{image.name}",)
    if image.name in ("timescaledb-ha", "spilo", "postgresql", "mongodb"):
        return ()  # each keeps them elsewhere, and some at a place that the settings name
    if engine is not POSTGRES:
        return engine.data
    # https://github.com/docker-library/postgres/pull/1259
    major = major_of(image)
    if major is None:
        return ("/var/lib/postgresql", "/var/lib/postgresql/data")
    first_with_parent = 18
    return ("/var/lib/postgresql",) if major >= first_with_parent else engine.data
