from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import SEVERITIES, Finding, Fix, Severity
from backstay.practices._secrets import (
    is_worthless,
    literal_secret,
    looks_issued,
    secret_in_command,
    user_in_url,
)
from backstay.practices._services import apart
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Variable
    from backstay.model.places import Where


@practice(
    area="security",
    severity="high",
    stages={"enterprise": "Let services fetch secrets from a store that logs every access."},
)
def secret_in_compose_file(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A password or key stands in a compose file as text.

    Why: Everybody who can read the repository, a fork of it or an old backup has the secret, and
        every host that runs the file has the same one. It stays in the history after it is gone
        from the file, so it has to be replaced, not only removed.
    Fix: Take it from the environment as ${NAME:?} so that a missing one stops the start, or from
        a file under secrets; then replace the secret where it is used.
    Trade-offs: Whoever sets up a new machine needs one more step, and the secrets need a place of
        their own with a backup.
    Alternatives: An encrypted file in the repository (SOPS), or a secret store that the service
        asks itself.
    Upkeep: Replace secrets when people leave; a scan for secrets before each commit keeps new
        ones out.
    References: https://docs.docker.com/compose/how-tos/use-secrets/
        https://docs.docker.com/reference/compose-file/interpolation/

    Bad (compose.prod.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            environment:
              PAYMENT_API_KEY: 9f86d081884c7d659a2feaa0c55ad015 # finding
    Good (compose.prod.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            environment:
              PAYMENT_API_KEY: ${PAYMENT_API_KEY:?}
              DB_PASSWORD_FILE: /run/secrets/db_password
    """
    found = [
        (where, finding)
        for service in backend.services_in(file.scope)
        for where, finding in _in_service(service)
    ]
    worst_first = sorted(
        apart(found, file, backend), key=lambda each: SEVERITIES.index(each.severity or "high")
    )
    for finding in worst_first:
        yield msgspec.structs.replace(finding, cause=f"secrets in {file.scope}")


def _in_service(service: Service) -> Iterator[tuple[Where, Finding]]:
    for variable in (*service.environment, *service.build_arguments):
        secret = literal_secret(variable.name, variable.value)
        severity = _severity(secret, service, assumed=variable.assumed) if secret else None
        if secret and severity:
            worth = is_worthless(secret, service.name, *_other_values(service))
            yield variable.where, _finding(service, variable, severity, known=worth)
    secret = secret_in_command(service.command)
    assumed = "command" in service.assumed
    severity = _severity(secret, service, assumed=assumed) if secret else None
    if secret and severity:
        where = service.place_of("command")
        message = f"The command of {service.name} holds a password as text"
        yield where, Finding(
            message=message, evidence=(service,), about="command", where=where,
            severity=severity, fix=_FIX,
        )  # fmt: skip


def _severity(secret: str, service: Service, *, assumed: bool) -> Severity | None:
    """None where it protects nothing: a made-up password of a development environment."""
    if looks_issued(secret):
        return "high"
    if service.role == "development":
        return None
    worthless = is_worthless(secret, service.name, *_other_values(service))
    if assumed:
        return "low" if service.role == "production" else None
    return "medium" if worthless else "high"


def _finding(service: Service, variable: Variable, severity: Severity, *, known: bool) -> Finding:
    if variable.assumed:
        what = f"{variable.name} of {service.name} falls back to a password that stands in the file"
    elif known:
        what = f"{variable.name} of {service.name} has a well-known or published value"
    else:
        what = f"{variable.name} of {service.name} stands in the file as text"
    return Finding(
        message=what,
        evidence=(service,),
        about=variable.name,
        where=variable.where,
        severity=severity,
        fix=_FIX,
    )


_FIX = Fix(
    text="Write ${NAME:?} and give the value in the environment or in an env file that git "
    "ignores, or use secrets; then change the password or key, since the history keeps it."
)


_NAMES_OF_ACCOUNTS = ("USER", "USERNAME", "DB", "DATABASE", "NAME", "KEY_ID", "ACCESS_KEY")


def _other_values(service: Service) -> tuple[str | None, ...]:
    """Names that a made-up password repeats: of the user, the database, the access key."""
    return tuple(
        variable.value
        for variable in service.environment
        if variable.name.endswith(_NAMES_OF_ACCOUNTS) and "SECRET" not in variable.name
    ) + tuple(user_in_url(variable.value) for variable in service.environment)
