"""As which user the stages of a Dockerfile run, as far as files tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backstay.practices._services import chain_of, services_built_from

if TYPE_CHECKING:
    from backstay.model.backend import Backend
    from backstay.model.deployment import BuildStage, ImageBuild

# Programs with which an entry point starts as root and hands over to another user.
_DROPS = re.compile(
    r"\b(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|s6-overlay|setuidgid|chpst|dumb-init-su|"
    r"supervisord?|fixuid|sudo\s+-\w*u|su\s+-)(?![\w/])"
)
_CREATES_USER = re.compile(r"\b(?:useradd|adduser)\b")
_SCRIPT = re.compile(r"(?:\.sh|entrypoint|/init|start)\b")


def is_root(user: str) -> bool:
    """Whether a USER is root, with any group."""
    return user.partition(":")[0].strip() in ("root", "0")


def drops_privileges(build: ImageBuild, stage: BuildStage) -> bool:
    """Whether the entry point may hand over to another user; a script is given the benefit."""
    chain = list(chain_of(build, stage))
    text = "\n".join(
        instruction.arguments
        for each in chain
        for instruction in each.instructions
        if instruction.name in ("RUN", "ENTRYPOINT", "CMD")
    )
    by_script = bool(_SCRIPT.search(stage.entry or "")) and bool(_CREATES_USER.search(text))
    return by_script or bool(_DROPS.search(text))


def users_of_services(build: ImageBuild, stage: BuildStage, backend: Backend) -> bool:
    """Whether all services that run this stage set a user of their own that is not root."""
    running = [
        service
        for service in services_built_from(build, backend)
        if build.stage(service.target) is stage
    ]
    return bool(running) and all(
        service.user is not None and not is_root(service.user) for service in running
    )
