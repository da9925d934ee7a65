from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import Finding, Fix
from backstay.practices._services import complete_services, jobs_among
from backstay.practices.practice import practice


@practice(area="operations", severity="low")
def log_size_unlimited(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A container's log may grow until the disk of the host is full.

    Why: The default driver, json-file, keeps everything for as long as the container exists. A
        full disk stops the database too, and with it everything on that host.
    Fix: Give max-size and max-file in logging.options, once for all services by an anchor, or
        for the whole host in daemon.json.
    Trade-offs: Older lines are gone from docker logs; ship them elsewhere if they are needed.
    Alternatives: The local driver, which rotates by default and is smaller; or a driver that
        sends logs away (journald, fluentd, awslogs).
    Upkeep: None.
    References: https://docs.docker.com/engine/logging/drivers/json-file/
        https://docs.docker.com/engine/logging/configure/

    Bad (compose.prod.yaml):
        services:
          api: # finding
            image: ghcr.io/acme/api:1.4
            restart: unless-stopped
    Good (compose.prod.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            restart: unless-stopped
            logging:
              driver: local
    """
    if file.role == "development":
        return
    services = complete_services(file, backend)
    jobs = jobs_among(services)
    for service in services:
        if _is_unlimited(service) and service.role != "development":
            if service.name in jobs:
                continue
            yield Finding(
                message=f"The log of {service.name} has no size limit in this file "
                "(the daemon's own settings may give one)",
                evidence=(service,),
                cause=f"services of {file.scope} without a limit for their log",
                fix=Fix(
                    text="Set logging.driver to local, or logging.options to max-size 10m and "
                    "max-file 3; in daemon.json it holds for every container of the host."
                ),
            )


def _is_unlimited(service: Service) -> bool:
    if service.log_driver not in (None, "json-file"):
        return False
    return "max-size" not in dict(service.log_options)
