"""Repositories of strangers: their configuration names programs, and their trees lead elsewhere."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.harsh.examples import SCHEMA
from tests.harsh.running import backstay, write

if TYPE_CHECKING:
    from pathlib import Path

WHO = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgSign=false")
LATER = "create table later (id bigint references customer (id));\n"


def git(folder: Path, *arguments: str, given: bytes | None = None) -> str:
    command = ("git", *WHO, *arguments)
    done = subprocess.run(command, cwd=folder, input=given, check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(folder: Path, message: str = "a change") -> str:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project whose last commit brought one finding."""
    folder = write(tmp_path / "repository", {"schema.sql": SCHEMA})
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    write(folder, {"schema.sql": SCHEMA + LATER})
    commit(folder)
    return folder


def test_no_program_that_the_repository_names_is_run(repository: Path) -> None:
    trap = repository / ".git" / "trap"
    trap.write_text('#!/bin/sh\ntouch "${0%/*}/sprung"\ncat\n')
    trap.chmod(0o755)
    hooks = repository / ".git" / "hooks"
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"):
        (hooks / hook).symlink_to(trap)
    settings = {
        "core.fsmonitor": trap,
        "core.hooksPath": hooks,
        "core.pager": trap,
        "core.editor": trap,
        "core.askPass": trap,
        "core.sshCommand": trap,
        "core.gitProxy": trap,
        "core.alternateRefsCommand": trap,
        "core.attributesFile": repository / "attributes",
        "diff.external": trap,
        "diff.x.command": trap,
        "diff.x.textconv": trap,
        "filter.x.clean": trap,
        "filter.x.smudge": trap,
        "filter.x.process": trap,
        "filter.x.required": "true",
        "merge.x.driver": trap,
        "gpg.program": trap,
        "log.showSignature": "true",
        "credential.helper": f"!{trap}",
        "uploadpack.packObjectsHook": trap,
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "remote.origin.uploadpack": trap,
        "alias.rev-parse": f"!{trap}",
        "alias.merge-base": f"!{trap}",
        "interactive.diffFilter": trap,
        "include.path": repository / "more",
        "submodule.recurse": "true",
        "trace2.eventTarget": repository / "traced",
    }
    for name, value in settings.items():
        git(repository, "config", name, str(value))
    (repository / "more").write_text(f'[filter "y"]\n\tclean = {trap}\n\tprocess = {trap}\n')
    (repository / ".gitattributes").write_text("*.sql filter=x diff=x merge=x\n*.y filter=y\n")
    (repository / "attributes").write_text("* filter=y diff=x\n")
    write(repository, {"schema.sql": SCHEMA + LATER + LATER.replace("later", "today")})
    for since in ("HEAD~1", "main"):
        ended = backstay("review", "--since", since, "--json", cwd=repository)
        assert (ended.code, ended.stderr) == (0, "")
        assert ended.report["summary"]["findings"] >= 1
    assert not (repository / ".git" / "sprung").exists()
    assert not (repository / "traced").exists()


def test_only_what_came_since_is_reported(repository: Path) -> None:
    for since in ("HEAD~1", "HEAD^", "@~1", "main~1", git(repository, "rev-parse", "HEAD~1")):
        report = backstay("review", "--since", since, "--json", cwd=repository).report
        assert {each["where"]["line"] for each in report["findings"]} == {3}
    assert not backstay("review", "--since", "HEAD", "--json", cwd=repository).report["findings"]


@pytest.mark.parametrize(
    "ref",
    [
        *("", " ", "-", "--", "--all", "-p", "--output=stolen", "--upload-pack=touch stolen"),
        *("main..HEAD", "HEAD..", "^HEAD", "HEAD^{tree}", "HEAD:schema.sql", ":/change", "HEAD^3"),
        *("@{-1}", "main@{yesterday}", "HEAD~99999999999", "refs/heads/*", "ma*n", "main\n", "\n"),
        *("$(touch stolen)", "; touch stolen", "../../etc/passwd", "x" * 5000, "ünï", "\udcff"),
        *("0" * 40, "f" * 40, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    ],
)
def test_odd_revisions_are_refused_in_a_line(ref: str, repository: Path) -> None:
    ended = backstay("review", "--since", ref, cwd=repository)
    assert ended.code == 2 or ref in {":/change", "main@{yesterday}"}
    assert ended.code == 0 or ended.stdout == ""
    assert ended.code == 0 or ended.stderr.startswith("backstay: ")
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == (ended.code != 0)
    assert not (repository / "stolen").exists()


@pytest.mark.parametrize("damage", ["HEAD", "objects", "config", "index", "refs", "all"])
def test_a_damaged_repository_is_said(damage: str, repository: Path) -> None:
    inside = repository / ".git"
    if damage == "objects":
        for file in (inside / "objects").glob("??/*"):
            file.chmod(0o644)
            file.write_bytes(b"\0broken")
    elif damage == "refs":
        (inside / "refs" / "heads" / "main").write_text("not a hash\n")
    elif damage == "all":
        subprocess.run(("rm", "-r", inside), check=True)
        inside.write_text("gitdir: /nonexistent\n")
    else:
        (inside / damage).write_bytes(b"\0broken\n[")
    ended = backstay("review", "--since", "HEAD", cwd=repository)
    assert "Traceback" not in ended.stderr
    assert ended.code == 2 or damage in {"index", "refs"}
    assert backstay("review", cwd=repository).code == 0  # which needs no git


def test_trees_that_lead_elsewhere_are_not_written_there(repository: Path) -> None:
    content = SCHEMA.replace("purchase", "stray").encode()
    blob = git(repository, "hash-object", "-w", "--stdin", given=content)
    link = git(repository, "hash-object", "-w", "--stdin", given=b"/etc")
    inner = git(repository, "mktree", given=f"100644 blob {blob}\tstray.sql\n".encode())
    entries = [
        f"100644 blob {blob}\tgood.sql",
        f"040000 tree {inner}\t..",
        f"040000 tree {inner}\t.git",
        f"040000 tree {inner}\t.GIT",
        f"120000 blob {link}\tlinked",
        f"040000 tree {inner}\tlinked2",
        f"160000 commit {'1' * 40}\tsubmodule",
        f"100755 blob {blob}\tback\\slash.sql",
    ]
    given = ("\n".join(entries) + "\n").encode()
    tree = git(repository, "mktree", "--missing", given=given)
    evil = git(repository, "commit-tree", tree, "-m", "evil")
    places = repository.parent / "places"
    places.mkdir()
    ended = backstay(
        "review", "--since", evil, "--json", cwd=repository, env={"TMPDIR": str(places)}
    )
    assert (ended.code, ended.stderr) == (0, "")
    assert not list(places.iterdir())
    assert not list(repository.parent.rglob("stray.sql"))


def test_a_tree_deeper_than_a_path_may_be_long(repository: Path) -> None:
    path = "d/" * 1_500 + "schema.sql"
    stream = f"""\
commit refs/heads/deep
committer A <a@example.com> 0 +0000
data 4
deep
M 100644 inline {path}
data {len(SCHEMA)}
{SCHEMA}
"""
    git(repository, "fast-import", "--quiet", given=stream.encode())
    places = repository.parent / "places"
    places.mkdir()
    ended = backstay("review", "--since", "deep", cwd=repository, env={"TMPDIR": str(places)})
    assert "Traceback" not in ended.stderr
    assert ended.code in {0, 2}
    assert not list(places.iterdir())


def test_a_shallow_clone_and_one_without_objects_are_said(repository: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    source = repository.as_uri()
    shallow, partial = repository.parent / "shallow", repository.parent / "partial"
    git(repository.parent, "clone", "-q", "--depth=1", source, str(shallow))
    git(repository.parent, "clone", "-q", "--filter=blob:none", "-b", "main", source, str(partial))
    ended = backstay("review", "--since", "HEAD~1", cwd=shallow)
    assert ended.code == 2
    assert "shallow" in ended.stderr
    ended = backstay("review", "--since", "HEAD~1", cwd=partial)
    assert ended.code == 2
    assert "git fetch" in ended.stderr


def test_a_repository_of_another_account_is_said(repository: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    for path in (repository, repository / ".git"):
        os.chown(path, 65534, 65534)
    settings = {
        "SUDO_UID": None,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
    }
    ended = backstay("review", "--since", "HEAD~1", cwd=repository, env=settings)
    assert ended.code == 2
    assert "safe.directory" in ended.stderr
    assert backstay("review", cwd=repository, env=settings).code == 0


def test_git_may_be_missing(repository: Path) -> None:
    ended = backstay("review", "--since", "HEAD~1", cwd=repository, env={"PATH": "/nonexistent"})
    assert (ended.code, ended.stdout) == (2, "")
    assert "git is not installed" in ended.stderr
    assert backstay("review", cwd=repository, env={"PATH": "/nonexistent"}).code == 0


def test_in_a_repository_without_commits_everything_is_new(tmp_path: Path) -> None:
    git(write(tmp_path, {"schema.sql": SCHEMA}), "init", "-q")
    assert backstay("review", "--since", "HEAD", "--json", cwd=tmp_path).found_in == {"schema.sql"}
    ended = backstay("review", "--since", "main", cwd=tmp_path)
    assert (ended.code in {0, 2}, "Traceback" in ended.stderr) == (True, False)


def test_settings_that_were_wrong_once_do_not_hold_up_what_came_since(repository: Path) -> None:
    write(repository, {"backstay.toml": "no such settings", "backstay-approvals.toml": "[[["})
    commit(repository)
    (repository / "backstay-approvals.toml").unlink()
    write(
        repository, {"backstay.toml": "", "schema.sql": SCHEMA + LATER + LATER[:-3] + ", a int);"}
    )
    ended = backstay("review", "--since", "HEAD", "--json", cwd=repository)
    assert (ended.code, ended.stderr) == (0, "")


def test_a_bare_repository_in_the_tree_is_not_used(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "--bare")
    trap = write(tmp_path, {"trap": "#!/bin/sh\ntouch sprung\n"}) / "trap"
    trap.chmod(0o755)
    git(inner, "config", "core.fsmonitor", str(trap))
    ended = backstay("review", "--since", "HEAD", cwd=inner)
    assert ended.code == 2
    assert not list(tmp_path.rglob("sprung"))
