from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile
from backstay.model.findings import Finding, Fix
from backstay.practices._health import can_be_healthy
from backstay.practices._services import complete_services, engine_of_service, jobs_among
from backstay.practices.practice import practice


@practice(area="resilience", severity="medium")
def service_without_health_check(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """Nothing can tell whether a service that others rely on still answers.

    Why: A process that hangs, has lost its database or is still starting looks the same as one
        that serves. Without a health check compose, a proxy or an operator can neither wait for
        it nor notice when it stops answering.
    Fix: Add an endpoint that says whether the service can do its work, and a healthcheck that
        asks it.
    Trade-offs: A check that asks too much (every dependency) takes the service down with each of
        them; keep it to what the service itself can mend. Each check starts a process.
    Alternatives: A check from outside (a load balancer, an uptime probe); then disable: true says
        here that it is on purpose.
    Upkeep: The endpoint is part of the service's contract: test it.
    References: https://docs.docker.com/reference/compose-file/services/#healthcheck
        https://docs.docker.com/reference/dockerfile/#healthcheck

    Bad (compose.prod.yaml):
        services:
          proxy:
            image: ghcr.io/acme/proxy:2
            depends_on: [api]
          api: # finding
            image: python:3.13-slim
            command: python -m http.server
    Good (compose.prod.yaml):
        services:
          proxy:
            image: ghcr.io/acme/proxy:2
            depends_on: [api]
          api:
            image: python:3.13-slim
            command: python -m http.server
            healthcheck:
              test: python -c "import urllib.request as r; r.urlopen('http://localhost:8000/')"
    """
    if file.role == "development":
        return
    services = complete_services(file, backend)
    jobs = jobs_among(services)
    relied_on = {name for service in services for name, condition in service.depends_on
                 if condition != "service_completed_successfully"}  # fmt: skip
    for service in services:
        if service.role == "development" or service.name in jobs:
            continue
        if service.health_check is not None or engine_of_service(service, backend) is not None:
            continue
        needed = service.name in relied_on or bool(service.ports)
        if needed and can_be_healthy(service, backend) is False:
            by = "other services depend on it" if service.name in relied_on else "it serves a port"
            yield Finding(
                message=f"{service.name} has no health check, though {by}",
                evidence=(service,),
                cause=f"services of {file.scope} without a health check",
                severity=None if service.role == "production" else "low",
                fix=Fix(
                    text="Add a healthcheck that asks an endpoint of the service, with a tool "
                    "that its image has, and depend on it with condition service_healthy."
                ),
            )
