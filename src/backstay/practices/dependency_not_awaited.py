from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import Finding, Fix, Put, Replace
from backstay.model.places import Place
from backstay.practices._health import can_be_healthy
from backstay.practices._services import complete_services, engine_of_service, stage_of
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.practices._known_images import Engine

_RECOVERS = ("always", "unless-stopped", "on-failure")
_WAITS = re.compile(r"wait[-_]?for|wait[-_]?on|dockerize|pg_isready|\bnc -z|until |waitfor|wait4")


@practice(
    area="resilience",
    severity="medium",
    stages={"enterprise": "A scheduler starts in any order: make the service itself try again."},
)
def dependency_not_awaited(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A service starts as soon as its database's container exists, before it takes connections.

    Why: depends_on without a condition waits for the container to be created. A database needs
        seconds, at its first start minutes, until it answers. The service fails or hangs, on some
        machines and on some days.
    Fix: Give the database a health check and wait for it: condition service_healthy.
    Trade-offs: The start takes as long as the slower of the two; a check every few seconds costs
        next to nothing.
    Alternatives: Let the service itself try again for a minute, which also helps when the
        database restarts later.
    Upkeep: None.
    References: https://docs.docker.com/compose/how-tos/startup-order/

    Bad (compose.yaml):
        services:
          api:
            build: .
            depends_on: # finding
              - db
          db:
            image: postgres:18
    Good (compose.yaml):
        services:
          api:
            build: .
            depends_on:
              db:
                condition: service_healthy
          db:
            image: postgres:18
            healthcheck:
              test: [CMD, pg_isready, -h, 127.0.0.1]
              interval: 5s
    """
    services = {service.name: service for service in complete_services(file, backend)}
    for service in services.values():
        if _waits_itself(service, backend):
            continue
        for name, condition in service.depends_on:
            needed = services.get(name)
            engine = engine_of_service(needed, backend) if needed else None
            if needed is None:
                continue
            if condition == "service_healthy" and can_be_healthy(needed, backend) is False:
                yield _never_healthy(service, needed)
            elif condition == "" and engine is not None and not _is_fine(service):
                yield _too_early(service, needed, engine)


def _waits_itself(service: Service, backend: Backend) -> bool:
    stage = stage_of(service, backend)
    texts = (service.command, service.entrypoint, stage.entry if stage else None)
    return any(_WAITS.search(text) for text in texts if text)


def _is_fine(service: Service) -> bool:
    """On one's own machine a service that gets there by restarting disturbs nobody."""
    return service.role == "development" and service.restart in _RECOVERS


def _never_healthy(service: Service, needed: Service) -> Finding:
    return Finding(
        message=f"{service.name} waits for {needed.name} to be healthy, but {needed.name} has no "
        "health check: compose refuses to start it",
        evidence=(service, needed),
        about=needed.name,
        cause=f"{needed.name} of {needed.scope} has no health check",
        where=service.place_of("depends_on"),
        fix=Fix(text=f"Give {needed.name} a health check."),
    )


def _too_early(service: Service, needed: Service, engine: Engine) -> Finding:
    recovers = service.restart in _RECOVERS
    return Finding(
        message=f"{service.name} does not wait until {needed.name} ({engine.name}) takes "
        "connections" + (", and gets there by restarting" if recovers else ""),
        evidence=(service, needed),
        about=needed.name,
        cause=f"dependencies in {service.scope} that are not awaited",
        where=service.place_of("depends_on"),
        severity="low" if recovers or service.role == "development" else None,
        fix=Fix(
            text=f"Give {needed.name} a health check and depend on it with condition "
            "service_healthy.",
            edits=_edits(service, needed, engine),
        ),
    )


def _edits(service: Service, needed: Service, engine: Engine) -> tuple[Put | Replace, ...]:
    where = service.place_of("depends_on")
    if not isinstance(where, Place) or not isinstance(needed.where, Place):
        return ()
    conditions = {name: given or "service_started" for name, given in service.depends_on}
    conditions[needed.name] = "service_healthy"
    longer = {name: {"condition": condition} for name, condition in conditions.items()}
    wait = Replace(place=where, text=json.dumps(longer))
    if needed.health_check is not None:
        return () if needed.health_check.disabled else (wait,)
    if engine.ready is None or needed.build:
        return ()
    check = {
        "test": ["CMD-SHELL", engine.ready],
        "interval": "5s",
        "timeout": "5s",
        "retries": 5,
        "start_period": "2m",
    }
    return (wait, Put(place=needed.where, key="healthcheck", value=json.dumps(check)))
