"""The verdict of the hook before an edit is that of a review after it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backstay.hosts import hook as hooks
from backstay.hosts.hook import HookInput, HookOutput, answer, hook, show
from backstay.model.errors import BackstayError
from backstay.project.cache import Cache

CUSTOMER = "create table customer (id bigint primary key);\n"
PRICE = "create table offer (id bigint primary key, price real);\n"
ORDER = "create table purchase (id bigint primary key, price real);\n"
COMPOSE = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: x\n"
TRUSTING = COMPOSE.replace("PASSWORD: x", "HOST_AUTH_METHOD: trust")
CONTRACT = """\
openapi: 3.1.0
info: {title: shop, version: "1"}
paths:
  /offers:
    get:
      operationId: offers
      responses:
        "200":
          description: all
          content:
            application/json:
              schema: {$ref: "schemas/offer.yaml"}
"""


def git(root: Path, *arguments: str) -> None:
    named = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", root, *named, *arguments], check=True, capture_output=True)


def committed(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode())
        os.utime(root / name, (1_700_000_000, 1_700_000_000))  # old enough to be cached
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    return root


def write(root: Path, file: str, content: str) -> dict[str, Any]:
    given = {"file_path": str(root / file), "content": content}
    return {
        "hook_event_name": "PreToolUse",
        "cwd": str(root),
        "tool_name": "Write",
        "tool_input": given,
    }


def edit(root: Path, file: str, old: str, new: str, **more: Any) -> dict[str, Any]:
    given = {"file_path": str(root / file), "old_string": old, "new_string": new, **more}
    return {
        "hook_event_name": "PreToolUse",
        "cwd": str(root),
        "tool_name": "Edit",
        "tool_input": given,
    }


def patch(root: Path, *lines: str) -> dict[str, Any]:
    text = "\n".join(["*** Begin Patch", *lines, "*** End Patch"])
    return {
        "hook_event_name": "PreToolUse",
        "cwd": str(root),
        "tool_name": "apply_patch",
        "tool_input": {"command": text},
    }


def asked(message: dict[str, Any], host: str = "claude") -> HookOutput:
    return answer(host, json.dumps(message).encode())


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def reviewed(root: Path) -> tuple[int, set[str]]:
    """Exit code of a review of what came since the commit, and the ids that make it fail."""
    done = subprocess.run(
        [sys.executable, "-m", "backstay", "review", "--since", "HEAD", "--json", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode == 2:
        return 2, set()
    report = json.loads(done.stdout)
    levels = ("critical", "high", "medium", "low", "info")
    counted = levels[: levels.index(report["fail_on"]) + 1]
    return done.returncode, {
        each["id"] for each in report["findings"] if each["severity"] in counted
    }


Change = Callable[[Path], None]


def writing(file: str, content: str) -> Change:
    def change(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content.encode())

    return change


def check(root: Path, message: dict[str, Any], change: Change, *, refused: bool) -> HookOutput:
    """Ask the hook, make the edit, and hold the answer against a review."""
    before = snapshot(root)
    told = asked(message)
    assert asked(message) == told, "with what was cached the answer differs"
    assert snapshot(root) == before, "the hook wrote to the project"
    change(root)
    git(root, "add", "-A", "-N")
    code, ids = reviewed(root)
    assert (told.decision == "deny") == (code != 0) == refused
    assert set(told.findings) == ids
    return told


def test_an_edit_that_brings_a_fault_is_refused_with_the_finding(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message = edit(root, "schema.sql", CUSTOMER, CUSTOMER + PRICE)
    told = check(root, message, writing("schema.sql", CUSTOMER + PRICE), refused=True)
    assert told.reason is not None
    assert "high: money-as-float at schema.sql:2" in told.reason
    assert "Fix: " in told.reason


def test_a_new_file_is_judged_as_if_it_were_there(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message = write(root, "deploy/compose.prod.yaml", TRUSTING)
    check(root, message, writing("deploy/compose.prod.yaml", TRUSTING), refused=True)


def test_an_edit_without_a_fault_passes_in_silence(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    good = CUSTOMER + "create table offer (id bigint primary key, price numeric);\n"
    told = check(root, write(root, "schema.sql", good), writing("schema.sql", good), refused=False)
    assert show(told) == ""


def test_an_old_fault_is_not_held_against_an_edit(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": PRICE})
    new = PRICE + CUSTOMER
    check(
        root,
        edit(root, "schema.sql", "real);", "real);\n" + CUSTOMER[:-1]),
        writing("schema.sql", new),
        refused=False,
    )


def test_an_edit_that_mends_passes(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": PRICE})
    good = PRICE.replace("real", "numeric")
    check(
        root,
        edit(root, "schema.sql", "real", "numeric"),
        writing("schema.sql", good),
        refused=False,
    )


def test_an_edit_that_mends_one_fault_and_brings_another_is_refused(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": PRICE})
    new = PRICE.replace("real", "numeric") + ORDER
    told = check(root, write(root, "schema.sql", new), writing("schema.sql", new), refused=True)
    assert len(told.findings) == 1


def test_a_fault_below_the_threshold_passes_and_a_lower_threshold_refuses(tmp_path: Path) -> None:
    reference = (
        "create table purchase (id bigint primary key, c bigint references customer (id));\n"
    )
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message, change = write(root, "p.sql", reference), writing("p.sql", reference)
    check(root, message, change, refused=False)
    (root / "p.sql").unlink()
    committed(root, {"backstay.toml": 'fail_on = "medium"\n'})
    check(root, message, change, refused=True)


def test_settings_count(tmp_path: Path) -> None:
    off = '[practices]\noff = ["money-as-float"]\n'
    root = committed(tmp_path, {"schema.sql": CUSTOMER, "backstay.toml": off})
    check(root, write(root, "a.sql", PRICE), writing("a.sql", PRICE), refused=False)
    (root / "a.sql").unlink()
    committed(root, {"backstay.toml": '[severity]\nmoney-as-float = "low"\n'})
    check(root, write(root, "a.sql", PRICE), writing("a.sql", PRICE), refused=False)


def test_an_approved_finding_passes(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message, change = write(root, "offer.sql", PRICE), writing("offer.sql", PRICE)
    (site,) = asked(message).findings
    approval = (
        f'[[approval]]\npractice = "money-as-float"\nsites = ["{site}"]\n'
        'reason = "shown only"\napproved = 2026-01-01\n'
    )
    committed(root, {"backstay-approvals.toml": approval})
    check(root, message, change, refused=False)


def test_an_approval_that_has_expired_does_not_count(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message, change = write(root, "offer.sql", PRICE), writing("offer.sql", PRICE)
    (site,) = asked(message).findings
    approval = (
        f'[[approval]]\npractice = "money-as-float"\nsites = ["{site}"]\n'
        'reason = "shown only"\napproved = 2020-01-01\nexpires = 2021-01-01\n'
    )
    committed(root, {"backstay-approvals.toml": approval})
    check(root, message, change, refused=True)


def test_a_finding_of_the_baseline_passes(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    message, change = write(root, "offer.sql", PRICE), writing("offer.sql", PRICE)
    (site,) = asked(message).findings
    entry = {"id": site, "practice": "money-as-float", "message": "x"}
    committed(root, {".backstay-baseline.json": json.dumps({"baseline": 1, "findings": [entry]})})
    check(root, message, change, refused=False)


def test_a_comment_in_the_edit_allows_the_finding(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    allowed = PRICE.rstrip("\n") + " -- backstay: allow money-as-float -- shown only\n"
    check(root, write(root, "a.sql", allowed), writing("a.sql", allowed), refused=False)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("main.py", "price: float"),
        ("README.md", PRICE),
        ("tests/schema.sql", PRICE),
        ("node_modules/x/schema.sql", PRICE),
        ("ignored/schema.sql", PRICE),
        ("legacy/schema.sql", PRICE),
        ("package.json", "{}"),
        ("ci.yaml", "jobs: {}"),
        ("Makefile", "all:\n"),
        (".github/workflows/x.yml", "services: 3"),
    ],
)
def test_files_that_are_not_read_pass(tmp_path: Path, file: str, content: str) -> None:
    files = {
        "schema.sql": PRICE,
        ".gitignore": "/ignored/\n",
        "backstay.toml": 'exclude = ["/legacy/"]\n',
    }
    root = committed(tmp_path, files)
    check(root, write(root, file, content), writing(file, content), refused=False)


def test_files_that_the_settings_include_are_judged(tmp_path: Path) -> None:
    include = 'include = ["tests/db/*.sql"]\n'
    root = committed(tmp_path, {"schema.sql": CUSTOMER, "backstay.toml": include})
    check(
        root, write(root, "tests/db/a.sql", PRICE), writing("tests/db/a.sql", PRICE), refused=True
    )


def test_ignore_files_above_the_projects_root_count(tmp_path: Path) -> None:
    files = {"shop/backstay.toml": "", ".gitignore": "generated/\n", "shop/schema.sql": CUSTOMER}
    root = committed(tmp_path, files) / "shop"
    message = write(root, "generated/a.sql", PRICE)
    check(root, message, writing("generated/a.sql", PRICE), refused=False)
    check(root, write(root, "a.sql", PRICE), writing("a.sql", PRICE), refused=True)


def test_a_new_fragment_of_a_contract_is_judged_where_the_contract_refers_to_it(
    tmp_path: Path,
) -> None:
    root = committed(tmp_path, {"openapi.yaml": CONTRACT})
    offer = "type: object\nproperties: {owner: {$ref: 'nowhere.yaml'}}\n"
    message = write(root, "schemas/offer.yaml", offer)
    check(root, message, writing("schemas/offer.yaml", offer), refused=True)


def test_a_contract_and_its_new_fragment_in_one_patch_pass(tmp_path: Path) -> None:
    key = "{key: {type: apiKey, in: header, name: X}}"
    security = f"security: [{{key: []}}]\ncomponents: {{securitySchemes: {key}}}\n"
    plain = CONTRACT.replace('{$ref: "schemas/offer.yaml"}', "{type: object}") + security
    root = committed(tmp_path, {"openapi.yaml": plain})
    message = patch(
        root,
        "*** Update File: openapi.yaml",
        "@@",
        "-              schema: {type: object}",
        '+              schema: {$ref: "schemas/offer.yaml"}',
        "*** Add File: schemas/offer.yaml",
        "+type: object",
    )

    def change(root: Path) -> None:
        writing("openapi.yaml", CONTRACT + security)(root)
        writing("schemas/offer.yaml", "type: object\n")(root)

    check(root, message, change, refused=False)


def test_a_fragment_that_a_contract_refers_to_may_not_go(tmp_path: Path) -> None:
    root = committed(tmp_path, {"openapi.yaml": CONTRACT, "schemas/offer.yaml": "type: object\n"})
    message = {
        "cwd": str(root),
        "workspace_roots": [str(root)],
        "tool_name": "Delete",
        "tool_input": {"path": "schemas/offer.yaml"},
    }
    check(root, message, lambda root: (root / "schemas/offer.yaml").unlink(), refused=True)


def test_a_migration_that_goes_takes_its_effect_with_it(tmp_path: Path) -> None:
    files = {
        "backstay.toml": "",
        "migrations/0001_a.sql": PRICE,
        "migrations/0002_b.sql": "alter table offer alter column price type numeric;\n",
    }
    root = committed(tmp_path, files)
    message = patch(root, "*** Delete File: migrations/0002_b.sql")
    check(root, message, lambda root: (root / "migrations/0002_b.sql").unlink(), refused=True)


def test_a_file_that_is_moved_keeps_its_old_faults(tmp_path: Path) -> None:
    long = PRICE + "".join(f"create table t{n} (id bigint primary key);\n" for n in range(20))
    root = committed(tmp_path, {"db/schema.sql": long})
    message = patch(
        root, "*** Update File: db/schema.sql", "*** Move to: db/all.sql", "@@", " " + PRICE[:-1]
    )

    def change(root: Path) -> None:
        git(root, "mv", "db/schema.sql", "db/all.sql")

    check(root, message, change, refused=False)


def test_a_patch_of_several_files_is_judged_as_a_whole(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    reference = "create table purchase (id bigint primary key, price real);"
    message = patch(root, "*** Add File: a.sql", "+" + reference, "*** Add File: b.txt", "+x")
    check(root, message, writing("a.sql", reference + "\n"), refused=True)


def test_an_edit_that_breaks_the_settings_is_refused_with_the_line(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER, "backstay.toml": 'fail_on = "high"\n'})
    bad = 'fail_on = "high"\nfail-on = "low"\n'
    told = check(
        root, write(root, "backstay.toml", bad), writing("backstay.toml", bad), refused=True
    )
    assert told.reason is not None
    assert "backstay.toml:2: unknown setting `fail-on`" in told.reason


def test_what_was_broken_before_is_told_and_passes(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER, "backstay.toml": "nonsense = 1\n"})
    with pytest.raises(BackstayError, match=r"backstay\.toml:1"):
        asked(write(root, "a.sql", PRICE))


def test_files_with_windows_line_ends_are_edited_as_hosts_do(tmp_path: Path) -> None:
    before = "create table t (\r\n  id bigint primary key,\r\n  a numeric\r\n);\r\n"
    root = committed(tmp_path, {"schema.sql": before})
    old, new = "key,\n  a numeric\n", "key,\n  price real\n"
    after = before.replace(old.replace("\n", "\r\n"), new.replace("\n", "\r\n"))
    check(root, edit(root, "schema.sql", old, new), writing("schema.sql", after), refused=True)


def test_all_places_are_replaced_where_the_host_does_so(tmp_path: Path) -> None:
    before = "create table a (id bigint primary key, price numeric, cost numeric);\n"
    root = committed(tmp_path, {"schema.sql": before})
    message = edit(root, "schema.sql", "numeric", "real", replace_all=True)
    told = check(
        root, message, writing("schema.sql", before.replace("numeric", "real")), refused=True
    )
    assert told.findings


def test_edits_of_a_list_are_made_in_order(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    edits = [
        {"old_string": CUSTOMER, "new_string": CUSTOMER + PRICE},
        {"old_string": "price real", "new_string": "price numeric"},
    ]
    message = write(root, "schema.sql", "")
    message["tool_name"] = "MultiEdit"
    message["tool_input"] = {"file_path": str(root / "schema.sql"), "edits": edits}
    after = CUSTOMER + PRICE.replace("real", "numeric")
    check(root, message, writing("schema.sql", after), refused=False)


def test_a_file_outside_the_project_passes(tmp_path: Path) -> None:
    root = committed(tmp_path / "project", {"schema.sql": CUSTOMER})
    outside = write(root, "../elsewhere/schema.sql", PRICE)
    assert asked(outside).decision == "none"


def test_a_link_to_a_file_of_the_project_is_that_file(tmp_path: Path) -> None:
    root = committed(tmp_path, {"db/schema.sql": CUSTOMER})
    (root / "link.sql").symlink_to("db/schema.sql")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "link")
    message = write(root, "link.sql", PRICE)
    check(root, message, writing("db/schema.sql", PRICE), refused=True)


def test_a_link_out_of_the_project_passes(tmp_path: Path) -> None:
    (tmp_path / "outside.sql").write_text(CUSTOMER)
    root = committed(tmp_path / "project", {"schema.sql": CUSTOMER})
    (root / "link.sql").symlink_to("../outside.sql")
    assert asked(write(root, "link.sql", PRICE)).decision == "none"
    assert (tmp_path / "outside.sql").read_text() == CUSTOMER


def test_a_worktree_within_the_project_is_a_project_of_its_own(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": PRICE})
    git(root, "worktree", "add", "-q", "-b", "side", str(root / ".claude/worktrees/side"))
    side = root / ".claude/worktrees/side"
    message = edit(side, "schema.sql", "real);", "real);\n" + CUSTOMER[:-1])
    message["cwd"] = str(root)
    assert asked(message).decision == "none"
    message = write(side, "more.sql", ORDER)
    message["cwd"] = str(root)
    assert asked(message).decision == "deny"


def test_the_folder_that_holds_the_file_counts_where_several_are_open(tmp_path: Path) -> None:
    first = committed(tmp_path / "a", {"schema.sql": CUSTOMER})
    second = committed(tmp_path / "b", {"schema.sql": CUSTOMER})
    message = write(second, "a.sql", PRICE)
    del message["cwd"]
    message["workspace_roots"] = [str(first), str(second)]
    assert asked(message, "cursor").decision == "deny"


def test_without_a_project_nothing_is_judged(tmp_path: Path) -> None:
    assert asked(write(tmp_path, "schema.sql", PRICE)).decision == "none"


def test_the_cache_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER, "compose.yaml": COMPOSE})
    message = write(root, "offer.sql", PRICE)
    first = asked(message)
    assert asked(message) == first
    monkeypatch.setenv("BACKSTAY_CACHE", "off")
    assert Cache.of_user().load("x", root, ()) is None
    assert asked(message) == first


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"tool_name": "Write"}',
        b'{"tool_name": "Write", "tool_input": {"file_path": 3}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": "a.sql"}}',
        b'{"tool_name": "Write", "tool_input": {"file_path": "a\\u0000.sql", "content": ""}}',
        b'{"tool_name": "Edit", "tool_input": {"file_path": "a.sql", "old_string": "x"}}',
        b'{"tool_name": "apply_patch", "tool_input": {"command": "*** Begin"}}',
        b'{"tool_name": "apply_patch", "tool_input": {"command": 1}}',
    ],
)
def test_what_is_not_understood_passes_and_is_told(tmp_path: Path, message: bytes) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    done = subprocess.run(
        [sys.executable, "-m", "backstay", "hook", "claude"],
        input=message,
        cwd=root,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["systemMessage"].startswith("Backstay did not check this edit: ")
    assert done.stderr == b""


@pytest.mark.parametrize(
    "message",
    [b"[]", b"{}", b'{"tool_name": "Bash", "tool_input": {"command": "ls"}}', b'{"tool_name": 3}'],
)
def test_messages_about_other_things_are_passed_in_silence(message: bytes) -> None:
    assert show(answer("claude", message)) == ""


@pytest.mark.parametrize(("old", "new"), [("not there", "x"), ("a", "b"), ("", "x")])
def test_an_edit_that_the_host_will_not_make_is_not_judged(
    tmp_path: Path, old: str, new: str
) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    with pytest.raises(BackstayError):
        asked(edit(root, "schema.sql", old, new))


def test_what_takes_too_long_passes_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER * 2000})
    monkeypatch.setattr(hooks, "SECONDS", 0.05)
    monkeypatch.setattr(sys, "stdin", Stdin(json.dumps(write(root, "a.sql", PRICE)).encode()))
    told = hook(HookInput(host="claude"))
    assert told.decision == "none"
    assert told.message == "Backstay did not check this edit: it took more than 0.05 s."


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = self
        self._data = data

    def isatty(self) -> bool:
        return False

    def read(self, most: int) -> bytes:
        return self._data[:most]


def test_without_a_message_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    told = hook(HookInput(host="claude"))
    assert told.message is not None
    assert "is expected on standard input" in told.message


def test_a_defect_of_ours_passes_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})

    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("backstay.hosts.judging.judged", broken)
    monkeypatch.setattr(sys, "stdin", Stdin(json.dumps(write(root, "a.sql", PRICE)).encode()))
    told = hook(HookInput(host="codex"))
    assert told.decision == "none"
    assert told.message is not None
    assert "a defect in Backstay (KeyError" in told.message


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path / "project", {"schema.sql": CUSTOMER})
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    assert asked(write(root, "a.sql", PRICE)).decision == "deny"
    assert list(room.iterdir()) == []


def test_a_project_that_is_not_there_is_told(tmp_path: Path) -> None:
    root = committed(tmp_path, {"schema.sql": CUSTOMER})
    other = tmp_path.parent / f"{tmp_path.name}-away"
    message = write(root, "a.sql", PRICE)
    message["cwd"] = str(other)
    with pytest.raises(BackstayError, match="There is no"):
        asked(message)


def test_the_host_that_hears_exit_code_2_as_no_never_gets_it(tmp_path: Path) -> None:
    """An unknown host, or a Backstay without this command, exits with 2: the hook's own command
    turns it into 1, which shows the error and lets the edit pass."""
    shell = shutil.which("sh")
    assert shell is not None
    command = f"{sys.executable} -m backstay no-such-command || exit 1"
    done = subprocess.run([shell, "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"there is no command" in done.stderr
