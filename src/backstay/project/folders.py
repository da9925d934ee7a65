"""Where a user's caches and records live on this platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def cache_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder for caches, which may be deleted at any time; None where caching is off.

    ``BACKSTAY_CACHE`` names another folder, or is "off".
    """
    chosen = (os.environ if environment is None else environment).get("BACKSTAY_CACHE")
    if chosen:
        return None if chosen.lower() == "off" else Path(chosen).absolute()
    return _folder("XDG_CACHE_HOME", ".cache", "Library/Caches", environment)


def state_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder for records that outlive a run; None where the user has no home."""
    return _folder("XDG_STATE_HOME", ".local/state", "Library/Application Support", environment)


def _folder(
    variable: str, linux: str, macos: str, environment: Mapping[str, str] | None
) -> Path | None:
    environment = os.environ if environment is None else environment
    chosen = Path(environment.get(variable, ""))
    if chosen.is_absolute():  # the XDG specification has relative ones ignored
        return chosen / "backstay"
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return Path(local) / "backstay" if local else None
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 (never raises)
    below = macos if sys.platform == "darwin" else linux
    return home / below / "backstay" if home.is_absolute() else None
