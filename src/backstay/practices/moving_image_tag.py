from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, ImageBuild, image_of
from backstay.model.findings import Finding, Fix
from backstay.practices._known_images import is_official
from backstay.practices._services import apart, stages_in_use
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Image
    from backstay.model.findings import Severity

_MOVING = frozenset(
    ("latest", "nightly", "edge", "main", "master", "develop", "canary", "rolling", "unstable")
)
# Tags of official images that name a variant and no version.
_VARIANT = re.compile(
    r"(?:alpine|slim|stable|lts|mainline|fpm|apache|cli|jre|jdk|management|testing|sid|windowsservercore"
    r"|bookworm|bullseye|trixie|buster|noble|jammy|focal|current|perl|otel)"
    r"(?:-(?:alpine|slim|perl|otel|fpm|apache|cli|bookworm|bullseye|trixie|management|backports))*"
)
# For these a name such as "bookworm" is the version.
_DISTRIBUTIONS = frozenset(("debian", "ubuntu", "buildpack-deps"))
_UNRELEASED = re.compile(r"(?:sid|testing|unstable|stable|rolling|devel)(?:-.*)?")


@practice(
    area="operations",
    severity="medium",
    stages={"enterprise": "Pin digests too, and let a bot propose each update."},
)
def moving_image_tag(file: ComposeFile | ImageBuild, backend: Backend) -> Iterator[Finding]:
    """An image is named by a tag that stands for another version every few days or months.

    Why: Two hosts, or one host before and after a restart, run different versions without any
        change in the repository. A new major version of a database refuses the old data, a build
        that passed yesterday fails today, and nobody can say which version had the fault.
    Fix: Name the version that runs now, at least its major and minor number.
    Trade-offs: Security fixes no longer arrive by themselves; somebody or something (Renovate,
        Dependabot) has to raise the number.
    Alternatives: Pin the digest, which no publisher can move; or keep the moving tag for tools
        of development that hold no data.
    Upkeep: One small change for each update, best proposed by a bot and merged after the tests.
    References: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions

    Bad (compose.yaml):
        services:
          cache:
            image: redis:alpine # finding
    Good (compose.yaml):
        services:
          cache:
            image: redis:8.2-alpine
    """
    severity: Severity | None = "low" if file.role == "development" else None
    if isinstance(file, ImageBuild):
        yield from _in_dockerfile(file, backend, severity)
        return
    services = backend.services_in(file.scope)
    built = {service.image.repository for service in services if service.image and service.build}
    for service in apart(((each.place_of("image"), each) for each in services), file, backend):
        image = service.image
        own = image is None or image.assumed or image.repository in built
        what = _moves(image) if image is not None and not own else ""
        if image is not None and what and dict(service.places).get("image"):
            yield Finding(
                message=f"{service.name} runs {image.text}, which {what}",
                evidence=(service,),
                about=image.text,
                cause=f"images of {file.scope}",
                where=service.place_of("image"),
                severity=severity,
                fix=_fix(image),
            )


def _in_dockerfile(
    build: ImageBuild, backend: Backend, severity: Severity | None
) -> Iterator[Finding]:
    named = {(stage.name or "").lower() for stage in build.stages}
    for stage in stages_in_use(build, backend):
        sources = [(stage.image, stage.where)] if stage.image else []
        for instruction in stage.instructions[1:]:
            found = re.search(r"--from=(\S+)", instruction.arguments)
            if found and not found[1].isdigit() and found[1].lower() not in named:
                sources.append((image_of(found[1]), instruction.where))
        for image, where in sources:
            what = _moves(image)
            if what:
                yield Finding(
                    message=f"{build.scope} builds on {image.text}, which {what}",
                    evidence=(build,),
                    about=image.text,
                    cause=f"images of {build.scope}",
                    where=where,
                    severity=severity,
                    fix=_fix(image),
                )


def _fix(image: Image) -> Fix:
    return Fix(text=f"Name the version of {image.name} that you run now, and let a bot raise it.")


def _moves(image: Image) -> str:
    """What is wrong with the tag, "" where it names a version or cannot be known."""
    if image.digest or image.text == "scratch":
        return ""
    if image.tag is None:
        known = "$" not in image.text and (is_official(image) or not image.assumed)
        return "names no version (it means latest)" if known else ""
    tag = image.tag.lower()
    if tag in _MOVING or (tag.startswith("latest-") and not re.search(r"\d", tag)):
        return "is a new version whenever one is published"
    if not is_official(image) or "$" in tag:
        return ""
    if image.name in _DISTRIBUTIONS:
        return "has no fixed release" if _UNRELEASED.fullmatch(tag) else ""
    return "names a variant but no version" if _VARIANT.fullmatch(tag) else ""
