"""One service of a compose file as a fact, and the rules by which one service extends another."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.model.deployment import HealthCheck, Service, Variable, Volume, image_of
from backstay.readers.compose_mounts import port_of, volume_of
from backstay.readers.compose_values import command_text, entries_of, plain, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from backstay.model.deployment import Image, Port
    from backstay.readers.compose_sections import Section

_SWARM_RESTARTS = {"any", "on-failure", "none"}


def service_of(section: Section) -> Service:
    """The fact for the service at ``section``, with what stands there alone."""
    raw, name = section.value, str(section.path[-1])
    build, dockerfile, target = _build(section)
    deploy = section.within("deploy")
    limits = deploy.within("resources").within("limits")
    logging = section.within("logging")
    return Service(
        where=section.place(),
        name=name,
        image=_image(section),
        build=build,
        dockerfile=dockerfile,
        target=target,
        build_arguments=tuple(_variables(section.within("build"), "args")),
        ports=tuple(_ports(section)),
        expose=texts_of(raw.get("expose")),
        volumes=tuple(_volumes(section)),
        environment=tuple(_variables(section, "environment")),
        env_files=tuple(_paths(section, "env_file")),
        entrypoint=command_text(raw.get("entrypoint")),
        command=command_text(raw.get("command")),
        health_check=_health_check(section),
        restart=section.text("restart") or _swarm_restart(deploy),
        user=section.text("user"),
        privileged=section.text("privileged") == "true",
        capabilities_added=texts_of(raw.get("cap_add")),
        security_options=texts_of(raw.get("security_opt")),
        network_mode=section.text("network_mode") or section.text("net"),
        process_namespace=section.text("pid"),
        read_only=section.text("read_only") == "true",
        memory_limit=limits.text("memory") or section.text("mem_limit"),
        cpu_limit=limits.text("cpus") or section.text("cpus") or section.text("cpu_quota"),
        ulimits=tuple(_ulimits(section)),
        log_driver=logging.text("driver") or section.text("log_driver"),
        log_options=_pairs(logging.value.get("options") or raw.get("log_opt")),
        labels=_pairs(raw.get("labels")) + _pairs(deploy.value.get("labels")),
        depends_on=_dependencies(section),
        networks=_names(raw.get("networks")),
        secrets=_names(raw.get("secrets"), "source"),
        configs=_names(raw.get("configs"), "source"),
        profiles=texts_of(raw.get("profiles")),
        replicas=_number(deploy.text("replicas") or section.text("scale")),
        stop_grace_period=section.text("stop_grace_period"),
        assumed=tuple(key for key, value in raw.items() if _is_assumed(value)),
        places=tuple((key, section.place(key)) for key in raw),
    )


def _is_assumed(value: Any) -> bool:  # noqa: ANN401 (plain data)
    items = value if isinstance(value, list) else [value]
    return any(text.assumed for item in items if (text := text_of(item)))


def extended(parent: Service, child: Service) -> Service:
    """A service with what it inherits, by the merge rules of the Compose Specification.

    Lists are joined, mappings merged by name, mounts by their target; a single value is replaced.
    """
    changes: dict[str, Any] = {}
    for field in child.__struct_fields__:
        inherited, own = getattr(parent, field), getattr(child, field)
        if field in _JOINED:
            changes[field] = _joined(inherited, own, _JOINED[field])
        elif field not in _OF_THE_SERVICE_ITSELF and own in (None, False, ()):
            changes[field] = inherited
    check = child.health_check
    if check and parent.health_check and not check.disabled and check.command is None:
        changes["health_check"] = parent.health_check
    return msgspec.structs.replace(child, **changes)


def _itself(item: Any) -> Any:  # noqa: ANN401
    return item


def _name(item: Variable) -> str:
    return item.name


def _first(item: tuple[str, Any]) -> str:
    return item[0]


def _target(item: Volume) -> str:
    return item.target


def _published(item: Port) -> tuple[str | None, ...]:
    return (item.address, item.host, item.container, item.protocol)


_OF_THE_SERVICE_ITSELF = {"where", "name", "derived", "role", "fragment", "overlays"}
_JOINED: dict[str, Callable[[Any], Any]] = {
    "build_arguments": _name,
    "ports": _published,
    "expose": _itself,
    "volumes": _target,
    "environment": _name,
    "env_files": _itself,
    "capabilities_added": _itself,
    "security_options": _itself,
    "ulimits": _first,
    "log_options": _first,
    "labels": _first,
    "depends_on": _first,
    "networks": _itself,
    "secrets": _itself,
    "configs": _itself,
    "assumed": _itself,
    "places": _first,
}


def _joined(
    inherited: tuple[Any, ...], own: tuple[Any, ...], key: Callable[[Any], Any]
) -> tuple[Any, ...]:
    return tuple(
        ({key(item): item for item in inherited} | {key(item): item for item in own}).values()
    )


def _image(section: Section) -> Image | None:
    text = text_of(section.value.get("image"))
    return image_of(text.text.strip(), assumed=text.assumed) if text and text.text.strip() else None


def _build(section: Section) -> tuple[str | None, str | None, str | None]:
    """Context folder, Dockerfile and target of `build`."""
    value = section.value.get("build")
    if value is None:
        return None, None, None
    settings = section.within("build")
    context = plain(value) or settings.text("context") or "."
    if "://" in context or context.startswith("git@"):
        return context, None, settings.text("target")
    folder = posixpath.normpath(posixpath.join(section.folder, context))
    if "dockerfile_inline" in settings.value:
        return folder, None, settings.text("target")
    named = settings.text("dockerfile") or section.text("dockerfile") or "Dockerfile"
    dockerfile = posixpath.normpath(posixpath.join(folder, named))
    outside = dockerfile.startswith(("/", "../"))
    return folder, None if outside else dockerfile, settings.text("target")


def _variables(section: Section, key: str) -> Iterator[Variable]:
    value = section.value.get(key)
    if value is not None and not isinstance(value, (dict, list)):
        section.refuse("neither a list nor a mapping", key)
    for name, item, position in entries_of(value):
        text = text_of(item)
        yield Variable(
            name=name,
            value=None if text is None or text.is_hole else text.text,
            assumed=bool(text and text.assumed),
            where=section.place(key, position),
        )


def _ports(section: Section) -> Iterator[Port]:
    for position, item in enumerate(_items(section, "ports")):
        port = port_of(item, section.place("ports", position))
        if port is None:
            section.refuse("not a port", "ports", position)
        else:
            yield port


def _volumes(section: Section) -> Iterator[Volume]:
    for position, item in enumerate(_items(section, "volumes")):
        where = section.place("volumes", position)
        volume = volume_of(item, section.folder, where)
        if volume is not None:
            yield volume
        elif not isinstance(item, dict):
            section.refuse("not a volume", "volumes", position)
    for target in texts_of(section.value.get("tmpfs")):
        path = posixpath.normpath(target.partition(":")[0] or "/")
        yield Volume(kind="tmpfs", target=path, where=section.place("tmpfs"))


def _items(section: Section, key: str) -> list[Any]:
    value = section.value.get(key)
    if isinstance(value, list):
        return value
    if value is not None:
        section.refuse("not a list", key)
    return []


def _paths(section: Section, key: str) -> Iterator[str]:
    """Files that a key names, below the root."""
    value = section.value.get(key)
    for item in value if isinstance(value, list) else [value]:
        path = plain(item.get("path") if isinstance(item, dict) else item)
        if path:
            yield posixpath.normpath(posixpath.join(section.folder, path))


def _health_check(section: Section) -> HealthCheck | None:
    settings = section.within("healthcheck")
    if not settings.value:
        return None
    test = settings.value.get("test")
    words = texts_of(test) if isinstance(test, list) else ()
    off = settings.text("disable") == "true" or words[:1] == ("NONE",)
    where = section.place("healthcheck")
    if off or test is None:
        return HealthCheck(disabled=off, where=where)
    if words[:1] in (("CMD",), ("CMD-SHELL",)):
        return HealthCheck(command=" ".join(words[1:]), shell=words[0] == "CMD-SHELL", where=where)
    return HealthCheck(command=command_text(test), shell=True, where=where)  # noqa: S604


def _swarm_restart(deploy: Section) -> str | None:
    policy = deploy.value.get("restart_policy")
    if not isinstance(policy, dict):
        return None
    condition = plain(policy.get("condition"))
    return f"deploy:{condition if condition in _SWARM_RESTARTS else 'any'}"


def _ulimits(section: Section) -> Iterator[tuple[str, str]]:
    for name, value, _ in entries_of(section.value.get("ulimits")):
        soft_and_hard = value if isinstance(value, dict) else {"soft": value}
        limit = plain(soft_and_hard.get("hard")) or plain(soft_and_hard.get("soft"))
        if limit is not None:
            yield name, limit


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 (plain data)
    return tuple((name, plain(item) or "") for name, item, _ in entries_of(value))


def _dependencies(section: Section) -> tuple[tuple[str, str], ...]:
    """Services and conditions; a link of old files is a dependency too."""
    value = section.value.get("depends_on")
    links = (link.partition(":")[0] for link in texts_of(section.value.get("links")))
    found = dict.fromkeys(links, "")
    if isinstance(value, dict):
        for name, settings in value.items():
            condition = settings.get("condition") if isinstance(settings, dict) else None
            found[name] = plain(condition) or ""
    else:
        found |= dict.fromkeys(texts_of(value), "")
    return tuple(found.items())


def _names(value: Any, key: str = "source") -> tuple[str, ...]:  # noqa: ANN401 (plain data)
    if isinstance(value, dict):
        return tuple(value)
    items = value if isinstance(value, list) else []
    names = (plain(item.get(key) if isinstance(item, dict) else item) for item in items)
    return tuple(name for name in names if name)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None
