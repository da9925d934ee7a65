"""Whether a service has a health check, in its compose file or in the image that it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backstay.practices._known_images import engine_of, is_official, is_plain_base
from backstay.practices._services import stage_of

if TYPE_CHECKING:
    from backstay.model.backend import Backend
    from backstay.model.deployment import Image, Service


def can_be_healthy(service: Service, backend: Backend) -> bool | None:
    """Whether a service has a health check; None where its image may bring one."""
    check = service.health_check
    if check is not None and (check.disabled or check.command is not None):
        return not check.disabled
    stage = stage_of(service, backend)
    if stage is not None and stage.health_check is not None:
        return not stage.health_check.disabled
    image = stage.root_image if stage is not None else None if service.build else service.image
    return False if image is not None and _brings_none(image) else None


def _brings_none(image: Image) -> bool:
    """Official images have no health check, as a rule of their makers.

    https://github.com/docker-library/faq#healthcheck
    """
    return is_plain_base(image) or (is_official(image) and engine_of(image) is not None)
