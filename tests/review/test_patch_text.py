from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstay.model.errors import BadRequest
from backstay.review.patch_text import file_patch

if TYPE_CHECKING:
    from pathlib import Path

# Python's text has more ends of lines than git's.
LINE = st.sampled_from(["a", "b", "", "c\r", "d\x0ce", "f\u2028g", "h\x85", "long"])
TEXT = st.lists(LINE, max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n".join(lines), "\n".join([*lines, ""])])
)
TIMES = st.sampled_from([0, 1, 40])


def applied(folder: Path, before: bytes | None, patch: str) -> bytes:
    file = folder / "with space.sql"
    file.unlink(missing_ok=True)
    if before is not None:
        file.write_bytes(before)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=folder, input=patch.encode(), check=True, capture_output=True)
    return file.read_bytes()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    around=st.tuples(TEXT, TIMES, TEXT, TIMES),
    middle=st.tuples(TEXT, TEXT),
)
def test_a_patch_makes_the_new_text_of_the_old(
    tmp_path: Path, around: tuple[str, int, str, int], middle: tuple[str, str]
) -> None:
    start, times_before, end, times_after = around
    before, after = (
        f"{start * times_before}{each}{end * times_after}".replace("long", "x" * 50).encode()
        for each in middle
    )
    patch = file_patch("with space.sql", before, after)
    assert (patch == "") == (before == after)
    if patch:
        assert applied(tmp_path, before, patch) == after


def test_a_new_file_is_made(tmp_path: Path) -> None:
    patch = file_patch("with space.sql", None, b"one\ntwo")
    assert applied(tmp_path, None, patch) == b"one\ntwo"


def test_a_change_in_a_long_file_shows_its_three_neighbours_and_its_line() -> None:
    lines = [f"line {number}\n" for number in range(1, 100_001)]
    before = "".join(lines).encode()
    lines[69_999] = "changed\n"
    shown = file_patch("a.sql", before, "".join(lines).encode()).splitlines()
    assert shown[2] == "@@ -69997,7 +69997,7 @@"
    assert shown[3] == " line 69997"
    assert shown[-1] == " line 70003"


def test_no_patch_shows_a_document_that_is_all_on_one_line() -> None:
    for size in (30_000, 3_000_000):
        line = b"[" + b"1," * size + b"1]\n"
        with pytest.raises(BadRequest, match="too long"):
            file_patch("api.json", line, line.replace(b"[1", b"[2", 1))
