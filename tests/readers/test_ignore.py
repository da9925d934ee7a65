from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from backstay.readers.inventory import take_inventory

NAMES = ["a", "b", "ab", "a.sql", "b.sql", "foo", "[x]", "x", "#h", "!n", "a b", "B", "]", "^", "-",
         "a\\b", "sp "]  # fmt: skip
PATTERNS = [
    "a", "*.sql", "/a", "a/", "a/b", "**/b", "a/**", "a/**/b", "!a", "!*.sql", "/*", "!/a/", "*",
    "a*", "?", "[ab]", "[!a]", "\\#h", "\\!n", "#h", "a\\ b", "b ", "foo/*", "!foo/a", "**",
    "/**/x", "[a-b].sql", "a**b", "**a", "\\[x\\]", "x/**/", "[^a]", "*.s?l", "a/*/b", "", "  ",
    "[]]", "[^]]", "[]-a]", "[a", "a\\", "[[:alpha:]]", "[[:alpha:][:digit:]]b", "sp\\ ", "a\\\\b",
    "***", "a/***/b", "**/", "/", "//", "a//b", "*/", "!*/", "**/**", "[b-a]", "[a-]", "[\\]]",
    "!**/b", "[[:foo:]]", "?b/", "!/a/b/", "\\a", "a\r",
]  # fmt: skip


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def random_pattern(choose: random.Random) -> str:
    if choose.random() < 0.3:
        return "".join(choose.choice("ab*?[]!/\\ x.-") for _ in range(choose.randint(1, 7)))
    pattern = choose.choice(PATTERNS)
    return pattern + ".sql" if choose.random() < 0.3 else pattern


def grow(root: Path, choose: random.Random) -> None:
    """Random folders, files that all count as SQL, and ignore files at several levels."""
    for _ in range(25):
        file = root.joinpath(*(choose.choice(NAMES) for _ in range(choose.randint(1, 4))))
        if not any(parent.is_file() for parent in file.parents) and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.with_name(file.name + ".sql").touch()
    folders = [Path(folder) for folder, _, _ in os.walk(root)]
    git(root, "init", "-q")
    for folder in [root, *choose.sample(folders, min(2, len(folders)))]:
        rules = [random_pattern(choose) for _ in range(choose.randint(1, 4))]
        (folder / ".gitignore").write_text("\n".join(rules))
    (root / ".git" / "info" / "exclude").write_text(random_pattern(choose))


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git, which is not here")
@pytest.mark.parametrize("seed", range(40))
def test_ignored_files_are_those_that_git_ignores(tmp_path: Path, seed: int) -> None:
    grow(tmp_path, random.Random(seed))
    listed = git(tmp_path, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    expected = sorted(file for file in listed if file.endswith(".sql"))
    assert list(take_inventory(tmp_path).files_of("sql")) == expected


def test_rules_of_folders_above_the_target_hold_up_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("outside*.sql\n")
    top = tmp_path / "top"
    below = top / "a" / "b"
    below.mkdir(parents=True)
    (top / ".git").mkdir()
    (top / ".gitignore").write_text("/a/b/x.sql\ny.sql\n")
    (top / "a" / ".gitignore").write_text("!y.sql\n/b/z.sql\n")
    for name in ("x", "y", "z", "outside", "kept"):
        (below / f"{name}.sql").touch()
    expected = ("kept.sql", "outside.sql", "y.sql")
    assert take_inventory(below).files_of("sql") == expected
    inside = take_inventory(top, paths=["a/b"])
    assert inside.files_of("sql") == tuple(f"a/b/{name}" for name in expected)


def test_rules_hold_without_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfa.sql\r\nbuild/\r\n")
    (tmp_path / "build").mkdir()
    for name in ("a.sql", "b.sql", "build/c.sql"):
        (tmp_path / name).touch()
    inventory = take_inventory(tmp_path)
    assert inventory.files_of("sql") == ("b.sql",)
    assert inventory.skipped == (("build", "ignored by git"),)
    assert inventory.ignored == 1


def test_a_target_that_is_ignored_itself_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "a.sql").touch()
    assert take_inventory(tmp_path, paths=["build"]).files_of("sql") == ("build/a.sql",)
    assert take_inventory(tmp_path, paths=["build/a.sql"]).files_of("sql") == ("build/a.sql",)
