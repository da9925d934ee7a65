from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from backstay.capabilities.capability import Capability, Option
from backstay.hosts.changing import Change, alone_in, carry_out, planned, planned_removal
from backstay.hosts.launching import launch_for, works
from backstay.hosts.layouts import NEXT, NEXT_HOOK, TITLES, Host, folders_of, parts_of
from backstay.hosts.parts import Action
from backstay.model.errors import BadRequest
from backstay.model.events import Emit, unheard
from backstay.project.secrets import mask
from backstay.review.patch_text import file_patch
from backstay.review.targets import resolve_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstay.hosts.launching import Launch
    from backstay.hosts.parts import Part


class InstallInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which host gets the specialist, and how far it goes."""

    host: Annotated[
        Host | None, Option(help="the coding agent; without one, they are listed", positional=True)
    ] = None
    dry_run: Annotated[bool, Option(help="show what would change, and change nothing")] = False
    uninstall: Annotated[bool, Option(help="take out what was put in, and nothing else")] = False
    hook: Annotated[
        bool, Option(help="also a hook that judges each edit before it lands, as CI does after")
    ] = False
    user: Annotated[
        bool, Option(help="for all your projects, in your home, instead of this project")
    ] = False


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file, or in a dry run would become of it.

    Attributes:
        why: what to know of it, above all where it was left.
        diff: a unified diff, with secrets masked; empty where nothing changes.
    """

    file: str
    action: Action
    why: str | None
    diff: str


class InstallOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What was done.

    Attributes:
        folder: the project, or the home.
        notes: what to do next.
        hosts: the hosts that there are, by the name that the command takes.
    """

    host: Host | None
    folder: str
    dry_run: bool
    files: tuple[FileChange, ...]
    notes: tuple[str, ...]
    hosts: dict[str, str]


def install(given: InstallInput, _: Emit = unheard) -> InstallOutput:
    """Put the specialist into a host's files, or take it out of them: all of it or nothing.

    Raises:
        BadRequest: a file is not valid, is somebody else's or cannot be written, or the options
            do not go together.
    """
    root = resolve_targets(()).root
    hosts = {str(name): title for name, title in TITLES.items()}
    if given.host is None:
        if given.uninstall or given.hook:
            raise BadRequest(f"Name a host: {', '.join(hosts)}. Such as: backstay install claude")
        return InstallOutput(
            host=None, folder=str(root), dry_run=given.dry_run, files=(), notes=(), hosts=hosts
        )
    folders = folders_of(root, user=given.user)
    parts = parts_of(given.host, folders, hook=given.hook or given.uninstall)
    launch = launch_for(shared=not given.user)
    with alone_in(parts):
        changes = planned_removal(parts) if given.uninstall else planned(parts, launch)
        if not given.dry_run:
            carry_out(changes)
    return InstallOutput(
        host=given.host,
        folder=str(folders.home if given.user else root),
        dry_run=given.dry_run,
        files=tuple(map(_told, changes)),
        notes=_notes(given, parts, launch, changes),
        hosts=hosts,
    )


def _told(change: Change) -> FileChange:
    return FileChange(
        file=change.target.shown, action=change.action, why=change.why, diff=_diff(change)
    )


def _diff(change: Change) -> str:
    if change.before == change.after:
        return ""
    name = change.target.shown.removeprefix("/")
    try:
        patch = file_patch(name, change.before, change.after or b"")
    except BadRequest as error:
        return f"(not shown: {error})\n"
    if change.after is None:
        patch = patch.replace(f"+++ b/{name}\n", "+++ /dev/null\n", 1)
    return mask(patch)


def _notes(
    given: InstallInput, parts: Sequence[Part], launch: Launch, changes: Sequence[Change]
) -> tuple[str, ...]:
    assert given.host is not None
    if given.uninstall or not any(change.before != change.after for change in changes):
        return ()
    notes = [NEXT[given.host]]
    if given.hook:
        notes.append(NEXT_HOOK[given.host])
    if not works(launch):
        notes.append(
            f"`{launch[0]}` is not on the PATH here, so the host cannot start the server yet. Run:"
            " uv tool install backstay, or: pipx install backstay"
        )
    if not given.user and parts:
        notes.append("Commit the files to share them with your team.")
    return tuple(notes)


def show(output: InstallOutput) -> str:
    """A line for each file, then the diffs, then what to do next."""
    if output.host is None:
        width = max(map(len, output.hosts))
        rows = [f"  {name:<{width}}  {title}" for name, title in output.hosts.items()]
        return "\n".join(["Name a host, such as: backstay install claude", *rows])
    title = output.hosts[output.host]
    if all(each.action == "unchanged" for each in output.files):
        return f"{title} in {output.folder}: nothing to do."
    would = "would be " if output.dry_run else ""
    lines = [f"{title} in {output.folder}:"]
    for each in output.files:
        action = would * (each.action in {"created", "changed", "removed"}) + each.action
        lines.append(
            f"  {action:<{len(would) + 9}}  {each.file}" + (f": {each.why}" if each.why else "")
        )
    diffs = [each.diff for each in output.files if each.diff]
    return "\n".join([*lines, "", *diffs, *output.notes]).rstrip("\n")


CAPABILITY = Capability(
    name="install",
    summary="Give a coding agent the specialist: subagent, tools, skill, and if wanted a hook",
    example="backstay install claude --dry-run",
    effect="writes",
    input=InstallInput,
    output=InstallOutput,
    run=install,
    show=show,
)
