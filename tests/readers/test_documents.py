from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.readers import limits
from backstay.readers.documents import load_document, load_documents
from backstay.readers.unreadable import Unreadable
from tests.readers.random_documents import values_of


def yaml_value(text: str) -> Any:
    return load_document(text.encode(), name="x.yaml").value


def reason_of(data: bytes, name: str = "x.yaml") -> str:
    with pytest.raises(Unreadable) as refusal:
        load_documents(data, name=name)
    return refusal.value.reason


def assert_read_or_refused(data: bytes, name: str) -> None:
    """Anything but Unreadable fails the test."""
    try:
        documents = load_documents(data, name=name)
    except Unreadable as refusal:
        reason = refusal.reason
    else:
        reason = f"holds {len(documents)} documents"
    assert reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("no", "no"), ("yes", "yes"), ("y", "y"), ("Off", "Off"),
        ("true", True), ("False", False), ("~", None), ("null", None), ("", None),
        ("2024-01-31", "2024-01-31"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("014", 14), ("08", 8), ("0o14", 12), ("0x1F", 31), ("+7", 7), ("-0", 0),
        ("123456789012345678901", 123456789012345678901),
        ("1e3", 1000.0), (".5", 0.5), ("3.", 3.0), ("-.inf", float("-inf")), ("1.2.3", "1.2.3"),
        ("'12'", "12"), ('"true"', "true"), ("!!str 12", "12"), ("! 12", "12"),
        ("!Ref Name", "Name"), ("!reset null", None), ("!reset []", []),
        ("!override {a: 1}", {"a": 1}), ("!secret db_password", "db_password"),
        ("=", "="), ("<<", "<<"), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text: str, value: Any) -> None:
    read = yaml_value("key: " + text)["key"]
    assert read == value
    assert type(read) is type(value)


def test_every_key_is_text_as_written() -> None:
    assert list(yaml_value("200: a\non: b\n0x1F: c\n~: d\n1.0: e\n? [1, a]\n: f\n")) == [
        "200", "on", "0x1F", "~", "1.0", '[1,"a"]',
    ]  # fmt: skip


def test_merge_keys_are_applied_and_own_keys_win() -> None:
    value = yaml_value(
        "a: &a {x: 1, y: 1}\n"
        "b: &b {y: 2, z: 2}\n"
        "c: {<<: *a, x: 3}\n"
        "d: {<<: [*b, *a]}\n"
        'e: {"<<": *a}\n'
        "f: {<<: *a, <<: *b}\n"
    )
    assert value["c"] == {"x": 3, "y": 1}
    assert value["d"] == {"y": 2, "z": 2, "x": 1}
    assert value["e"] == {"<<": {"x": 1, "y": 1}}
    assert value["f"] == {"x": 1, "y": 1, "z": 2}


def test_aliases_stand_for_values_and_keys() -> None:
    assert yaml_value("a: &x 12\nb: *x\n*x : c\nd: &x [1]\ne: *x") == {
        "a": 12, "b": 12, "12": "c", "d": [1], "e": [1],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_a_key_given_twice_is_reported_where_it_stands_again(name: str) -> None:
    data = b'{"a": {"b/c": 1,\n  "b/c": 2}, "l": [0, {"k": 1, "\\u006b": 2}], "d": "\\"x\\":"}'
    document = load_document(data, name=name)
    assert document.value["a"] == {"b/c": 2}
    assert document.value["l"][1] == {"k": 2}
    pointers = [pointer for pointer, _ in document.duplicates]
    assert pointers == ["/a/b~1c", "/l/1/k"]
    place = document.duplicates[0][1]
    assert (place.line, place.column) == (2, 3)
    assert data[place.start : place.end] == b'"b/c"'


def test_a_block_key_given_twice_is_reported() -> None:
    document = load_document("a:\n  é: 1\n  é: 2\n".encode(), name="x.yaml")
    [(pointer, place)] = document.duplicates
    assert (pointer, place.line, place.column, place.end_column) == ("/a/é", 3, 3, 4)


def test_escaped_quotes_before_colons_are_not_taken_for_keys() -> None:
    data = json.dumps({'a\\"': 'say "b": 1', "c\\": '": "'}).encode()
    assert load_document(data, name="x.json").duplicates == ()


def test_all_documents_of_a_stream_are_given() -> None:
    data = b"a: 1\n---\nb: &x 2\n...\n---\n"
    documents = load_documents(data, name="x.yaml")
    assert [(d.index, d.value) for d in documents] == [(0, {"a": 1}), (1, {"b": 2}), (2, None)]
    with pytest.raises(Unreadable, match="holds 2 documents"):
        load_document(data, name="x.yaml")
    assert load_document(b"---\na: 1\n---\n", name="x.yaml").value == {"a": 1}


def test_an_empty_yaml_file_is_one_empty_document() -> None:
    assert [d.value for d in load_documents(b"# nothing\n", name="x.yaml")] == [None]


def test_anchors_do_not_reach_into_the_next_document() -> None:
    assert "no anchor" in reason_of(b"a: &x 1\n---\nb: *x\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_byte_order_marks_tell_the_encoding(encoding: str, name: str) -> None:
    assert load_document('{"ä": "€"}'.encode(encoding), name=name).value == {"ä": "€"}


def test_json_in_a_yaml_file_is_read_as_json_and_flow_yaml_as_yaml() -> None:
    assert load_document(b'{"a": [1]}', name="x.yaml").syntax == "json"
    document = load_document(b"{a: [1,],}", name="x.yaml")
    assert (document.syntax, document.value) == ("yaml", {"a": [1]})


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x7fELF\x02\x01\x00\x00\x00", "a binary file"),
        ('{"ä": 1}'.encode("utf-16-le") * 20, "UTF-16 without a byte order mark"),
        ('{"a": 1,\n"ä": 2}'.encode("latin-1"), "line 2: not UTF-8 text (byte 0xe4)"),
        (b"\xff\xfea", "not UTF-16 text"),
        (b'{"a": 1,\n"b": [1, 2', "line 2: not valid"),
        (b'{"a": 1}\n{"b": 2}', "line 2: not valid"),
        (b'{"a": 1,\n\n "b": "\x01"}', "line 3: not valid"),
        (b"[" * 5000 + b"]" * 5000, "nested deeper than 200 levels"),
        (b"[" * 5000, "nested deeper than 200 levels"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nested deeper than 200 levels"),
        (b"[" * 201 + b"]" * 201, "nested deeper than 200 levels"),
    ],
)
def test_what_cannot_be_read_gives_a_reason(data: bytes, reason: str, name: str) -> None:
    assert reason in reason_of(data, name)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\n".join(" " * level + "a:" for level in range(5000)), "line 201: nested deeper"),
        ("- " * 5000, "nested deeper than 200 levels"),
        ("? " * 5000, "nested deeper than 200 levels"),
        ("a: &a\n  b: *a\n", "line 2: alias *a stands inside its own anchor"),
        ("a: &a [*a]\n", "stands inside its own anchor"),
        ("a: &a {<<: *a}\n", "stands inside its own anchor"),
        ("a: 1\nb: *x\n", "line 2: alias *x has no anchor"),
        ("a: b: c", "line 1: not valid YAML: mapping values are not allowed"),
        ("a:\n\t- b", "line 2: not valid YAML"),
        ("a: [1,\nb: 'x", "not valid YAML"),
    ],
)
def test_bad_yaml_gives_a_reason(text: str, reason: str) -> None:
    assert reason in reason_of(text.encode())


def test_an_empty_json_file_is_named_so() -> None:
    assert reason_of(b" \n", "x.json") == "an empty file, not JSON"


def test_half_a_surrogate_pair_is_named() -> None:
    assert "surrogate" in reason_of(b'{"a": "\\ud800"}', "x.json")


def test_an_alias_bomb_is_refused() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "alias bomb" in reason_of("\n".join(["l0: &l0 lol", *levels]).encode())


def test_aliases_cannot_stack_up_depth() -> None:
    half = "[" * 150 + "1" + "]" * 150
    assert "line 2: nested deeper" in reason_of(
        f"a: &a {half}\nb: {'[' * 60}*a{']' * 60}\n".encode()
    )


def test_the_collector_is_on_again_after_loading_and_after_a_failure() -> None:
    load_document(b"{}", name="x.json")
    assert gc.isenabled()
    reason_of(b"[", "x.json")
    assert gc.isenabled()
    gc.disable()
    try:
        load_document(b"{}", name="x.json")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_fifty_megabytes_of_json_are_read() -> None:
    item = b'{"name": "' + b"x" * 990 + b'"},\n'
    data = b"[" + item * 50_000 + b"{}]"
    assert len(load_document(data, name="x.json").value) == 50_001


def test_fifty_megabytes_of_yaml_are_refused_before_reading() -> None:
    data = b"- some text that is not long\n" * 1_800_000
    assert reason_of(data) == "YAML of 52 MB; files of more than 25 MB are not read"


def test_millions_of_tiny_values_are_refused() -> None:
    assert "more than 2,000,000" in reason_of(b"[" + b"0," * 2_000_001 + b"0]", "x.json")


def test_values_in_yaml_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_VALUES", 1000)
    assert "more than 1,000 values" in reason_of(b"- a\n" * 1001)
    assert "more than 1,000 values" in reason_of(b"- []\n" * 1001)


@given(values_of(st.text()))
def test_json_comes_back_as_it_was(value: Any) -> None:
    document = load_document(json.dumps(value).encode(), name="x.json")
    assert document.value == value
    assert document.duplicates == ()


# The YAML scanner has no surrogate pairs in escapes and folds the line separators of YAML 1.1.
@given(
    values_of(st.text(st.characters(exclude_categories=["C"], exclude_characters="\u2028\u2029")))
)
def test_json_means_the_same_when_read_as_yaml(value: Any) -> None:
    text = json.dumps({"value": value}, indent=1, ensure_ascii=False)
    document = load_document(text.replace("{", "{\n# flow\n", 1).encode(), name="x.yaml")
    assert document.syntax == "yaml"
    assert document.value == {"value": value}


@given(data=st.binary() | st.text().map(str.encode))
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_random_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    assert_read_or_refused(data, name)


@given(st.text(alphabet="ab: -\n?&*!<[]{},'\"|>#%@\t\r1.~", max_size=60))
def test_random_yaml_is_read_or_refused(text: str) -> None:
    assert_read_or_refused(text.encode(), "x.yaml")


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_keys_given_again_and_again_are_listed_up_to_a_bound(name: str) -> None:
    data = b"{" + b'"a": 1, ' * 5000 + b'"a": 2}'
    document = load_document(data, name=name)
    assert document.value == {"a": 2}
    assert len(document.duplicates) == limits.MAX_DUPLICATES
