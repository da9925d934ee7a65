"""What a command's targets mean: one root, and what to look at below it."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import msgspec

from backstay.model.errors import BadRequest

_ROOT_MARKS = ("backstay.toml", ".git")


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """One root, and the paths below it to look at.

    Attributes:
        root: the nearest folder upwards with a backstay.toml or a .git; else the target itself.
            File names in facts, ids and reports are below it.
        paths: below the root, with forward slashes; "." is the root itself.
    """

    root: Path
    paths: tuple[str, ...]


def resolve_targets(targets: tuple[str, ...]) -> Targets:
    """Find the root of all targets.

    Raises:
        BadRequest: a target does not exist, is of a kind that cannot be reviewed, or targets
            belong to different projects.
    """
    paths = [_existing(target) for target in targets or (".",)]
    roots = {_root_of(path) for path in paths}
    root = roots.pop()
    if roots:
        root = Path(os.path.commonpath([root, *roots]))
    below = tuple(path.relative_to(root).as_posix() for path in paths)
    return Targets(root=root, paths=below)


def whole_project(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The targets given, or the root of the project around the current directory.

    For what is told an id: that may belong to any folder of the project.
    """
    return targets or (str(resolve_targets(()).root),)


def _existing(target: str) -> Path:
    if "://" in target:
        raise BadRequest(
            f"{target.partition('://')[0]}:// targets are not reviewed yet;"
            " give a directory or a file of the repository"
        )
    if not target:
        raise BadRequest("A target is empty; name a directory or a file, or leave it out")
    path = Path(target)
    try:
        found = path.resolve(strict=True)
    except FileNotFoundError as error:
        raise BadRequest(f"There is no {target!r}.{_close_names(path)}") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise BadRequest(f"{target!r} cannot be looked at: {error}") from error
    if not found.is_dir() and not found.is_file():
        raise BadRequest(f"{target!r} is neither a directory nor a regular file")
    return found


def _close_names(path: Path) -> str:
    try:
        names = os.listdir(path.parent)  # noqa: PTH208 (names are all that is needed)
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=3)
    return f" Did you mean {', '.join(repr(str(path.parent / name)) for name in close)}?" * bool(
        close
    )


def _root_of(path: Path) -> Path:
    folder = path if path.is_dir() else path.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in _ROOT_MARKS):
            return candidate
    return folder
