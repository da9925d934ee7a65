from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.readers.documents import load_document, load_documents
from backstay.readers.pointers import pointer_of, value_at
from backstay.readers.positions import locate, locate_many
from backstay.readers.spans import Span
from backstay.readers.unreadable import Unreadable
from tests.readers.random_documents import SAFE_IN_YAML, as_json, as_yaml, pointers_into, values_of

PRETTY = b"""{
  "paths": {"/a/{id}": {
      "get": {"tags": ["x", {"y": 1}], "\\u006bey": "\xc3\xa9\\"}", "n" : -1.5e3}
  }},
  "empty": {}, "list": [ [], [ 1 , [2] ] ]
}
"""

BLOCK = """\
# a comment
paths:   # another
  /a/{id}:
    get:
      tags:
        - x
        - y: 1
          z: "é é"   # third
      text: |
        first
        second

    # between
    put: {a: [1, {b: 2}], 'c' : x}
  ? long
  : value
empty:
"""

SHARED = """\
base: &base
  image: nginx
  deep: {a: 1}
other: &other {image: other, extra: 2}
web:
  <<: [*base, *other]
  ports: &ports [80]
api: {<<: *base, ports: *ports}
*ports : x
"""


def texts(data: bytes, pointers: list[str], part: Any = "value", name: str = "x.yaml") -> list[str]:
    found = locate_many(data, pointers, name=name, part=part)
    return [data[found[p].start : found[p].end].decode() for p in pointers]


def test_json_values_are_located() -> None:
    pointers = [
        "/paths/~1a~1{id}/get/tags/1/y",
        "/paths/~1a~1{id}/get/key",
        "/list/1/1/0",
        "/empty",
    ]
    assert texts(PRETTY, pointers, name="x.json") == ["1", '"é\\"}"', "2", "{}"]
    assert texts(PRETTY, ["/list/1", "/empty", "/paths/~1a~1{id}/get/n"], name="x.json") == [
        "[ 1 , [2] ]", "{}", "-1.5e3",
    ]  # fmt: skip
    assert texts(PRETTY, [""], name="x.json") == [PRETTY.decode().rstrip()]


def test_json_keys_are_located() -> None:
    pointers = ["/paths/~1a~1{id}", "/paths/~1a~1{id}/get/key", "/list/1/1"]
    assert texts(PRETTY, pointers, "key", "x.json") == ['"/a/{id}"', '"\\u006bey"', "[2]"]


def test_columns_count_characters_and_offsets_count_bytes() -> None:
    data = '{"é": "ü",\r\n "ß": {"x": 1}}'.encode()
    assert locate(data, "/ß/x", name="x.json") == Span(
        start=27, end=28, line=2, column=13, end_line=2, end_column=14
    )
    yaml = "é: ü\n\u2028ß: 1\rs: t\n".encode()
    assert data_at(yaml, "/s") == ("t", 3, 4)


def data_at(data: bytes, pointer: str) -> tuple[str, int, int]:
    span = locate(data, pointer, name="x.yaml")
    return data[span.start : span.end].decode(), span.line, span.column


@pytest.mark.parametrize(
    ("pointer", "key", "value"),
    [
        ("/paths/~1a~1{id}/get/tags", "tags", '- x\n        - y: 1\n          z: "é é"'),
        ("/paths/~1a~1{id}/get/tags/0", "x", "x"),
        ("/paths/~1a~1{id}/get/tags/1/z", "z", '"é é"'),
        ("/paths/~1a~1{id}/get/text", "text", "|\n        first\n        second"),
        ("/paths/~1a~1{id}/put", "put", "{a: [1, {b: 2}], 'c' : x}"),
        ("/paths/~1a~1{id}/put/a/1/b", "b", "2"),
        ("/paths/~1a~1{id}/put/c", "'c'", "x"),
        ("/paths/long", "long", "value"),
        ("/empty", "empty", ""),
    ],
)
def test_yaml_keys_and_values_are_located(pointer: str, key: str, value: str) -> None:
    assert texts(BLOCK.encode(), [pointer], "key") == [key]
    assert texts(BLOCK.encode(), [pointer]) == [value]


def test_what_aliases_and_merges_bring_stands_where_it_is_written() -> None:
    lines = {"/web/image": 2, "/web/extra": 4, "/web/deep/a": 3, "/api/ports/0": 7, "/api/ports": 8}
    found = locate_many(SHARED.encode(), lines, name="x.yaml")
    assert {pointer: span.line for pointer, span in found.items()} == lines
    assert texts(SHARED.encode(), ["/api/ports", "/api/ports/0"]) == ["*ports", "80"]


def test_pointers_that_lead_nowhere_are_left_out() -> None:
    for data, name in ((PRETTY, "x.json"), (BLOCK.encode(), "x.yaml")):
        assert locate_many(data, ["/nowhere", "/empty/x", "/paths/0"], name=name) == {}
        with pytest.raises(KeyError):
            locate(data, "/nowhere", name=name)


def test_the_last_of_a_key_given_twice_is_located() -> None:
    for data, name in (
        (b'{"a": {"x": 1, "y": 2}, "b": 0, "a": {"x": [3]}, "c": 4}', "x.json"),
        (b"a: {x: 1, y: 2}\nb: 0\na: {x: [3]}\nc: 4\n", "x.yaml"),
    ):
        assert texts(data, ["/a/x", "/b", "/c"], name=name) == ["[3]", "0", "4"]
        assert locate_many(data, ["/a/y"], name=name) == {}


def test_documents_of_a_stream_are_told_apart() -> None:
    data = b"a: 1\n---\na: 2\n---\n- 3\n"
    lines = [locate(data, "/a", name="x.yaml", document=n).line for n in (0, 1)]
    assert lines == [1, 3]
    assert locate(data, "/0", name="x.yaml", document=2).line == 5
    assert locate_many(data, ["/a"], name="x.yaml", document=3) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("text", ['{"ä": {"b": "€"}}', "ä:\n  b: €\n"])
def test_offsets_count_bytes_of_the_file_as_it_is(encoding: str, text: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = mark + text.encode(encoding)
    span = locate(data, "/ä/b", name="x.yaml")
    plain = encoding.removesuffix("-sig") if encoding != "utf-16" else "utf-16-le"
    assert data[span.start : span.end].decode(plain).strip('"') == "€"


def test_circles_of_aliases_do_no_harm() -> None:
    data = b"a: &a\n  b: *a\n  <<: *a\n  c: 1\n"
    assert locate(data, "/a/b/b/b/c", name="x.yaml").line == 4
    assert locate_many(data, ["/a/b/x"], name="x.yaml") == {}


@pytest.mark.parametrize("data", [b"[" * 5000, b"a: [", b"\xff", b'{"a": \x01}', b"{a: *x"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    for name in ("x.json", "x.yaml"):
        try:
            found = locate_many(data, ["/a/b"], name=name)
        except Unreadable:
            found = {}
        assert found == {}


def assert_all_located(data: bytes, name: str, value: Any) -> None:
    pointers = [pointer_of(segments) for segments in pointers_into(value)]
    found = locate_many(data, pointers, name=name)
    keys = locate_many(data, pointers, name=name, part="key")
    for pointer in pointers:
        span, key = found[pointer], keys[pointer]
        assert same(read_again(data, span, name), value_at(value, pointer)), pointer
        assert_line_and_column(data, span)
        if pointer and not isinstance(value_at(value, pointer.rpartition("/")[0]), list):
            piece = data[key.start : key.end].decode()
            written = f"{{{piece}: 1}}" if name == "x.json" else f"? {piece}\n: 1"
            read = load_document(written.encode(), name=name).value
            assert pointer_of(read) == "/" + pointer.rpartition("/")[2]


def read_again(data: bytes, span: Span, name: str) -> Any:
    """The value of a piece of a document; its lines keep how they are indented to each other."""
    piece = data[span.start : span.end].decode()
    if name.endswith(".json"):
        return json.loads(piece)
    indented = " " * span.column + piece.replace("\n", "\n ")
    return load_documents(f"-\n{indented}\n".encode(), name="x.yaml")[0].value[0]


def same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


def assert_line_and_column(data: bytes, span: Span) -> None:
    before = data[: span.start].decode().replace("\r\n", "\n")
    assert span.line == before.count("\n") + 1
    assert span.column == len(before) - before.rfind("\n")


@given(values_of(st.text(SAFE_IN_YAML)), st.integers(0, 29))
def test_every_value_of_a_random_json_document_is_located(value: Any, style: int) -> None:
    assert_all_located(as_json(value, style), "x.json", value)


@given(values_of(st.text(SAFE_IN_YAML)), st.integers(0, 840))
def test_every_value_of_a_random_yaml_document_is_located(value: Any, style: int) -> None:
    data = as_yaml(value, style)
    assert_all_located(data, "x.yaml", load_document(data, name="x.yaml").value)


def test_two_hundred_places_in_a_big_json_file_take_a_fraction_of_a_second() -> None:
    entry = {"summary": "x" * 200, "parameters": [{"name": "a"}, {"name": "b"}], "text": "y" * 700}
    data = json.dumps({"paths": {f"/p{n}": {"get": entry} for n in range(13_100)}}).encode()
    pointers = [f"/paths/~1p{n * 65}/get/parameters/1/name" for n in range(200)]
    before = time.process_time()
    found = locate_many(data, pointers, name="x.json")
    assert time.process_time() - before < 1
    assert len(data) > 13_000_000
    assert [data[span.start : span.end] for span in found.values()] == [b'"b"'] * 200
