from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import Finding, Fix, Put
from backstay.model.places import Place
from backstay.practices._services import complete_services, jobs_among
from backstay.practices.practice import practice


@practice(area="resilience", severity="medium")
def service_without_restart_policy(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A service stays down after a crash or a reboot, since nothing starts it again.

    Why: Docker restarts nothing by itself. One unhandled error, one kill for want of memory or
        one reboot after a kernel update, and the service is gone until somebody notices.
    Fix: Set restart to unless-stopped.
    Trade-offs: A service that fails at every start tries for ever, with growing pauses; watch the
        count of restarts, or the fault hides.
    Alternatives: on-failure with a bound for services that may end well; systemd or a scheduler
        that watches the containers.
    Upkeep: None.
    References: https://docs.docker.com/engine/containers/start-containers-automatically/

    Bad (compose.prod.yaml):
        services:
          api: # finding
            image: ghcr.io/acme/api:1.4
    Good (compose.prod.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            restart: unless-stopped
    """
    if file.role != "production" or file.overlays:
        return
    services = complete_services(file, backend)
    jobs = jobs_among(services)
    if any(_is_for_swarm(service) for service in services):
        return
    for service in services:
        if service.restart is not None or service.role == "development":
            continue
        if isinstance(service.where, Place) and service.name not in jobs:
            put = Put(place=service.where, key="restart", value='"unless-stopped"')
            yield Finding(
                message=f"{service.name} is not started again after a crash or a reboot",
                evidence=(service,),
                cause=f"services of {file.scope} without a restart policy",
                fix=Fix(text="Set restart to unless-stopped.", edits=(put,)),
            )


def _is_for_swarm(service: Service) -> bool:
    """Swarm restarts services by itself, and passes over `restart`."""
    return service.replicas is not None or (service.restart or "").startswith("deploy:")
