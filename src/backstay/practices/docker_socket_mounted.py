from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import Service
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

_SOCKET = re.compile(r"(?:^|/)(?:docker|podman|containerd)\.sock$")
_PROXY = re.compile(r"socket-?proxy|wollomatic", re.IGNORECASE)
# Tools whose work is to manage or watch containers: the risk is known and taken.
_MANAGES = re.compile(
    r"portainer|traefik|watchtower|dozzle|autoheal|ofelia|diun|cadvisor|nginx-proxy|docker-gen"
    r"|acme-companion|lazydocker|runner|agent|localstack|ryuk|telegraf|datadog|vector|alloy|otel"
    r"|promtail|fluent|netdata|dockge|coolify|caddy-docker|swarm|jenkins|drone|woodpecker|concourse"
    r"|docker|crowdsec|homepage|gatus|uptime|buildkit|komodo|yacht",
    re.IGNORECASE,
)


@practice(area="security", severity="high")
def docker_socket_mounted(service: Service, backend: Backend) -> Iterator[Finding]:  # noqa: ARG001
    """A container can command the container engine of its host, and so has root there.

    Why: Whoever can write to the engine's socket can start a container with the host's disk
        mounted. A read-only mount does not help: it protects the file, not the requests.
    Fix: Put a proxy before the socket that lets only the needed requests through, and mount it
        into that proxy alone.
    Trade-offs: One more container, and a list of allowed requests to keep.
    Alternatives: An engine without root for these containers; the agent of the tool on the host.
    Upkeep: Review the allowed requests when the tool is updated.
    References: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
        https://github.com/Tecnativa/docker-socket-proxy

    Bad (compose.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            volumes:
              - /var/run/docker.sock:/var/run/docker.sock # finding
    Good (compose.yaml):
        services:
          socket-proxy:
            image: ghcr.io/tecnativa/docker-socket-proxy:0.3
            volumes:
              - /var/run/docker.sock:/var/run/docker.sock:ro
          api:
            image: ghcr.io/acme/api:1.4
            environment:
              DOCKER_HOST: tcp://socket-proxy:2375
    """
    image = service.image.text if service.image else ""
    known = bool(_MANAGES.search(f"{service.name} {image}"))
    if _PROXY.search(f"{service.name} {image}") or (known and service.role == "development"):
        return
    for volume in service.volumes:
        if volume.kind == "bind" and _SOCKET.search(volume.source or ""):
            low = known or service.role == "development"
            yield Finding(
                message=f"{service.name} has the engine's socket: it is root on the host"
                + (", also where the mount is read-only" if volume.read_only else ""),
                evidence=(service,),
                cause=f"engine sockets in {service.scope}",
                where=volume.where,
                severity="low" if low else None,
                fix=Fix(
                    text="Mount the socket into a proxy that allows only the needed requests, and "
                    f"let {service.name} talk to the proxy."
                ),
            )
