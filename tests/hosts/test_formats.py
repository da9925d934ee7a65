"""What is written for each host against the formats that its documentation has.

Claude Code: code.claude.com/docs/en (sub-agents, skills, mcp, hooks), as of 2026-08-22, v2.1.24x.
Cursor: cursor.com/docs (subagents, skills, mcp, hooks), as mirrored from July to October 2026.
Codex: developers.openai.com/codex (subagents, skills, mcp, hooks), as of 2026-05-18, and the source
of codex-rs/hooks and codex-rs/apply-patch; checked against notes of others up to November 2026.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from backstay.capabilities import SUMMARIES, capability_named
from backstay.hosts import texts
from backstay.hosts.hook import HookOutput, show
from backstay.hosts.layouts import Host, folders_of, parts_of
from backstay.hosts.marks import with_mark
from backstay.hosts.parts import JsonEntry, OwnFile, TomlTable

HOSTS: tuple[Host, ...] = ("claude", "cursor", "codex")
TOOLS = [f"backstay_{name}" for name in SUMMARIES if capability_named(name).tool is not None]


def written(host: Host, *, user: bool = False) -> dict[str, str]:
    """What a first install writes, by file."""
    folders = folders_of(Path("/project"), user=user)
    told = {}
    for part in parts_of(host, folders, hook=True):
        text = part.installed(None, ("backstay",), 2).text
        assert text is not None
        told[part.target.shown] = text
    return told


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.mark.parametrize(
    ("host", "user", "files"),
    [
        (
            "claude",
            False,
            [
                ".claude/agents/backend-specialist.md",
                ".mcp.json",
                ".claude/skills/backstay/SKILL.md",
                ".claude/settings.json",
            ],
        ),
        (
            "claude",
            True,
            [
                "~/.claude/agents/backend-specialist.md",
                "~/.claude.json",
                "~/.claude/skills/backstay/SKILL.md",
                "~/.claude/settings.json",
            ],
        ),
        (
            "cursor",
            False,
            [
                ".cursor/agents/backend-specialist.md",
                ".cursor/mcp.json",
                ".cursor/skills/backstay/SKILL.md",
                ".cursor/hooks.json",
            ],
        ),
        (
            "codex",
            False,
            [
                ".codex/agents/backend-specialist.toml",
                ".codex/config.toml",
                ".agents/skills/backstay/SKILL.md",
                ".codex/hooks.json",
            ],
        ),
        (
            "codex",
            True,
            [
                "~/.codex/agents/backend-specialist.toml",
                "~/.codex/config.toml",
                "~/.agents/skills/backstay/SKILL.md",
                "~/.codex/hooks.json",
            ],
        ),
    ],
)
def test_each_file_is_where_its_host_reads_it(host: Host, user: bool, files: list[str]) -> None:  # noqa: FBT001
    assert list(written(host, user=user)) == files


def test_the_claude_subagent_has_the_fields_that_are_documented_and_exact_tool_names() -> None:
    fields, body = front_matter(written("claude")[".claude/agents/backend-specialist.md"])
    assert list(fields) == ["name", "description", "tools", "model"]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", fields["name"])
    assert fields["model"] == "inherit"
    allowed = fields["tools"].split(", ")
    assert allowed[:6] == ["Read", "Grep", "Glob", "Edit", "Write", "Bash"]
    assert allowed[6:] == [f"mcp__backstay__{name}" for name in TOOLS]
    assert "*" not in fields["tools"]
    assert "`backstay VERB --json` with Bash" in body


def test_the_cursor_subagent_has_the_fields_that_are_documented() -> None:
    fields, body = front_matter(written("cursor")[".cursor/agents/backend-specialist.md"])
    assert list(fields) == ["name", "description", "model"]
    assert fields["model"] == "inherit"
    assert "backstay VERB --json" in body


def test_the_codex_agent_has_the_fields_that_are_required() -> None:
    agent = tomllib.loads(written("codex")[".codex/agents/backend-specialist.toml"])
    assert list(agent) == ["name", "description", "developer_instructions"]
    assert all(agent.values())


@pytest.mark.parametrize("host", HOSTS)
def test_the_subagent_is_small_and_names_the_tools_as_the_server_does(host: Host) -> None:
    text = next(text for file, text in written(host).items() if "/agents/" in file)
    assert len(text.encode()) < 2000
    named = set(re.findall(r"(?<!__)backstay_[a-z]+", text))
    assert named == set(TOOLS)


def test_the_subagent_stays_small_with_the_tools_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    verbs = ["review", "explain", "prove", "facts", "decide", "diff", "rehearse", "tune", "design"]
    names = tuple(f"backstay_{verb}" for verb in verbs)
    monkeypatch.setattr(texts, "tool_names", lambda: names)
    for text in (texts.claude_agent(), texts.cursor_agent(), texts.codex_agent()):
        assert len(with_mark(text, "markdown", 2).encode()) < 2000


def test_the_skill_follows_the_standard_and_is_short() -> None:
    """agentskills.io: the name is that of its folder; a description has at most 1,024 letters."""
    text = texts.skill()
    fields, body = front_matter(text)
    assert fields["name"] == "backstay"
    assert 0 < len(fields["description"]) <= 1024
    assert set(fields) <= {"name", "description", "license", "compatibility", "metadata"}
    assert len(text.encode()) < 8000
    assert body.strip().startswith("# Backstay")


def test_the_skill_names_commands_and_options_that_there_are() -> None:
    named = set(re.findall(r"`backstay ([a-z]+)", texts.skill()))
    assert named >= {"review", "prove", "explain", "facts"}
    assert named <= set(SUMMARIES)


@pytest.mark.parametrize("file", [("claude", ".mcp.json"), ("cursor", ".cursor/mcp.json")])
def test_the_server_is_a_stdio_server_with_its_type(file: tuple[Host, str]) -> None:
    host, name = file
    assert json.loads(written(host)[name]) == {
        "mcpServers": {"backstay": {"type": "stdio", "command": "backstay", "args": ["mcp"]}}
    }


def test_codex_waits_as_long_as_a_proof_may_take() -> None:
    config = tomllib.loads(written("codex")[".codex/config.toml"])
    assert config == {
        "mcp_servers": {
            "backstay": {"command": "backstay", "args": ["mcp"], "tool_timeout_sec": 600}
        }
    }


def test_the_claude_hook_runs_before_edits_by_exact_tool_names() -> None:
    settings = json.loads(written("claude")[".claude/settings.json"])
    (group,) = settings["hooks"]["PreToolUse"]
    assert group["matcher"].split("|") == ["Edit", "MultiEdit", "Write"]
    (handler,) = group["hooks"]
    assert handler == {
        "type": "command",
        "command": "backstay hook claude || exit 1",
        "timeout": 60,
    }


def test_the_codex_hook_runs_before_its_patches() -> None:
    hooks = json.loads(written("codex")[".codex/hooks.json"])
    (group,) = hooks["hooks"]["PreToolUse"]
    assert re.search(group["matcher"], "apply_patch")
    assert not re.search(group["matcher"], "Bash")
    assert group["hooks"][0]["command"] == "backstay hook codex || exit 1"


def test_the_cursor_hook_runs_before_writes_and_deletions() -> None:
    hooks = json.loads(written("cursor")[".cursor/hooks.json"])
    assert hooks["version"] == 1
    (entry,) = hooks["hooks"]["preToolUse"]
    assert set(entry) == {"command", "matcher", "timeout"}
    assert {"Write", "Delete"} <= set(entry["matcher"].split("|"))


DENIED = HookOutput(host="", decision="deny", reason="why", findings=("x",))
PASSED = HookOutput(host="", decision="none")
NOT_DONE = HookOutput(host="", decision="none", message="not checked")


def told(host: str, output: HookOutput) -> Any:
    shown = show(
        HookOutput(**{**{f: getattr(output, f) for f in output.__struct_fields__}, "host": host})
    )
    return json.loads(shown) if shown else None


@pytest.mark.parametrize("host", ["claude", "codex"])
def test_claude_and_codex_are_told_in_the_form_that_they_share(host: str) -> None:
    assert told(host, DENIED) == {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "why",
        }
    }
    assert told(host, PASSED) is None
    assert told(host, NOT_DONE) == {"systemMessage": "not checked"}


def test_cursor_always_gets_a_permission() -> None:
    assert told("cursor", DENIED)["permission"] == "deny"
    assert told("cursor", DENIED)["agent_message"] == "why"
    assert told("cursor", PASSED) == {"permission": "allow"}
    assert told("cursor", NOT_DONE) == {"permission": "allow", "user_message": "not checked"}


@pytest.mark.parametrize("host", HOSTS)
def test_no_part_of_a_host_shares_a_file_with_another(host: Host) -> None:
    parts = parts_of(host, folders_of(Path("/project"), user=False), hook=True)
    assert len({part.target.file for part in parts}) == len(parts)
    assert {type(part) for part in parts} <= {OwnFile, JsonEntry, TomlTable}


def test_folders_that_the_user_moved_are_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "c"))
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "x"))
    assert [
        part.target.file for part in parts_of("claude", folders_of(tmp_path, user=True), hook=True)
    ] == [
        tmp_path / "c/agents/backend-specialist.md",
        tmp_path / "c/.claude.json",
        tmp_path / "c/skills/backstay/SKILL.md",
        tmp_path / "c/settings.json",
    ]
    files = [
        part.target.file for part in parts_of("codex", folders_of(tmp_path, user=True), hook=True)
    ]
    assert files[0] == tmp_path / "x/agents/backend-specialist.toml"
    assert files[2] == Path.home() / ".agents/skills/backstay/SKILL.md"
