from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from backstay.readers.pointers import pointer_of, segments_of, value_at
from backstay.readers.references import Unresolved, resolve_reference

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "api").mkdir(parents=True)
    (root / "api" / "openapi.yaml").write_text("a: 1")
    (root / "shared file.yaml").write_text("a: 1")
    (tmp_path / "outside.yaml").write_text("secret: 1")
    return root


@pytest.mark.parametrize(
    ("ref", "file", "pointer"),
    [
        ("#/components/schemas/A", "api/openapi.yaml", "/components/schemas/A"),
        ("#", "api/openapi.yaml", ""),
        ("#/paths/~1a~1%7Bid%7D/get", "api/openapi.yaml", "/paths/~1a~1{id}/get"),
        ("../shared%20file.yaml#/a", "shared file.yaml", "/a"),
        ("./openapi.yaml", "api/openapi.yaml", ""),
        ("../api/openapi.yaml#/a", "api/openapi.yaml", "/a"),
    ],
)
def test_references_inside_the_tree_resolve(tree: Path, ref: str, file: str, pointer: str) -> None:
    found = resolve_reference(ref, tree / "api" / "openapi.yaml", tree)
    assert found == (tree / file, pointer)


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("https://example.com/a.yaml#/a", "not in this tree"),
        ("//example.com/a.yaml", "not in this tree"),
        ("file:///etc/passwd", "not in this tree"),
        ("/etc/passwd", "absolute path"),
        ("../../outside.yaml#/secret", "outside the tree"),
        ("../../no-such-file.yaml", "outside the tree"),
        ("../link.yaml", "outside the tree"),
        ("../linked-folder/outside.yaml", "outside the tree"),
        ("../circle.yaml", "no file"),
        ("missing.yaml", "there is no file 'missing.yaml' beside openapi.yaml"),
        ("../api", "no file"),
        ("../pipe", "no file"),
        ("#anchor", "not a JSON pointer"),
        ("http://[bad", "not a valid reference"),
        ("a%00b", "absolute path"),
    ],
)
def test_references_that_leave_the_tree_or_lead_nowhere_are_refused(
    tree: Path, ref: str, reason: str
) -> None:
    (tree / "link.yaml").symlink_to(tree.parent / "outside.yaml")
    (tree / "linked-folder").symlink_to(tree.parent)
    (tree / "circle.yaml").symlink_to(tree / "circle.yaml")
    os.mkfifo(tree / "pipe")
    with pytest.raises(Unresolved) as refusal:
        resolve_reference(ref, tree / "api" / "openapi.yaml", tree)
    assert reason in refusal.value.reason


def test_a_link_inside_the_tree_is_followed(tree: Path) -> None:
    (tree / "api" / "near.yaml").symlink_to(tree / "shared file.yaml")
    assert resolve_reference("near.yaml", tree / "api" / "openapi.yaml", tree)[1] == ""


@pytest.mark.parametrize(
    ("pointer", "segments"),
    [("", ()), ("/", ("",)), ("/a~1b/~01", ("a/b", "~1")), ("#/%C3%A4/0", ("ä", "0"))],
)
def test_pointers_follow_rfc_6901(pointer: str, segments: tuple[str, ...]) -> None:
    assert segments_of(pointer) == segments
    if not pointer.startswith("#"):
        assert pointer_of(segments) == pointer


def test_values_are_found_by_pointer() -> None:
    value = {"a/b": [{"": 1}, 2], "0": {"01": 3}}
    assert value_at(value, "/a~1b/0/") == 1
    assert value_at(value, "/a~1b/1") == 2
    assert value_at(value, "/0/01") == 3
    assert value_at(value, "") is value
    for missing in ("/c", "/a~1b/2", "/a~1b/-1", "/a~1b/01", "/a~1b/x", "/a~1b/1/2", "/a~1b/٣"):
        with pytest.raises(KeyError):
            value_at(value, missing)
