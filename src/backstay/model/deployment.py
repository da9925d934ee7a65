"""Facts about how a backend is built and run: containers, their images and settings."""

from __future__ import annotations

from typing import Literal

import msgspec

from backstay.model.facts import Fact
from backstay.model.places import Place


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image reference as written and in its parts; unresolved variables stay in the text."""

    text: str
    repository: str
    registry: str | None = None
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """The last part of the repository: "postgres" of "docker.io/library/postgres"."""
        return self.repository.rpartition("/")[2]


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """A published port. ``address`` is the host address, None for all interfaces."""

    container: str
    host: str | None = None
    address: str | None = None
    protocol: str = "tcp"
    where: Place


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """A mount. ``kind`` "anonymous" has no source."""

    kind: Literal["named", "bind", "tmpfs", "anonymous"]
    target: str
    source: str | None = None
    read_only: bool = False
    where: Place


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """An environment variable. ``value`` is None where it comes from outside.

    Values that look like secrets are kept here for practices to judge and are masked in output.
    """

    name: str
    value: str | None = None
    where: Place


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A health check; ``disabled`` where it is switched off on purpose."""

    command: str | None = None
    disabled: bool = False
    where: Place


class Service(Fact, frozen=True, kw_only=True, tag="service", tag_field="kind"):
    """A service of a compose file, with ``extends`` and merges applied.

    Attributes:
        role: what kind of file it is in, as far as one can tell: "production" or "development"
            (by file name, profiles and content); None where unknown.
        build: folder of the build context below the root, and the Dockerfile in it.
        depends_on: pairs of service and condition ("service_started" where not given).
        memory_limit, cpu_limit: as written.
    """

    name: str
    role: Literal["production", "development"] | None = None
    image: Image | None = None
    build: str | None = None
    dockerfile: str | None = None
    ports: tuple[Port, ...] = ()
    expose: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    environment: tuple[Variable, ...] = ()
    env_files: tuple[str, ...] = ()
    command: str | None = None
    health_check: HealthCheck | None = None
    restart: str | None = None
    user: str | None = None
    privileged: bool = False
    capabilities_added: tuple[str, ...] = ()
    network_mode: str | None = None
    read_only: bool = False
    memory_limit: str | None = None
    cpu_limit: str | None = None
    log_driver: str | None = None
    log_options: tuple[tuple[str, str], ...] = ()
    depends_on: tuple[tuple[str, str], ...] = ()
    networks: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    replicas: int | None = None
    stop_grace_period: str | None = None

    def __str__(self) -> str:
        return f"service {self.name}"


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction of a Dockerfile, continuation lines joined."""

    name: str
    arguments: str
    where: Place


class BuildStage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a Dockerfile. ``image`` is None where FROM names an earlier stage."""

    name: str | None
    image: Image | None
    based_on: str | None
    instructions: tuple[Instruction, ...]
    where: Place


class ImageBuild(Fact, frozen=True, kw_only=True, tag="image-build", tag_field="kind"):
    """A Dockerfile.

    Attributes:
        stages: in order; the last is what runs unless a service names another target.
        user: of the final stage, with the stages it is based on followed; None means the base
            image's user.
        health_check: of the final stage.
        entry: ENTRYPOINT and CMD of the final stage, joined.
    """

    stages: tuple[BuildStage, ...]
    user: str | None = None
    health_check: HealthCheck | None = None
    entry: str | None = None
    exposed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"Dockerfile {self.scope}"
