from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.capabilities.evidence.quantities import find, quantities_in, quantities_of

RESULT: dict[str, Any] = {
    "id": "401234567890",
    "where": {"file": "schema.sql", "line": 77, "column": 5},
    "before": {"delete_ms": 398.6123, "scanned_rows": 1_000_000, "total_bytes": 1_048_576},
    "control": {"time_ratio": 0.9881},
    "guidance": "Wait until the child passes 100,000 rows; varchar(255); at most 12 % of it.",
    "image": "postgres:16.3-alpine, seen on 2026-03-01, client 1.2.3",
}
SOURCES = tuple(quantities_of(RESULT))


def stands(claim: str) -> list[bool]:
    return [find(each, SOURCES, claim) is not None for each in quantities_in(claim)]


@pytest.mark.parametrize(
    "claim",
    [
        "398.6123 ms",
        "0.3986123 seconds",
        "398,612.3 µs",
        "398.6 ms",
        "about 400 ms",
        "roughly 0.4 s",
        "over 390 ms",
        "at most 400 ms",
        "delete_ms was 398.6123",
        "1,000,000 rows",
        "1'000'000 rows",
        "1\u202f000\u202f000 rows",
        "1M rows",
        "1e6 rows",
        "10^6 rows",
        "10⁶ rows",
        "a million rows",
        "one million rows",
        "1 MiB",
        "1 MB",
        "1024 kB",
        "about 1.05 MB",
        "100k rows",
        "100 thousand rows",
        "varchar(255)",
        "12 percent",
        "twelve percent",
        "version 16.3",
        "client 1.2.3",
        "on 2026-03-01",
        "a ratio of 0.9881 (time_ratio)",
        "\uff12\uff15\uff15 characters",
    ],
)
def test_a_number_of_the_result_stands_however_it_is_written(claim: str) -> None:
    assert stands(claim) == [True]


@pytest.mark.parametrize(
    "claim",
    [
        "400 ms",
        "398.6123 s",
        "398.6123 rows",
        "about 300 ms",
        "over 400 ms",
        "less than 390 ms",
        "255 ms",
        "400x",
        "x400",
        "400\u00d7",
        "four hundred times",
        "twice as fast",
        "tenfold",
        "half the time",
        "a third",
        "an order of magnitude",
        "thousands of rows",
        "two tables",
        "a dozen tables",
        "ninety-five percent",
        "12 tables",
        "1.2.4",
        "2026-03-02",
        "about 940,000 rows",
        "77 rows",
        "401234567890 rows",
        "999,999 rows",
        "2M rows",
        "12 rows per second",
        "four hundred and two ms",
        "1e400000 rows",
        "\uff19\uff19\uff19 rows",
        "½",
        "4 hundred times",
        "2 dozen tables",
        "cut in half",
        "faster by half",
        "a tenth of the time",
        "two fifths of the time",
        "1/10th of the time",
        "many times faster",
        "several times as fast",
        "it takes an hour",
        "done within a second.",
        "it took about a minute to finish",
    ],
)
def test_a_number_that_is_not_in_the_result_stands_nowhere(claim: str) -> None:
    assert stands(claim)
    assert not any(stands(claim))


@pytest.mark.parametrize(
    "text",
    [
        "Encode it as UTF-8 and hash it with SHA-256",
        "the p99 of an S3 bucket, UUIDv7, int8 and utf8",
        "table_2 and purchase2024_old",
        "one of them is the one",
        "the 2nd and the 3rd",
        "HTTP/2 with TLS 1.3 and OAuth 2.0",
        "a second index, a double precision column",
        "it takes a second look, in a second step, and once a day",
        "a few times a week, many times over",
    ],
)
def test_names_with_digits_are_no_numbers(text: str) -> None:
    assert quantities_in(text) == ()


def test_both_ends_of_a_range_have_its_unit() -> None:
    low, high = quantities_in("5-10 ms")
    assert (low.measures, high.measures) == ("seconds", "seconds")
    assert low.values[0] * 2 == high.values[0]


def test_what_a_program_measured_may_lose_digits_and_a_count_may_not() -> None:
    (measured,) = quantities_in("398.6 ms")
    found = find(measured, SOURCES, "398.6 ms")
    assert found is not None
    assert found.rounded
    assert stands("1,000,001 rows") == [False]


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for each in quantities_in(text):
        find(each, SOURCES, text)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_agrees_with_itself(number: int) -> None:
    (claimed,) = quantities_in(f"it has {number:,} rows")
    assert find(claimed, tuple(quantities_of({"rows": number})), "it has rows") is not None
    other = tuple(quantities_of({"rows": number + 1}))
    assert find(claimed, other, "it has rows") is None
