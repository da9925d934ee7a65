from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.model.errors import BadRequest
from backstay.readers.inventory import Inventory, take_inventory
from backstay.readers.recognition import kind_by_content

COMPOSE = "services:\n  web:\n    image: nginx\n"


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def kinds(inventory: Inventory) -> dict[str, str]:
    return {entry.file: entry.kind for entry in inventory.entries}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.yaml", "openapi: 3.1.0\n", "openapi"),
        ("a.yml", "info: {}\n'openapi' : '3.0.3'\n", "openapi"),
        ("a.yaml", '# note\r\nswagger: "2.0"\r\n', "openapi"),
        ("a.yaml", '{openapi: "3.0.0", paths: {}}', "openapi"),
        ("a.json", '{"components": {}, "openapi": "3.0.0"}', "openapi"),
        ("a.json", '\ufeff{"swagger": "2.0"}', "openapi"),
        ("a.json", '{"openapi": "3.0.0", "paths": {', "openapi"),
        ("a.json", '{"openapi": "3.0.0"}'.encode("utf-16"), "openapi"),
        ("a.yaml", "openapi: 3.0.0\n".encode("utf-16"), "openapi"),
        ("a.json", '{"dependencies": {"openapi": "3.0.0"}}', None),
        ("a.json", '{"openapi": {"title": "settings of a generator"}}', None),
        ("a.yaml", "tools:\n  openapi: 3.0.0\n", None),
        ("a.yaml", "openapi:\n  title: x\n", None),
        ("a.txt", "openapi: 3.0.0\n", None),
        ("compose.yaml", "services: {}\n", "compose"),
        ("docker-compose.prod.yml", "services:\n  web:\n    ports: ['80:80']\n", "compose"),
        ("compose.yaml", "services:\n  web: [\n", "compose"),
        ("stack.yml", COMPOSE, "compose"),
        ("stack.yml", "services:\n  web:\n    build: .\n---\na: 1\n", "compose"),
        ("stack.json", '{"services": {"web": {"image": "nginx"}}}', "compose"),
        ("services.yaml", "services:\n  App\\Mail:\n    class: Mail\n", None),
        (".gitlab-ci.yml", "services:\n  - postgres:16\nbuild:\n  image: x\n", None),
        (".woodpecker.yml", COMPOSE + "steps:\n  - name: test\n", None),
        ("stack.yml", "x-note: 1\n" + COMPOSE, "compose"),
        ("compose.yaml", "name: x\n", None),
        ("chart.yaml", "services:\n  {{ x }}\n  image: {{ y }}\n", None),
        ("a.yaml", "\ufeffopenapi: 3.1.0\n", "openapi"),
        ("a.yaml", "openapi: 3.1.0\n".encode("utf-16-le"), "openapi"),
        ("openapi.json", '{"open', "openapi"),
        ("openapi.json", b"\x7fELF\0\0\0", "openapi"),
        ("openapi.yaml", "generator: x\n", None),
        ("openapi.yaml", "", None),
        ("openapi.yaml", "# to come\n", None),
        ("openapi.json", "[]", "openapi"),
        ("compose.yaml", "- services:\n", "compose"),
        ("stack.yml", "\ufeff" + COMPOSE, "compose"),
        ("compose.yaml", b"\0\1\2", "compose"),
        ("compose.yaml", COMPOSE.encode("utf-16-be"), "compose"),
        ("Dockerfile", "\ufeffFROM scratch\n", "dockerfile"),
        ("Dockerfile", "FROM scratch\n".encode("utf-16"), "dockerfile"),
        ("Dockerfile", "FR", "dockerfile"),
        ("Dockerfile", "\n", None),
        ("Dockerfile", "FROM scratch\n", "dockerfile"),
        ("api.Dockerfile", "# x\nARG A\nfrom a AS b\n", "dockerfile"),
        ("Dockerfile.dev", "FROM a\n", "dockerfile"),
        ("Containerfile", "FROM a\n", "dockerfile"),
        ("image", "# syntax=docker/dockerfile:1\n\nFROM a\n", "dockerfile"),
        ("LICENSE", "Permission is granted\nfrom now on\n", None),
        ("Dockerfile.md", "How to write one\n", None),
        ("a.sql", "", "sql"),
        ("A.SQL", "", "sql"),
        ("a.graphql", "", "graphql"),
        ("a.proto", "", "protobuf"),
        (".sql", "", None),
    ],
)  # fmt: skip
def test_inputs_are_told_by_their_content(
    tmp_path: Path, name: str, content: str | bytes, kind: str | None
) -> None:
    write(tmp_path, {name: content})
    assert kinds(take_inventory(tmp_path)) == ({name: kind} if kind else {})


def test_vendored_built_and_test_folders_are_skipped_and_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "db/a.sql": "",
            "api/node_modules/x/b.sql": "",
            "tests/fixtures/c.sql": "",
            "service/target/d.sql": "",
            "env/pyvenv.cfg": "",
            "env/lib/e.sql": "",
            "db/__pycache__/f.sql": "",
            ".git/g.sql": "",
        },
    )
    inventory = take_inventory(tmp_path)
    assert kinds(inventory) == {"db/a.sql": "sql"}
    assert inventory.skipped == (
        ("api/node_modules", "third-party code"),
        ("env", "third-party code"),
        ("service/target", "generated by a build or a tool"),
        ("tests", "tests and their data"),
    )


def test_a_target_inside_a_skipped_folder_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, {"tests/fixtures/a.sql": "", "tests/db/b.sql": "", "c.sql": ""})
    assert kinds(take_inventory(tmp_path / "tests" / "fixtures")) == {"a.sql": "sql"}
    inside = take_inventory(tmp_path, paths=["tests", "c.sql"])
    assert kinds(inside) == {"c.sql": "sql", "tests/db/b.sql": "sql"}
    assert inside.skipped == (("tests/fixtures", "tests and their data"),)


def test_what_is_included_is_taken_out_of_skipped_and_ignored_folders(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".gitignore": "generated/\nx.sql\n",
            "generated/.gitignore": "*\n",
            "generated/a.sql": "",
            "tests/db/b.sql": "",
            "tests/db/c.graphql": "",
            "vendor/d.sql": "",
            "x.sql": "",
        },
    )
    inventory = take_inventory(tmp_path, include=["generated/", "tests/db/*.sql", "x.sql"])
    assert set(kinds(inventory)) == {"generated/a.sql", "tests/db/b.sql", "x.sql"}
    inventory = take_inventory(tmp_path, include=["vendor"], exclude=["vendor/d.sql"])
    assert kinds(inventory) == {}


def test_what_is_excluded_is_left_out_and_its_folders_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"old/a.sql": "", "b.sql": "", "c.sql": ""})
    inventory = take_inventory(tmp_path, exclude=["old", "/c.*"])
    assert kinds(inventory) == {"b.sql": "sql"}
    assert inventory.skipped == (("old", "excluded by the settings"),)


def test_other_files_are_counted_by_suffix(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b/c.PY": "", "d.rs": "", "e.sql": "", "f.json": "{}", "g": ""})
    assert take_inventory(tmp_path).other == ((".py", 2), ("", 1), (".json", 1), (".rs", 1))


def test_links_out_of_the_tree_are_named_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"out/a.sql": "", "tree/db/b.sql": ""})
    tree = tmp_path / "tree"
    (tree / "folder").symlink_to(tmp_path / "out")
    (tree / "file.sql").symlink_to(tmp_path / "out" / "a.sql")
    (tree / "relative.sql").symlink_to("../out/a.sql")
    (tree / "nowhere.sql").symlink_to("missing.sql")
    (tree / "Dockerfile").symlink_to("/etc/hostname")
    (tree / "note.md").symlink_to("/etc/hostname")
    (tree / "self").symlink_to(".")
    (tree / "circle.sql").symlink_to("circle.sql")
    (tree / "db" / "up").symlink_to("..")
    inventory = take_inventory(tree)
    assert kinds(inventory) == {"db/b.sql": "sql"}
    assert inventory.skipped == (("folder", "a link out of the tree"),)
    assert dict(inventory.unread) == {
        "Dockerfile": "a link out of the tree",
        "circle.sql": "a link that leads nowhere",
        "file.sql": "a link out of the tree",
        "nowhere.sql": "a link that leads nowhere",
        "relative.sql": "a link out of the tree",
    }


def test_a_target_that_leads_out_of_the_root_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"out/a.sql": "", "tree/b.sql": ""})
    (tmp_path / "tree" / "link.sql").symlink_to(tmp_path / "out" / "a.sql")
    for path in ("link.sql", "../out", str(tmp_path / "out")):
        with pytest.raises(BadRequest, match="leads out of"):
            take_inventory(tmp_path / "tree", paths=[path])


def test_pipes_and_sockets_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sql")
    os.mkfifo(tmp_path / "Dockerfile")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # the path of a socket may have 108 bytes only
        try:
            listener.bind("socket.yaml")
        finally:
            os.chdir(here)
        inventory = take_inventory(tmp_path)
    assert inventory.unread == (
        ("Dockerfile", "not a regular file"),
        ("pipe.sql", "not a regular file"),
        ("socket.yaml", "not a regular file"),
    )
    with pytest.raises(BadRequest, match="neither a folder nor a regular file"):
        take_inventory(tmp_path, paths=["pipe.sql"])


def test_a_folder_where_a_file_should_be_is_entered(tmp_path: Path) -> None:
    write(tmp_path, {"docker-compose.yml/a.sql": ""})
    assert kinds(take_inventory(tmp_path)) == {"docker-compose.yml/a.sql": "sql"}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX permissions")
def test_what_may_not_be_read_is_named() -> None:
    # Not in tmp_path: the folders above that one are closed to others.
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        write(tree, {"closed/a.sql": "", "b.sql": "", "c.sql": "", ".gitignore": "x"})
        for name in ("closed", "b.sql", ".gitignore"):
            (tree / name).chmod(0)
        lines = inventory_without_privileges(tree)
        (tree / "closed").chmod(0o700)
    assert lines == [
        "entries ['c.sql']",
        (
            "unread [('b.sql', 'cannot be read: Permission denied'),"
            " ('closed', 'cannot be listed: Permission denied')]"
        ),
    ]


def inventory_without_privileges(tree: Path) -> list[str]:
    """Take the inventory as nobody where the tests run as root, to whom no file is closed."""
    program = (
        "import os, sys, pathlib\n"
        "from backstay.readers.inventory import take_inventory\n"
        "tree = pathlib.Path(sys.argv[1])\n"
        "take_inventory(tree)\n"  # imports what is imported late, while it may be read
        "if os.getuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "found = take_inventory(tree)\n"
        "print('entries', [entry.file for entry in found.entries])\n"
        "print('unread', list(found.unread))\n"
    )
    command = [sys.executable, "-c", program, str(tree)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such names")
def test_names_that_are_not_text_are_named_and_left(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.sql")).touch()
    inventory = take_inventory(tmp_path)
    assert kinds(inventory) == {}
    assert inventory.unread == (("\\udcff.sql", "its name is not UTF-8 text"),)


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert take_inventory(tmp_path) == Inventory()


def test_a_path_that_does_not_exist_is_answered_with_close_names(tmp_path: Path) -> None:
    write(tmp_path, {"schema.sql": ""})
    with pytest.raises(BadRequest, match=r"There is no .*shema\.sql'\. Did you mean .*schema\.sql"):
        take_inventory(tmp_path, paths=["shema.sql"])
    with pytest.raises(BadRequest, match="There is no"):
        take_inventory(tmp_path / "missing" / "deep")
    with pytest.raises(BadRequest, match="There is no"):
        take_inventory(tmp_path, paths=["a\0b"])


def test_a_file_may_be_the_root(tmp_path: Path) -> None:
    write(tmp_path, {"tests/a.sql": "", "tests/b.sql": ""})
    assert kinds(take_inventory(tmp_path / "tests" / "a.sql")) == {"a.sql": "sql"}


def test_a_file_given_itself_that_is_no_input_is_unread(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b.yaml": "a: 1"})
    inventory = take_inventory(tmp_path, paths=["a.py", "b.yaml"])
    assert [file for file, _ in inventory.unread] == ["a.py", "b.yaml"]
    assert "not recognised" in inventory.unread[0][1]


def test_a_hundred_thousand_files_take_seconds(tmp_path: Path) -> None:
    rules = ["*.pyc", "*.log", "/out/", "!keep.log", "a/**/b", *(f"x{n}" for n in range(30))]
    write(tmp_path, {".gitignore": "\n".join(rules)})
    for folder in range(100):
        place = tmp_path / f"part{folder % 10}" / f"folder{folder}"
        place.mkdir(parents=True)
        for number in range(1000):
            suffix = ("py", "ts", "txt", "log", "md")[number % 5]
            os.close(os.open(f"{place}/file{number}.{suffix}", os.O_CREAT | os.O_WRONLY))
        (place / "schema.sql").touch()
    before = time.process_time()
    inventory = take_inventory(tmp_path)
    assert time.process_time() - before < 5
    assert len(inventory.entries) == 100
    assert inventory.ignored == 20_000
    assert sum(count for _, count in inventory.other) == 80_001
    assert inventory == take_inventory(tmp_path)


@given(
    data=st.binary() | st.text(alphabet="servicopna:imgFROM \n{}[]\"'.3").map(str.encode),
    name=st.sampled_from(["a.yaml", "compose.yml", "a.json", "Dockerfile", "plain"]),
)
def test_any_content_is_told_or_is_no_input(data: bytes, name: str) -> None:
    assert kind_by_content(name, data) in {None, "openapi", "compose", "dockerfile"}
