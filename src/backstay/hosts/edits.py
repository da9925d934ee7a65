"""What a host says of an edit before it makes it, as the files that there will be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.hosts.codex_patch import parse_patch, patched
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 64 * 1024 * 1024  # what readers take

_PATHS = ("file_path", "path", "target_file")
_CONTENTS = ("content", "contents")
_EDITING = {"Write", "Edit", "MultiEdit", "StrReplace", "Delete", "apply_patch"}


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Files as they will be.

    Attributes:
        folder: the project's folder as the host names it.
        files: content by path, with all links followed; None for a file that will be gone.
        moved: the new path of files that are moved, by their old one.
    """

    folder: Path
    files: dict[Path, bytes | None]
    moved: dict[Path, Path] = {}


def edit_of(message: bytes, environment: Mapping[str, str]) -> Edit | None:
    """The edit that a host is about to make; None where its message is about something else.

    Raises:
        BadRequest: the message is not understood, or the edit cannot be foreseen.
    """
    try:
        told = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"what the host sent is not JSON ({error})") from error
    tool = told.get("tool_name") if isinstance(told, dict) else None
    if tool not in _EDITING:
        return None
    folder = _folder(told, environment)
    given = told.get("tool_input")
    base = told["cwd"] if isinstance(told.get("cwd"), str) else str(folder)
    if tool == "apply_patch":
        return _of_patch(folder, given, Path(base))
    if not isinstance(given, dict):
        raise BadRequest("the host did not say what it is going to write")
    path = next((given[key] for key in _PATHS if isinstance(given.get(key), str)), None)
    if not path:
        raise BadRequest("the host did not say which file it is going to write")
    file = _real(Path(base), path)
    folder = _folder_around(file, folder, told)
    return Edit(folder=folder, files={file: None if tool == "Delete" else _written(file, given)})


def _folder(told: dict[str, Any], environment: Mapping[str, str]) -> Path:
    roots = told.get("workspace_roots")
    named = [
        environment.get("CLAUDE_PROJECT_DIR"),
        *(roots if isinstance(roots, list) else ()),
        told.get("cwd"),
        os.curdir,
    ]
    return Path(next(each for each in named if isinstance(each, str) and each))


def _folder_around(file: Path, folder: Path, told: dict[str, Any]) -> Path:
    """The folder that the file is in, where the host has several open."""
    roots = told.get("workspace_roots")
    if not isinstance(roots, list):
        return folder
    each = [Path(os.path.realpath(root)) for root in roots if isinstance(root, str)]
    return next((root for root in each if file.is_relative_to(root)), folder)


def _real(base: Path, path: str) -> Path:
    try:
        return Path(os.path.realpath(base / path))
    except (OSError, ValueError) as error:
        raise BadRequest(f"the path {path[:80]!r} cannot be resolved ({error})") from error


def _written(file: Path, given: dict[str, Any]) -> bytes:
    content = next((given[key] for key in _CONTENTS if isinstance(given.get(key), str)), None)
    if content is not None:
        return _encoded(content)
    text = _text_of(file)
    for old, new, everywhere in _replacements(given):
        text = _replaced(text, old, new, everywhere=everywhere)
    assert text is not None
    return _encoded(text)


def _replacements(given: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    edits = given.get("edits")
    each = edits if isinstance(edits, list) and edits else [given]
    for edit in each:
        old = edit.get("old_string") if isinstance(edit, dict) else None
        new = edit.get("new_string") if isinstance(edit, dict) else None
        if not isinstance(old, str) or not isinstance(new, str):
            raise BadRequest("the host did not say what it is going to write")
        yield old, new, edit.get("replace_all") is True


def _replaced(text: str | None, old: str, new: str, *, everywhere: bool) -> str:
    if not old:
        if text:
            raise BadRequest("an edit without a text to replace, in a file that has content")
        return new
    if text is None:
        raise BadRequest("there is no such file")
    if old not in text and "\r\n" in text:  # hosts show and take such files with plain line ends
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    count = text.count(old)
    if count == 0 or (count > 1 and not everywhere):
        raise BadRequest(f"the text to replace stands {count} times in the file, not once")
    return text.replace(old, new)


def _of_patch(folder: Path, given: Any, base: Path) -> Edit:  # noqa: ANN401 (a JSON value)
    if isinstance(given, dict):
        given = next((given[key] for key in ("command", "input", "patch") if key in given), None)
    if isinstance(given, list):
        given = given[-1] if given else None
    if not isinstance(given, str):
        raise BadRequest("the host did not say what it is going to patch")
    files: dict[Path, bytes | None] = {}
    moved: dict[Path, Path] = {}
    for part in parse_patch(given):
        file = _real(base, part.path)
        if part.content is not None or part.deleted:
            files[file] = None if part.content is None else _encoded(part.content)
            continue
        held = files.get(file)
        text = held.decode("utf-8", "surrogateescape") if held is not None else _text_of(file)
        if text is None:
            raise BadRequest(f"the patch changes {part.path[:80]!r}, which is not there")
        content = _encoded(patched(text, part.chunks))
        target = file if part.moved_to is None else _real(base, part.moved_to)
        if target != file:
            files[file] = None
            moved[file] = target
        files[target] = content
    return Edit(folder=folder, files=files, moved=moved)


def _text_of(file: Path) -> str | None:
    """The text of a file, whatever its bytes; None where there is none."""
    if not os.path.lexists(file):
        return None
    if not file.is_file():
        raise BadRequest(f"{file.name[:80]!r} is not a regular file")
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadRequest(f"{file.name[:80]!r} is larger than {MAX_BYTES // 1_000_000} MB")
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise BadRequest(f"{file.name[:80]!r} cannot be read ({error.strerror})") from error


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
