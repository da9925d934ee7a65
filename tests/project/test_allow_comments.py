from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.project.allow_comments import Allowances, allowed_lines

NAMES = {"money-as-float": "money-as-float", "old-name": "new-name", "new-name": "new-name"}


def read(text: str) -> Allowances:
    return allowed_lines(text, "schema.sql", NAMES.get)


@pytest.mark.parametrize(
    "line",
    [
        "price real, -- backstay: allow money-as-float -- shown only",
        "price: x # backstay: allow money-as-float -- shown only",
        "price: x // backstay:allow money-as-float -- shown only",
        "price: x /* backstay: allow money-as-float -- shown only */",
        "<price/> <!-- backstay: allow money-as-float -- shown only -->",
        "price real, --backstay: allow money-as-float \u2014 shown only\r",
        "price real, -- backstay: allow new-name, money-as-float -- shown only",
    ],
)
def test_a_comment_at_the_end_covers_its_line_alone(line: str) -> None:
    allowances = read(f"first\n{line}\nthird")
    found = allowances.covering("money-as-float", 2)
    assert found is not None
    assert found.reason == "shown only"
    assert allowances.covering("money-as-float", 1) is None
    assert allowances.covering("money-as-float", 3) is None
    assert allowances.covering("other", 2) is None
    assert allowances.problems == ()


def test_a_comment_above_covers_the_next_line_that_is_no_comment() -> None:
    allowances = read(
        "-- backstay: allow money-as-float -- shown only\n"
        "  # backstay: allow new-name -- as well\n"
        "-- What it costs.\n"
        "price real,\n"
        "weight real\n"
    )
    assert allowances.covering("money-as-float", 4) is not None
    assert allowances.covering("new-name", 4) is not None
    assert allowances.covering("money-as-float", 5) is None


def test_an_empty_line_ends_the_reach_of_a_comment() -> None:
    allowances = read("-- backstay: allow money-as-float -- shown only\n\nprice real")
    assert allowances.covering("money-as-float", 3) is None


def test_the_end_of_a_statement_covers_it_too() -> None:
    allowances = read("price\n real -- backstay: allow money-as-float -- shown only")
    assert allowances.covering("money-as-float", 1, end_line=2) is not None


def test_an_earlier_name_still_holds() -> None:
    assert read("x -- backstay: allow old-name -- why").covering("new-name", 1) is not None


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("-- backstay: allow money-as-float", "lacks the reason"),
        ("-- backstay: allow money-as-float --", "lacks the reason"),
        ("/* backstay: allow money-as-float -- */", "lacks the reason"),
        ("-- backstay: allow -- why", "lacks the practice"),
        ("-- backstay: allow money-as-flaot -- why", "no practice of that name"),
        ("-- backstay: ignore money-as-float -- why", "not understood"),
        ("-- backstay: alow money-as-float -- why", "not understood"),
    ],
)
def test_a_comment_that_allows_nothing_is_said(comment: str, why: str) -> None:
    allowances = read(f"a\nprice real {comment}")
    assert allowances.covering("money-as-float", 2) is None
    [problem] = allowances.problems
    assert why in problem.why
    assert problem.where.file == "schema.sql"  # type: ignore[union-attr]  # it is a place
    assert problem.where.start == len("a\nprice real ")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "image: backstay:latest",
        "backstay: allow money-as-float -- no comment",
        "# backstay: reviews this file in CI",
        "# see backstay",
        "",
    ],
)
def test_what_is_no_allow_comment_is_left_alone(text: str) -> None:
    assert read(text) == Allowances(by_site={}, problems=())


def test_a_comment_that_covers_nothing_is_said() -> None:
    allowances = read("a -- backstay: allow money-as-float, new-name -- why")
    used = allowances.covering("new-name", 1)
    assert used is not None
    [said] = allowances.unused([used])
    assert "money-as-float" in said.what


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    read(text)
    read(f"-- backstay:{text}")
    read(text.replace(" ", " -- backstay: allow "))


@pytest.mark.parametrize(
    "piece",
    ["-- backstay: allow a -- b\n", "-- backstay: allow ", "-- backstay: allow a" + " " * 50, " "],
)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "-- backstay: allow x -- " + piece * (size // len(piece))
        start = time.process_time()
        read(text)
        return time.process_time() - start

    seconds(100_000)
    assert seconds(800_000) < 20 * max(seconds(100_000), 0.005)
