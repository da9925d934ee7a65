from __future__ import annotations

import pytest

from backstay.model.envelope import Proof
from backstay.reports.measures import in_words, label_and_unit, number, readings, value_in_words
from backstay.reports.wording import counted, first_few, opening, what_was_read


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("pages_read", 41_666, "pages read: 41,666"),
        ("delete_ms", 0.0213, "delete: 21.3 µs"),
        ("delete_ms", 112.41, "delete: 112 ms"),
        ("delete_ms", 4_210, "delete: 4.21 s"),
        ("wait_seconds", 0.25, "wait: 250 ms"),
        ("index_bytes", 112_345_088, "index: 112 MB"),
        ("index_bytes", 1, "index: 1 byte"),
        ("share_percent", 12.5, "share: 12.5 %"),
        ("slower_ratio", 10_416.5, "slower: 10,416 times"),
        ("leaks", True, "leaks: yes"),
        ("lock", "AccessExclusiveLock", "lock: AccessExclusiveLock"),
        ("answer", None, "answer: none"),
        ("ms", 3, "ms: 3"),
    ],
)
def test_the_last_word_of_a_name_is_its_unit(name: str, value: object, words: str) -> None:
    label, unit = label_and_unit(name)

    assert f"{label}: {value_in_words(value, unit)}".replace("\u00a0", " ") == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (4.0, "4"), (0.000001234, "0.000001"), (99.96, "100"), (float("nan"), "unknown")],
)
def test_numbers_are_never_written_with_an_exponent(value: float, words: str) -> None:
    assert number(value) == words


def test_what_only_one_arm_measured_is_kept() -> None:
    proof = Proof(
        receipt="r",
        method="m",
        before={"rows": 5},
        after={"scans": 1},
        control={"role": "none"},
        sizes={},
        limits=(),
        repeat="",
    )

    assert [in_words(each) for each in readings(proof)] == [
        "rows: 5",
        "scans: 1",
        "role: control none",
    ]


def test_a_rest_of_one_is_named_and_not_counted() -> None:
    assert first_few(["a", "b", "c"], 2) == "a, b, c"
    assert first_few(["a", "b", "c", "d"], 2) == "a, b and 2 more"


def test_counts_speak_english() -> None:
    assert counted(1, "policy") == "1 policy"
    assert counted(2_000, "policy") == "2,000 policies"
    assert counted(2, "index") == "2 indexes"


def test_kinds_of_fact_beyond_the_first_are_counted() -> None:
    read = {"table": 9, "column": 90, "view": 3, "api-document": 2, "unread": 50}

    assert what_was_read(read, 2) == "9 tables, 3 views and 2 other kinds of fact"
    assert what_was_read(read, 3) == "9 tables, 3 views, 90 columns and 2 API documents"


def test_an_opening_ends_with_a_sentence() -> None:
    assert (
        opening(f"It is slow, e.g. here. So wait. {'X' * 300}.")
        == "It is slow, e.g. here. So wait."
    )
