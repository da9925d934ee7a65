"""Compose files as facts: each file, its services, and what in them could not be read.

Every file's services are facts of that file. What a service inherits by `extends` or a YAML merge
is part of it; what another file laid over it (`docker-compose.override.yml`, `-f`) changes is a
fact of that other file, which names the file that it overlays.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.model.deployment import ComposeFile, NamedVolume, Role, Service
from backstay.model.facts import Fact, Unread
from backstay.model.places import Place
from backstay.readers.compose_overlays import bases_of
from backstay.readers.compose_roles import role_of
from backstay.readers.compose_sections import Section, origins_of
from backstay.readers.compose_services import extended, service_of
from backstay.readers.compose_values import entries_of, plain
from backstay.readers.documents import load_documents
from backstay.readers.pointers import pointer_of
from backstay.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backstay.readers.sources import Sources

# The longest real ones have some thousand lines.
_MAX_BYTES = 1_000_000

# Real files extend once or twice.
_LONGEST_CHAIN = 50
_DEVELOPMENT_PROFILES = {"dev", "development", "debug", "test", "tests", "testing", "local", "e2e"}


class _File(msgspec.Struct, kw_only=True):
    """A compose file while it is read."""

    name: str
    documents: list[dict[str, Any]] = []
    sections: dict[str, list[Section]] = {}
    services: dict[str, Service] = {}
    problems: list[Unread] = []
    broken: bool = False


def read_compose(files: Sequence[str], sources: Sources) -> Iterator[Fact]:
    """The facts of compose files, with those that they include; never raises for their content."""
    reader = _Reader(sources)
    waiting = list(dict.fromkeys(files))
    read: dict[str, _File] = {}
    while waiting:
        name = waiting.pop(0)
        if name in read:
            continue
        read[name] = reader.file(name)
        waiting += [each for each in _includes(read[name]) if each not in read]
    for file in read.values():
        reader.resolve_all(file)
    bases = bases_of({file.name: file.services for file in read.values() if not file.broken})
    over: dict[str, list[str]] = defaultdict(list)
    for overlay, name in bases.items():
        over[name].append(overlay)
    for file in read.values():
        base = read.get(bases.get(file.name, ""))
        yield from _facts(file, base, tuple(sorted(over[file.name])))


def _checked(data: bytes) -> bytes:
    if len(data) > _MAX_BYTES:
        raise Unreadable(f"is larger than {_MAX_BYTES // 1_000_000} MB, so it is no compose file")
    return data


class _Reader:
    """Loads files once and follows `extends` between them."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.files: dict[str, _File] = {}

    def file(self, name: str) -> _File:
        if name not in self.files:
            self.files[name] = self._load(name)
        return self.files[name]

    def _load(self, name: str) -> _File:
        file = _File(name=name)
        try:
            documents = load_documents(_checked(self.sources.read(name)), name=name)
        except Unreadable as error:
            file.problems.append(Unread(where=Place(file=name), why=error.reason))
            file.broken = True
            return file
        for document in documents:
            if isinstance(document.value, dict):
                file.documents.append(document.value)
                for section in _sections(document.value, document.index, file):
                    file.sections.setdefault(str(section.path[-1]), []).append(section)
        if not file.documents:
            file.problems.append(Unread(where=Place(file=name), why="holds no mapping"))
            file.broken = True
        return file

    def resolve_all(self, file: _File) -> None:
        for name in file.sections:
            self.service(file, name)

    def service(self, file: _File, name: str) -> Service:
        """A service with all that it extends; a later document of its file changes an earlier."""
        chain: list[tuple[_File, str]] = []
        seen: set[tuple[str, str]] = set()
        at: tuple[_File, str] | None = (file, name)
        while at is not None and at[1] not in at[0].services:
            address = (at[0].name, at[1])
            if address in seen or len(chain) > _LONGEST_CHAIN:
                _refuse_extends(file, name, "extends itself in a circle")
                break
            seen.add(address)
            chain.append(at)
            at = self._parent(*at)
        for each, own in reversed(chain):
            parent = self._parent(each, own)
            inherited = parent[0].services.get(parent[1]) if parent else None
            each.services[own] = _whole(each.sections[own], inherited)
        return file.services[name]

    def _parent(self, file: _File, name: str) -> tuple[_File, str] | None:
        """The file and name of the service that a service extends, if that can be found."""
        for section in file.sections[name]:
            target = section.value.get("extends")
            if target is None:
                continue
            other = plain(target.get("file")) if isinstance(target, dict) else None
            wanted = plain(target.get("service") if isinstance(target, dict) else target)
            path = self._path_of(other, section.folder) if other else file.name
            found = self.file(path)
            if wanted is not None and wanted in found.sections:
                return found, wanted
            why = f"extends {wanted} of {path}, which cannot be read"
            _refuse_extends(file, name, why)
        return None

    def _path_of(self, other: str, folder: str) -> str:
        """A file named by another: below its folder, else below the root.

        The root is where compose is told to start by `--project-directory`.
        """
        beside = posixpath.normpath(posixpath.join(folder, other))
        return beside if not self.file(beside).broken else posixpath.normpath(other)


def _refuse_extends(file: _File, name: str, why: str) -> None:
    where = file.sections[name][-1].place("extends")
    file.problems.append(Unread(where=where, why=why))


def _sections(value: dict[str, Any], index: int, file: _File) -> Iterator[Section]:
    """The services of a document; files of version 1 have them at the top."""
    path: tuple[str, ...] = ("services",)
    services = value.get("services")
    if "services" not in value and _is_version_one(value):
        path, services = (), value
    if services is not None and not isinstance(services, dict):
        place = Place(file=file.name, pointer="/services", document=index)
        file.problems.append(Unread(where=place, why="services is not a mapping"))
        return
    origins = origins_of(value)
    for name, service in (services or {}).items():
        section = Section(
            value=service if isinstance(service, dict) else {},
            file=file.name,
            document=index,
            path=(*path, name),
            problems=file.problems,
            origins=origins,
        )
        if isinstance(service, dict):
            yield section
        elif service is not None:
            section.refuse(f"service {name} is not a mapping")


def _is_version_one(value: dict[str, Any]) -> bool:
    return bool(value) and all(
        isinstance(service, dict) and ("image" in service or "build" in service)
        for service in value.values()
    )


def _whole(sections: list[Section], inherited: Service | None) -> Service:
    """A service of one file, its documents and what it extends put together."""
    service = inherited
    for section in sections:
        own = service_of(section)
        service = extended(service, own) if service is not None else own
        if section.value.get("extends") is not None and inherited is not None:
            derived = f"extends {inherited.name} of {inherited.scope}"
            service = msgspec.structs.replace(service, derived=derived)
    assert service is not None
    return service


def _facts(file: _File, base: _File | None, over: tuple[str, ...]) -> Iterator[Fact]:
    if not file.broken:
        services = [_as_overlay(service, base) for service in file.services.values()]
        role, reason = role_of(file.name, services)
        yield ComposeFile(
            where=Place(file=file.name, pointer=""),
            derived=reason or None,
            role=role,
            overlays=base.name if base else None,
            overlaid_by=over,
            includes=tuple(_includes(file)),
            volumes=tuple(_named_volumes(file)),
        )
        yield from (_with_role(service, role, reason) for service in services)
    yield from dict.fromkeys(file.problems)


def _as_overlay(service: Service, base: _File | None) -> Service:
    """A service that has no image or build of its own, or stands in an overlay, says so."""
    fragment = not (service.image or service.build)
    under = base.services.get(service.name) if base else None
    if under is None:
        return msgspec.structs.replace(service, fragment=fragment)
    return msgspec.structs.replace(
        service,
        fragment=fragment,
        overlays=under.scope,
        image=service.image or under.image,
        build=service.build or under.build,
        dockerfile=service.dockerfile or under.dockerfile,
        target=service.target or under.target,
    )


def _with_role(service: Service, role: Role | None, reason: str) -> Service:
    if service.profiles and set(service.profiles) <= _DEVELOPMENT_PROFILES:
        role, reason = "development", f"role development by its profile {service.profiles[0]}"
    derived = "; ".join(each for each in (service.derived, reason) if each)
    return msgspec.structs.replace(service, role=role, derived=derived or None)


def _includes(file: _File) -> list[str]:
    """The files that a file includes, below the root."""
    found = []
    folder = posixpath.dirname(file.name)
    for document in file.documents:
        entries = document.get("include")
        for entry in entries if isinstance(entries, list) else []:
            paths = entry.get("path") if isinstance(entry, dict) else entry
            for path in paths if isinstance(paths, list) else [paths]:
                text = plain(path)
                if text and "://" not in text and "$" not in text:
                    found.append(posixpath.normpath(posixpath.join(folder, text)))
    return found


def _named_volumes(file: _File) -> Iterator[NamedVolume]:
    for index, document in enumerate(file.documents):
        volumes = document.get("volumes")
        for name, settings in volumes.items() if isinstance(volumes, dict) else ():
            options = settings if isinstance(settings, dict) else {}
            yield NamedVolume(
                name=name,
                external=options.get("external") not in (None, False),
                driver=plain(options.get("driver")),
                labels=tuple(
                    (label, plain(value) or "")
                    for label, value, _ in entries_of(options.get("labels"))
                ),
                where=Place(file=file.name, pointer=pointer_of(("volumes", name)), document=index),
            )
