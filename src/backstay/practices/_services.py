"""Questions about compose services and the images they run that several practices ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from backstay.model.deployment import Service
from backstay.model.places import Place
from backstay.practices._known_images import engine_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backstay.model.backend import Backend
    from backstay.model.deployment import BuildStage, ComposeFile, Image, ImageBuild
    from backstay.model.places import Where
    from backstay.practices._known_images import Engine

T = TypeVar("T")

_BUILT_FROM: WeakKeyDictionary[Backend, dict[str, list[Service]]] = WeakKeyDictionary()

# What runs once and ends: it needs no restart, no health check and no limit.
_JOB = re.compile(
    r"(?:^|[\W_])(?:migrat\w*|init\w*|setup|seed\w*|bootstrap|provision\w*|creat(?:e|or)\w*|wait\w*"
    r"|backups?|dump|restore|tests?|lint\w*|codegen|generate\w*|permissions|certs?|cli|tools?"
    r"|console|shell|topics?|buckets?|jobs?|load[-_]?test\w*|install\w*|import\w*|build\w*)(?:$|[\W_])",
    re.IGNORECASE,
)
# "migrate && serve" goes on to serve.
_SEQUENCE = re.compile(r"&&|;|\n")
_FOR_DEVELOPMENT = re.compile(
    r"(?:^|[-_.])(?:dev\w*|tests?|testing|lint|ci|debug)(?:$|[-_.])", re.IGNORECASE
)
_FOR_BUILDING = re.compile(r"(?:^|[-_.])build\w*(?:$|[-_.])", re.IGNORECASE)
_FILLED_FROM_OVERLAYS = (
    "image",
    "build",
    "dockerfile",
    "target",
    "health_check",
    "restart",
    "memory_limit",
    "log_driver",
    "log_options",
    "volumes",
    "user",
)


def complete_services(file: ComposeFile, backend: Backend) -> list[Service]:
    """The services of a file of which one can say that something is missing.

    Those that only change a service of another file are left out; what files laid over this one
    supply counts as given.
    """
    over: dict[str, list[Service]] = {}
    for overlay in file.overlaid_by:
        for service in backend.services_in(overlay):
            over.setdefault(service.name, []).append(service)
    return [
        _filled(service, over.get(service.name, ()))
        for service in backend.services_in(file.scope)
        if not service.fragment and service.overlays is None
    ]


def _filled(service: Service, overlays: Iterable[Service]) -> Service:
    for overlay in overlays:
        gaps = {
            field: getattr(overlay, field)
            for field in _FILLED_FROM_OVERLAYS
            if getattr(service, field) in (None, ())
        }
        service = msgspec.structs.replace(service, **gaps)
    return service


def jobs_among(services: Iterable[Service]) -> set[str]:
    """The names of services that run once and end, or only when somebody asks for them."""
    services = list(services)
    awaited = {
        name
        for service in services
        for name, condition in service.depends_on
        if condition == "service_completed_successfully"
    }
    return awaited | {service.name for service in services if _is_job(service)}


def _is_job(service: Service) -> bool:
    if service.profiles or service.restart in ("no", "deploy:none"):
        return True
    command = service.command or ""
    if _JOB.search(service.name):
        return True
    return bool(_JOB.search(command)) and not _SEQUENCE.search(command)


def stage_of(service: Service, backend: Backend) -> BuildStage | None:
    """The stage of a Dockerfile that a service runs, where it was read."""
    build = backend.build_of(service)
    return build.stage(service.target) if build else None


def root_image_of(service: Service, backend: Backend) -> Image | None:
    """The public image that a service runs or is built on."""
    stage = stage_of(service, backend)
    if stage is not None:
        return stage.root_image
    return None if service.build else service.image


def engine_of_service(service: Service, backend: Backend) -> Engine | None:
    """The database, cache, broker or search engine that a service is."""
    return engine_of(root_image_of(service, backend))


def services_built_from(build: ImageBuild, backend: Backend) -> list[Service]:
    """The services that are built from a Dockerfile, from an index that is made once."""
    if backend not in _BUILT_FROM:
        index: dict[str, list[Service]] = {}
        for service in backend.of(Service):
            if service.dockerfile:
                index.setdefault(service.dockerfile, []).append(service)
        _BUILT_FROM[backend] = index
    return _BUILT_FROM[backend].get(build.scope, [])


def runnable_stages(build: ImageBuild, backend: Backend) -> list[BuildStage]:
    """The stages of a Dockerfile that are run: those that services name, else each last one.

    A stage that another one is built from or copies from is an intermediate one, and so is one
    that is named for tests or development.
    """
    asked = {
        id(build.stage(service.target))
        for service in services_built_from(build, backend)
        if service.role != "development"
    }
    used = {name.lower() for stage in build.stages for name in stage.copies_from}
    used |= {stage.based_on.lower() for stage in build.stages if stage.based_on}
    return [
        stage
        for number, stage in enumerate(build.stages)
        if stage.entry
        and not _FOR_DEVELOPMENT.search(stage.name or "")
        and (id(stage) in asked or _is_end(build, stage, number, used))
    ]


def _is_end(build: ImageBuild, stage: BuildStage, number: int, used: set[str]) -> bool:
    if _FOR_BUILDING.search(stage.name or ""):
        return False
    return stage is build.stages[-1] or not used & {(stage.name or "").lower(), str(number)}


def stages_in_use(build: ImageBuild, backend: Backend) -> list[BuildStage]:
    """The stages that end in an image that is run, or that it copies from."""
    waiting = runnable_stages(build, backend) or list(build.stages[-1:])
    kept: set[int] = set()
    while waiting:
        stage = waiting.pop()
        if id(stage) not in kept:
            kept.add(id(stage))
            names = (*stage.copies_from, *([stage.based_on] if stage.based_on else []))
            waiting += [found for name in names if (found := build.stage(name))]
    return [stage for stage in build.stages if id(stage) in kept]


def chain_of(build: ImageBuild, stage: BuildStage) -> Iterator[BuildStage]:
    """A stage and those that it is based on, whose layers are in its image too."""
    current: BuildStage | None = stage
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = build.stage(current.based_on) if current.based_on else None


def final_chains(build: ImageBuild, backend: Backend) -> list[BuildStage]:
    """All stages whose layers end in an image that is run, each once."""
    ends = runnable_stages(build, backend) or list(build.stages[-1:])
    kept = {id(stage) for end in ends for stage in chain_of(build, end)}
    return [stage for stage in build.stages if id(stage) in kept]


def apart(items: Iterable[tuple[Where, T]], file: ComposeFile, backend: Backend) -> Iterator[T]:
    """Items written at different places; what another file that was read holds is that file's.

    Services share what they merge or extend, so that one line of a file can come many times.
    """
    seen: set[Where] = set()
    for where, item in items:
        other = where.file if isinstance(where, Place) else file.scope
        if where not in seen and (other == file.scope or not backend.services_in(other)):
            seen.add(where)
            yield item
