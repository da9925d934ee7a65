from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Service
from backstay.model.findings import Finding, Fix
from backstay.practices._known_images import data_folders, engine_of
from backstay.practices._services import complete_services, root_image_of
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Volume
    from backstay.model.findings import Severity
    from backstay.practices._known_images import Engine

_OWN_FOLDER = re.compile(r"(?:^|\s)(?:-D|--datadir|--dbpath|data_directory|path\.data)[\s=]")
_FOLDER_VARIABLES = ("PGDATA", "MARIADB_DATA_DIR", "RABBITMQ_MNESIA_BASE", "path.data")


@practice(area="data", severity="high")
def stateful_service_without_volume(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A database keeps its data where they are lost with the container.

    Why: The image declares a volume for its data. Where the file mounts nothing exactly there,
        Docker makes a volume without a name, and docker compose down followed by up starts with
        an empty database. A mount one folder too high or too low is the trap: it looks right
        and holds nothing.
    Fix: Mount a named volume at the folder that the image keeps its data in.
    Trade-offs: A named volume stays when the service is gone; somebody has to remove it then.
    Alternatives: A folder of the host; or tmpfs where the data are meant to vanish, which says
        so.
    Upkeep: PostgreSQL 18 moved the folder, and its newer images refuse to start with a mount at
        the old one: look at the image's page before a new major version.
    References: https://github.com/docker-library/docs/blob/master/postgres/README.md#pgdata
        https://docs.docker.com/engine/storage/volumes/

    Bad (compose.yaml):
        services:
          db: # finding
            image: postgres:17
            volumes:
              - data:/var/lib/postgresql
        volumes:
          data:
    Good (compose.yaml):
        services:
          db:
            image: postgres:17
            volumes:
              - data:/var/lib/postgresql/data
        volumes:
          data:
    """
    for service in complete_services(file, backend):
        image = root_image_of(service, backend)
        engine = engine_of(image)
        if image is None or engine is None or _keeps_elsewhere(service):
            continue
        folders = data_folders(image, engine)
        problem = _problem(service, folders) if folders else ""
        misplaced = problem.startswith("mounts")
        if problem and (misplaced or service.role != "development"):
            yield _finding(service, engine, folders[0], problem, misplaced=misplaced)


def _finding(
    service: Service, engine: Engine, folder: str, problem: str, *, misplaced: bool
) -> Finding:
    text = f"Mount a named volume at {folder}."
    if misplaced:
        text += " If it runs already, dump the data first: they are in a volume without a name."
    minor = engine.kind not in ("database", "search engine")
    severity: Severity = "low" if minor else "medium"
    if not minor and service.role != "development" and (misplaced or service.role == "production"):
        severity = "high"
    return Finding(
        message=f"{service.name} ({engine.name}) {problem}: its data are lost with the container",
        evidence=(service,),
        severity=severity,
        fix=Fix(text=text),
    )


def _keeps_elsewhere(service: Service) -> bool:
    if any(variable.name in _FOLDER_VARIABLES for variable in service.environment):
        return True
    return bool(_OWN_FOLDER.search(f"{service.entrypoint or ''} {service.command or ''}"))


def _problem(service: Service, folders: tuple[str, ...]) -> str:
    """What is wrong, "" where the data are kept or that cannot be known."""
    targets = {volume.target: volume for volume in service.volumes}
    if any("$" in target for target in targets):
        return ""
    mounted = [targets[folder] for folder in folders if folder in targets]
    if any(volume.kind != "anonymous" for volume in mounted):
        return ""
    if mounted:
        return f"has a volume without a name at {mounted[0].target}"
    near = [volume for volume in targets.values() if _is_near(volume, folders)]
    if near:
        return f"mounts a volume at {near[0].target}, but keeps its data in {folders[0]}"
    return f"has no volume at {folders[0]}"


def _is_near(volume: Volume, folders: tuple[str, ...]) -> bool:
    """Whether a mount was meant for the data: above their folder, or below it."""
    for folder in folders:
        above = folder.startswith(volume.target.rstrip("/") + "/")
        below = volume.target == f"{folder}/data"
        if above or below:
            return True
    return False
