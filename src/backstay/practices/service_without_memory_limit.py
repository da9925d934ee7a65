from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile
from backstay.model.findings import Finding, Fix
from backstay.practices._services import complete_services, jobs_among
from backstay.practices.practice import practice


@practice(
    area="resilience",
    severity="low",
    stages={"enterprise": "Limits are what lets a scheduler place services; set them for all."},
)
def service_without_memory_limit(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A long-running service may take all memory of its host.

    Why: When memory runs out, the kernel ends some process on the host, often the database, since
        it is large. With a limit the service that leaks is the one that ends, alone and soon.
    Fix: Set deploy.resources.limits.memory (or mem_limit) to about twice what it needs at its
        busiest.
    Trade-offs: A limit that is too low ends a healthy service under load; runtimes such as the
        JVM and Node.js have to be told of it or sized by it.
    Alternatives: One host for each service, or a reservation for the database alone.
    Upkeep: Look at the peak (docker stats, metrics) after each larger release.
    References: https://docs.docker.com/reference/compose-file/deploy/#resources
        https://docs.docker.com/engine/containers/resource_constraints/

    Bad (compose.prod.yaml):
        services:
          api: # finding
            image: ghcr.io/acme/api:1.4
    Good (compose.prod.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            deploy:
              resources:
                limits:
                  memory: 512M
    """
    services = complete_services(file, backend)
    jobs = jobs_among(services)
    for service in services:
        lasting = service.role != "development" and service.name not in jobs
        if lasting and service.memory_limit is None:
            yield Finding(
                message=f"{service.name} has no memory limit",
                evidence=(service,),
                cause=f"services of {file.scope} without a memory limit",
                fix=Fix(
                    text="Measure its peak (docker stats) and set deploy.resources.limits.memory "
                    "to about twice of it."
                ),
            )
