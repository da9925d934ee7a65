from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backstay.reports.terminal_prose import fitted

PROSE = "Every insert writes the index, too; it takes disk and cache."
CODE = "```sql\ncreate index concurrently purchase_customer_id_idx on purchase (customer_id);\n```"


def test_prose_is_broken_and_code_is_not() -> None:
    assert fitted(f"{PROSE}\n\n{CODE}\n\n{PROSE}", 30) == (
        "Every insert writes the index,\ntoo; it takes disk and cache.\n\n"
        f"{CODE}\n\n"
        "Every insert writes the index,\ntoo; it takes disk and cache."
    )


def test_the_lines_of_a_list_keep_their_indent() -> None:
    assert fitted(f"- {PROSE}", 40) == (
        "- Every insert writes the index, too; it\n  takes disk and cache."
    )


def test_a_table_and_a_heading_stay_whole() -> None:
    text = f"| {PROSE} |\n## {PROSE}"
    assert fitted(text, 20) == text


@given(st.lists(st.text("ab `-|#\u00e9\u4e2d", max_size=60)), st.integers(10, 40))
def test_no_word_is_lost_and_what_can_be_broken_fits(lines: list[str], width: int) -> None:
    text = "\n".join(lines)
    shown = fitted(text, width)
    assert shown.split() == text.split()
