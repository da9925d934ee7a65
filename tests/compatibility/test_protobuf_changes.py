"""What each kind of change is called, what it breaks, and the message that shows it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from backstay.compatibility.protobuf.kinds import KINDS
from backstay.model.places import Place
from tests.compatibility.protobuf_versions import compared, hurting, kinds, only

PROTO2 = 'syntax = "proto2";\npackage shop;\n'
PROTO3 = 'syntax = "proto3";\npackage shop;\n'
EDITION = 'edition = "2023";\npackage shop;\n'


class Case(NamedTuple):
    """Two versions of what stands below a file's head, and the one change between them."""

    kind: str
    old: str
    new: str
    breaks: str
    subject: str
    shown: bool = True
    head: str = PROTO3

    def __str__(self) -> str:
        return f"{self.kind}: {self.old} -> {self.new}"


CASES = [
    Case(
        "field-removed",
        "message M { int32 a = 1; int32 b = 2; }",
        "message M { int32 a = 1; }",
        "wire json source",
        "shop.M.b",
    ),
    Case(
        "field-removed",
        "message M { int32 a = 1; int32 b = 2; }",
        'message M { reserved 2; reserved "b"; int32 a = 1; }',
        "json source",
        "shop.M.b",
    ),
    Case(
        "field-number-changed",
        "message M { int32 a = 1; }",
        "message M { int32 a = 2; }",
        "wire source",
        "shop.M.a",
    ),
    Case(
        "field-renamed",
        "message M { int32 a_b = 1; }",
        "message M { int32 c_d = 1; }",
        "json source",
        "shop.M.c_d",
    ),
    Case(
        "field-renamed",
        "message M { int32 a_b = 1; }",
        'message M { int32 c_d = 1 [json_name = "aB"]; }',
        "source",
        "shop.M.c_d",
        shown=False,
    ),
    Case(
        "json-name-changed",
        "message M { int32 a = 1; }",
        'message M { int32 a = 1 [json_name = "A"]; }',
        "json",
        "shop.M.a",
    ),
    Case(
        "field-type-changed",
        "message M { sint32 a = 1; }",
        "message M { int32 a = 1; }",
        "wire source",
        "shop.M.a",
    ),
    Case(
        "field-type-changed",
        "message M { map<string, int32> a = 1; }",
        "message M { map<string, string> a = 1; }",
        "wire json source",
        "shop.M.a",
    ),
    Case(
        "field-type-changed",
        "message M { X a = 1; } message X { int32 x = 1; } message Y { int32 x = 1; }",
        "message M { Y a = 1; } message X { int32 x = 1; } message Y { int32 x = 1; }",
        "source",
        "shop.M.a",
        shown=False,
    ),
    Case(
        "field-type-changed",
        "message M { X a = 1; } message X { X x = 1; } message Y { Y x = 1; int32 more = 2; }",
        "message M { Y a = 1; } message X { X x = 1; } message Y { Y x = 1; int32 more = 2; }",
        "source",
        "shop.M.a",
        shown=False,
    ),
    Case(
        "field-cardinality-changed",
        "message M { int32 a = 1; }",
        "message M { optional int32 a = 1; }",
        "source",
        "shop.M.a",
        shown=False,
    ),
    Case(
        "field-cardinality-changed",
        "message M { int32 a = 1; }",
        "message M { repeated int32 a = 1; }",
        "wire json source",
        "shop.M.a",
    ),
    Case(
        "field-cardinality-changed",
        "message M { optional int32 a = 1; }",
        "message M { required int32 a = 1; }",
        "wire json source",
        "shop.M.a",
        head=PROTO2,
    ),
    Case(
        "field-cardinality-changed",
        "message M { repeated E a = 1; message E { string key = 1; int32 value = 2; } }",
        "message M { map<string, int32> a = 1; message E { string key = 1; int32 value = 2; } }",
        "json source",
        "shop.M.a",
    ),
    Case(
        "required-fields-changed",
        "message M { optional int32 a = 1; }",
        "message M { optional int32 a = 1; required int32 b = 2; }",
        "wire json source",
        "shop.M.b",
        head=PROTO2,
    ),
    Case(
        "required-fields-changed",
        "message M { required int32 a = 1; }",
        "message M { }",
        "wire json source",
        "shop.M.a",
        head=PROTO2,
    ),
    Case(
        "field-oneof-changed",
        "message M { int32 a = 1; oneof o { int32 b = 2; int32 c = 3; } }",
        "message M { oneof o { int32 a = 1; int32 b = 2; int32 c = 3; } }",
        "wire json source",
        "shop.M.a",
    ),
    Case(
        "field-default-changed",
        "message M { optional int32 a = 1 [default = 5]; }",
        "message M { optional int32 a = 1 [default = 7]; }",
        "wire json source",
        "shop.M.a",
        head=PROTO2,
    ),
    Case(
        "jstype-changed",
        "message M { int64 a = 1; }",
        "message M { int64 a = 1 [jstype = JS_STRING]; }",
        "source",
        "shop.M.a",
        shown=False,
    ),
    Case(
        "cpp-string-type-changed",
        "message M { string a = 1; }",
        "message M { string a = 1 [ctype = CORD]; }",
        "source",
        "shop.M.a",
        shown=False,
    ),
    Case(
        "utf8-validation-changed",
        "message M { string a = 1 [features.utf8_validation = NONE]; }",
        "message M { string a = 1; }",
        "source behaviour",
        "shop.M.a",
        head=EDITION,
    ),
    Case(
        "oneof-removed",
        "message M { oneof o { int32 a = 1; } oneof p { int32 b = 2; } }",
        "message M { int32 a = 1; oneof p { int32 b = 2; } }",
        "source",
        "shop.M.o",
        shown=False,
    ),
    Case(
        "reservation-dropped",
        "message M { reserved 4 to 9; }",
        "message M { reserved 4 to 6; }",
        "wire",
        "shop.M#7 to 9",
        shown=False,
    ),
    Case(
        "extension-range-removed",
        "message M { extensions 4 to max; }",
        "message M { extensions 10 to max; }",
        "source",
        "shop.M#4 to 9",
        shown=False,
        head=PROTO2,
    ),
    Case(
        "extension-removed",
        "message M { extensions 4 to 9; } extend M { optional int32 a = 4; }",
        "message M { extensions 4 to 9; }",
        "wire json source",
        "shop.a",
        head=PROTO2,
    ),
    Case(
        "descriptor-accessor-removed",
        "message M { }",
        "message M { option no_standard_descriptor_accessor = true; }",
        "source",
        "shop.M",
        shown=False,
    ),
    Case(
        "message-set-format-changed",
        "message M { extensions 4 to max; }",
        "message M { option message_set_wire_format = true; extensions 4 to max; }",
        "wire source",
        "shop.M",
        shown=False,
        head=PROTO2,
    ),
    Case(
        "json-format-changed",
        "message M { }",
        "message M { option features.json_format = LEGACY_BEST_EFFORT; }",
        "json",
        "shop.M",
        shown=False,
        head=EDITION,
    ),
    Case(
        "message-removed",
        "message M { } message N { message Inner { } }",
        "message M { }",
        "source",
        "shop.N",
        shown=False,
    ),
    Case(
        "enum-removed",
        "enum E { A = 0; } enum F { B = 0; }",
        "enum E { A = 0; }",
        "source",
        "shop.F",
        shown=False,
    ),
    Case(
        "enum-value-removed",
        "enum E { A = 0; B = 1; } message M { E e = 1; }",
        "enum E { A = 0; } message M { E e = 1; }",
        "wire json source",
        "shop.E.B",
    ),
    Case(
        "enum-value-removed",
        "enum E { A = 0; B = 1; } message M { E e = 1; }",
        "enum E { reserved 1; A = 0; } message M { E e = 1; }",
        "json source",
        "shop.E.B",
    ),
    Case(
        "enum-value-renamed",
        "enum E { A = 0; B = 1; } message M { repeated E e = 1; }",
        "enum E { A = 0; C = 1; } message M { repeated E e = 1; }",
        "json source",
        "shop.E.C",
    ),
    Case(
        "enum-value-added",
        "enum E { A = 0; } message M { E e = 1; }",
        "enum E { A = 0; B = 1; } message M { E e = 1; }",
        "behaviour",
        "shop.E.B",
    ),
    Case(
        "enum-openness-changed",
        "enum E { A = 0; B = 1; } message M { E e = 1; }",
        "enum E { option features.enum_type = CLOSED; A = 0; B = 1; } message M { E e = 1; }",
        "source behaviour",
        "shop.E",
        head=EDITION,
    ),
    Case(
        "enum-default-changed",
        "enum E { A = 1; B = 2; } message M { optional E e = 1; }",
        "enum E { B = 2; A = 1; } message M { optional E e = 1; }",
        "wire json",
        "shop.E",
        head=PROTO2,
    ),
    Case(
        "service-removed",
        "message M { } service S { rpc Get(M) returns (M); }",
        "message M { }",
        "wire json source",
        "shop.S",
        shown=False,
    ),
    Case(
        "rpc-removed",
        "message M { } service S { rpc Get(M) returns (M); }",
        "message M { } service S { }",
        "wire json source",
        "shop.S.Get",
        shown=False,
    ),
    Case(
        "rpc-request-type-changed",
        "message M { int32 a = 1; } message N { } service S { rpc Get(M) returns (M); }",
        "message M { int32 a = 1; } message N { } service S { rpc Get(N) returns (M); }",
        "wire json source",
        "shop.S.Get",
    ),
    Case(
        "rpc-response-type-changed",
        "message M { M m = 1; } message N { M m = 1; } service S { rpc Get(M) returns (M); }",
        "message M { M m = 1; } message N { M m = 1; } service S { rpc Get(M) returns (N); }",
        "source",
        "shop.S.Get",
        shown=False,
    ),
    Case(
        "rpc-streaming-changed",
        "message M { } service S { rpc Get(M) returns (M); }",
        "message M { } service S { rpc Get(M) returns (stream M); }",
        "wire json source",
        "shop.S.Get#server",
        shown=False,
    ),
    Case(
        "rpc-idempotency-changed",
        "message M { } service S"
        " { rpc Get(M) returns (M) { option idempotency_level = IDEMPOTENT; } }",
        "message M { } service S { rpc Get(M) returns (M); }",
        "wire json source behaviour",
        "shop.S.Get",
        shown=False,
    ),
    Case(
        "generated-package-changed",
        'option go_package = "example.com/a";',
        'option go_package = "example.com/b";',
        "source",
        "shop.proto#go_package",
        shown=False,
    ),
    Case(
        "generated-name-changed",
        'option java_outer_classname = "A";',
        'option java_outer_classname = "B";',
        "source",
        "shop.proto#java_outer_classname",
        shown=False,
    ),
    Case(
        "generated-layout-changed",
        "",
        "option java_multiple_files = true;",
        "source",
        "shop.proto#java_multiple_files",
        shown=False,
    ),
    Case(
        "generic-services-changed",
        "option py_generic_services = true;",
        "",
        "source",
        "shop.proto#py_generic_services",
        shown=False,
    ),
    Case(
        "code-size-option-changed",
        "",
        "option optimize_for = LITE_RUNTIME;",
        "source",
        "shop.proto#optimize_for",
        shown=False,
    ),
    Case(
        "arenas-option-changed",
        "option cc_enable_arenas = false;",
        "",
        "source",
        "shop.proto#cc_enable_arenas",
        shown=False,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_has_its_kind_and_levels_and_is_shown(case: Case) -> None:
    comparison = compared(case.head + case.old, case.head + case.new)
    if case.kind == "oneof-removed":  # its field left it, which is a change of the field
        changes = [each for each in hurting(comparison) if each.change == case.kind]
        assert kinds(comparison) == ["oneof-removed", "field-oneof-changed"]
    else:
        changes = [only(comparison)]
    change = changes[0]
    assert change.change == case.kind
    assert change.breaks == tuple(case.breaks.split())
    assert change.subject == case.subject
    witness = comparison.witness(change)
    assert bool(witness and witness.confirmed) == case.shown, witness


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_differs_from_itself(case: Case) -> None:
    assert compared(case.head + case.old, case.head + case.old).changes == ()


def test_every_kind_is_covered_here_or_below() -> None:
    others = {
        "deprecated",
        "enum-added",
        "extension-added",
        "field-added",
        "field-packing-changed",
        "file-added",
        "file-package-changed",
        "file-removed",
        "message-added",
        "oneof-added",
        "package-removed",
        "rpc-added",
        "service-added",
        "syntax-changed",
    }
    assert {case.kind for case in CASES} | others == set(KINDS)


def test_additions_and_marks_break_nobody() -> None:
    old = "message M { repeated int32 a = 1; extensions 9; } service S { }"
    new = (
        "message M { repeated int32 a = 1 [packed = true]; oneof o { int32 b = 2; } extensions 9; }"
        " enum E { A = 0; } message N { option deprecated = true; }"
        " service S { rpc Get(M) returns (N); } service T { } extend M { optional int32 x = 9; }"
    )
    found = compared(
        {"shop.proto": PROTO2 + old},
        {"shop.proto": PROTO2 + new, "more.proto": PROTO3},
    )
    assert hurting(found) == []
    assert {each.change for each in found.changes} == {
        "enum-added",
        "extension-added",
        "field-added",
        "field-packing-changed",
        "file-added",
        "message-added",
        "oneof-added",
        "rpc-added",
        "service-added",
    }
    marked = compared(PROTO3 + "message M { }", PROTO3 + "message M { option deprecated = true; }")
    assert [(each.change, each.compatibility) for each in marked.changes] == [
        ("deprecated", "safe")
    ]


def test_a_file_that_moves_to_another_syntax_keeps_its_wire() -> None:
    old, new = (
        "message M { M m = 1; repeated M n = 2; }",
        "message M { M m = 1; repeated M n = 2; }",
    )
    assert only(compared(PROTO3 + old, EDITION + new)).change == "syntax-changed"


def test_what_a_syntax_implies_is_told_where_it_shows() -> None:
    old = "message M { int32 a = 1; } enum E { A = 0; }"
    new = "message M { optional int32 a = 1; } enum E { A = 0; }"
    found = compared(PROTO3 + old, PROTO2 + new)
    assert sorted(kinds(found)) == [
        "enum-openness-changed",
        "field-cardinality-changed",
        "json-format-changed",
        "json-format-changed",
        "syntax-changed",
    ]


def test_features_are_inherited_from_the_file() -> None:
    closed = EDITION + "option features.enum_type = CLOSED;\nenum E { A = 0; }"
    spelled = EDITION + "enum E { option features.enum_type = CLOSED; A = 0; }"
    assert compared(closed, spelled).changes == ()
    assert only(compared(closed, EDITION + "enum E { A = 0; }")).change == "enum-openness-changed"


def test_a_group_and_a_delimited_message_are_the_same() -> None:
    group = PROTO2 + "message M { optional group Part = 1 { optional int32 a = 1; } }"
    field = "message M { Part part = 1 [features.message_encoding = DELIMITED];"
    edition = EDITION + field + " message Part { int32 a = 1; } }"
    assert "field-type-changed" not in kinds(compared(group, edition))
    plain = edition.replace(" [features.message_encoding = DELIMITED]", "")
    assert only(compared(edition, plain)).change == "field-type-changed"


def test_a_definition_that_moved_breaks_generated_code_alone() -> None:
    message = "message M { int32 a = 1; }"
    old = {"a.proto": PROTO3 + message, "b.proto": PROTO3}
    new = {"a.proto": PROTO3, "b.proto": PROTO3 + message}
    change = only(compared(old, new))
    assert (change.change, change.breaks) == ("message-removed", ("source",))
    assert "b.proto" in change.text


def test_a_file_whose_content_moved_is_one_change() -> None:
    content = PROTO3 + "message M { int32 a = 1; } enum E { A = 0; }"
    change = only(
        compared({"a.proto": content, "c.proto": PROTO3}, {"b.proto": content, "c.proto": PROTO3})
    )
    assert (change.change, change.subject) == ("file-removed", "a.proto")
    assert "b.proto" in change.text


def test_two_single_files_are_versions_of_each_other_whatever_their_names() -> None:
    content = PROTO3 + "message M { int32 a = 1; }"
    assert compared({"old.proto": content}, {"new.proto": content}).changes == ()


def test_a_package_that_is_gone_is_told_once_and_its_services_apart() -> None:
    gone = 'syntax = "proto3"; package gone; message M { } service S { rpc Get(M) returns (M); }'
    found = compared({"a.proto": gone, "b.proto": PROTO3}, {"b.proto": PROTO3})
    assert sorted(kinds(found)) == ["file-removed", "package-removed", "service-removed"]
    service = next(each for each in found.changes if each.change == "service-removed")
    assert service.operations == ("gone.S.Get",)


def test_what_is_in_a_renamed_package_is_compared_with_itself() -> None:
    old = 'syntax = "proto3"; package a; message M { M m = 1; int32 x = 2; }'
    new = 'syntax = "proto3"; package b; message M { M m = 1; string x = 2; }'
    found = compared({"a.proto": old, "c.proto": PROTO3}, {"a.proto": new, "c.proto": PROTO3})
    assert sorted(kinds(found)) == ["field-type-changed", "file-package-changed", "package-removed"]
    assert "b.M.x" in [each.subject for each in found.changes]


def test_packages_that_say_they_are_unstable_may_change() -> None:
    old, new = ("message M { int32 a = 1; }", "message M { string a = 1; }")
    for package, expected in [("shop.v1", "breaking"), ("shop.v1beta2", "risky")]:
        head = f'syntax = "proto3"; package {package};'
        assert only(compared(head + old, head + new)).compatibility == expected


def test_the_import_root_is_found_by_imports_and_packages() -> None:
    text = 'syntax = "proto3"; package shop.v1; message M { int32 a = 1; }'
    user = 'syntax = "proto3"; import "shop/v1/m.proto"; message U { shop.v1.M m = 1; }'
    found = compared(
        {"proto/shop/v1/m.proto": text, "proto/user.proto": user},
        {"api/shop/v1/m.proto": text.replace("int32", "string"), "api/user.proto": user},
    )
    assert found.notes == ()
    change = only(found)
    assert change.change == "field-type-changed"
    assert isinstance(change.new, Place)
    assert change.new.file == "api/shop/v1/m.proto"


SERVICE = """
message Ask { Detail detail = 1; }
message Answer { Item item = 1; Both both = 2; }
message Detail { %s a = 1; Both both = 2; }
message Item { %s a = 1; }
message Both { %s a = 1; }
message Alone { %s a = 1; }
service S { rpc Get(Ask) returns (Answer); rpc Watch(Ask) returns (stream Answer); }
"""


def test_the_direction_follows_from_the_methods_that_carry_a_message() -> None:
    old, new = (PROTO3 + SERVICE.replace("%s", each) for each in ("int32", "fixed32"))
    found = {each.subject: each for each in hurting(compared(old, new))}
    assert {name: each.direction for name, each in found.items()} == {
        "shop.Detail.a": "request",
        "shop.Item.a": "response",
        "shop.Both.a": "both",
        "shop.Alone.a": "both",
    }
    assert found["shop.Item.a"].operations == ("shop.S.Get", "shop.S.Watch")
    assert found["shop.Alone.a"].operations == ()


def test_a_new_required_field_hurts_requests_alone() -> None:
    services = "message Ask { %s } message Answer { %s } service S { rpc G(Ask) returns (Answer); }"
    old = PROTO2 + services.replace("%s", "")
    new = PROTO2 + services.replace("%s", "required int32 a = 1;")
    found = {each.subject: each.breaks for each in hurting(compared(old, new))}
    assert found == {"shop.Ask.a": ("wire", "json", "source"), "shop.Answer.a": ("source",)}


def test_a_witness_is_about_its_own_change() -> None:
    """Other changes of the same message refuse it too; they do not count."""
    old = PROTO2 + "message M { required int32 a = 1; optional int32 b = 2; optional int32 c = 3; }"
    new = (
        PROTO2 + "message M { required int32 c = 3; required int32 d = 4; optional fixed32 b = 2; }"
    )
    comparison = compared(old, new)
    by_subject = {each.subject: each for each in hurting(comparison)}
    said = comparison.witness(by_subject["shop.M.b"])
    assert said is not None
    assert said.confirmed
    assert "b = " in said.new_says
    said = comparison.witness(by_subject["shop.M.d"])
    assert said is not None
    assert said.new_says == "refused: without the required d"
    said = comparison.witness(by_subject["shop.M.a"])
    assert said is not None
    assert said.old_says == "refused: without the required a"


def test_a_witness_holds_the_whole_message() -> None:
    old = PROTO3 + "message M { int32 a = 1; string b = 2; }"
    comparison = compared(old, old.replace("int32", "string"))
    witness = comparison.witness(only(comparison))
    assert witness is not None
    assert witness.value == {
        "message": "shop.M",
        "written_by": "old",
        "read_as": "wire",
        "bytes": "0801",
        "json": {"a": 1},
    }
    assert (witness.old_says, witness.new_says) == ("accepted", 'a = 1 is read as a = ""')
    assert witness.validator.startswith("google.protobuf ")


def test_places_count_bytes_also_behind_tabs_and_letters_of_several_bytes() -> None:
    old = PROTO3 + "message M {\n\t/* é */\tint32\ta = 1;\n}\n"
    new = old.replace("int32", "string")
    change = only(compared(old, new))
    assert isinstance(change.new, Place)
    assert new.encode()[change.new.start : change.new.end] == b"string"
    assert isinstance(change.old, Place)
    assert old.encode()[change.old.start : change.old.end] == b"int32"


def test_changes_of_one_kind_have_subjects_of_their_own() -> None:
    """Ids of findings and witnesses are found by them."""
    old = (
        "message M { reserved 4, 5 to 6; reserved 'x', 'y'; }"
        " enum E { option allow_alias = true; reserved 4, 6; A = 0; B = 1; C = 1; }"
        " service S { rpc Get(M) returns (M); }"
    )
    new = (
        "message M { } enum E { option allow_alias = true; A = 0; D = 1; F = 1; }"
        " service S { rpc Get(stream M) returns (stream M); }"
    )
    options = 'option go_package = "a"; option ruby_package = "b";'
    found = [
        (each.change, each.subject)
        for each in compared(PROTO3 + options + old, PROTO3 + new).changes
    ]
    assert len(found) == len(set(found)) == 12


def test_buf_s_rules_name_kinds_that_exist() -> None:
    root = Path(__file__).parent.parent.parent
    rules = tomllib.loads((root / "peers" / "buf.toml").read_text("utf-8"))
    assert {each for each in rules.values() if isinstance(each, str)} <= set(KINDS)
