from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices._images_as_root import drops_privileges, is_root, users_of_services
from backstay.practices._known_images import is_plain_base
from backstay.practices._services import runnable_stages
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import BuildStage


@practice(
    area="security",
    severity="medium",
    stages={"enterprise": "Enforce it for all at once: refuse root at admission to the cluster."},
)
def container_runs_as_root(build: ImageBuild, backend: Backend) -> Iterator[Finding]:
    """The application in a container runs as root.

    Why: Whoever gets code to run in the process is root inside the container. Files of mounted
        folders can then be changed as root of the host, and most known escapes from containers
        start from there.
    Fix: Create a user in the final stage and switch to it with USER after the last step that
        needs root.
    Trade-offs: The process can no longer bind ports below 1024 on older systems, nor write where
        only root may; folders that it writes to need their owner changed once, also in existing
        volumes.
    Alternatives: Set user in the compose file or in the pod's security context, take a base image
        that switches by itself (distroless with the nonroot tag), or run the container engine
        without root.
    Upkeep: None, apart from new folders that the application writes to.
    References: https://docs.docker.com/build/building/best-practices/#user
        https://docs.docker.com/engine/security/userns-remap/

    Bad (Dockerfile):
        # finding
        FROM python:3.13-slim
        COPY . /app
        CMD ["python", "/app/main.py"]
    Good (Dockerfile):
        FROM python:3.13-slim
        COPY . /app
        RUN useradd --system --uid 10001 app
        USER app
        CMD ["python", "/app/main.py"]
    """
    if build.role == "development":
        return
    for stage in runnable_stages(build, backend):
        if users_of_services(build, stage, backend) or drops_privileges(build, stage):
            continue
        why = _why_root(stage)
        if why:
            name = f"stage {stage.name} of {build.scope}" if stage.name else build.scope
            yield Finding(
                message=f"What is built from {name} runs as root: {why}",
                evidence=(build,),
                about=stage.name or str(build.stages.index(stage)),
                where=stage.where,
                fix=Fix(
                    text="Create a user and switch to it before the last CMD or ENTRYPOINT, such "
                    "as: RUN useradd --system --uid 10001 app, then USER app."
                ),
            )


def _why_root(stage: BuildStage) -> str:
    if stage.user is not None:
        return f"its last USER is {stage.user}" if is_root(stage.user) else ""
    image = stage.root_image
    if image is None or not is_plain_base(image):
        return ""
    return f"it has no USER, and {image.text} starts as root"
