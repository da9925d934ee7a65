from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstay.hosts import changing, texts
from backstay.hosts.install import InstallInput, InstallOutput, install, show
from backstay.hosts.launching import COMMAND, UVX, is_temporary, launch_for
from backstay.model.errors import BadRequest
from backstay.project import whole_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.hosts.layouts import Host

HOSTS: tuple[Host, ...] = ("claude", "cursor", "codex")
AGENT = ".claude/agents/backend-specialist.md"
SERVERS = '{\n  // ours\n  "mcpServers": {\n    "docs": {"command": "docs",}, // read\n  },\n}\n'


@pytest.fixture(autouse=True)
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH that holds the command and uvx."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("backstay", "uvx"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def run(host: Host, **options: bool) -> InstallOutput:
    return install(InstallInput(host=host, **options))


def content(root: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


def actions(output: InstallOutput) -> dict[str, str]:
    return {each.file: each.action for each in output.files}


@pytest.mark.parametrize("user", [False, True])
@pytest.mark.parametrize("host", HOSTS)
def test_what_was_installed_is_taken_out_to_the_last_folder(
    host: Host,
    user: bool,  # noqa: FBT001
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "own"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    root = home if user else project
    before = content(root)
    first = run(host, hook=True, user=user)
    assert set(actions(first).values()) == {"created"}
    assert len(first.files) == 4
    after = content(root)
    again = run(host, hook=True, user=user)
    assert set(actions(again).values()) == {"unchanged"}
    assert all(not each.diff for each in again.files)
    assert "nothing to do" in show(again)
    assert content(root) == after
    gone = run(host, uninstall=True, user=user)
    assert set(actions(gone).values()) == {"removed"}
    assert content(root) == before
    assert "nothing to do" in show(run(host, uninstall=True, user=user))


@pytest.mark.parametrize("host", HOSTS)
def test_a_dry_run_shows_the_same_and_writes_nothing(host: Host, project: Path) -> None:
    before = content(project)
    dry = run(host, hook=True, dry_run=True)
    assert content(project) == before
    real = run(host, hook=True)
    assert dry.files == real.files
    assert "would be created" in show(dry)
    assert run(host, uninstall=True, dry_run=True).files
    assert content(project) != before


@pytest.mark.parametrize("host", HOSTS)
def test_the_diff_applies_with_git(host: Host, project: Path, tmp_path: Path) -> None:
    (project / ".mcp.json").write_text(SERVERS)
    (project / ".cursor").mkdir()
    (project / ".cursor/mcp.json").write_text(SERVERS)
    (project / ".codex").mkdir()
    (project / ".codex/config.toml").write_text('model = "x"  # fast')
    dry = run(host, hook=True, dry_run=True)
    patch = tmp_path / "all.patch"
    patch.write_text("".join(each.diff for each in dry.files))
    environment = {**os.environ, "PATH": os.defpath}
    subprocess.run(["git", "init", "-q"], cwd=project, check=True, env=environment)
    subprocess.run(["git", "apply", patch], cwd=project, check=True, env=environment)
    assert set(actions(run(host, hook=True)).values()) == {"unchanged"}


def test_without_the_hook_option_there_is_no_hook(project: Path) -> None:
    run("claude")
    assert not (project / ".claude/settings.json").exists()
    run("claude", hook=True)
    assert (project / ".claude/settings.json").exists()
    assert "unchanged" in actions(run("claude")).values()
    assert (project / ".claude/settings.json").exists()


def test_without_a_host_they_are_listed(project: Path) -> None:
    output = install(InstallInput())
    assert output.files == ()
    assert all(host in show(output) for host in HOSTS)
    assert content(project) == {".git": None}
    with pytest.raises(BadRequest, match="Name a host: claude, cursor, codex"):
        install(InstallInput(uninstall=True))


def test_from_a_folder_within_the_project_its_root_is_meant(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "src").mkdir()
    monkeypatch.chdir(project / "src")
    assert run("claude").folder == str(project)
    assert (project / ".mcp.json").exists()


def test_comments_and_layout_of_others_stay(project: Path) -> None:
    (project / ".mcp.json").write_bytes(b"\xef\xbb\xbf" + SERVERS.replace("\n", "\r\n").encode())
    before = content(project)
    output = run("claude")
    assert actions(output)[".mcp.json"] == "changed"
    told = (project / ".mcp.json").read_bytes().decode("utf-8-sig")
    assert told.startswith("{\r\n  // ours\r\n")
    assert '"docs": {"command": "docs",}, // read\r\n    "backstay": {\r\n' in told
    assert "\n" not in told.replace("\r\n", "")
    run("claude", uninstall=True)
    assert content(project) == before


def test_a_subagent_of_somebody_else_is_refused_and_nothing_is_written(project: Path) -> None:
    (project / AGENT).parent.mkdir(parents=True)
    (project / AGENT).write_text("---\nname: backend-specialist\n---\nMine.\n")
    before = content(project)
    with pytest.raises(BadRequest, match="Rename or remove it"):
        run("claude")
    assert content(project) == before
    assert actions(run("claude", uninstall=True)) == {AGENT: "left"}
    assert content(project) == before


def test_a_subagent_that_the_user_changed_is_left(project: Path) -> None:
    run("claude")
    text = (project / AGENT).read_text().replace("You are", "You were")
    (project / AGENT).write_text(text)
    output = run("claude")
    assert actions(output)[AGENT] == "left"
    assert "you changed it" in show(output)
    removed = run("claude", uninstall=True)
    assert actions(removed)[AGENT] == "left"
    assert (project / AGENT).read_text() == text
    assert not (project / ".mcp.json").exists()
    assert not (project / ".claude/skills").exists()


def test_a_subagent_of_an_earlier_version_is_renewed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(texts, "claude_agent", lambda: "---\nname: x\n---\nOld.\n")
        run("claude")
    output = run("claude")
    assert actions(output)[AGENT] == "changed"
    assert "You are a backend specialist" in (project / AGENT).read_text()
    run("claude", uninstall=True)
    assert content(project) == {".git": None}


def test_windows_line_ends_by_git_do_not_make_a_file_foreign(project: Path) -> None:
    run("claude")
    for file in (AGENT, ".mcp.json", ".claude/skills/backstay/SKILL.md"):
        data = (project / file).read_bytes()
        (project / file).write_bytes(data.replace(b"\n", b"\r\n"))
    assert set(actions(run("claude")).values()) == {"unchanged"}
    run("claude", uninstall=True)
    assert content(project) == {".git": None}


def test_a_skill_that_was_copied_from_the_package_is_left_alone(project: Path) -> None:
    skill = project / ".claude/skills/backstay/SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text(texts.skill())
    assert actions(run("claude"))[".claude/skills/backstay/SKILL.md"] == "unchanged"
    assert actions(run("claude", uninstall=True))[".claude/skills/backstay/SKILL.md"] == "left"
    assert skill.exists()


def test_an_entry_that_the_user_changed_is_left_and_told(project: Path) -> None:
    own = '{"mcpServers": {"backstay": {"command": "backstay", "args": ["mcp", "--http"]}}}'
    (project / ".mcp.json").write_text(own)
    output = run("claude")
    assert actions(output)[".mcp.json"] == "left"
    assert "differs from ours" in show(output)
    assert actions(run("claude", uninstall=True))[".mcp.json"] == "left"
    assert (project / ".mcp.json").read_text() == own


def test_a_table_that_the_user_changed_is_left_and_told(project: Path) -> None:
    run("codex")
    config = project / ".codex/config.toml"
    config.write_text(config.read_text() + "enabled = false\n")
    before = config.read_text()
    assert actions(run("codex"))[".codex/config.toml"] == "left"
    assert actions(run("codex", uninstall=True))[".codex/config.toml"] == "left"
    assert config.read_text() == before


def test_a_hook_that_the_user_changed_is_left_and_told(project: Path) -> None:
    run("claude", hook=True)
    settings = project / ".claude/settings.json"
    settings.write_text(settings.read_text().replace('"timeout": 60', '"timeout": 5'))
    before = settings.read_text()
    assert actions(run("claude", hook=True))[".claude/settings.json"] == "left"
    assert actions(run("claude", uninstall=True))[".claude/settings.json"] == "left"
    assert settings.read_text() == before


def test_hooks_of_others_stay_where_they_are(project: Path) -> None:
    other = {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": []}], "Stop": []}}
    text = json.dumps(other, indent=4)
    (project / ".claude").mkdir()
    (project / ".claude/settings.json").write_text(text)
    run("claude", hook=True)
    hooks = json.loads((project / ".claude/settings.json").read_text())["hooks"]
    assert [each["matcher"] for each in hooks["PreToolUse"]] == ["Bash", "Edit|MultiEdit|Write"]
    run("claude", uninstall=True)
    assert (project / ".claude/settings.json").read_text() == text
    assert [path.name for path in (project / ".claude").iterdir()] == ["settings.json"]


def test_what_others_added_after_us_stays(project: Path) -> None:
    run("claude")
    servers = json.loads((project / ".mcp.json").read_text())
    servers["mcpServers"]["later"] = {"command": "x"}
    (project / ".mcp.json").write_text(json.dumps(servers, indent=2))
    run("claude", uninstall=True)
    left = json.loads((project / ".mcp.json").read_text())
    assert left == {"mcpServers": {"later": {"command": "x"}}}


BROKEN = {
    ".mcp.json": (b"{\n  1\n}", ".mcp.json:2: not valid JSON"),
    ".claude/settings.json": (b"[]", ".claude/settings.json:1: the file is not an object"),
    AGENT: (b"\xff", "not UTF-8"),
}


@pytest.mark.parametrize("file", BROKEN)
def test_a_file_that_is_not_valid_stops_everything(file: str, project: Path) -> None:
    broken, told = BROKEN[file]
    (project / file).parent.mkdir(parents=True, exist_ok=True)
    (project / file).write_bytes(broken)
    before = content(project)
    with pytest.raises(BadRequest) as error:
        run("claude", hook=True)
    assert told in str(error.value)
    assert content(project) == before


def test_a_toml_file_that_is_not_valid_stops_everything(project: Path) -> None:
    (project / ".codex").mkdir()
    (project / ".codex/config.toml").write_text("a = 1\nb =\n")
    before = content(project)
    with pytest.raises(BadRequest, match=r"config\.toml:2: not valid TOML"):
        run("codex", hook=True)
    assert content(project) == before


def test_links_are_not_written_through(project: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text("{}")
    (project / ".mcp.json").symlink_to(tmp_path / "shared.json")
    with pytest.raises(BadRequest, match=r"is a link, to .*shared\.json"):
        run("claude")
    assert (tmp_path / "shared.json").read_text() == "{}"
    (project / ".mcp.json").unlink()
    (tmp_path / "elsewhere").mkdir()
    (project / ".claude").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadRequest, match="is a link"):
        run("claude")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (project / ".mcp.json").exists()


def test_a_link_that_leads_nowhere_is_told(project: Path) -> None:
    (project / ".mcp.json").symlink_to("gone")
    with pytest.raises(BadRequest, match="is a link"):
        run("claude")


def test_a_read_only_file_is_told_and_nothing_is_written(project: Path) -> None:
    (project / ".mcp.json").write_text("{}")
    (project / ".mcp.json").chmod(0o444)
    before = content(project)
    with pytest.raises(BadRequest, match=r"is read-only\. Make it writable"):
        run("claude")
    assert content(project) == before
    (project / ".mcp.json").chmod(0o600)
    run("claude")
    assert stat.S_IMODE((project / ".mcp.json").stat().st_mode) == 0o600


def test_a_read_only_folder_is_told_and_nothing_is_written(project: Path) -> None:
    (project / ".claude").mkdir()
    (project / ".claude").chmod(0o555)
    before = content(project)
    with pytest.raises(BadRequest, match="is read-only"):
        run("claude")
    assert content(project) == before


@pytest.mark.parametrize("name", [".mcp.json", ".claude/skills/backstay/SKILL.md"])
def test_a_folder_where_a_file_should_be_is_told(name: str, project: Path) -> None:
    (project / name).mkdir(parents=True)
    before = content(project)
    with pytest.raises(BadRequest, match="is a folder, where a file is needed"):
        run("claude")
    assert content(project) == before


def test_a_file_where_a_folder_should_be_is_told(project: Path) -> None:
    (project / ".claude").write_text("x")
    with pytest.raises(BadRequest, match="is a file, where"):
        run("claude")
    assert content(project) == {".claude": b"x", ".git": None}


def test_a_home_that_is_not_there_is_told(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))
    with pytest.raises(BadRequest, match=r"There is no folder .*gone\. Make it"):
        run("claude", user=True)
    assert not (tmp_path / "gone").exists()
    assert content(project) == {".git": None}


def test_a_failure_half_way_leaves_everything_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".mcp.json").write_text("{}")
    before = content(project)
    real = whole_files.write_whole
    written = []

    def full(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(changing, "write_whole", full)
    with pytest.raises(BadRequest, match=r"No space left on device\. Nothing was"):
        run("claude", hook=True)
    assert content(project) == before


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".mcp.json").write_text("{}")
    real = changing.planned

    def slow(*arguments: object) -> object:
        changes = real(*arguments)  # type: ignore[arg-type]
        (project / ".mcp.json").write_text('{"theirs": 1}')
        return changes

    monkeypatch.setattr("backstay.hosts.install.planned", slow)
    with pytest.raises(BadRequest, match="changed while this ran"):
        run("claude")
    assert content(project) == {".git": None, ".mcp.json": b'{"theirs": 1}'}


def test_two_installs_at_once_do_no_damage(project: Path) -> None:
    (project / ".mcp.json").write_text(SERVERS)
    (project / ".cursor").mkdir()
    (project / ".cursor/mcp.json").write_text(SERVERS)
    command = [sys.executable, "-m", "backstay", "install"]
    runs = [
        subprocess.Popen([*command, host, "--hook"], cwd=project, stdout=subprocess.DEVNULL)
        for host in ("claude", "cursor", "claude", "codex", "claude", "cursor")
    ]
    assert [each.wait(timeout=60) for each in runs] == [0] * len(runs)
    for host in HOSTS:
        assert set(actions(run(host, hook=True)).values()) == {"unchanged"}
        run(host, uninstall=True)
    assert content(project) == {
        ".cursor": None,
        ".cursor/mcp.json": SERVERS.encode(),
        ".git": None,
        ".mcp.json": SERVERS.encode(),
    }


def test_secrets_beside_the_entry_are_not_printed(project: Path) -> None:
    token = "sk-" + "a1B2" * 12
    servers = {"mcpServers": {"x": {"command": "x", "env": {"API_KEY": token}}}}
    (project / ".mcp.json").write_text(json.dumps(servers, indent=2))
    output = run("claude")
    assert token not in show(output)
    assert token in (project / ".mcp.json").read_text()


def test_a_large_file_on_one_line_is_changed_and_its_diff_left_out(project: Path) -> None:
    (project / ".mcp.json").write_text(json.dumps({"history": ["x" * 1000] * 200}))
    output = run("claude")
    assert actions(output)[".mcp.json"] == "changed"
    assert len(show(output)) < 20_000


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", "{}", "[]", "{", "a = 1", SERVERS, '{"hooks": {"PreToolUse": [1]}}']),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.sampled_from(HOSTS), st.dictionaries(st.integers(0, 3), TEXTS))
def test_whatever_was_there_is_there_again(host: Host, given_texts: dict[int, str]) -> None:
    for root in _scratch():
        dry = run(host, hook=True, dry_run=True)
        for place, text in given_texts.items():
            file = root / dry.files[place].file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode(errors="replace"))
        before = content(root)
        try:
            run(host, hook=True)
        except BadRequest:
            assert content(root) == before
            continue
        run(host, uninstall=True)
        assert content(root) == before


def _scratch() -> Iterator[Path]:
    """A project of its own for each random example."""
    import tempfile  # noqa: PLC0415 (a fixture would be shared by all of them)

    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / ".git").mkdir()
        os.chdir(root)
        try:
            yield root
        finally:
            os.chdir(here)


def test_the_command_is_used_where_it_is_installed(tmp_path: Path) -> None:
    assert launch_for(shared=True) == COMMAND
    (tmp_path / "programs/backstay").unlink()
    assert launch_for(shared=True) == UVX


def test_without_command_and_uvx_a_user_gets_the_path_and_a_team_a_hint(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("backstay", "uvx"):
        (tmp_path / "programs" / name).unlink()
    own = tmp_path / "environment/bin/python"
    own.parent.mkdir(parents=True)
    (own.parent / "backstay").write_text("")
    monkeypatch.setattr(sys, "executable", str(own))
    assert launch_for(shared=False) == (str(own.parent / "backstay"),)
    assert launch_for(shared=True) == COMMAND
    assert "not on the PATH here" in show(run("claude"))
    assert project


@pytest.mark.parametrize(
    ("path", "temporary"),
    [
        ("/home/u/.local/bin/backstay", False),
        ("/home/u/.local/share/uv/tools/backstay/bin/backstay", False),
        ("/home/u/.local/share/pipx/venvs/backstay/bin/backstay", False),
        ("/srv/project/.venv/bin/backstay", False),
        ("/home/u/.cache/uv/archive-v0/aB3/bin/backstay", True),
        ("/home/u/.cache/uv/environments-v2/x/bin/backstay", True),
        ("/home/u/.local/share/pipx/.cache/1f/bin/backstay", True),
    ],
)
def test_environments_for_one_run_are_known(path: str, temporary: bool) -> None:  # noqa: FBT001
    assert is_temporary(Path(path)) == temporary


def test_an_entry_that_starts_another_way_is_kept_while_it_works(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "programs/backstay").unlink()
    run("claude", hook=True)
    servers = project / ".mcp.json"
    assert json.loads(servers.read_text())["mcpServers"]["backstay"]["args"] == ["backstay", "mcp"]
    (tmp_path / "programs/backstay").write_text("#!/bin/sh\n")
    (tmp_path / "programs/backstay").chmod(0o755)
    assert set(actions(run("claude", hook=True)).values()) == {"unchanged"}
    (tmp_path / "programs/uvx").unlink()
    again = run("claude", hook=True)
    assert actions(again)[".mcp.json"] == "changed"
    assert "`uvx` is not found here" in show(again)
    assert "uvx" not in servers.read_text() + (project / ".claude/settings.json").read_text()
    run("claude", uninstall=True)
    assert content(project) == {".git": None}


def test_the_command_prints_json_and_help(project: Path) -> None:
    def backstay(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "backstay", "install", *arguments]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    told = json.loads(backstay("claude", "--dry-run", "--json").stdout)
    assert told["host"] == "claude"
    assert told["dry_run"] is True
    assert {each["action"] for each in told["files"]} == {"created"}
    assert "example: backstay install claude --dry-run" in " ".join(
        backstay("--help").stdout.split()
    )
    wrong = backstay("emacs")
    assert wrong.returncode == 2
    assert "claude" in wrong.stderr
