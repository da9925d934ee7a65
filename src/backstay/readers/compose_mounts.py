"""Ports and volumes of a compose service, in their short and long forms."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Literal

from backstay.model.deployment import Port, Volume
from backstay.readers.compose_values import Text, plain, text_of

if TYPE_CHECKING:
    from backstay.model.places import Place

# [ADDRESS:][HOST:]CONTAINER[/PROTOCOL]; an IPv6 address stands in brackets.
_PORT = re.compile(
    r"(?:(?:(?P<address>\[[^\]]*\]|[^:\[\]/]*):)?(?P<host>[^:\[\]/]*):)?"
    r"(?P<container>[^:\[\]/]+)(?:/(?P<protocol>[a-z]+))?"
)
# A drive letter's colon does not part source and target.
_VOLUME_PART = re.compile(r"(?:(?<![A-Za-z])|^)[A-Za-z]:[\\/][^:]*|[^:]*")
_READ_ONLY = {"ro", "readonly"}
_VOLUME_KINDS: dict[str, Literal["named", "bind", "tmpfs"]] = {
    "volume": "named",
    "bind": "bind",
    "tmpfs": "tmpfs",
    "npipe": "bind",
    "cluster": "named",
}


def port_of(value: Any, where: Place) -> Port | None:  # noqa: ANN401 (plain data)
    """A published port, or None where the value is none."""
    if isinstance(value, dict):
        return _long_port(value, where)
    text = text_of(value)
    found = _PORT.fullmatch(text.text.strip()) if text else None
    if found is None:
        return None
    address = (found["address"] or "").strip("[]")
    return Port(
        container=found["container"],
        host=found["host"] or None,
        address=address or None,
        protocol=found["protocol"] or "tcp",
        text=str(value).strip(),
        where=where,
    )


def _long_port(value: dict[str, Any], where: Place) -> Port | None:
    target = plain(value.get("target"))
    if target is None:
        return None
    return Port(
        container=target,
        host=plain(value.get("published")) or None,
        address=plain(value.get("host_ip")) or None,
        protocol=plain(value.get("protocol")) or "tcp",
        where=where,
    )


def volume_of(value: Any, folder: str, where: Place) -> Volume | None:  # noqa: ANN401
    """A mount, or None where the value is none. ``folder``: where relative sources start."""
    if isinstance(value, dict):
        return _long_volume(value, folder, where)
    text = text_of(value)
    parts = _parts(text) if text else []
    if not parts:
        return None
    if len(parts) == 1:
        return Volume(kind="anonymous", target=_target(parts[0]), where=where)
    options = set(parts[2].split(",")) if len(parts) > 2 else set()
    kind: Literal["named", "bind"] = "bind" if _is_path(parts[0]) else "named"
    return Volume(
        kind=kind,
        source=_source(parts[0], folder) if kind == "bind" else parts[0],
        target=_target(parts[1]),
        read_only=bool(options & _READ_ONLY),
        where=where,
    )


def _parts(text: Text) -> list[str]:
    """Source, target and options, parted by colons that belong to no drive letter."""
    pieces = [piece for piece in _VOLUME_PART.findall(text.text.strip()) if piece]
    return pieces[:3]


def _long_volume(value: dict[str, Any], folder: str, where: Place) -> Volume | None:
    kind = _VOLUME_KINDS.get(plain(value.get("type")) or "volume")
    target = plain(value.get("target"))
    source = plain(value.get("source"))
    if kind is None or target is None:
        return None
    if kind == "bind" and source:
        source = _source(source, folder)
    return Volume(
        kind="anonymous" if kind == "named" and not source else kind,
        source=source if kind != "tmpfs" else None,
        target=_target(target),
        read_only=plain(value.get("read_only")) == "true",
        where=where,
    )


def _is_path(source: str) -> bool:
    # A variable alone nearly always holds a folder of the host.
    return source[0] in "./~\\$" or source[1:3] in (":\\", ":/") or "/" in source


def _source(source: str, folder: str) -> str:
    """A relative source as a path below the root, as far as it lies there."""
    return posixpath.normpath(posixpath.join(folder, source)) if source[0] == "." else source


def _target(target: str) -> str:
    return posixpath.normpath(target) if target.startswith("/") else target
