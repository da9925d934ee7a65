from __future__ import annotations

import re
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.deployment import Service
from backstay.model.findings import Finding, Fix, Remove
from backstay.model.places import Place
from backstay.practices.practice import practice

_GIVES_THE_HOST = frozenset(("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH"))
# Their work is to look into the host, to build images or to make networks.
_NEED_IT = re.compile(
    r"cadvisor|node-?exporter|dind|buildkit|kaniko|falco|netdata|datadog|agent|wireguard|tailscale"
    r"|openvpn|gluetun|home-?assistant|zigbee|pihole|frigate|k3s|kind|rancher|systemd|sysbox|nfs|csi"
    r"|ceph|glances|beszel|scrutiny|docker",
    re.IGNORECASE,
)


@practice(
    area="security",
    severity="high",
    stages={"enterprise": "Refuse such containers at admission, with a list of exceptions."},
)
def container_with_host_privileges(service: Service, backend: Backend) -> Iterator[Finding]:  # noqa: ARG001
    """A container has rights with which it can take over its host.

    Why: privileged gives a container every capability and every device of the host; SYS_ADMIN
        and a few others, and the host's process table, come close. A fault in the application
        is then a fault of the whole machine.
    Fix: Remove it, and give the one capability or device that something fails for.
    Trade-offs: Finding the right capability takes some tries (the error names an operation, not
        a capability).
    Alternatives: Do that part of the work on the host or in a small container of its own; run
        the engine without root.
    Upkeep: Look again when the image changes: the need often goes away.
    References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities

    Bad (compose.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            privileged: true # finding
    Good (compose.yaml):
        services:
          api:
            image: ghcr.io/acme/api:1.4
            cap_drop: [ALL]
            cap_add: [NET_BIND_SERVICE]
    """
    image = service.image.text if service.image else ""
    if _NEED_IT.search(f"{service.name} {image}"):
        return
    for setting, what in _rights(service):
        where = service.place_of(setting)
        alone = setting != "cap_add" and isinstance(where, Place)
        yield Finding(
            message=f"{service.name} {what}",
            evidence=(service,),
            about=setting,
            cause=f"{setting} of {service.scope}",
            where=where,
            severity="low" if service.role == "development" else None,
            fix=Fix(
                text=f"Remove {setting}; if something then fails, add the one capability or "
                "device that it needs.",
                edits=(Remove(place=where),) if alone and isinstance(where, Place) else (),
            ),
        )


def _rights(service: Service) -> Iterator[tuple[str, str]]:
    if service.privileged:
        yield "privileged", "is privileged: it can do on the host what root can"
    powers = sorted(
        name
        for name in (each.upper().removeprefix("CAP_") for each in service.capabilities_added)
        if name in _GIVES_THE_HOST
    )
    if powers and not service.privileged:
        yield "cap_add", f"has the capability {', '.join(powers)}, which can take over the host"
    if service.process_namespace == "host":
        yield "pid", "sees and may signal every process of the host"
