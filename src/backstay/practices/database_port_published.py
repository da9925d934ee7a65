from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import ComposeFile, Port
from backstay.model.findings import Finding, Fix, Put, Replace
from backstay.model.places import Place
from backstay.practices._services import apart, engine_of_service
from backstay.practices.practice import practice


@practice(
    area="security",
    severity="high",
    stages={"startup": "The first scan for open databases comes within hours: do this today."},
)
def database_port_published(file: ComposeFile, backend: Backend) -> Iterator[Finding]:
    """A database's port is open on every network address of the host.

    Why: A published port without an address listens on all interfaces, and Docker puts its own
        rule before those of ufw and firewalld, so that a firewall on the host does not stop it.
        The database is then guarded by its password alone, Redis and MongoDB often by none.
    Fix: Publish it on 127.0.0.1, or not at all: services of the same file reach it by its name.
    Trade-offs: Other hosts and people need a tunnel (ssh -L) or a place in the same network.
    Alternatives: Bind a private address of the host, or keep the port behind the firewall of the
        cloud provider, which Docker cannot bypass.
    Upkeep: None.
    References: https://docs.docker.com/engine/network/packet-filtering-firewalls/
        https://docs.docker.com/engine/network/port-publishing/

    Bad (compose.yaml):
        services:
          db:
            image: postgres:18
            restart: always
            ports:
              - "5432:5432" # finding
    Good (compose.yaml):
        services:
          db:
            image: postgres:18
            restart: always
            ports:
              - "127.0.0.1:5432:5432"
    """
    services = backend.services_in(file.scope)
    published = ((port.where, (service, port)) for service in services for port in service.ports)
    for service, port in apart(published, file, backend):
        engine = engine_of_service(service, backend)
        if engine is None or port.container not in engine.ports or not _is_open(port):
            continue
        host = f"port {port.host}" if port.host else "a port that Docker chooses"
        yield Finding(
            message=f"{service.name} ({engine.name}) is reachable on {host} of every address "
            "of the host",
            evidence=(service,),
            about=f"{port.host}:{port.container}",
            cause=f"published databases of {file.scope}",
            where=port.where,
            severity="low" if service.role == "development" else None,
            fix=Fix(
                text="Publish it on 127.0.0.1, or remove the port if only services of this file "
                "use it.",
                edits=_edits(port),
            ),
        )


def _is_open(port: Port) -> bool:
    """Whether it listens on all addresses; an address from a variable is not known."""
    address = port.address
    return address is None or address in ("0.0.0.0", "::", "*")  # noqa: S104 (this is the fault)


def _edits(port: Port) -> tuple[Put | Replace, ...]:
    if not isinstance(port.where, Place):
        return ()
    if port.text is None:
        return (Put(place=port.where, key="host_ip", value='"127.0.0.1"'),)
    rest = port.text.removeprefix("0.0.0.0:").removeprefix("[::]:")
    bound = f"127.0.0.1:{rest}" if port.host else f"127.0.0.1::{rest.lstrip(':')}"
    return (Replace(place=port.where, text=f'"{bound}"'),)
