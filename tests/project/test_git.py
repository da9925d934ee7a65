from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from backstay.model.errors import BadRequest, NotAvailable
from backstay.project import git
from backstay.project.git_trees import below, tree_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Repository


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_top_of_a_repository_is_found(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a__b="1")
    assert git.toplevel(repository.root / "a") == repository.root
    assert git.toplevel(repository.root / "a" / "b") == repository.root
    assert git.toplevel(tmp_path) is None


def test_changed_files_are_those_that_differ_and_new_ones(repository: Repository) -> None:
    repository.commit(same="1", changed="1", removed="1", sub__moved="some text\n" * 9)
    repository.write(".gitignore", "ignored\n")
    repository.write("changed", "2")
    repository.write("ignored", "1")
    repository.write("sub/new \u00e9\n", "2")
    (repository.root / "removed").unlink()
    (repository.root / "sub" / "moved").rename(repository.root / "sub" / "there")
    repository.git("add", "-A", "sub")
    changed = git.changed_files(repository.root, "HEAD")
    assert changed == {".gitignore", "changed", "removed", "sub/moved", "sub/there", "sub/new é\n"}
    below_sub = git.changed_files(repository.root / "sub", "HEAD")
    assert below_sub == {"moved", "there", "new é\n"}
    assert git.renamed_files(repository.root, "HEAD") == {"sub/moved": "sub/there"}
    assert git.renamed_files(repository.root / "sub", "HEAD") == {"moved": "there"}


def test_an_earlier_tree_is_written_as_it_was(repository: Repository) -> None:
    before = repository.commit(a="1\r\n", sub__b=b"\0\xff", sub__empty="")
    repository.commit(a="2", sub__c="3")
    with tree_at(repository.root, before) as tree:
        assert files_in(tree) == {"a": b"1\r\n", "sub/b": b"\0\xff", "sub/empty": b""}
        written = tree
    assert not written.exists()
    with tree_at(repository.root, before, wanted=below("sub/")) as tree:
        assert set(files_in(tree)) == {"sub/b", "sub/empty"}
    with tree_at(repository.root / "sub", "HEAD", wanted=below("c", "nothing")) as tree:
        assert files_in(tree) == {"c": b"3"}


def test_a_folder_that_was_not_there_was_empty(repository: Repository) -> None:
    before = repository.commit(a="1")
    repository.commit(sub__b="2")
    with tree_at(repository.root / "sub", before) as tree:
        assert files_in(tree) == {}


def test_renamed_files_are_written_under_their_new_name(repository: Repository) -> None:
    repository.commit(old="create table a (id int);\n")
    repository.git("mv", "old", "new")
    renames = git.renamed_files(repository.root, "HEAD")
    with tree_at(repository.root, "HEAD", renames=renames) as tree:
        assert set(files_in(tree)) == {"new"}


def test_links_and_files_marked_for_export_are_what_they_are(repository: Repository) -> None:
    (repository.root / "link").symlink_to("/etc/hosts")
    (repository.root / "folder").symlink_to("/etc")
    commit = repository.commit(**{".gitattributes": "a export-ignore\nb export-subst\n"}, a="1")
    repository.commit(b="$Format:%H$")
    with tree_at(repository.root, commit) as tree:
        assert set(files_in(tree)) == {".gitattributes", "a"}
    with tree_at(repository.root, "HEAD") as tree:
        assert files_in(tree)["b"] == b"$Format:%H$"


def test_names_that_lead_elsewhere_are_left_out(repository: Repository) -> None:
    blob = _stored(repository, "hash-object", "-w", "--stdin", content=b"x")
    inner = _stored(repository, "mktree", content=f"100644 blob {blob}\tpwned\n".encode())
    entries = f"040000 tree {inner}\t..\n040000 tree {inner}\t.GIT\n100644 blob {blob}\tfine\n"
    tree = _stored(repository, "mktree", content=entries.encode())
    commit = repository.git("commit-tree", tree, "-m", "x")
    repository.git("update-ref", "HEAD", commit)
    with tree_at(repository.root, commit) as folder:
        assert files_in(folder) == {"fine": b"x"}
        assert not (folder.parent / "pwned").exists()


def _stored(repository: Repository, *arguments: str, content: bytes) -> str:
    import subprocess  # noqa: PLC0415

    done = subprocess.run(
        ["git", "-C", str(repository.root), *arguments],
        input=content,
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize("ref", ["-x", "--output=/tmp/x", "", " ", "a\0b"])
def test_what_cannot_be_a_ref_is_refused(repository: Repository, ref: str) -> None:
    repository.commit(a="1")
    with pytest.raises(BadRequest, match="cannot be a git ref"):
        git.commit_of(repository.root, ref)


def test_an_unknown_ref_is_refused_with_close_ones(repository: Repository) -> None:
    repository.commit(a="1")
    repository.git("branch", "release/one")
    with pytest.raises(BadRequest, match=r"no commit 'mian' .* Did you mean main\?"):
        git.commit_of(repository.root, "mian")
    with pytest.raises(BadRequest, match=r"Did you mean release/one\?"):
        git.commit_of(repository.root, "one")
    with pytest.raises(BadRequest, match=r"no commit 'HEAD:a' "):
        git.commit_of(repository.root, "HEAD:a")


def test_outside_a_repository_one_is_told_so(tmp_path: Path) -> None:
    for ask in (git.commit_of, git.base_of, git.changed_files, git.renamed_files):
        with pytest.raises(BadRequest, match="is not in a git repository"):
            ask(tmp_path, "main")
    assert git.contributors(tmp_path) is None


def test_an_empty_repository_has_no_commit(repository: Repository) -> None:
    with pytest.raises(BadRequest, match="no commit 'HEAD'"):
        git.base_of(repository.root, "HEAD")


def test_without_git_one_is_told_so(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotAvailable, match="git is not installed"):
        git.commit_of(repository.root, "HEAD")


def test_a_change_is_compared_with_where_the_branch_began(repository: Repository) -> None:
    fork = repository.commit(a="1")
    repository.git("switch", "-q", "-c", "change")
    repository.commit(b="1")
    repository.git("switch", "-q", "main")
    tip = repository.commit(c="1")
    repository.git("switch", "-q", "change")
    assert git.base_of(repository.root, "main") == fork
    assert git.commit_of(repository.root, "main") == tip
    assert git.changed_files(repository.root, git.base_of(repository.root, "main")) == {"b"}


def test_histories_that_share_nothing_are_compared_as_they_are(repository: Repository) -> None:
    first = repository.commit(a="1")
    repository.git("switch", "-q", "--orphan", "other")
    repository.commit(b="1")
    assert git.base_of(repository.root, "main") == first


def test_a_shallow_clone_is_told_to_fetch_more(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a="1")
    repository.git("branch", "release")
    repository.commit(a="2")
    clone = tmp_path / "clone"
    url = f"file://{repository.root}"
    repository.git("clone", "-q", "--depth=1", url, str(clone))
    for ref in ("HEAD~1", "release"):
        with pytest.raises(BadRequest, match="fetch-depth: 0"):
            git.commit_of(clone, ref)
    repository.git("-C", str(clone), "fetch", "-q", "--depth=1", "origin", "release:release")
    with pytest.raises(BadRequest, match=r"too shallow .* fetch-depth: 0"):
        git.base_of(clone, "release")
    assert git.contributors(clone) is None


def test_objects_that_a_partial_clone_lacks_are_not_fetched(
    repository: Repository, tmp_path: Path
) -> None:
    before = repository.commit(a="1")
    repository.commit(a="2")
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    url = f"file://{repository.root}"
    repository.git("clone", "-q", "--filter=blob:none", url, str(clone))
    with pytest.raises(NotAvailable, match="lacks"), tree_at(clone, before):
        pass


def test_contributors_are_counted(repository: Repository) -> None:
    repository.commit(a="1")
    repository.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "o <o@example.com>")
    repository.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "p <O@example.com>")
    assert git.contributors(repository.root) == 2


def test_nothing_that_a_repository_configures_is_run(
    repository: Repository, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 $* >> {ran}\ncat\n")
    program.chmod(0o755)
    repository.commit(**{".gitattributes": "* filter=evil diff=evil\n"}, a="1", b="1")
    hooks = repository.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "pre-commit", "reference-transaction"):
        (hooks / hook).write_bytes(program.read_bytes())
        (hooks / hook).chmod(0o755)
    for name in (
        *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass"),
        *("diff.external", "diff.evil.command", "diff.evil.textconv", "pager.diff", "pager.log"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "gpg.program"),
        *("credential.helper", "core.alternateRefsCommand", "sequence.editor", "alias.diff"),
    ):
        repository.git("config", name, str(program))
    repository.git("config", "filter.evil.required", "true")
    repository.git("config", "log.showSignature", "true")
    _sign_head(repository)
    ran.unlink(missing_ok=True)
    root = repository.root
    (root / "a").write_text("2")
    os.utime(root / "b", (1, 1))
    assert git.changed_files(root, "HEAD") == {"a"}
    git.renamed_files(root, "HEAD")
    git.base_of(root, "HEAD")
    git.contributors(root)
    with tree_at(root, "HEAD") as tree:
        assert files_in(tree)["a"] == b"1"
    assert not ran.exists()


def _sign_head(repository: Repository) -> None:
    commit = repository.git("cat-file", "commit", "HEAD")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n"
    signed = commit.replace("\n\n", "\n" + signature, 1) + "\n"
    arguments = ("hash-object", "-t", "commit", "-w", "--stdin")
    made = _stored(repository, *arguments, content=signed.encode())
    repository.git("update-ref", "HEAD", made)


def test_a_filter_that_cannot_be_switched_off_is_refused(repository: Repository) -> None:
    repository.commit(a="1")
    config = repository.root / ".git" / "config"
    config.write_text(config.read_text() + '[filter "a=b"]\n\tclean = false\n')
    with pytest.raises(BadRequest, match="filter with '='"):
        git.changed_files(repository.root, "HEAD")


def test_a_bare_repository_inside_a_tree_is_not_used(repository: Repository) -> None:
    repository.commit(a="1")
    inner = repository.root / "inner"
    repository.git("clone", "-q", "--bare", str(repository.root), str(inner))
    with pytest.raises(BadRequest, match="bare"):
        git.commit_of(inner, "HEAD")


def test_inside_a_hook_the_folder_counts_and_not_the_hook(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(a="1")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert git.changed_files(repository.root, "HEAD") == frozenset()


def test_what_a_killed_run_left_behind_is_removed(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    repository.commit(a="1")
    left = tmp_path / "backstay-tree-left"
    (left / "tree").mkdir(parents=True)
    os.utime(left, (1, 1))
    with tree_at(repository.root, "HEAD") as first:
        os.utime(first.parent, (1, 1))
        with tree_at(repository.root, "HEAD"):
            assert not left.exists()
            assert (first / "a").exists(), "another run still uses it"


def test_a_full_disk_is_said(
    repository: Repository, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backstay.model.errors import LimitReached  # noqa: PLC0415

    repository.commit(big=b"x" * 500_000)
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    with pytest.raises(LimitReached, match="Make room"), tree_at(repository.root, "HEAD"):
        pass
    assert list(small_disk.iterdir()) == []
