"""The values that are put into a host's files, and how a value there is known to be ours."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from backstay.hosts.launching import Launch, is_launch

FAILED = " || exit 1"
"""After a hook's command: some hosts take exit code 2, which says that a command could not do its
job, for a refusal of the edit. Any other code lets the edit pass and shows the error."""


class ServerValue(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of the MCP server, by the way it is started."""

    before: dict[str, Any] = {}
    after: dict[str, Any] = {}

    def of(self, launch: Launch) -> dict[str, Any]:
        """The entry for this way."""
        command, *rest = launch
        return {**self.before, "command": command, "args": [*rest, "mcp"], **self.after}

    def launch_in(self, data: Any) -> Launch | None:  # noqa: ANN401 (a value of the file)
        """The way that an entry of ours has; None where it is not, or no longer, ours."""
        if not isinstance(data, dict) or not isinstance(data.get("args"), list):
            return None
        words = [data.get("command"), *data["args"][:-1]]
        launch = tuple(word for word in words if isinstance(word, str))
        return launch if launch and is_launch(launch) and data == self.of(launch) else None


class HookValue(msgspec.Struct, frozen=True, kw_only=True):
    """The entry of a hook, by the way Backstay is started."""

    host: str
    matcher: str
    timeout: int
    grouped: bool

    def of(self, launch: Launch) -> dict[str, Any]:
        """The entry for this way."""
        command = shlex.join([*launch, "hook", self.host]) + FAILED
        if not self.grouped:
            return {"command": command, "matcher": self.matcher, "timeout": self.timeout}
        hook = {"type": "command", "command": command, "timeout": self.timeout}
        return {"matcher": self.matcher, "hooks": [hook]}

    def commands_in(self, data: Any) -> list[str]:  # noqa: ANN401 (a value of the file)
        """The commands of an entry that have to do with this hook."""
        hooks = [data]
        if isinstance(data, dict) and isinstance(data.get("hooks"), list):
            hooks = data["hooks"]
        told = [each.get("command") for each in hooks if isinstance(each, dict)]
        wanted = f" hook {self.host}"
        return [
            each for each in told if isinstance(each, str) and wanted in each and "backstay" in each
        ]

    def launch_in(self, data: Any) -> Launch | None:  # noqa: ANN401 (a value of the file)
        """The way that an entry of ours has; None where it is not, or no longer, ours."""
        for command in self.commands_in(data):
            try:
                words = shlex.split(command.removesuffix(FAILED))
            except ValueError:
                continue
            launch = tuple(words[:-2])
            if is_launch(launch) and data == self.of(launch):
                return launch
        return None
