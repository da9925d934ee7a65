"""How a host starts Backstay: by the command if it is installed, else through uvx."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Launch = tuple[str, ...]

COMMAND: Launch = ("backstay",)
UVX: Launch = ("uvx", "backstay")
_SCRIPTS = ("backstay", "backstay.exe")


def launch_for(*, shared: bool) -> Launch:
    """The way that works here.

    Args:
        shared: the entry is for a whole team, so that it holds no path of this machine.
    """
    if _installed():
        return COMMAND
    if shutil.which("uvx"):
        return UVX
    own = next((path for path in _own_scripts() if path.is_file()), None)
    if not shared and own is not None and not is_temporary(own):
        return (str(own),)
    return COMMAND if own is not None and not is_temporary(own) else UVX


def _installed() -> bool:
    """Whether the command is on the PATH, and not only while uvx or pipx run it."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which("backstay", path=folder) for folder in folders if folder)
    return any(path is not None and not is_temporary(Path(path)) for path in found)


def _own_scripts() -> list[Path]:
    folder = Path(sys.executable).parent
    return [folder / name for name in _SCRIPTS]


def is_temporary(path: Path) -> bool:
    """Whether a program stands in an environment that uvx or ``pipx run`` made for one run."""
    parts = path.parts
    if "pipx" in parts and ".cache" in parts:
        return True
    return any(part.startswith(("archive-v", "environments-v", "builds-v")) for part in parts)


def is_launch(words: Sequence[str]) -> bool:
    """Whether these words are a way to start Backstay that we write."""
    if tuple(words) in {COMMAND, UVX}:
        return True
    return len(words) == 1 and Path(words[0]).is_absolute() and Path(words[0]).name in _SCRIPTS


def works(launch: Sequence[str]) -> bool:
    """Whether the program is here."""
    return _installed() if tuple(launch) == COMMAND else shutil.which(launch[0]) is not None
