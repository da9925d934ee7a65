from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix, Replace
from backstay.practices._services import runnable_stages
from backstay.practices.practice import practice

_FLAG = re.compile(r"FROM\s+--platform=\$\{?BUILDPLATFORM\}?\s+", re.IGNORECASE)


@practice(area="operations", severity="medium")
def final_image_for_build_machine(build: ImageBuild, backend: Backend) -> Iterator[Finding]:
    """An image is built for the machine that builds it, whatever platform is asked for.

    Why: BUILDPLATFORM is the builder's own platform. In an intermediate stage that saves
        emulation; in the final stage docker build --platform linux/arm64 on an amd64 builder
        gives an image that is labelled arm64 and holds amd64 programs. It fails with "exec format
        error" where it is run.
    Fix: Leave --platform out of the final stage.
    Trade-offs: Steps of the final stage then run under emulation where the platforms differ;
        move slow ones to an intermediate stage.
    Alternatives: Build on a machine of each platform.
    Upkeep: None.
    References: https://docs.docker.com/build/building/multi-platform/#cross-compilation
        https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/

    Bad (Dockerfile):
        # finding
        FROM --platform=$BUILDPLATFORM python:3.13-slim
        USER app
        CMD ["python", "main.py"]
    Good (Dockerfile):
        FROM --platform=$BUILDPLATFORM golang:1.25 AS build
        RUN GOARCH=$TARGETARCH go build -o /api
        FROM debian:trixie-slim
        COPY --from=build /api /api
        USER app
        CMD ["/api"]
    """
    if build.role == "development":
        return
    for stage in runnable_stages(build, backend):
        start = stage.instructions[0]
        found = _FLAG.match(f"FROM {start.arguments}")
        if found is None:
            continue
        name = f"stage {stage.name} of {build.scope}" if stage.name else build.scope
        plain = f"FROM {start.arguments.split(None, 1)[1]}"
        yield Finding(
            message=f"What is built from {name} holds programs for the build machine, also where "
            "another platform is asked for",
            evidence=(build,),
            about=stage.name or str(build.stages.index(stage)),
            where=stage.where,
            fix=Fix(
                text="Leave --platform=$BUILDPLATFORM out of this stage.",
                edits=(Replace(place=start.where, text=plain),),
            ),
        )
