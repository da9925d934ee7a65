from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest

from backstay.model.envelope import Unchecked
from backstay.reports import markdown
from backstay.reports.markdown_escapes import code, fenced, inline
from tests.reports.example import (
    GUIDANCE,
    HOSTILE,
    envelope,
    hostile,
    leak,
    many,
    shop,
    slow_delete,
)

OURS = {"details", "summary", "b", "span"}
MARKDOWN = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "strong", "ul"}


class Elements(HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= set(attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page_of(text: str) -> Elements:
    """The report as a forge lays it out."""
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    return Elements(parser.MarkdownIt("commonmark").enable("table").render(text))


def test_the_table_has_a_line_for_each_finding() -> None:
    report = markdown.render(shop(), GUIDANCE)

    assert (
        "| **high** | purchase (customer_id) refers to customer but has no index "
        "| `db/schema.sql:41:5` and 15 more sites | proven |\n"
    ) in report
    assert (
        "| low | audit.entry (actor_id) refers to customer but has no index "
        "| `postgresql audit.entry` | not proven |\n"
    ) in report


def test_the_details_are_folded_and_can_be_pasted() -> None:
    report = markdown.render(shop(), GUIDANCE)

    assert report.count("<details>\n<summary>") == report.count("\n</details>")
    assert "```sql\ncreate index concurrently on purchase (customer_id);\n```" in report
    assert "```diff\n--- a/Dockerfile" in report
    assert "**Proven.** pages read: 41,666 before, 4 after (control 41,666)" in report


def test_of_many_findings_the_rest_is_counted() -> None:
    report = markdown.render(many(53), GUIDANCE)

    table = report.partition("<details>")[0]

    assert table.count("| proven |") + table.count("| not proven |") == 20
    assert "and 33 more: 7 critical, 14 high, 6 medium, 6 low" in table


def test_what_was_not_read_not_checked_and_refuted_is_in_it() -> None:
    report = markdown.render(shop(), GUIDANCE)

    assert "<summary>Refuted: 1 suspicion, tried and not so here</summary>" in report
    assert "<summary>Not read: 6 files</summary>" in report
    assert "`legacy/shops.sql`, `legacy/users.sql`: is not UTF-8" in report
    assert "<summary>Not checked: 3</summary>" in report


def test_nothing_found_is_said_of_what_was_read_and_of_that_only() -> None:
    gap = (Unchecked(what="views", why="no reader"),)

    report = markdown.render(envelope(not_checked=gap), GUIDANCE)

    assert "### Backstay: nothing found" in report
    assert "in what was read: 42 tables" in report
    assert "This says nothing about what was not read or not checked." in report


def test_text_of_the_project_adds_no_element_no_link_and_no_image() -> None:
    page = page_of(markdown.render(hostile(), GUIDANCE))

    assert "<script>" in HOSTILE
    assert page.names <= OURS | MARKDOWN | {"li"}
    assert {name for name, _ in page.attributes} <= {"class"}


def test_text_of_the_project_is_shown_as_it_is() -> None:
    texts = "".join(page_of(markdown.render(hostile(), GUIDANCE)).texts)

    assert "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`</pre>" in texts
    assert "[click](" in texts
    assert "<U+001B>[31mred" in texts


def test_nobody_is_mentioned_and_no_issue_is_referred_to() -> None:
    text = "@everyone #12 GH-7 https://example.com www.example.com a/b#3"

    report = markdown.render(envelope([msgspec.structs.replace(leak(), message=text)]), GUIDANCE)

    prose = re.sub(r"`[^`]*`", "", report)
    assert not re.search(r"@\w|#\d|GH-\d|://|www\.", prose)
    assert "@\u200beveryone #\u200b12" in prose


@pytest.mark.parametrize(
    "text",
    ["__init__", "_a_", "*a*", "~~a~~", "[a](b)", "`a`", "a|b", "<b>", "a\\*b", "&amp;", "$a$"],
)
def test_markup_in_a_message_stays_text(text: str) -> None:
    page = page_of(inline(f"x {text} y"))

    assert page.names <= {"p", "span"}
    assert "".join(page.texts).strip() == f"x {text} y"


def test_names_keep_their_underscores_and_parentheses() -> None:
    assert inline("purchase (customer_id)") == "purchase (customer_id)"


@pytest.mark.parametrize("text", ["a", "`a`", "a``b", "```", "a|b"])
def test_code_is_shown_whatever_ticks_it_holds(text: str) -> None:
    page = page_of(code(text))

    assert page.names == {"p", "code"}
    assert "".join(page.texts).strip() == text


def test_a_block_of_code_cannot_be_left() -> None:
    page = page_of(fenced("```\n<b>\n````\n# not a heading", "sql", 40))

    assert page.names == {"pre", "code"}


def test_a_long_block_is_cut_and_says_so() -> None:
    block = fenced("\n".join(map(str, range(100))), "sql", 40)

    assert block.endswith("39\n```\n\nand 60 more lines in the whole report")


def test_a_comment_never_outgrows_what_a_forge_takes() -> None:
    huge = msgspec.structs.replace(slow_delete(), message="word " * 5_000)
    gaps = tuple(Unchecked(what="x" * 9_000, why="y" * 9_000 + str(n)) for n in range(40))

    report = markdown.render(envelope([huge] * 40, refuted=[huge] * 40, not_checked=gaps), GUIDANCE)

    assert len(report) < 65_536
    assert "did not fit into this comment" in report
