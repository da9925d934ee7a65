from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices._services import final_chains
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Instruction

_UPDATE = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*update\b")
_CLEANED = re.compile(r"/var/lib/apt(?:/lists)?|/var/lib/\*|\bapt-clean\b|mktemp|\.sh\b")
_MOUNTED = re.compile(r"--mount=type=(?:cache|tmpfs),[^\s]*(?:target|dst)=/var/(?:lib|cache)/apt")


@practice(area="performance", severity="low")
def package_lists_left_in_image(build: ImageBuild, backend: Backend) -> Iterator[Finding]:
    r"""An image carries the package lists of the day it was built.

    Why: apt-get update leaves 20 to 50 MB of lists in the layer. Every host pulls and keeps them,
        and nothing reads them again; removing them in a later step leaves them in the layer
        below.
    Fix: Remove /var/lib/apt/lists in the same RUN that installs.
    Trade-offs: None; who installs something in a running container runs apt-get update first.
    Alternatives: Mount a cache over /var/lib/apt for the step, which also makes builds faster; or
        install in a stage that the image is not built from.
    Upkeep: None.
    References: https://docs.docker.com/build/building/best-practices/#apt-get

    Bad (Dockerfile):
        FROM debian:trixie-slim
        # finding
        RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
        CMD ["serve"]
    Good (Dockerfile):
        FROM debian:trixie-slim
        RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
            && rm -rf /var/lib/apt/lists/*
        CMD ["serve"]
    """
    if build.role == "development":
        return
    for stage in final_chains(build, backend):
        for instruction in stage.instructions:
            if instruction.name == "RUN" and _leaves_lists(instruction):
                yield Finding(
                    message=f"{build.scope} leaves the package lists of apt in its image",
                    evidence=(build,),
                    about=stage.name or str(build.stages.index(stage)),
                    cause=f"package lists in {build.scope}",
                    where=instruction.where,
                    fix=Fix(text="Add && rm -rf /var/lib/apt/lists/* at the end of the same RUN."),
                )


def _leaves_lists(instruction: Instruction) -> bool:
    text = instruction.arguments
    if not _UPDATE.search(text) or _MOUNTED.search(text):
        return False
    return not _CLEANED.search(text)
