"""What a compose file is for: guessed from its name first, then from what stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.readers.file_roles import role_by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.model.deployment import Role, Service

_words = re.compile(r"\S+").findall

# Tools that nobody runs in production: mail traps and imitations of cloud services.
_DEVELOPMENT_IMAGES = frozenset(
    _words(
        "mailhog mailpit mailcatcher maildev inbucket smtp4dev localstack dynamodb-local "
        "azurite "
        "fake-gcs-server firebase-emulator stripe-mock wiremock mockserver tinybird-local "
        "google-cloud-cli-emulators toxiproxy"
    )
)
_MODE_NAME = re.compile(r"(?:^|_)(?:ENV|ENVIRONMENT|APP_MODE)$")
_DEVELOPMENT_COMMAND = re.compile(
    r"--reload\b|--hot\b|\bnodemon\b|\brunserver\b"
    r"|\b(?:npm|pnpm|yarn|bun)(?: run)? (?:start:)?dev\b"
    r"|\bcargo watch\b|\bflask run\b.*--debug|^air\b|\bwatchexec\b"
)
# Publishers of databases, brokers and their tools; images without a publisher are official ones.
_SUPPLIERS = frozenset(
    _words(
        "library bitnami bitnamilegacy minio prom grafana dpage confluentinc apache timescale "
        "pgvector "
        "postgis valkey localstack opensearchproject clickhouse rediscommander provectuslabs "
        "mailhog "
        "axllent elastic getmeili qdrant jaegertracing otel"
    )
)
_LOCAL_PORT = re.compile(r"\blocalhost:(\d{2,5})\b")
_SETTINGS_FOLDERS = ("/etc", "/config", "/conf", "/docker-entrypoint")
_SOURCE_MARKS = ("node_modules", "/.venv")
_LASTING_RESTARTS = frozenset(("always", "unless-stopped"))


def role_of(file: str, services: Sequence[Service]) -> tuple[Role | None, str]:
    """The role of a compose file and why, "" where it is unknown."""
    role, word = role_by_name(file)
    if role:
        return role, f"role {role} guessed from {word!r} in its path"
    reason = _development_sign(services)
    if reason:
        return "development", f"role development guessed: {reason}"
    lasting = sum(_restarts(service) for service in services)
    if lasting and lasting * 2 >= len(services):
        return "production", "role production guessed: its services restart by themselves"
    return None, ""


def _development_sign(services: Sequence[Service]) -> str:
    for service in services:
        if service.image and service.image.name in _DEVELOPMENT_IMAGES:
            return f"{service.name} is {service.image.name}"
        command = f"{service.entrypoint or ''} {service.command or ''}".strip()
        if _DEVELOPMENT_COMMAND.search(command):
            return f"{service.name} runs with a development command"
        for variable in service.environment:
            mode = "" if variable.assumed else (variable.value or "").lower()
            if _MODE_NAME.search(variable.name) and mode in ("development", "dev", "local", "test"):
                return f"{service.name} has {variable.name}={mode}"
        if _mounts_its_source(service):
            return f"{service.name} mounts its source code"
    caller = _names_a_port_of_the_host(services)
    if caller:
        return f"{caller} is told that another service is at localhost"
    return _only_supplies(services)


def _mounts_its_source(service: Service) -> bool:
    """A service that is built and has its build folder, or dependencies over it, mounted."""
    if not service.build or _restarts(service):
        return False
    return any(
        (
            volume.kind == "bind"
            and volume.source == service.build
            and not volume.target.startswith(_SETTINGS_FOLDERS)
        )
        or (volume.kind != "bind" and volume.target.endswith(_SOURCE_MARKS))
        for volume in service.volumes
    )


def _names_a_port_of_the_host(services: Sequence[Service]) -> str:
    """A service that is told `localhost` and the port at which another one is published.

    Inside a container localhost is that container, so the address is for a browser on this host.
    """
    published = {port.host: service.name for service in services for port in service.ports}
    for service in services:
        for variable in service.environment:
            stated = "" if variable.assumed else variable.value or ""
            for port in _LOCAL_PORT.findall(stated):
                if published.get(port, service.name) != service.name:
                    return service.name
    return ""


def _only_supplies(services: Sequence[Service]) -> str:
    """A file that starts only other people's images, none for good, serves an app beside it."""
    if not any(service.ports for service in services):
        return ""
    for service in services:
        image = service.image
        if image is None or service.build or service.restart or service.replicas:
            return ""
        if "/" in image.repository and image.repository.partition("/")[0] not in _SUPPLIERS:
            return ""
    return "it only starts databases and tools, for an application beside it"


def _restarts(service: Service) -> bool:
    return service.restart in _LASTING_RESTARTS or bool(
        service.restart and service.restart.startswith("deploy:")
    )
