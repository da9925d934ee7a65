from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import Finding, Fix
from backstay.practices._services import complete_services, engine_of_service
from backstay.practices.practice import practice

_BACKUP = re.compile(
    r"backup|dump|barman|pgbackrest|wal-?[eg]\b|litestream|restic|borg|kopia|duplicity|velero"
    r"|databack|snapshot|archive",
    re.IGNORECASE,
)


@practice(
    area="data",
    severity="info",
    stages={"startup": "A nightly dump to another provider takes an hour to set up: do it first."},
)
def stateful_volume_without_backup(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """No backup of a database's volume is visible beside it.

    Why: A volume lives on one disk of one host. A failed disk, docker compose down with -v or one
        wrong DELETE ends it. What a review of files can see is only that nothing here makes a
        copy; it may well be made elsewhere.
    Fix: Dump or archive the database on a schedule to another place, and restore one as a test.
    Trade-offs: Space, and load while it runs; a dump restores to the hour it was made, an archive
        of the write-ahead log to any moment but with more to look after.
    Alternatives: A managed database with its own backups, or snapshots of the disk (only together
        with what the database needs for a consistent copy).
    Upkeep: Restore a backup at least twice a year and write down how long it took.
    References: https://www.postgresql.org/docs/current/backup.html

    Bad (compose.prod.yaml):
        services:
          db: # finding
            image: postgres:18
            volumes: [data:/var/lib/postgresql]
        volumes:
          data:
    Good (compose.prod.yaml):
        services:
          db:
            image: postgres:18
            volumes: [data:/var/lib/postgresql]
          backup:
            image: ghcr.io/acme/pg-backup:2
            volumes: [copies:/backups]
        volumes:
          data:
          copies:
    """
    if file.role != "production" or file.overlays:
        return
    everywhere = [
        each for name in (file.scope, *file.overlaid_by) for each in backend.services_in(name)
    ]
    if any(_speaks_of_backup(service) for service in everywhere):
        return
    managed = {volume.name for volume in file.volumes if volume.driver not in (None, "local")}
    managed |= {volume.name for volume in file.volumes if volume.external or volume.labels}
    for service in complete_services(file, backend):
        engine = engine_of_service(service, backend)
        if engine is None or engine.kind != "database" or service.role == "development":
            continue
        named = [v for v in service.volumes if v.kind == "named" and v.source not in managed]
        if named:
            yield Finding(
                message=f"No backup of {service.name} ({engine.name}, volume {named[0].source}) is "
                "visible here",
                evidence=(service,),
                cause=f"backups of {file.scope}",
                fix=Fix(
                    text="If it is backed up elsewhere, allow this with a note that says where. "
                    "Else dump it on a schedule to another place, and try a restore."
                ),
            )


def _speaks_of_backup(service: Service) -> bool:
    texts = [service.name, service.command or "", service.entrypoint or ""]
    texts += [service.image.text] if service.image else []
    texts += [part for label in service.labels for part in label]
    texts += [variable.name for variable in service.environment]
    texts += [each for volume in service.volumes for each in (volume.source or "", volume.target)]
    return any(_BACKUP.search(text) for text in texts)
