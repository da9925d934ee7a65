from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_URL = re.compile(r"https?://\S+")
_REPOSITORY = re.compile(r"\.git(?:[#?]|$)")


@practice(area="security", severity="medium")
def remote_file_not_verified(build: ImageBuild, backend: Backend) -> Iterator[Finding]:  # noqa: ARG001
    r"""A file from the network becomes part of an image without a checksum.

    Why: What stands at the address when the image is built is taken, whether its owner changed
        it or somebody else did, and over plain http so can everybody on the way.
    Fix: Give ADD the checksum of the file that was looked at: ADD --checksum=sha256:...
    Trade-offs: A new version needs a new checksum; that is the point.
    Alternatives: Keep the file in the repository, if it is small; or install a signed package.
    Upkeep: Change the checksum together with the version.
    References: https://docs.docker.com/reference/dockerfile/#add---checksum

    Bad (Dockerfile):
        FROM debian:trixie-slim
        # finding
        ADD https://example.com/tool-1.4.tar.gz /opt/tool.tar.gz
    Good (Dockerfile):
        FROM debian:trixie-slim
        ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \
            https://example.com/tool-1.4.tar.gz /opt/tool.tar.gz
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            found = _URL.search(instruction.arguments)
            if instruction.name != "ADD" or found is None:
                continue
            if "--checksum=" in instruction.arguments or _REPOSITORY.search(found.group()):
                continue
            yield Finding(
                message=f"{build.scope} takes {found.group()} without a checksum",
                evidence=(build,),
                about=found.group(),
                where=instruction.where,
                severity="low" if build.role == "development" else None,
                fix=Fix(text="Look at the file, and add --checksum=sha256:... with its checksum."),
            )
