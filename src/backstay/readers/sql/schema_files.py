r"""Schema files that are no migrations: which of them form one database, and in which order.

The rule: a file that includes others (``\i``, ``\ir`` of psql) is one database with them. Of the
other files of one folder, those belong together where one uses a table, view or type that another
one makes; but where two of them make the same table, each file is a database of its own. Files that
are not tied to any other are databases of their own, too. What makes comes before what uses; else
by name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any

import msgspec

from backstay.foreign.postgast import Node, SqlFault
from backstay.readers.sql.layouts import Layout, Part
from backstay.readers.sql.splitter import split
from backstay.readers.sql.statements import is_data, trees_of
from backstay.readers.sql.types import strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backstay.readers.sql.scripts import Script

_INCLUDE = re.compile(
    rb"^[ \t]*\\i(?:r|nclude|nclude_relative)?[ \t]+'?([^'\r\n]+?)'?[ \t]*$", re.MULTILINE
)
_MOST_INCLUDES = 1_000


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The tables, views and types that a file makes and uses."""

    made: frozenset[str]
    used: frozenset[str]


def schema_layouts(scripts: list[Script]) -> tuple[list[Layout], list[Script]]:
    """The databases among schema files, and the files that define nothing."""
    by_file = {script.file: script for script in scripts}
    layouts, taken = _including(by_file)
    folders: dict[str, list[Script]] = defaultdict(list)
    queries: list[Script] = []
    names: dict[str, Names] = {}
    for script in scripts:
        if script.file in taken:
            continue
        if defines(script):
            folders[str(PurePosixPath(script.file).parent)].append(script)
        else:
            queries.append(script)
    for folder, members in folders.items():
        if len(members) > 1:
            names |= {script.file: names_of(script) for script in members}
        for group in _groups(members, names) if len(members) > 1 else [members]:
            name = group[0].file if len(group) == 1 else folder
            layouts.append(_layout(name, [_whole(script) for script in group]))
    return layouts, queries


def _layout(name: str, parts: list[Part]) -> Layout:
    return Layout(database=name, tool="schema", parts=tuple(parts))


def _whole(script: Script) -> Part:
    return _part(script, script.start, len(script.text))


def _part(script: Script, start: int, end: int) -> Part:
    return Part(script=script, start=start, end=end, version="", title="", direction="up", order=())


# Files that include others


def _including(by_file: dict[str, Script]) -> tuple[list[Layout], set[str]]:
    included = {
        target
        for script in by_file.values()
        for target in _targets(script)
        if target in by_file and target != script.file
    }
    layouts: list[Layout] = []
    taken: set[str] = set()
    # Those that none includes first; after them, the first of each circle.
    for file, script in sorted(by_file.items(), key=lambda each: each[0] in included):
        targets = [target for target in _targets(script) if target in by_file]
        if targets and file not in taken:
            parts: list[Part] = []
            _include(script, by_file, parts, set())
            layouts.append(_layout(file, parts))
            taken |= {part.script.file for part in parts}
    return layouts, taken


def _targets(script: Script) -> list[str]:
    folder = PurePosixPath(script.file).parent
    return [
        normpath(str(folder / target[1].decode("utf-8", "replace")))
        for target in _INCLUDE.finditer(script.text)
    ]


def _include(
    script: Script, by_file: dict[str, Script], parts: list[Part], open_: set[str]
) -> None:
    """The parts of a file, with those of each file that it includes in their places."""
    at = script.start
    for mark, target in zip(_INCLUDE.finditer(script.text), _targets(script), strict=True):
        inner = by_file.get(target)
        if inner is None or target in open_ or len(parts) > _MOST_INCLUDES:
            continue
        parts.append(_part(script, at, mark.start()))
        _include(inner, by_file, parts, open_ | {script.file})
        at = mark.end()
    parts.append(_part(script, at, len(script.text)))


# Files of one folder


def defines(script: Script) -> bool:
    """Whether a file holds more than queries and data; what does not parse may be a definition."""
    for piece in split(script.text, script.start):
        text = script.text[piece.start : piece.end]
        if is_data(text):
            continue
        try:
            statements = trees_of(text)
        except SqlFault:
            return True
        if any(next(iter(statement)) not in _QUERIES for statement in statements):
            return True
    return False


def names_of(script: Script) -> Names:
    """What a file makes and uses."""
    made: set[str] = set()
    used: set[str] = set()
    for piece in split(script.text, script.start):
        text = script.text[piece.start : piece.end]
        try:
            statements = () if is_data(text) else trees_of(text)
        except SqlFault:
            continue
        for statement in statements:
            kind, node = next(iter(statement.items()))
            if kind in _MADE:
                made.add(_MADE[kind](node))
            used |= _used(node)
    return Names(made=frozenset(made), used=frozenset(used - made))


_QUERIES = {
    "SelectStmt",
    "InsertStmt",
    "UpdateStmt",
    "DeleteStmt",
    "MergeStmt",
    "TransactionStmt",
    "VariableSetStmt",
    "VariableShowStmt",
    "CopyStmt",
    "ExplainStmt",
}


_MADE: dict[str, Callable[[Node], str]] = {
    "CreateStmt": lambda node: str(node["relation"]["relname"]),
    "ViewStmt": lambda node: str(node["view"]["relname"]),
    "CreateTableAsStmt": lambda node: str(node["into"]["rel"]["relname"]),
    "CompositeTypeStmt": lambda node: str(node["typevar"]["relname"]),
    "CreateEnumStmt": lambda node: strings(node["typeName"])[-1],
    "CreateRangeStmt": lambda node: strings(node["typeName"])[-1],
    "CreateDomainStmt": lambda node: strings(node["domainname"])[-1],
}


def _used(node: Any) -> set[str]:  # noqa: ANN401 (any part of a tree)
    found: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if type(part) is list:
            waiting += part
        elif type(part) is dict:
            if "relname" in part:
                found.add(part["relname"])
            names = part.get("names")
            if type(names) is list:
                found.update(strings(names)[-1:])
            waiting += [each for each in part.values() if type(each) in (dict, list)]
    return found


def _groups(scripts: list[Script], names: dict[str, Names]) -> list[list[Script]]:
    """The files of one folder, those together that build on each other."""
    makers: dict[str, list[str]] = defaultdict(list)
    for script in scripts:
        for name in names[script.file].made:
            makers[name].append(script.file)
    needs = {
        script.file: {
            makers[name][0] for name in names[script.file].used if len(makers.get(name, ())) == 1
        }
        for script in scripts
    }
    found: list[list[Script]] = []
    for group in _connected(scripts, needs):
        made = [name for script in group for name in names[script.file].made]
        if len(made) != len(set(made)):
            found += [[script] for script in group]
        else:
            found.append(_ordered(group, needs))
    return found


def _connected(scripts: list[Script], needs: dict[str, set[str]]) -> Iterable[list[Script]]:
    """The scripts in groups that need each other, directly or over others."""
    above = {script.file: script.file for script in scripts}

    def top(file: str) -> str:
        while above[file] != file:
            above[file] = above[above[file]]
            file = above[file]
        return file

    for file, needed in needs.items():
        for other in needed:
            above[top(file)] = top(other)
    groups: dict[str, list[Script]] = defaultdict(list)
    for script in scripts:
        groups[top(script.file)].append(script)
    return groups.values()


def _ordered(group: list[Script], needs: dict[str, set[str]]) -> list[Script]:
    """What makes before what uses; files that need each other, by name."""
    waiting = {script.file: script for script in sorted(group, key=lambda script: script.file)}
    found: list[Script] = []
    while waiting:
        ready = [file for file in waiting if not (needs[file] - {file}) & waiting.keys()]
        found += [waiting.pop(file) for file in ready or list(waiting)[:1]]
    return found
