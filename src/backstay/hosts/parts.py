"""What is put into a host's files, and how it is known again: each part for one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backstay.hosts.entries import HookValue, ServerValue
from backstay.hosts.json_editing import (
    path_to,
    rendered_value,
    with_entry,
    with_value,
    without_entry,
)
from backstay.hosts.jsonc import Item, Node, parse
from backstay.hosts.launching import works
from backstay.hosts.marks import Comment, marked, with_mark
from backstay.hosts.toml_editing import parsed, with_table, without_table
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.hosts.launching import Launch


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a host reads.

    Attributes:
        base: the folder that must be there; links below it are not followed.
        path: below the base.
        shown: its name in messages.
    """

    base: Path
    path: str
    shown: str

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.base / self.path


Action = Literal["created", "changed", "unchanged", "removed", "left"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a file.

    Attributes:
        text: its content afterwards; None where it is not there afterwards.
        why: what the user should know of it.
        folders: how many of the folders above were made for it, where it is removed.
    """

    action: Action
    text: str | None
    why: str | None = None
    folders: int = 0


def _unchanged(text: str | None) -> Outcome:
    return Outcome(action="unchanged", text=text)


class OwnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is all ours, known by the mark at its end."""

    target: Target
    text: str
    comment: Comment

    def installed(self, text: str | None, _: Launch, folders: int) -> Outcome:
        """The file with our present text.

        Raises:
            BadRequest: there is one that is not ours.
        """
        if text is None:
            return Outcome(action="created", text=with_mark(self.text, self.comment, folders))
        ours = marked(text)
        if ours is None:
            if text.replace("\r\n", "\n") == self.text:
                return _unchanged(text)
            raise BadRequest(
                f"{self.target.shown} is there and is not Backstay's. Rename or remove it and run"
                " again; nothing was written."
            )
        if not ours.untouched:
            why = "you changed it; remove it and run again to have the present text"
            return Outcome(action="left", text=text, why=why)
        if ours.text == self.text:
            return _unchanged(text)
        renewed = with_mark(self.text, self.comment, ours.folders)
        return Outcome(action="changed", text=renewed, why="the text of another version was there")

    def removed(self, text: str) -> Outcome:
        """Nothing of it, if it is as we left it."""
        ours = marked(text)
        if ours is None:
            return Outcome(action="left", text=text, why="it is not Backstay's")
        if not ours.untouched:
            return Outcome(action="left", text=text, why="you changed it; remove it by hand")
        return Outcome(action="removed", text=None, folders=ours.folders)


_OTHER = "an entry for Backstay is there that differs from ours"


class JsonEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A member of an object in a JSON file, or where ``name`` is None an element of a list.

    Attributes:
        keys: names of the objects that it stands in; the last one is the list.
        extra: what a new file needs besides.
    """

    target: Target
    keys: tuple[str, ...]
    name: str | None
    value: ServerValue | HookValue
    extra: dict[str, Any] = {}

    def whole(self, launch: Launch) -> str:
        """The text of a file that holds nothing else."""
        data: Any = self.value.of(launch)
        data = [data] if self.name is None else {self.name: data}
        for key in reversed(self.keys):
            data = {key: data}
        return rendered_value({**self.extra, **data}, "", "  ", "\n", lines=True) + "\n"

    def installed(self, text: str | None, launch: Launch, _: int) -> Outcome:
        """The file with our entry.

        Raises:
            BadRequest: it is not JSON, or the entry has no place in it.
        """
        if text is None:
            return Outcome(action="created", text=self.whole(launch))
        path = self._found(text)
        if path is None:
            after = with_entry(text, self.keys, self.name, self.value.of(launch), self.target.shown)
            _verify(self._launch_at(after) == launch, self.target)
            return Outcome(action="changed", text=after)
        present = self.value.launch_in(path[-1][1].value.data)
        if present is None:
            return Outcome(action="left", text=text, why=f"{_OTHER}; it was left as it is")
        if present == launch or works(present):
            return _unchanged(text)
        after = with_value(text, path[-1][1].value, self.value.of(launch))
        _verify(self._launch_at(after) == launch, self.target)
        return Outcome(action="changed", text=after, why=f"`{present[0]}` is not found here")

    def removed(self, text: str) -> Outcome:
        """The file without our entry; none at all where it holds nothing else.

        Raises:
            BadRequest: it is not JSON.
        """
        path = self._found(text)
        if path is None:
            return _unchanged(text)
        launch = self.value.launch_in(path[-1][1].value.data)
        if launch is None:
            why = f"{_OTHER}; remove it by hand if it is to go"
            return Outcome(action="left", text=text, why=why)
        if text.replace("\r\n", "\n") == self.whole(launch):
            return Outcome(action="removed", text=None)
        after = without_entry(text, path)
        parse(after, self.target.shown)
        return Outcome(action="changed", text=after)

    def _launch_at(self, text: str) -> Launch | None:
        path = self._found(text)
        return self.value.launch_in(path[-1][1].value.data) if path else None

    def _found(self, text: str) -> list[tuple[Node, Item]] | None:
        """The way to our entry, or to one that looks like it."""
        root = parse(text, self.target.shown)
        if self.name is not None:
            return path_to(root, (*self.keys, self.name))
        path = path_to(root, self.keys)
        if path is None or not isinstance(self.value, HookValue):
            return None
        hooks = path[-1][1].value
        alike = [item for item in hooks.items if self.value.commands_in(item.value.data)]
        ours = [item for item in alike if self.value.launch_in(item.value.data)]
        return [*path, (hooks, (ours or alike)[-1])] if alike else None


class TomlTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a TOML file."""

    target: Target
    keys: tuple[str, ...]
    value: ServerValue

    def installed(self, text: str | None, launch: Launch, _: int) -> Outcome:
        """The file with our table.

        Raises:
            BadRequest: it is not TOML, or cannot take the table.
        """
        shown = self.target.shown
        if text is None:
            whole = with_table("", self.keys, self.value.of(launch), shown).removeprefix("\n")
            return Outcome(action="created", text=whole)
        present = self._present(text)
        if present is None:
            after = with_table(text, self.keys, self.value.of(launch), shown)
            return Outcome(action="changed", text=after)
        known = self.value.launch_in(present)
        if known is None:
            return Outcome(action="left", text=text, why=f"{_OTHER}; it was left as it is")
        without = without_table(text, self.keys)
        if known == launch or works(known) or without is None:
            return _unchanged(text)
        after = with_table(without, self.keys, self.value.of(launch), shown)
        return Outcome(action="changed", text=after, why=f"`{known[0]}` is not found here")

    def removed(self, text: str) -> Outcome:
        """The file without our table; none at all where it holds nothing else.

        Raises:
            BadRequest: it is not TOML.
        """
        present = self._present(text)
        if present is None:
            return _unchanged(text)
        known = self.value.launch_in(present)
        after = without_table(text, self.keys) if known else None
        if known is None or after is None:
            why = f"{_OTHER}; remove it by hand if it is to go"
            return Outcome(action="left", text=text, why=why)
        if self.installed(None, known, 0).text == text.replace("\r\n", "\n"):
            return Outcome(action="removed", text=None)
        _verify(_at(parsed(after, self.target.shown), self.keys) is None, self.target)
        return Outcome(action="changed", text=after)

    def _present(self, text: str) -> Any:  # noqa: ANN401 (a TOML value)
        return _at(parsed(text, self.target.shown), self.keys)


def _at(data: Any, keys: Sequence[str]) -> Any:  # noqa: ANN401 (a TOML value)
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    return data


def _verify(held: bool, target: Target) -> None:  # noqa: FBT001 (what is verified)
    if not held:
        raise BadRequest(
            f"{target.shown} is written in a way that Backstay cannot edit. Add or remove the entry"
            " by hand; nothing was written."
        )


Part = OwnFile | JsonEntry | TomlTable
