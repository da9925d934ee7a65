"""Under which names files import each other, and which files a comparison is about.

The compiler knows a file by its path below an import root, which nothing in the file says. Roots
are found by what files import and by their packages, so that ``proto/shop/v1/order.proto`` is
``shop/v1/order.proto`` where others import it as that, or where its package is ``shop.v1``.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_PART = 200
LONGEST_NAME = 1_000

# Good enough to find import roots; what a comment holds does no harm there.
_IMPORT = re.compile(
    rb"""(?:^|[;/])\s*import\s+(?:public\s+|weak\s+|option\s+)?["']([^"'\n]+)["']""", re.MULTILINE
)
_PACKAGE = re.compile(rb"(?:^|[;/])\s*package\s+([A-Za-z_][\w.]*)\s*;", re.MULTILINE)
_HOSTILE = re.compile(r"[\x00-\x1f\x7f\\]")


class Named(NamedTuple):
    """The files of one version by the names of the compiler.

    Attributes:
        files: contents by these names.
        paths: where each was, below the folder that was given.
        imports: what each seems to import, by the names of the compiler.
        wanted: those that the comparison is about.
        refused: paths that no compiler can be given, with the reason.
    """

    files: dict[str, bytes]
    paths: dict[str, str]
    imports: dict[str, tuple[str, ...]]
    wanted: tuple[str, ...]
    refused: dict[str, str]

    @property
    def importers(self) -> dict[str, list[str]]:
        """For each file, those that import it."""
        found: dict[str, list[str]] = {}
        for name, imports in self.imports.items():
            for each in imports:
                found.setdefault(each, []).append(name)
        return found


def name_files(files: Mapping[str, bytes], documents: Iterable[str]) -> Named:
    """Name the protobuf files among these; without documents it is about all of them."""
    contents, refused = _usable(files)
    imports = {path: _imports(content) for path, content in contents.items()}
    roots = _roots(contents, imports)
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(contents, key=lambda each: (len(roots[each]), each)):
        name = path[len(roots[path]) + 1 :] if roots[path] else path
        # Two roots may hold a file of one name: then the second keeps its whole path.
        names[path] = name if name not in taken else path
        taken.add(names[path])
    chosen = [path for path in documents if path in names] or sorted(names)
    wanted = _with_imports([names[path] for path in chosen], _by_name(imports, names))
    return Named(
        files={names[path]: content for path, content in contents.items()},
        paths={name: path for path, name in names.items()},
        imports=_by_name(imports, names),
        wanted=wanted,
        refused=refused,
    )


def _by_name(
    imports: Mapping[str, tuple[str, ...]], names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    return {names[path]: each for path, each in imports.items()}


def _with_imports(chosen: list[str], imports: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = dict.fromkeys(chosen)
    open_names = list(chosen)
    while open_names:
        for name in imports[open_names.pop()]:
            if name in imports and name not in found:
                found[name] = None
                open_names.append(name)
    return tuple(sorted(found))


def _usable(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    usable: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for path, content in files.items():
        if not path.endswith(".proto"):
            continue
        if why := _problem(path):
            refused[path] = why
        else:
            usable[path] = content
    folders = {parent.as_posix() for path in usable for parent in PurePosixPath(path).parents}
    for path in folders & usable.keys():
        del usable[path]
        refused[path] = "its path is also that of a folder"
    return usable, refused


def _problem(path: str) -> str | None:
    parts = path.split("/")
    if _HOSTILE.search(path):
        return "its name holds a control character or a backslash, which protoc does not take"
    if any(part in ("", ".", "..") for part in parts):
        return "its path is not a plain path below the folder"
    try:
        long = max(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        return "its name is no text"
    if long > LONGEST_PART or len(path) > LONGEST_NAME:
        return "its name is too long"
    return None


def _imports(content: bytes) -> tuple[str, ...]:
    return tuple(found.decode("utf-8", "replace") for found in _IMPORT.findall(content))


def _roots(contents: Mapping[str, bytes], imports: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The import root of each file: what is imported decides, then packages, then neighbours."""
    by_last: dict[str, list[str]] = {}
    for path in contents:
        by_last.setdefault(path.rpartition("/")[2], []).append(path)
    roots: dict[str, str] = {}
    for importer, names in imports.items():
        for name in names:
            if name in contents:
                roots[name] = ""
                continue
            ends = [
                path
                for path in by_last.get(name.rpartition("/")[2], ())
                if path.endswith("/" + name)
            ]
            if ends:
                nearest = max(ends, key=lambda path: (_common(path, importer), path))
                roots.setdefault(nearest, nearest[: -len(name) - 1])
    for path, content in contents.items():
        root = _root_by_package(path, content)
        if path not in roots and root is not None:
            roots[path] = root
    known = sorted(set(roots.values()), key=len, reverse=True)
    for path in contents:
        if path not in roots:
            roots[path] = next((root for root in known if path.startswith(root + "/")), "")
    return roots


def _common(path: str, other: str) -> int:
    shared = 0
    for one, two in zip(path.split("/"), other.split("/"), strict=False):
        if one != two:
            break
        shared += 1
    return shared


def _root_by_package(path: str, content: bytes) -> str | None:
    found = _PACKAGE.search(content)
    if found is None:
        return None
    folder = path.rpartition("/")[0]
    package = found.group(1).decode().replace(".", "/")
    if folder == package:
        return ""
    return folder[: -len(package) - 1] if folder.endswith("/" + package) else None
