"""Types, pair by pair: what we say is read is read by the library, and what we say breaks does not.

One message has a field for each pair of types, so that a single comparison answers for all.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.compatibility.protobuf_versions import compared

if TYPE_CHECKING:
    from backstay.compatibility.comparison import Comparison
    from backstay.model.changes import Change

NUMBERS = ("int32", "uint32", "int64", "uint64", "bool", "sint32", "sint64")
FIXED = ("fixed32", "sfixed32", "fixed64", "sfixed64", "float", "double")
TYPES = (*NUMBERS, *FIXED, "string", "bytes", "Color", "Size", "Point", "Place")
PAIRS = [(one, two) for one, two in product(TYPES, TYPES) if one != two]
DEFINITIONS = """
enum Color { COLOR_NONE = 0; RED = 1; }
enum Size { SIZE_NONE = 0; BIG = 1; HUGE = 2; }
message Point { int32 x = 1; string name = 2; }
message Place { int64 x = 1; string name = 2; Point inner = 3; }
"""

# What the language guide lists as compatible on the wire, as long as values fit:
# https://protobuf.dev/programming-guides/proto2/#updating
COMPATIBLE = [
    {"int32", "uint32", "int64", "uint64", "bool"},
    {"int32", "uint32", "int64", "uint64", "Color"},
    {"int32", "uint32", "int64", "uint64", "Size"},
    {"sint32", "sint64"},
    {"fixed32", "sfixed32"},
    {"fixed64", "sfixed64"},
]


def message(side: int, form: str) -> str:
    lines = [
        f"  {form.format(pair[side])} f{number} = {number};" for number, pair in enumerate(PAIRS, 1)
    ]
    return 'syntax = "proto3";\nmessage M {\n' + "\n".join(lines) + "\n}\n" + DEFINITIONS


@cache
def comparison(form: str) -> Comparison:
    return compared(message(0, form), message(1, form))


def change_of(pair: tuple[str, str], form: str) -> Change:
    name = f"M.f{PAIRS.index(pair) + 1}"
    found = [each for each in comparison(form).changes if each.subject == name]
    assert [each.change for each in found] == ["field-type-changed"]
    return found[0]


@pytest.mark.parametrize("form", ["{}", "repeated {}", "map<string, {}>"])
def test_each_pair_of_types_is_one_change_of_type(form: str) -> None:
    for pair in PAIRS:
        assert "source" in change_of(pair, form).breaks


def test_the_wire_is_as_the_language_guide_says() -> None:
    for one, two in PAIRS:
        if {one, two} == {"Point", "Place"}:
            continue  # messages are judged by what they hold
        listed = any({one, two} <= group for group in COMPATIBLE)
        if {one, two} == {"string", "bytes"}:
            listed = one == "string"  # bytes need not be UTF-8
        assert ("wire" not in change_of((one, two), "{}").breaks) == listed, (one, two)


@pytest.mark.parametrize("form", ["{}", "repeated {}", "map<string, {}>"])
def test_the_library_shows_what_we_say_breaks(form: str) -> None:
    unshown = []
    for pair in PAIRS:
        change = change_of(pair, form)
        witness = comparison(form).witness(change)
        if {"wire", "json"} & set(change.breaks) and not (witness and witness.confirmed):
            unshown.append((pair, change.breaks, witness))
    assert not unshown


@pytest.mark.parametrize("form", ["{}", "repeated {}", "map<string, {}>"])
def test_the_library_reads_what_we_say_is_read(form: str) -> None:
    """Asked to show a break on the wire that we deny, the library shows none."""
    wrong = []
    for pair in PAIRS:
        change = change_of(pair, form)
        if {"wire", "behaviour"} & set(change.breaks) or pair == ("string", "bytes"):
            continue  # of a text and bytes only one direction is fine
        witness = comparison(form).witness(replace(change, breaks=("wire",)))
        if witness is None or witness.confirmed:
            wrong.append((pair, witness))
    assert not wrong


def test_numbers_that_do_not_fit_are_a_matter_of_behaviour() -> None:
    for pair in [("int64", "int32"), ("int32", "uint32"), ("uint64", "bool")]:
        change = change_of(pair, "{}")
        assert "wire" not in change.breaks
        assert "behaviour" in change.breaks
        witness = comparison("{}").witness(replace(change, breaks=("behaviour",)))
        assert witness is not None
        assert witness.confirmed
