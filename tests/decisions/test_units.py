from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backstay.decisions.units import plain, quantity, unit_of, written
from backstay.model.errors import BadRequest


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5000", "rows/s", 5000),
        ("5k", "rows/s", 5000),
        ("5k/s", "rows/s", 5000),
        ("5000 1/s", "rows/s", 5000),
        ("5 k rows/s", "rows/s", 5000),
        ("5000 rows per second", "rows/s", 5000),
        ("1 row/s", "rows/s", 1),
        ("300k/min", "rows/s", 5000),
        ("86.4M/day", "rows/s", 1000),
        ("90 rps", "requests/s", 90),
        ("60 requests/min", "requests/s", 1),
        ("200 GB", "GB", 200),
        ("1.5 TB", "GB", 1500),
        ("500MB", "GB", 0.5),
        ("1 GiB", "MB", 1073.741824),
        ("200G", "GB", 200),
        ("500M", "GB", 0.5),
        ("5k", "MB", 0.005),
        ("3 ms", "ms", 3),
        ("2 s", "ms", 2000),
        ("1.5 h", "min", 90),
        ("1 year", "months", 12),
        ("10 GB/month", "GB/month", 10),
        ("12 %", "%", 12),
        ("12", "%", 12),
        ("2M", "rows", 2_000_000),
        ("2 million", "rows", 2_000_000),
        ("1,250,000", "rows", 1_250_000),
        ("1_250_000", "rows", 1_250_000),
        ("1e6", "rows", 1_000_000),
        ("3 teams", "teams", 3),
        ("1 team", "teams", 1),
        ("4 changes/month", "changes/month", 4),
        ("48/year", "changes/month", 4),
        ("1k USD/month", "USD/month", 1000),
        ("7 foreign keys", "foreign keys", 7),
    ],
)
def test_a_quantity_is_read_in_the_unit_of_its_fact(text: str, unit: str, value: float) -> None:
    assert quantity(text, unit_of(unit)) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 MB", "rows/s"),
        ("5 MB/s", "rows/s"),
        ("5 s", "rows/s"),
        ("5 apples/s", "rows/s"),
        ("5 rows", "rows/s"),
        ("5/s", "rows"),
        ("5 GB", "MB/s"),
        ("5 ms", "GB"),
        ("3 GB", "ms"),
        ("200 rps", "rows/s"),
        ("5/s/s", "rows/s"),
        ("5 m", "rows"),
        ("3 teams", "tables"),
        ("5 %", "rows"),
        ("5M", "ms"),
        ("200 Gb", "GB"),
        ("2 million", "GB"),
    ],
)
def test_another_unit_is_refused_with_what_is_accepted(text: str, unit: str) -> None:
    with pytest.raises(BadRequest, match=r"is not in .*\. Write it as ") as refused:
        quantity(text, unit_of(unit))
    assert unit_of(unit).examples in str(refused.value)


@pytest.mark.parametrize("text", ["", "many", "1,5", "0x10", "five", "nan", "--3", "1/0", "/s"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="is not"):
        quantity(text, unit_of("rows/s"))


def test_a_value_is_read_to_its_end_or_not_at_all() -> None:
    with pytest.raises(BadRequest, match="is not a number"):
        quantity("5" + " " * 300 + "MB", unit_of("rows/s"))


def test_a_number_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(BadRequest, match="beyond"):
        quantity("1e308k", unit_of("rows/s"))


@pytest.mark.parametrize("text", ["rows/apples", "rows/s/s", "", "/s", "5", "rows;drop"])
def test_a_unit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no unit"):
        unit_of(text)


@given(some.text(max_size=40), some.sampled_from(["rows/s", "GB", "ms", "teams", "%", "GB/month"]))
def test_any_text_is_a_quantity_or_refused(text: str, unit: str) -> None:
    try:
        value = quantity(text, unit_of(unit))
    except BadRequest:
        return
    assert abs(value) < float("inf")


@given(
    some.integers(0, 10**12),
    some.sampled_from(["rows/s", "GB", "ms", "teams", "%", "GB/month", "rows", "changes/month"]),
)
def test_a_value_that_is_pasted_back_is_the_same(number: int, unit: str) -> None:
    value = number / 4
    assert quantity(plain(value, unit_of(unit)), unit_of(unit)) == pytest.approx(value)


def test_values_are_written_with_their_units() -> None:
    assert written(1, unit_of("replicas")) == "1 replica"
    assert written(5000, unit_of("rows/s")) == "5,000 rows/s"
    assert written(1, unit_of("queries")) == "1 query"
    assert written(0.25, unit_of("GB")) == "0.25 GB"
