from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_UPDATE = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*update\b")
_INSTALL = re.compile(
    r"\bapt(?:-get)?\s+(?:-\S+\s+)*(?:install|upgrade|dist-upgrade|full-upgrade)\b"
)


@practice(area="operations", severity="low")
def package_lists_in_own_layer(build: ImageBuild, backend: Backend) -> Iterator[Finding]:  # noqa: ARG001
    """The package lists are loaded in one build step and used in another.

    Why: The builder keeps the first step in its cache for as long as its text is the same. When
        the list of packages changes months later, only the second step runs again, with lists
        that name versions which the servers no longer have: the build fails, or installs an old
        package with known holes.
    Fix: Put update and install into the same RUN.
    Trade-offs: Each change of the packages loads the lists again, some seconds.
    Alternatives: Mount a cache over /var/lib/apt for both steps.
    Upkeep: None.
    References: https://docs.docker.com/build/building/best-practices/#apt-get

    Bad (Dockerfile):
        FROM debian:trixie-slim
        # finding
        RUN apt-get update
        RUN apt-get install -y curl
    Good (Dockerfile):
        FROM debian:trixie-slim
        RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    """
    for stage in build.stages:
        runs = [each for each in stage.instructions if each.name == "RUN"]
        alone = [
            each
            for each in runs
            if _UPDATE.search(each.arguments) and not _INSTALL.search(each.arguments)
        ]
        rely = any(
            _INSTALL.search(each.arguments) and not _UPDATE.search(each.arguments) for each in runs
        )
        for instruction in alone[:1] if rely else ():
            yield Finding(
                message=f"{build.scope} loads the package lists in a step of their own, which the "
                "build cache keeps while they grow old",
                evidence=(build,),
                about=stage.name or str(build.stages.index(stage)),
                cause=f"package lists in steps of their own in {build.scope}",
                where=instruction.where,
                severity="info" if build.role == "development" else None,
                fix=Fix(text="Put apt-get update into the RUN that installs."),
            )
