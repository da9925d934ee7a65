"""Which files each host reads, and what goes into them.

The documentation that was followed, with its dates, is named in ``docs/coding-agents.md``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec

from backstay.hosts import texts
from backstay.hosts.entries import HookValue, ServerValue
from backstay.hosts.parts import JsonEntry, OwnFile, Part, Target, TomlTable
from backstay.model.errors import BadRequest

Host = Literal["claude", "cursor", "codex"]

TITLES: dict[Host, str] = {"claude": "Claude Code", "cursor": "Cursor", "codex": "Codex"}

NEXT: dict[Host, str] = {
    "claude": "Start Claude Code anew here and allow the server when it asks; /mcp shows it.",
    "cursor": "Open Settings, MCP in Cursor and switch the server on if it is not.",
    "codex": "Start Codex anew and trust the folder; /mcp shows the server.",
}
NEXT_HOOK: dict[Host, str] = {
    "claude": "/hooks shows the hook.",
    "cursor": "The hook runs once the workspace is trusted; Settings, Hooks shows it.",
    "codex": "Codex runs the hook once you have looked at it and trusted it with /hooks.",
}

# A proof may take ten minutes; Codex waits for one by default.
_PROOF_SECONDS = 600
_HOOK_SECONDS = 60

_STDIO = ServerValue(before={"type": "stdio"})


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """Where a host keeps its files, for a project or for all projects of a user."""

    project: Path | None
    home: Path

    def target(self, project: str, user: str, variable: str | None = None) -> Target:
        """A file by its path in the project and its path in the user's home.

        Args:
            project: below the project.
            user: below the home.
            variable: names a folder that takes the place of the first part of ``user``.
        """
        if self.project is not None:
            return Target(base=self.project, path=project, shown=project)
        moved = os.environ.get(variable) if variable else None
        if moved:
            path = user.partition("/")[2] or user
            base = Path(moved).absolute()
            return Target(base=base, path=path, shown=str(base / path))
        return Target(base=self.home, path=user, shown=f"~/{user}")


def folders_of(root: Path, *, user: bool) -> Folders:
    """The folders to install into.

    Raises:
        BadRequest: the user has no home.
    """
    try:
        home = Path.home()
    except RuntimeError as error:
        raise BadRequest("You have no home folder; set HOME, or leave --user out") from error
    return Folders(project=None if user else root, home=home)


def parts_of(host: Host, folders: Folders, *, hook: bool) -> tuple[Part, ...]:
    """Everything that goes to a host."""
    made = {"claude": _claude, "cursor": _cursor, "codex": _codex}[host](folders)
    return made if hook else made[:-1]


def _claude(folders: Folders) -> tuple[Part, ...]:
    moved = "CLAUDE_CONFIG_DIR"
    agent = f".claude/agents/{texts.AGENT}.md"
    skill = f".claude/skills/{texts.SKILL}/SKILL.md"
    settings = folders.target(".claude/settings.json", ".claude/settings.json", moved)
    return (
        OwnFile(
            target=folders.target(agent, agent, moved),
            text=texts.claude_agent(),
            comment="markdown",
        ),
        JsonEntry(
            target=folders.target(".mcp.json", ".claude.json", moved),
            keys=("mcpServers",),
            name="backstay",
            value=_STDIO,
        ),
        OwnFile(target=folders.target(skill, skill, moved), text=texts.skill(), comment="markdown"),
        _grouped_hook("claude", settings, "Edit|MultiEdit|Write"),
    )


def _cursor(folders: Folders) -> tuple[Part, ...]:
    def target(path: str) -> Target:
        return folders.target(path, path)

    hook = HookValue(
        host="cursor", matcher="Write|StrReplace|Delete", timeout=_HOOK_SECONDS, grouped=False
    )
    return (
        OwnFile(
            target=target(f".cursor/agents/{texts.AGENT}.md"),
            text=texts.cursor_agent(),
            comment="markdown",
        ),
        JsonEntry(
            target=target(".cursor/mcp.json"), keys=("mcpServers",), name="backstay", value=_STDIO
        ),
        OwnFile(
            target=target(f".cursor/skills/{texts.SKILL}/SKILL.md"),
            text=texts.skill(),
            comment="markdown",
        ),
        JsonEntry(
            target=target(".cursor/hooks.json"),
            keys=("hooks", "preToolUse"),
            name=None,
            value=hook,
            extra={"version": 1},
        ),
    )


def _codex(folders: Folders) -> tuple[Part, ...]:
    def target(path: str) -> Target:
        return folders.target(path, path, "CODEX_HOME")

    skill = f".agents/skills/{texts.SKILL}/SKILL.md"
    return (
        OwnFile(
            target=target(f".codex/agents/{texts.AGENT}.toml"),
            text=texts.codex_agent(),
            comment="toml",
        ),
        TomlTable(
            target=target(".codex/config.toml"),
            keys=("mcp_servers", "backstay"),
            value=ServerValue(after={"tool_timeout_sec": _PROOF_SECONDS}),
        ),
        OwnFile(target=folders.target(skill, skill), text=texts.skill(), comment="markdown"),
        _grouped_hook("codex", target(".codex/hooks.json"), "^apply_patch$"),
    )


def _grouped_hook(host: Host, target: Target, matcher: str) -> JsonEntry:
    value = HookValue(host=host, matcher=matcher, timeout=_HOOK_SECONDS, grouped=True)
    return JsonEntry(target=target, keys=("hooks", "PreToolUse"), name=None, value=value)
