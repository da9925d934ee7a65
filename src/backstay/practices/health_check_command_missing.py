from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild, Service
from backstay.model.findings import Finding, Fix
from backstay.practices._known_images import is_official
from backstay.practices._services import chain_of, runnable_stages, stage_of
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import BuildStage, HealthCheck, Image
    from backstay.model.places import Where

_TOOL = re.compile(r"(?:^|[\s;&|(])(curl|wget)\s")
# Slim variants are Debian without tools; busybox in alpine has a small wget. The full variants
# of these images are built on buildpack-deps, which has both.
_LANGUAGES = frozenset(
    ("python", "node", "ruby", "golang", "rust", "openjdk", "perl", "php", "pypy")
)
_SYSTEMS = frozenset(("debian", "ubuntu"))


@practice(area="resilience", severity="high")
def health_check_command_missing(
    subject: Service | ImageBuild, backend: Backend
) -> Iterator[Finding]:
    """A health check calls a program that its image does not have.

    Why: The check fails every time, with the same exit code as a service that is down. The
        container is never healthy: what waits for it never starts, and an orchestrator restarts
        it for ever.
    Fix: Install the program in the image, or ask with what the image has: wget in alpine, the
        service's own language elsewhere.
    Trade-offs: Installing curl adds a few megabytes and one more package to update; a call in the
        service's language starts a whole interpreter each time.
    Alternatives: A health command in the service itself (many have one), which also works in
        images without a shell.
    Upkeep: Look at the check when the base image changes.
    References: https://docs.docker.com/reference/dockerfile/#healthcheck
        https://hub.docker.com/_/python

    Bad (Dockerfile):
        FROM python:3.13-slim
        # finding
        HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
        CMD ["python", "-m", "http.server"]
    Good (Dockerfile):
        FROM python:3.13-slim
        RUN apt-get update && apt-get install -y --no-install-recommends curl
        HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
        CMD ["python", "-m", "http.server"]
    """
    if isinstance(subject, ImageBuild):
        for stage in runnable_stages(subject, backend):
            check = stage.health_check
            tool = _missing(check, stage.root_image, list(chain_of(subject, stage)))
            if check and tool:
                yield _finding(subject, tool, stage.root_image, check.where, subject.scope)
        return
    check = subject.health_check
    target = stage_of(subject, backend)
    build = backend.build_of(subject)
    image = target.root_image if target else None if subject.build else subject.image
    tool = _missing(check, image, list(chain_of(build, target)) if build and target else [])
    if check and tool:
        yield _finding(subject, tool, image, check.where, subject.name)


def _finding(
    fact: Service | ImageBuild, tool: str, image: Image | None, where: Where, name: str
) -> Finding:
    instead = "wget -q --spider" if tool == "curl" and image and _is_alpine(image) else ""
    return Finding(
        message=f"The health check of {name} calls {tool}, which "
        f"{image.text if image else 'the image'} does not have: it fails every time",
        evidence=(fact,),
        about=tool,
        where=where,
        fix=Fix(
            text=f"Ask with {instead}, which the image has."
            if instead
            else f"Install {tool} in the image, or ask with what the image has."
        ),
    )


def _missing(check: HealthCheck | None, image: Image | None, chain: list[BuildStage]) -> str:
    """The program that is known not to be there, "" where nothing is known to be amiss."""
    found = _TOOL.search(f"{check.command} ") if check and check.command else None
    if found is None or image is None or not _lacks(image, found[1]):
        return ""
    steps = [each for stage in chain for each in stage.instructions[1:]]
    text = "\n".join(each.arguments for each in steps if each.name != "HEALTHCHECK")
    brought = re.search(rf"\b{found[1]}\b|\.sh\b|\bmake\b", text)
    return "" if brought else found[1]


def _is_alpine(image: Image) -> bool:
    return image.name == "alpine" or "alpine" in (image.tag or "")


def _lacks(image: Image, tool: str) -> bool:
    if not is_official(image) or image.tag is None:
        return False
    if image.name in _LANGUAGES | {"alpine", "postgres", "redis", "mariadb"} and _is_alpine(image):
        return tool == "curl" and image.name != "php"
    slim = image.name in _LANGUAGES and re.search(r"(?:^|-)slim(?:-|$)", image.tag) is not None
    return slim or (image.name in _SYSTEMS and "$" not in image.tag)
