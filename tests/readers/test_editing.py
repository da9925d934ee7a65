from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backstay.readers.documents import load_document, load_documents
from backstay.readers.editing import CannotEdit, put, remove, replace
from backstay.readers.pointers import pointer_of, value_at
from backstay.readers.unreadable import Unreadable
from tests.readers.random_documents import (
    SAFE_IN_YAML,
    as_json,
    as_yaml,
    pointers_into,
    values_of,
)

COMPOSE = """\
# stack
services:
  db:   # the database
    image: postgres:16
    ports:
      - "5432:5432"   # open
      - 80:80

    # settings
    environment: {A: 1, B: "x"}  # flow
  web:
    image: 'nginx'

volumes:
"""


def yaml_put(text: str, pointer: str, key: str, value: Any) -> str:
    return put(text.encode(), pointer, key, value, name="x.yaml").decode()


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    old, new = before.split("\n"), after.split("\n")
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


@pytest.mark.parametrize(
    ("pointer", "key", "value", "gone", "come"),
    [
        ("/services/db", "restart", "always", [], ["    restart: always"]),
        ("/services/web", "user", "1000:1000", [], ['    user: "1000:1000"']),
        ("/services/web", "user", "app", [], ["    user: app"]),
        ("/services/db", "image", "postgres:17",
         ["    image: postgres:16"], ["    image: postgres:17"]),
        ("/services/web", "image", "it's", ["    image: 'nginx'"], ["    image: 'it''s'"]),
        ("/services/db/environment", "C", True,
         ['    environment: {A: 1, B: "x"}  # flow'],
         ['    environment: {A: 1, B: "x", C: true}  # flow']),
        ("/services/db/environment", "B", "no",
         ['    environment: {A: 1, B: "x"}  # flow'], ['    environment: {A: 1, B: "no"}  # flow']),
        ("/services/web", "healthcheck", {"test": ["CMD", "true"], "retries": 3}, [],
         ["    healthcheck:", "      test:", "        - CMD", '        - "true"',
          "      retries: 3"]),
        ("", "volumes", {"data": {}}, [], ["  data: {}"]),
        ("/volumes", "data", None, [], ["  data: null"]),
        ("", "name", "shop", [], ["name: shop"]),
        ("/services/db", "ports", [],
         ["    ports:", '      - "5432:5432"   # open', "      - 80:80"], ["    ports: []"]),
    ],
)  # fmt: skip
def test_keys_are_put_into_yaml_and_nothing_else_changes(
    pointer: str, key: str, value: Any, gone: list[str], come: list[str]
) -> None:
    for newline in ("\n", "\r\n"):
        before = COMPOSE.replace("\n", newline)
        after = yaml_put(before, pointer, key, value)
        assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)
        assert changed_lines(COMPOSE, after.replace("\r\n", "\n")) == (gone, come)


@pytest.mark.parametrize(
    ("pointer", "gone"),
    [
        ("/services/db/ports/0", ['      - "5432:5432"   # open']),
        ("/services/db/ports/1", ["      - 80:80"]),
        ("/services/db/image", ["    image: postgres:16"]),
        ("/services/db/ports", ["    ports:", '      - "5432:5432"   # open', "      - 80:80"]),
        ("/volumes", ["volumes:"]),
    ],
)
def test_lines_are_removed_from_yaml(pointer: str, gone: list[str]) -> None:
    after = remove(COMPOSE.encode(), pointer, name="x.yaml").decode()
    assert changed_lines(COMPOSE, after) == (gone, [])


@pytest.mark.parametrize(
    ("before", "pointer", "after"),
    [
        ("a: {x: 1, y: 2}\n", "/a/x", "a: {y: 2}\n"),
        ("a: {x: 1, y: 2}\n", "/a/y", "a: {x: 1}\n"),
        ("a: [\n  1, # one\n  2, # two\n]\n", "/a/1", "a: [\n  1, # one\n  , # two\n]\n"),
        ("a: {x: 1}\n", "/a/x", "a: {}\n"),
        ("a:\n  x: 1 # c\nb: 2\n", "/a/x", "a: {} # c\nb: 2\n"),
        ("- name: x\n  user: y\n- z\n", "/0/name", "- user: y\n- z\n"),
        ("- - 1\n  - 2\n- 3\n", "/0/0", "- - 2\n- 3\n"),
        ("- - 1\n  - 2\n- 3\n", "/1", "- - 1\n  - 2\n"),
        ("a:\n- 1\n- 2", "/a/1", "a:\n- 1\n"),
        ("? a\n: 1\n? b\n: 2\n", "/a", "? b\n: 2\n"),
    ],
)
def test_members_and_items_are_removed_from_yaml(before: str, pointer: str, after: str) -> None:
    if before.startswith("a: [\n"):
        with pytest.raises(CannotEdit):
            remove(before.encode(), pointer, name="x.yaml")
        return
    assert remove(before.encode(), pointer, name="x.yaml").decode() == after


@pytest.mark.parametrize(
    ("before", "pointer", "value", "after"),
    [
        ("a: 1 # c\n", "/a", "x", "a: x # c\n"),
        ("a: 1 # c\n", "/a", {"b": 2}, "a:\n  b: 2 # c\n"),
        ("a: # c\n", "/a", "x", "a: x # c\n"),
        ("a:\n    b: [1]\n", "/a/b/0", {"c": "x y"}, "a:\n    b: [{c: x y}]\n"),
        ("a:\n    b: 1\n", "/a/b", {"c": {"d": []}}, "a:\n    b:\n        c:\n            d: []\n"),
        ("a:\n  b: 1\n", "/a", [1, [2, 3]], "a:\n  - 1\n  - - 2\n    - 3\n"),
        ("a:\n- 1\n- 2\nb: 3\n", "/a", {"x": 1}, "a:\n  x: 1\nb: 3\n"),
        ("a:\n- 1\n- 2\nb: 3\n", "/a", [4], "a:\n- 4\nb: 3\n"),
        ("a:\n  b: 1\n", "/a", "on", 'a: "on"\n'),
        ("- 1\n- 2\n", "/1", {"a": 1, "b": [2]}, "- 1\n- a: 1\n  b:\n    - 2\n"),
        ("-\n- 2\n", "/0", {"a": 1, "b": 2}, "- a: 1\n  b: 2\n- 2\n"),
        ("a: |\n  x\n  y\nb: 1\n", "/a", "z", "a: z\nb: 1\n"),
        ("a: &x 1\nb: 2\n", "/a", 3, "a: 3\nb: 2\n"),
        ("a: {b}\n", "/a/b", 1, "a: {b: 1}\n"),
        ("a: {b: }\n", "/a/b", 1, "a: {b: 1}\n"),
        ("# c\na\n", "", {"b": 1}, "# c\nb: 1\n"),
        ("a: !Ref x\n", "/a", "z", "a: z\n"),
        ("a: 1\n", "/a", "é\x85\u2028\x7f", 'a: "é\\u0085\\u2028\\u007f"\n'),
        ("a: 1\n", "/a", "2024-01-01", 'a: "2024-01-01"\n'),
        ("a: 1\n", "/a", float("-inf"), "a: -.inf\n"),
    ],
)
def test_values_are_replaced_in_yaml(before: str, pointer: str, value: Any, after: str) -> None:
    assert replace(before.encode(), pointer, value, name="x.yaml").decode() == after


@pytest.mark.parametrize(
    ("before", "pointer", "key", "value", "after"),
    [
        ('{"a":{"x":1},"b":2}', "/a", "y", [1, {"z": 2}], '{"a":{"x":1,"y":[1,{"z":2}]},"b":2}'),
        ('{"a": {"x": 1}}', "/a", "y", {"z": 2}, '{"a": {"x": 1, "y": {"z": 2}}}'),
        ('{"\\u00fc": {}}', "/ü", "é", 1, '{"\\u00fc": {"\\u00e9": 1}}'),
        ('{"ü":{}}', "/ü", "é", 1, '{"ü":{"é":1}}'),
        ('{\n\t"a": {}\n}\n', "/a", "y", [], '{\n\t"a": {\n\t\t"y": []\n\t}\n}\n'),
        (
            '{\n    "a": 1\n}',
            "",
            "b",
            {"c": 2},
            '{\n    "a": 1,\n    "b": {\n        "c": 2\n    }\n}',
        ),
        ('{\r\n "a": 1\r\n}', "", "b", [2], '{\r\n "a": 1,\r\n "b": [\r\n  2\r\n ]\r\n}'),
        ('{"a" : 1 ,\n "b" : 2 }', "", "c", 3, '{"a" : 1 ,\n "b" : 2,\n "c" : 3 }'),
        ('{"a": 1, "b": 2}', "", "a", "x", '{"a": "x", "b": 2}'),
        ("{}", "", "a", {"b": []}, '{"a": {"b": []}}'),
    ],
)
def test_keys_are_put_into_json(
    before: str, pointer: str, key: str, value: Any, after: str
) -> None:
    assert put(before.encode(), pointer, key, value, name="x.json").decode() == after


@pytest.mark.parametrize(
    ("before", "pointer", "after"),
    [
        ('{"a": 1, "b": 2}', "/a", '{"b": 2}'),
        ('{"a": 1, "b": 2}', "/b", '{"a": 1}'),
        ('{\n  "a": 1,\n  "b": 2\n}', "/b", '{\n  "a": 1\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', "/a", '{\n  "b": 2\n}'),
        ('{"a": [1]}', "/a/0", '{"a": []}'),
        ("[1, [2], 3]", "/1", "[1, 3]"),
    ],
)
def test_members_and_items_are_removed_from_json(before: str, pointer: str, after: str) -> None:
    assert remove(before.encode(), pointer, name="x.json").decode() == after


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("text", ['{"ä": "€"}', "ä: €\n"])
def test_the_encoding_and_its_mark_stay(encoding: str, text: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = put(mark + text.encode(encoding), "", "ß", "x", name="x.yaml")
    assert data.startswith(mark or "".encode(encoding))
    assert load_document(data, name="x.yaml").value == {"ä": "€", "ß": "x"}


def test_one_document_of_a_stream_is_edited() -> None:
    data = put(b"a: 1\n---\na: 1\n", "", "b", 2, name="x.yaml", document=0)
    assert data == b"a: 1\nb: 2\n---\na: 1\n"
    assert put(data, "", "a", 2, name="x.yaml", document=1) == b"a: 1\nb: 2\n---\na: 2\n"


@pytest.mark.parametrize(
    ("text", "pointer", "key"),
    [
        ("a: &x {b: 1}\nc: *x\n", "/a", "d"),
        ("a: &x {b: 1}\nc: *x\n", "/c", "d"),
        ("a: &x 1\nb: *x\n", "", "a"),
        ("a: [1]\n", "/a", "0"),
        ("a: 1\n", "/a", "b"),
        ("a: 1\n", "/b", "c"),
        ("a: {b: 1}\n<<: {a: 2}\n", "/c", "d"),
        ("a: |\n  no newline at the end", "", "b"),
    ],
)
def test_what_a_small_edit_cannot_do_alone_is_refused(text: str, pointer: str, key: str) -> None:
    with pytest.raises(CannotEdit):
        put(text.encode(), pointer, key, 5, name="x.yaml")


def test_a_key_that_is_merged_in_is_overridden_in_place() -> None:
    before = "a: &a\n  x: 1\nb:\n  <<: *a\n"
    assert yaml_put(before, "/b", "x", 2) == before + "  x: 2\n"


def test_a_key_given_twice_cannot_be_removed() -> None:
    with pytest.raises(CannotEdit):
        remove(b'{"a": 1, "a": 2}', "/a", name="x.json")


small_values = values_of(st.text(SAFE_IN_YAML, max_size=8))


@given(small_values, st.integers(0, 29), small_values, st.text(max_size=5), st.data())
def test_random_edits_of_json_do_what_they_should(
    value: Any, style: int, new: Any, key: str, data: st.DataObject
) -> None:
    assert_edits(as_json(value, style), "x.json", new, key, data)


@given(
    small_values, st.integers(0, 840), small_values, st.text(SAFE_IN_YAML, max_size=5), st.data()
)
def test_random_edits_of_yaml_do_what_they_should(
    value: Any, style: int, new: Any, key: str, data: st.DataObject
) -> None:
    assert_edits(as_yaml(value, style), "x.yaml", new, key, data)


def assert_edits(text: bytes, name: str, new: Any, key: str, data: st.DataObject) -> None:
    """Replace, put and remove at a random place, and load the outcome."""
    value = load_documents(text, name=name)[0].value
    segments = data.draw(st.sampled_from(pointers_into(value)))
    pointer = pointer_of(segments)
    meant = edited(value, segments, new)
    assert repr(load_document(replace(text, pointer, new, name=name), name=name).value) == repr(
        meant
    )
    here = value_at(value, segments)
    if isinstance(here, dict):
        meant = edited(value, (*segments, key), new)
        done = load_documents(put(text, pointer, key, new, name=name), name=name)[0].value
        assert repr(done) == repr(meant)
    if segments:
        meant = edited(value, segments, None, gone=True)
        assert load_documents(remove(text, pointer, name=name), name=name)[0].value == meant


def edited(value: Any, segments: tuple[str, ...], new: Any, *, gone: bool = False) -> Any:
    if not segments:
        return new
    value = copy.deepcopy(value)
    *way, last = segments
    holder = value_at(value, way)
    at: Any = int(last) if isinstance(holder, list) else last
    if gone:
        del holder[at]
    else:
        holder[at] = new
    return value


@given(values_of(st.text("ab é", max_size=4)), st.integers(0, 840), st.data())
def test_putting_a_key_keeps_every_comment(value: Any, style: int, data: st.DataObject) -> None:
    plain = as_yaml({"top": value}, style)
    commented = plain.replace(b"\n", b"  # note\n").replace(b"\r  # note\n", b"  # note\r\n")
    commented = b"# first\n" + commented + b"# last\n"
    try:
        loaded = load_document(commented, name="x.yaml").value
    except Unreadable:
        loaded = None
    assume(loaded == {"top": value})
    mappings = [p for p in pointers_into(loaded) if isinstance(value_at(loaded, p), dict)]
    segments = data.draw(st.sampled_from(mappings))
    after = put(commented, pointer_of(segments), "new", {"a": 1}, name="x.yaml")
    assert after.count(b"#") == commented.count(b"#")
    assert value_at(load_document(after, name="x.yaml").value, (*segments, "new")) == {"a": 1}


def test_a_member_beside_an_explicit_key_is_taken_out() -> None:
    text = b"{'a': 1, ? ''\n  : 2, b: 3}\n"
    assert remove(text, "/a", name="x.yaml") == b"{? ''\n  : 2, b: 3}\n"
    assert remove(text, "/", name="x.yaml") == b"{'a': 1, b: 3}\n"
