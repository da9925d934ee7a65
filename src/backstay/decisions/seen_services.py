"""What compose files and Dockerfiles show to decisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from backstay.decisions.seen import Seen, count, listed, plural, whether
from backstay.model.data import Dialect
from backstay.model.deployment import ImageBuild, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from backstay.model.backend import Backend

# By the last part of an image's name; a name counts with what follows a dash, too
# ("redis-stack", "elasticsearch-oss").
_SYSTEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "postgresql": (
        "PostgreSQL",
        ("postgres", "postgresql", "postgis", "timescaledb", "pgvector", "citus"),
    ),
    "mysql": ("MySQL or MariaDB", ("mysql", "mariadb", "percona")),
    "mongodb": ("MongoDB", ("mongo", "mongodb")),
    "cassandra": ("Cassandra or ScyllaDB", ("cassandra", "scylla")),
    "redis": ("Redis or Valkey", ("redis", "valkey", "keydb", "dragonfly")),
    "memcached": ("Memcached", ("memcached",)),
    "rabbitmq": ("RabbitMQ", ("rabbitmq",)),
    "kafka": ("Kafka or Redpanda", ("kafka", "cp-kafka", "redpanda")),
    "nats": ("NATS", ("nats",)),
    "elasticsearch": ("Elasticsearch or OpenSearch", ("elasticsearch", "opensearch")),
    "other_broker": ("another broker", ("activemq", "artemis", "pulsar", "mosquitto", "emqx")),
    "pooler": ("a connection pooler", ("pgbouncer", "pgcat", "odyssey", "pgpool")),
    "proxy": (
        "a proxy",
        ("nginx", "traefik", "caddy", "haproxy", "envoy", "varnish", "httpd"),
    ),
}
_BROKERS = ("rabbitmq", "kafka", "nats", "other_broker")
_DATABASES = ("postgresql", "mysql", "mongodb", "cassandra")
# Who names one of these names what the application keeps its data in; a proxy says nothing of it.
_KEEPING_DATA = (*_DATABASES, "redis", "memcached", *_BROKERS)
# Beside servers there are images of their tools.
_TOOLS = frozenset(
    ("exporter", "ui", "manager", "backup", "admin", "connect", "setup", "init", "commander")
)
_DIALECTS = ("postgresql", "mysql", "sqlite")


def _services(backend: Backend) -> list[Service]:
    """The services that run in production, as far as one can tell; each name once."""
    found: dict[str, Service] = {}
    for service in backend.of(Service):
        if service.role != "development":
            found.setdefault(service.name, service)
    return list(found.values())


def _files(backend: Backend) -> set[str]:
    return {service.scope for service in _services(backend)}


def _shows_systems(backend: Backend) -> bool:
    """Whether the compose files name any system that keeps data beside the application.

    Where they name none, what it uses runs elsewhere, and that one is missing says nothing.
    """
    return any(
        _is_system(service, each) for service in _services(backend) for each in _KEEPING_DATA
    )


def service_count(backend: Backend) -> Seen | None:
    """Services of compose files that are not for development."""
    services = _services(backend)
    return count(len(services), "service", _files(backend)) if services else None


def own_service_count(backend: Backend) -> Seen | None:
    """Services that are built from this repository."""
    services = _services(backend)
    if not services:
        return None
    own = [service for service in services if service.build is not None or service.dockerfile]
    text = f"{plural(len(own), 'service')} built here in {listed(_files(backend))}"
    return Seen(value=float(len(own)), text=text)


def replica_count(backend: Backend) -> Seen | None:
    """The most replicas that any service states."""
    stated = [service for service in _services(backend) if service.replicas]  # 0: switched off
    if not stated:
        return None
    most = max(stated, key=lambda service: service.replicas or 0)
    number = most.replicas or 0
    return Seen(value=float(number), text=f"{plural(number, 'replica')} of {most.name}")


def image_build_count(backend: Backend) -> Seen | None:
    """Dockerfiles that are not for development."""
    builds = [each for each in backend.of(ImageBuild) if each.role != "development"]
    return count(len(builds), "Dockerfile", (each.scope for each in builds)) if builds else None


def _is_system(service: Service, system: str) -> bool:
    if service.image is None:
        return False
    name = service.image.name.lower()
    first, *others = name.split("-")
    if name not in _SYSTEMS[system][1] and first not in _SYSTEMS[system][1]:
        return False
    return _TOOLS.isdisjoint(others)


def _users(backend: Backend, system: str) -> list[str]:
    return [
        f"{service.name} ({service.image.text})"
        for service in _services(backend)
        if service.image is not None and _is_system(service, system)
    ]


def _uses(systems: tuple[str, ...], kind: str, backend: Backend) -> Seen | None:
    """Whether an image of one of the systems runs, or SQL is written for it."""
    found = [name for each in systems if each in _SYSTEMS for name in _users(backend, each)]
    if not found:
        written = [
            f"{each.database} is written for it"
            for each in backend.of(Dialect)
            if each.dialect in systems
        ]
        found += written
    if not found and not _could_tell(systems, backend):
        return None
    return whether(found, kind, _files(backend) or {each.database for each in backend.of(Dialect)})


def _could_tell(systems: tuple[str, ...], backend: Backend) -> bool:
    """Whether one of these would be seen if it were in use.

    Who runs a cache by compose may rent the database; who shows a database shows which it is.
    """
    if set(systems) <= {*_DATABASES, *_DIALECTS}:
        return bool(_databases(backend))
    return _shows_systems(backend)


def _databases(backend: Backend) -> set[str]:
    """The database systems that images and SQL show."""
    known = {system for system in _DATABASES if _users(backend, system)}
    return known | {each.dialect for each in backend.of(Dialect) if each.dialect in _DIALECTS}


DATABASES_IN_USE = ("none", "postgresql", "mysql", "sqlite", "mongodb", "several")


def database_in_use(backend: Backend) -> Seen | None:
    """Which system holds the data: that of images and SQL, where there is one of these.

    That there is none cannot be seen: it may run elsewhere.
    """
    kinds = _databases(backend)
    if not kinds or (len(kinds) == 1 and not kinds <= set(DATABASES_IN_USE)):
        return None
    value = next(iter(kinds)) if len(kinds) == 1 else "several"
    return Seen(value=value, text=f"images and SQL for {listed(kinds, 4)}")


BROKERS_IN_USE = ("none", "redis", "rabbitmq", "kafka", "several")


def broker_in_use(backend: Backend) -> Seen | None:
    """Which broker runs; Redis where it runs and no broker does."""
    if not _shows_systems(backend):
        return None
    brokers = {system for system in _BROKERS if _users(backend, system)}
    brokers = brokers or {system for system in ("redis",) if _users(backend, system)}
    if len(brokers) == 1 and not brokers <= set(BROKERS_IN_USE):
        return None
    if not brokers:
        where = listed(_files(backend))
        return Seen(value="none", text=f"neither a broker nor Redis among the services of {where}")
    names = listed((name for each in brokers for name in _users(backend, each)), 3)
    return Seen(value=brokers.pop() if len(brokers) == 1 else "several", text=names)


def database_kind_count(backend: Backend) -> Seen | None:
    """Different database systems, by images and by SQL."""
    kinds = _databases(backend)
    if not kinds:
        return None
    text = f"{plural(len(kinds), 'database system')}: {listed(kinds, 4)}"
    return Seen(value=float(len(kinds)), text=text)


USES: dict[str, Callable[[Backend], Seen | None]] = {
    **{
        f"uses_{system}": partial(_uses, (system,), title)
        for system, (title, _) in _SYSTEMS.items()
        if system != "other_broker"
    },
    "uses_sql_server_database": partial(
        _uses, ("postgresql", "mysql"), "PostgreSQL, MySQL or MariaDB"
    ),
    "uses_shared_cache": partial(_uses, ("redis", "memcached"), "a shared cache"),
    "uses_broker": partial(_uses, _BROKERS, "a message broker"),
    "uses_sqlite": partial(_uses, ("sqlite",), "SQLite"),
}
