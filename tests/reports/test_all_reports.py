"""What holds for every format."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from backstay.reports.formats import FORMATS, renderer
from tests.reports.example import GUIDANCE, envelope, many, shop

EVERY = tuple(FORMATS)
PROGRAM = """
import sys
from backstay.reports.formats import renderer
from tests.reports.example import GUIDANCE, shop
sys.stdout.buffer.write(renderer(sys.argv[1])(shop(), GUIDANCE).encode())
"""


@pytest.mark.parametrize("name", EVERY)
def test_equal_input_gives_equal_bytes_in_every_process(name: str) -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, name],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert runs == {renderer(name)(shop(), GUIDANCE).encode()}


@pytest.mark.parametrize("name", EVERY)
def test_a_report_says_what_was_not_read_what_was_not_checked_and_what_was_refuted(
    name: str,
) -> None:
    report = renderer(name)(shop(), GUIDANCE)

    assert "db/dump.sql" in report
    assert "collation de-x-icu of column product.name" in report
    assert re.search(r"shipping\W?_rate \W?\(country\W?_code", report)


@pytest.mark.parametrize("name", EVERY)
def test_a_report_adds_nothing_of_the_place_where_it_is_made(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "pgpass-0f7d2c")
    monkeypatch.setenv("USER", "user-0f7d2c")
    monkeypatch.setenv("HOME", "/home/user-0f7d2c")

    report = renderer(name)(shop(), GUIDANCE)

    assert "0f7d2c" not in report
    assert os.getcwd() not in report  # noqa: PTH109 (the text, not a path)
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", report)


@pytest.mark.parametrize("name", EVERY)
def test_a_finding_of_a_practice_without_guidance_is_reported(name: str) -> None:
    assert "foreign-key-without-index" in renderer(name)(shop(), {})


@pytest.mark.parametrize("name", EVERY)
def test_a_report_ends_with_one_line_end(name: str) -> None:
    report = renderer(name)(envelope(), GUIDANCE)

    assert report.endswith("\n")
    assert not report.endswith("\n\n")


@pytest.mark.parametrize("name", EVERY)
def test_a_file_name_that_is_no_unicode_can_be_reported(name: str) -> None:
    first = shop().findings[0]
    where = msgspec.structs.replace(first.where, file="caf\udce9.sql")

    report = renderer(name)(envelope([msgspec.structs.replace(first, where=where)]), GUIDANCE)

    assert report.encode()


@pytest.mark.parametrize("name", EVERY)
def test_a_thousand_findings_take_less_than_three_seconds(name: str) -> None:
    import time  # noqa: PLC0415 (only here)

    made = many(1_000)

    start = time.process_time()
    renderer(name)(made, GUIDANCE)

    assert time.process_time() - start < 3
