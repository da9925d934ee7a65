"""What cannot be compiled is said, the rest is compared, and nothing ends in a traceback."""

from __future__ import annotations

import time

import pytest

from backstay.compatibility.comparison import Version
from backstay.compatibility.protobuf import comparing
from backstay.compatibility.protobuf.comparing import compare_protobuf
from backstay.compatibility.protobuf.tolerance import without_missing_imports
from backstay.model.facts import NotChecked, Unread
from backstay.model.places import Place
from tests.compatibility.protobuf_versions import compared, kinds, only, version

GOOD = 'syntax = "proto3";\npackage good;\nmessage M { int32 a = 1; }\n'
CHANGED = GOOD.replace("int32", "string")


def beside(broken: str | bytes, *, new: str | bytes | None = None) -> tuple[list[str], list[str]]:
    """The kinds that are found beside a file that is no good, and what is said of it."""
    after = broken if new is None else new
    found = compare_protobuf(
        version({"good.proto": GOOD, "bad.proto": broken}),
        version({"good.proto": CHANGED, "bad.proto": after}),
    )
    return kinds(found), [str(note) for note in found.notes]


def test_a_file_that_does_not_compile_is_named_with_its_line() -> None:
    found, notes = beside('syntax = "proto3";\nmessage B {\n  Unknown u = 1;\n}\n')
    assert found == ["field-type-changed"]
    assert notes == [
        f'bad.proto: protoc does not compile it in the {which} version: line 3: "Unknown" is not'
        " defined."
        for which in ("old", "new")
    ]


def test_a_file_that_breaks_in_one_version_is_left_out_of_both() -> None:
    found, notes = beside('syntax = "proto3"; message B { int32 b = 1; }', new="message B {")
    assert found == ["field-type-changed"]
    assert len(notes) == 1
    assert "in the new version" in notes[0]


def test_the_place_of_a_fault_is_a_byte_of_the_file() -> None:
    bad = 'syntax = "proto3";\nmessage B { X é = 1; }\n'
    found = compared({"bad.proto": bad, "good.proto": GOOD}, {"good.proto": GOOD})
    assert isinstance(found.notes[0], Unread)
    assert isinstance(found.notes[0].where, Place)
    start = found.notes[0].where.start
    assert start is not None
    assert bad.encode()[start:].startswith("é".encode())


def test_files_that_import_each_other_are_named() -> None:
    circle = {
        "a.proto": 'syntax = "proto3"; import "b.proto"; message A { }',
        "b.proto": 'syntax = "proto3"; import "a.proto"; message B { }',
    }
    found = compared({**circle, "good.proto": GOOD}, {**circle, "good.proto": CHANGED})
    assert kinds(found) == ["field-type-changed"]
    assert {note.scope for note in found.notes} == {"a.proto", "b.proto"}


def test_missing_imports_of_options_do_not_hide_the_rest() -> None:
    text = """\
syntax = "proto3";
import "google/api/annotations.proto";
import "google/protobuf/timestamp.proto";
option (house.rules) = { name: "}" more { list: [1, 2] } };
message M {
  %s a = 1 [(rules).min = 1, deprecated = true, (more) = { a: "]" }];
  string b = 2 [(rules).min = 1];
  google.protobuf.Timestamp when = 3;
}
service S {
  rpc Get(M) returns (M) { option (google.api.http) = { get: "/v1/{a=*}" }; }
}
"""
    found = compared(text % "int32", text % "fixed32")
    change = only(found)
    assert (change.change, change.subject) == ("field-type-changed", "M.a")
    assert isinstance(change.new, Place)
    assert (text % "fixed32")[change.new.start : change.new.end] == "fixed32"
    assert all(isinstance(note, NotChecked) for note in found.notes)
    assert "google/api/annotations.proto" in str(found.notes[0])


def test_what_is_left_out_keeps_its_room() -> None:
    text = b"""\
// import "no.proto";
import "no.proto";
message M { int32 a = 1 [(x) = 1, packed = true]; }
"""
    read, missing = without_missing_imports(text, {"yes.proto"})
    assert missing == ("no.proto",)
    assert len(read) == len(text)
    assert b"// import" in read
    assert b"[         packed = true]" in read


def test_imports_of_the_languages_own_files_are_at_hand() -> None:
    text = 'syntax = "proto3"; import "google/protobuf/any.proto"; message M { %s a = 1; }'
    found = compared(text % "google.protobuf.Any", text % "bytes")
    assert found.notes == ()
    assert only(found).change == "field-type-changed"


def test_a_name_that_two_files_define_is_said() -> None:
    found, notes = beside(GOOD, new=CHANGED)
    assert found == ["field-type-changed"]
    assert all("already defined" in note for note in notes)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(
            'syntax = "proto3";' + "".join(f"message M{n} {{" for n in range(5_000)) + "}" * 5_000,
            id="5,000 nested messages",
        ),
        pytest.param(
            'import "google/protobuf/descriptor.proto"; message A { optional A a = 1; }'
            " extend google.protobuf.FileOptions { optional A o = 50000; }"
            " option (o) = {" + "a: {" * 20_000 + "}" * 20_000 + "};",
            id="an option nested 20,000 deep",
        ),
        pytest.param(bytes(range(256)) * 500, id="bytes that are no text"),
        pytest.param(b"\xff\xfe" + "syntax".encode("utf-16-le"), id="UTF-16"),
        pytest.param('syntax = "proto9";', id="an unknown syntax"),
        pytest.param('edition = "1066";', id="an unknown edition"),
        pytest.param(
            "message M { optional int32 a = 1; optional int32 b = 1; }", id="a number twice"
        ),
        pytest.param(
            'syntax = "proto3"; message M {'
            + "".join(f"int32 f{n} = {n if n < 19_000 else n + 1_000};" for n in range(1, 70_000))
            + "}",
            id="70,000 fields",
        ),
    ],
)
def test_bad_files_are_named_in_bounded_time(bad: str | bytes) -> None:
    began = time.process_time()
    found, notes = beside(bad)
    assert found == ["field-type-changed"]
    assert notes
    assert all(note.startswith("bad.proto: ") for note in notes)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("content", ["", "\ufeff", "// nothing\n", "\n" * 1_000])
def test_empty_files_are_files(content: str) -> None:
    assert compared({"a.proto": content}, {"a.proto": content}).changes == ()


def test_hostile_names_are_names_or_are_refused() -> None:
    names = ["-x.proto", "--python_out=x.proto", "@x.proto", "=.proto", "a b'\"$(é).proto"]
    refused = ["../up.proto", "/root.proto", "a//b.proto", "a\nb.proto", "x" * 300 + ".proto"]
    files = {
        name: f'syntax = "proto3"; package p{number}; message M {{ int32 a = 1; }}'
        for number, name in enumerate([*names, *refused])
    }
    found = compared(files, {name: text.replace("int32", "string") for name, text in files.items()})
    assert kinds(found) == ["field-type-changed"] * len(names)
    assert {note.scope for note in found.notes} == set(refused)


def test_a_path_that_is_also_a_folder_is_refused() -> None:
    files = {"a.proto": GOOD, "a.proto/b.proto": 'syntax = "proto3";'}
    found = compared(files, files)
    assert [note.scope for note in found.notes] == ["a.proto", "a.proto"]


def test_no_files_and_files_of_other_kinds_are_said() -> None:
    empty = Version(files={"a.txt": b""}, documents=())
    for old, new in [(empty, empty), (empty, version({"a.proto": GOOD}))]:
        found = compare_protobuf(old, new)
        assert found.changes == ()
        assert "there are no protobuf files in it" in str(found.notes[0])


def test_too_much_is_said_and_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST_CODE", 1_000)
    commented = GOOD + "// " + "x" * 2_000
    assert compared(commented, commented).notes == ()
    large = GOOD + "".join(f"message L{n} {{ }}\n" for n in range(100))
    found = compared(large, large)
    assert found.changes == ()
    assert "bytes of code" in str(found.notes[0])


def test_what_is_missing_may_be_in_a_file_that_does_not_compile() -> None:
    old = {"a.proto": GOOD, "b.proto": 'syntax = "proto3"; message B { }'}
    new = {"a.proto": 'syntax = "proto3"; package good;', "b.proto": "message M {"}
    change = only(compared(old, new))
    assert change.change == "message-removed"
    assert not change.certain
    assert change.doubt is not None
    assert "do not compile" in change.doubt


def test_tens_of_thousands_of_changes_take_seconds() -> None:
    """Nothing is looked up by walking through all there is."""
    count = 20_000
    reserved = "".join(f"reserved {number};" for number in range(2 * count, 3 * count, 2))
    old = "".join(f"int32 a{number} = {number};" for number in range(1, count) if number < 19_000)
    values = "".join(f"V{number} = {number};" for number in range(count))
    head = 'syntax = "proto3"; package many;'
    before = f"{head} message M {{ {reserved} {old} }} enum E {{ {values} }}"
    after = f"{head} message M {{ }} enum E {{ V0 = 0; }}"
    began = time.process_time()
    found = compared(before, after)
    assert len(found.changes) == 18_999 + count - 1 + count // 2
    assert time.process_time() - began < 20


def test_a_long_chain_of_messages_of_other_names_ends() -> None:
    def chain(letter: str) -> str:
        links = [f"message {letter}{n} {{ {letter}{n + 1} next = 1; }}" for n in range(3_000)]
        return "".join([*links, f"message {letter}3000 {{ }}"])

    text = f'syntax = "proto3"; {chain("A")} {chain("B")} message M {{ %s0 a = 1; }}'
    assert only(compared(text % "A", text % "B")).change == "field-type-changed"


def test_a_compiler_that_takes_too_long_is_stopped() -> None:
    from backstay.foreign.protoc import Compilation  # noqa: PLC0415 (the door itself)

    text = "".join(f"message M{n} {{ optional int32 a = 1; }}\n" for n in range(300_000))
    compiled = Compilation({"a.proto": text.encode()}, ["a.proto"], {}, seconds=1).result()
    assert compiled.descriptors == b""
    assert compiled.stopped
