"""What git knows, asked of the ``git`` command so that a stranger's repository runs nothing.

A repository's own configuration can name programs: a file watcher, hooks, filters, external diffs,
signature checks, remotes that are asked for missing objects. Each is switched off for every call.
Trees are read with ``cat-file``, not ``archive``, which leaves out files that are marked
export-ignore and runs filters.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.model.errors import BadRequest, LimitReached, NotAvailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60.0
_REFS_SHOWN = 3

_SWITCHED_OFF = (
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.alternateRefsCommand=",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "diff.ignoreSubmodules=all",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
# Set by git for hooks, and wrong for any other folder.
_LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\n\Z")


def environment() -> dict[str, str]:
    """The environment for git: no prompts, locks, pagers, translations or transports."""
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def command(root: Path, *arguments: str, without: tuple[str, ...] = ()) -> list[str]:
    """A git command in ``root``, safe against its configuration."""
    switches = [part for each in (*_SWITCHED_OFF, *without) for part in ("-c", each)]
    return ["git", "--no-pager", "--literal-pathspecs", *switches, "-C", str(root), *arguments]


def run(root: Path, *arguments: str, without: tuple[str, ...] = ()) -> tuple[int, bytes, str]:
    """Run git in ``root``: exit code, output and messages.

    Raises:
        NotAvailable: git is not installed.
        LimitReached: it took more than ``SECONDS``.
    """
    try:
        done = subprocess.run(  # noqa: S603 (no shell; arguments are checked where they come in)
            command(root, *arguments, without=without),
            capture_output=True,
            check=False,
            env=environment(),
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except FileNotFoundError as error:
        raise NotAvailable(
            "git is not installed. Install it, or review without --since."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise LimitReached(f"git {arguments[0]} took more than {SECONDS:.0f} s.") from error
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip()


def _output(root: Path, *arguments: str, without: tuple[str, ...] = ()) -> bytes:
    code, output, message = run(root, *arguments, without=without)
    if code:
        raise _failure(root, message)
    return output


def _failure(root: Path, message: str) -> BadRequest | NotAvailable:
    if "dubious ownership" in message:
        return BadRequest(
            f"git does not trust {root}, which belongs to another user. If you do, run:"
            f" git config --global --add safe.directory {root}"
        )
    if "not a git repository" in message:
        return BadRequest(f"{root} is not in a git repository. Review it without --since.")
    if "promisor" in message or "could not fetch" in message or "missing" in message:
        return NotAvailable(
            "This clone lacks objects of that commit. Run: git fetch --refetch --no-filter"
        )
    last = message.splitlines()[-1] if message else "no reason given"
    return BadRequest(f"git could not read {root}: {last.removeprefix('fatal: ')}")


def toplevel(path: Path) -> Path | None:
    """The folder of the repository that ``path`` lies in; None where it is in none.

    Raises:
        BadRequest: git does not trust the repository.
        NotAvailable: git is not installed.
    """
    folder = path if path.is_dir() else path.parent
    code, output, message = run(folder, "rev-parse", "--show-toplevel")
    if code == 0:
        return Path(os.fsdecode(output.removesuffix(b"\n"))).resolve()
    if "not a git repository" in message or "must be run in a work tree" in message:
        return None
    raise _failure(folder, message)


def is_unborn(root: Path, ref: str) -> bool:
    """Whether ``ref`` is the HEAD of a repository in which nothing was committed yet."""
    if ref != "HEAD" or toplevel(root) is None:
        return False
    status, _, _ = run(root, "rev-parse", "--verify", "--quiet", "HEAD")
    return status != 0


def commit_of(root: Path, ref: str) -> str:
    """The commit that ``ref`` names in the repository around ``root``.

    Raises:
        BadRequest: there is no such commit, or no repository; the message says what to do.
    """
    if not ref.strip() or ref.startswith("-") or "\0" in ref:
        raise BadRequest(f"{ref!r} cannot be a git ref. Name a branch, a tag or a commit.")
    code, output, message = run(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if code == 0 and _COMMIT.match(output):
        return output.decode().strip()
    if message:
        raise _failure(root, message)
    raise BadRequest(_unknown_ref(root, ref))


def _unknown_ref(root: Path, ref: str) -> str:
    _output(root, "rev-parse", "--git-dir")
    if is_shallow(root):
        return (
            f"This clone is shallow and does not hold {ref!r}. Fetch the whole history:"
            " fetch-depth: 0 for actions/checkout, or git fetch --unshallow."
        )
    import difflib  # noqa: PLC0415 (only for the message)

    listed = _output(root, "for-each-ref", "--count=2000", "--format=%(refname:short)")
    names = listed.decode("utf-8", "replace").split()
    close = difflib.get_close_matches(ref[:80], names, n=_REFS_SHOWN)
    close += [each for each in names if each.endswith(f"/{ref}") and each not in close]
    hint = f" Did you mean {' or '.join(close[:_REFS_SHOWN])}?" if close else ""
    return f"There is no commit {ref!r} in this repository.{hint}"


def is_shallow(root: Path) -> bool:
    """Whether the clone holds only a part of the history."""
    return _output(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def base_of(root: Path, ref: str) -> str:
    """The commit at which the present branch left ``ref``: what a change is compared with.

    What happened on ``ref`` since then is not part of the change. Where the two share no
    history, it is ``ref`` itself.

    Raises:
        BadRequest: there is no such commit, or the clone is too shallow to tell.
    """
    commit = commit_of(root, ref)
    code, output, message = run(root, "merge-base", commit, "HEAD")
    if code == 0 and _COMMIT.match(output):
        return output.decode().strip()
    if is_shallow(root):
        raise BadRequest(
            f"This clone is too shallow to tell where the branch left {ref!r}. Fetch the whole"
            " history: fetch-depth: 0 for actions/checkout, or git fetch --unshallow."
        )
    if message and "Not a valid" not in message:
        raise _failure(root, message)
    return commit


def changed_files(root: Path, ref: str) -> frozenset[str]:
    """Files below ``root`` that differ between ``ref`` and the work tree, new ones included.

    Paths are below ``root``, with forward slashes. Files that git ignores are left out.

    Raises:
        BadRequest: there is no such commit, or no repository.
    """
    commit = commit_of(root, ref)
    changed = _output(
        root,
        *("diff", "--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff"),
        *("--no-textconv", "--ignore-submodules=all", commit, "--"),
        without=_filters(root),
    )
    new = _output(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(os.fsdecode(each) for each in (changed + new).split(b"\0") if each)


def renamed_files(root: Path, ref: str) -> dict[str, str]:
    """Files below ``root`` that were renamed since ``ref``: the old name to the new one.

    Only files that git tracks count.

    Raises:
        BadRequest: there is no such commit, or no repository.
    """
    commit = commit_of(root, ref)
    output = _output(
        root,
        *("diff", "--name-status", "-z", "--relative", "-M", "--diff-filter=R", "--no-ext-diff"),
        *("--no-textconv", "--ignore-submodules=all", commit, "--"),
        without=_filters(root),
    )
    parts = [os.fsdecode(each) for each in output.split(b"\0")]
    return dict(zip(parts[1::3], parts[2::3], strict=False))


def _filters(root: Path) -> tuple[str, ...]:
    """Settings that switch off each filter that the configuration names."""
    _, output, _ = run(root, "config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    names = {os.fsdecode(each).rpartition(".")[0] for each in output.split(b"\0") if each}
    if any("=" in name for name in names):
        raise BadRequest(f"The git configuration of {root} names a filter with '='. Rename it.")
    return tuple(
        f"{name}.{setting}"
        for name in sorted(names)
        for setting in ("clean=", "smudge=", "process=", "required=false")
    )


def contributors(root: Path) -> int | None:
    """How many people's commits the last year holds, of the latest 5,000; None if not known."""
    code, output, _ = run(
        root, "log", "--no-show-signature", "--since=1.year", "--max-count=5000", "--format=%ae"
    )
    return len(set(output.lower().split())) if code == 0 and not is_shallow(root) else None


def list_tree(root: Path, commit: str) -> list[tuple[str, str]]:
    """Path below ``root`` and blob of each regular file of a commit; no links or submodules."""
    found = []
    for entry in _output(root, "ls-tree", "-r", "-z", commit).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        if about.startswith(b"100"):
            found.append((os.fsdecode(path), about.split()[2].decode()))
    return found


@contextlib.contextmanager
def reading(root: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A git process to talk with; it is ended when the block ends, or after ``SECONDS``."""
    with subprocess.Popen(  # noqa: S603 (no shell; the arguments are ours)
        command(root, *arguments),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        watchdog = threading.Timer(SECONDS, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()
