from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import Service, Variable
from backstay.model.findings import Finding, Fix
from backstay.practices._services import engine_of_service
from backstay.practices.practice import practice

_YES = re.compile(r"(?i)(?:1|true|yes|on)")
_TRUST = {"POSTGRES_HOST_AUTH_METHOD": "trust"}
_EMPTY_ALLOWED = frozenset(
    (
        "ALLOW_EMPTY_PASSWORD",
        "MYSQL_ALLOW_EMPTY_PASSWORD",
        "MYSQL_ALLOW_EMPTY_ROOT_PASSWORD",
        "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
        "MARIADB_ALLOW_EMPTY_PASSWORD",
    )
)
_SECURITY_OFF = {"xpack.security.enabled": "false", "DISABLE_SECURITY_PLUGIN": "true"}


@practice(area="security", severity="high")
def database_without_password(service: Service, backend: Backend) -> Iterator[Finding]:
    """A database is told to let everybody in without a password.

    Why: Every container in the same network, so every service that has a fault, can then read
        and change all data; with a published port so can everybody who reaches the host.
    Fix: Remove the setting, and give a password from the environment or a secret.
    Trade-offs: Clients need the password too; change both together.
    Alternatives: Client certificates, or peer authentication over a socket on a shared volume.
    Upkeep: Change the password when people leave.
    References: https://github.com/docker-library/docs/blob/master/postgres/README.md
        https://www.postgresql.org/docs/current/auth-trust.html

    Bad (compose.yaml):
        services:
          db:
            image: postgres:18
            restart: always
            environment:
              POSTGRES_HOST_AUTH_METHOD: trust # finding
    Good (compose.yaml):
        services:
          db:
            image: postgres:18
            restart: always
            environment:
              POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
    """
    engine = engine_of_service(service, backend)
    if service.role == "development" or engine is None:
        return
    open_ports = [
        port
        for port in service.ports
        if port.container in engine.ports and port.address in (None, "0.0.0.0", "::")  # noqa: S104
    ]
    for variable in service.environment:
        if _lets_everybody_in(variable):
            reach = "everybody who reaches the host" if open_ports else "every container beside it"
            yield Finding(
                message=f"{service.name} ({engine.name}) lets {reach} in without a password "
                f"({variable.name})",
                evidence=(service,),
                about=variable.name,
                where=variable.where,
                severity="critical" if open_ports else None,
                fix=Fix(text=f"Remove {variable.name} and give a password from outside the file."),
            )


def _lets_everybody_in(variable: Variable) -> bool:
    value = (variable.value or "").strip().lower()
    if variable.name in _EMPTY_ALLOWED:
        return bool(_YES.fullmatch(value))
    wanted = _TRUST.get(variable.name) or _SECURITY_OFF.get(variable.name)
    return wanted is not None and value == wanted
