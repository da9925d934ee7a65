"""Facts about how a backend is built and run: containers, their images and settings."""

from __future__ import annotations

from typing import Literal

import msgspec

from backstay.model.facts import Fact
from backstay.model.places import Place, Where

Role = Literal["production", "development"]


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image reference in its parts; a variable without a default stays as a hole, ``${NAME}``.

    Attributes:
        assumed: a variable's default was put in, which another environment may replace.
    """

    text: str
    repository: str
    registry: str | None = None
    tag: str | None = None
    digest: str | None = None
    assumed: bool = False

    @property
    def name(self) -> str:
        """The last part of the repository: "postgres" of "docker.io/library/postgres"."""
        return self.repository.rpartition("/")[2]


def image_of(text: str, *, assumed: bool = False) -> Image:
    """The parts of an image reference; anything is taken, since holes may stand anywhere in it.

    A first part with a dot, a port or the name "localhost" is a registry; that is the rule of
    https://pkg.go.dev/github.com/distribution/reference.
    """
    name, _, digest = text.partition("@")
    before, colon, after = name.rpartition(":")
    repository, tag = (before, after) if colon and "/" not in after else (name, "")
    first, slash, rest = repository.partition("/")
    registry = None
    if slash and (any(mark in first for mark in ".:$") or first == "localhost"):
        registry, repository = first, rest
    return Image(
        text=text,
        repository=repository,
        registry=registry,
        tag=tag or None,
        digest=digest or None,
        assumed=assumed,
    )


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """A published port. ``address`` is the host address, None for all interfaces.

    Attributes:
        text: the short form as written, None for the long form.
    """

    container: str
    host: str | None = None
    address: str | None = None
    protocol: str = "tcp"
    text: str | None = None
    where: Place


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """A mount. ``kind`` "anonymous" has no source."""

    kind: Literal["named", "bind", "tmpfs", "anonymous"]
    target: str
    source: str | None = None
    read_only: bool = False
    where: Place


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """An environment variable or build argument. ``value`` is None where it comes from outside.

    Values that look like secrets are kept here for practices to judge and are masked in output.

    Attributes:
        value: with holes, ``${NAME}``, for the parts that come from outside.
        assumed: a variable's default was put in, which another environment may replace.
    """

    name: str
    value: str | None = None
    assumed: bool = False
    where: Place


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A health check; ``disabled`` where it is switched off on purpose.

    Attributes:
        command: None where only the timing is set and the image's own check is kept.
        shell: the command runs in the container's shell.
    """

    command: str | None = None
    shell: bool = False
    disabled: bool = False
    where: Place


class NamedVolume(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a compose file's top-level ``volumes``; an external one is made elsewhere."""

    name: str
    external: bool = False
    driver: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    where: Place


class ComposeFile(Fact, frozen=True, kw_only=True, tag="compose-file", tag_field="kind"):
    """A compose file as a whole; its services are facts of their own.

    Attributes:
        role: what it is for, as far as one can tell by its name and content; None where unknown.
        overlays: the file that this one is laid over (``-f base -f this``), where it is one.
        overlaid_by: the files that are laid over this one.
        includes: files below the root that it includes.
    """

    role: Role | None = None
    overlays: str | None = None
    overlaid_by: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    volumes: tuple[NamedVolume, ...] = ()

    def __str__(self) -> str:
        return f"compose file {self.scope}"


class Service(Fact, frozen=True, kw_only=True, tag="service", tag_field="kind"):
    """A service of a compose file, with ``extends`` and YAML merges applied.

    Attributes:
        role: that of its file; a service that only runs under a development profile has its own.
        fragment: it has neither image nor build of its own, so it changes a service that stands
            in another file: nothing can be said to be missing from it.
        overlays: the file with the service that this one changes, where known; what is missing
            here may stand there. Image and build are taken over from it where not given here.
        build: folder of the build context below the root.
        dockerfile: the Dockerfile below the root.
        target: the build stage to run; None for the last.
        depends_on: pairs of service and condition, "" where none is given (then compose waits
            for the start of the container, not for its health).
        restart: ``restart``, or ``deploy.restart_policy.condition`` after "deploy:".
        memory_limit, cpu_limit: as written.
        assumed: settings with a variable's default in them, which another environment may replace.
        places: where each setting stands; in another place than the service where it was merged
            or inherited.
    """

    name: str
    role: Role | None = None
    fragment: bool = False
    overlays: str | None = None
    image: Image | None = None
    build: str | None = None
    dockerfile: str | None = None
    target: str | None = None
    build_arguments: tuple[Variable, ...] = ()
    ports: tuple[Port, ...] = ()
    expose: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    environment: tuple[Variable, ...] = ()
    env_files: tuple[str, ...] = ()
    entrypoint: str | None = None
    command: str | None = None
    health_check: HealthCheck | None = None
    restart: str | None = None
    user: str | None = None
    privileged: bool = False
    capabilities_added: tuple[str, ...] = ()
    security_options: tuple[str, ...] = ()
    network_mode: str | None = None
    process_namespace: str | None = None
    read_only: bool = False
    memory_limit: str | None = None
    cpu_limit: str | None = None
    ulimits: tuple[tuple[str, str], ...] = ()
    log_driver: str | None = None
    log_options: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    depends_on: tuple[tuple[str, str], ...] = ()
    networks: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    replicas: int | None = None
    stop_grace_period: str | None = None
    assumed: tuple[str, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()

    def place_of(self, setting: str) -> Where:
        """Where a setting of the service stands, such as "image"."""
        return dict(self.places).get(setting, self.where)

    def __str__(self) -> str:
        return f"service {self.name}"


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction of a Dockerfile, continuation lines joined."""

    name: str
    arguments: str
    where: Place


class BuildStage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a Dockerfile, with what it takes over from the stages it is based on.

    Attributes:
        image: None where FROM names an earlier stage.
        based_on: the earlier stage that FROM names: its name, or its position from 0.
        copies_from: other stages and images that COPY --from and mounts name.
        instructions: of this stage alone.
        root_image: the image at the bottom of the stages it is based on.
        user: None means the image's own user; with a hole where it could not be resolved.
        entry: ENTRYPOINT and CMD, joined.
        entry_in_shell: the ENTRYPOINT, or the CMD where there is none, is in shell form.
        environment: its own ENV variables, in order.
        arguments: its own ARG variables, in order.
    """

    name: str | None
    image: Image | None
    based_on: str | None
    copies_from: tuple[str, ...] = ()
    instructions: tuple[Instruction, ...]
    root_image: Image | None = None
    user: str | None = None
    health_check: HealthCheck | None = None
    entry: str | None = None
    entry_in_shell: bool = False
    exposed: tuple[str, ...] = ()
    environment: tuple[Variable, ...] = ()
    arguments: tuple[Variable, ...] = ()
    where: Place


class ImageBuild(Fact, frozen=True, kw_only=True, tag="image-build", tag_field="kind"):
    """A Dockerfile.

    Attributes:
        role: "development" where its name or folder says so; None where unknown.
        stages: in order; the last is what runs unless a service names another target.
        user: of the final stage, with the stages it is based on followed; None means the base
            image's user.
        health_check: of the final stage.
        entry: ENTRYPOINT and CMD of the final stage, joined.
        arguments: ARG variables before the first FROM.
    """

    role: Role | None = None
    stages: tuple[BuildStage, ...]
    user: str | None = None
    health_check: HealthCheck | None = None
    entry: str | None = None
    exposed: tuple[str, ...] = ()
    arguments: tuple[Variable, ...] = ()

    def stage(self, target: str | None) -> BuildStage | None:
        """The stage of that name or position, the last one for None; None where there is none."""
        if target is None:
            return self.stages[-1] if self.stages else None
        if target.isascii() and target.isdigit() and len(target) < 6:
            return self.stages[int(target)] if int(target) < len(self.stages) else None
        named = [stage for stage in self.stages if (stage.name or "").lower() == target.lower()]
        return named[-1] if named else None

    def __str__(self) -> str:
        return f"Dockerfile {self.scope}"
