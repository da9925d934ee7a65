"""Which compose file is laid over which: what compose takes by itself or by `-f` after another."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.model.deployment import Service

_DEFAULT_STEMS = ("compose", "docker-compose")


def bases_of(files: Mapping[str, Mapping[str, Service]]) -> dict[str, str]:
    """For each file that is an overlay, the file that it is laid over.

    Compose lays `*.override.yml` over the default file by itself. Another file is one when it has
    a service with neither image nor build that the base has: alone it could not run.
    """
    by_folder: dict[str, list[str]] = defaultdict(list)
    for file in files:
        by_folder[posixpath.dirname(file)].append(file)
    found: dict[str, str] = {}
    for group in by_folder.values():
        by_stem = {_stem(file): file for file in sorted(group, reverse=True)}
        for file in group:
            base = _base_for(file, by_stem)
            if base is not None and _is_laid_over(file, files[file], files[base]):
                found[file] = base
    return found


def _stem(file: str) -> str:
    return posixpath.splitext(posixpath.basename(file))[0].lower()


def _base_for(file: str, by_stem: Mapping[str, str]) -> str | None:
    """The file of the longest name that this one's name begins with, else the default file."""
    stem = _stem(file)
    for end in range(len(stem) - 1, 0, -1):
        if stem[end] in ".-_" and stem[:end] in by_stem:
            return by_stem[stem[:end]]
    for default in _DEFAULT_STEMS:
        if default in by_stem and by_stem[default] != file:
            return by_stem[default]
    return None


def _is_laid_over(file: str, own: Mapping[str, Service], base: Mapping[str, Service]) -> bool:
    if _stem(file).endswith("override"):
        return True
    return any(
        not (service.image or service.build) and name in base for name, service in own.items()
    )
