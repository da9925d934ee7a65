"""The entry that is installed starts the server, whose tools are those that the subagent names."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import yaml
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from backstay.hosts.install import InstallInput, install

if TYPE_CHECKING:
    import pytest


def test_the_installed_entry_serves_the_tools_that_the_subagent_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    install(InstallInput(host="claude"))
    server = json.loads((tmp_path / ".mcp.json").read_text())["mcpServers"]["backstay"]
    agent = (tmp_path / ".claude/agents/backend-specialist.md").read_text()
    allowed = yaml.safe_load(agent.split("---\n")[1])["tools"].split(", ")

    async def names() -> list[str]:
        started = StdioServerParameters(
            command=server["command"], args=server["args"], cwd=str(tmp_path), env=dict(os.environ)
        )
        async with Client(started) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    served = anyio.run(names)
    prefix = "mcp__backstay__"
    named = [name.removeprefix(prefix) for name in allowed if name.startswith(prefix)]
    assert named == served
