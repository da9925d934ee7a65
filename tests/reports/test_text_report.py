from __future__ import annotations

import re

import msgspec
import pytest

from backstay.model.envelope import Unchecked, UnreadFile
from backstay.reports import text
from backstay.reports.characters import cells, visible, wrapped
from tests.reports.example import GUIDANCE, envelope, hostile, many, shop, small_table

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_a_finding_tells_what_where_why_how_sure_where_else_and_what_to_do() -> None:
    block = text.render(shop(), GUIDANCE, width=80).split("\n\n")[2]

    assert block == (
        "HIGH      purchase (customer_id) refers to customer but has no index\n"
        "          db/schema.sql:41:5  foreign-key-without-index b7c1e0a1b2c3  proven\n"
        "Why       PostgreSQL indexes the parent's key but not the child's columns. Each\n"
        "          delete of a parent row, each change of its key, and each join from\n"
        "          parent to child then reads the whole child table.\n"
        "Proven    pages read: 41,666 before, 4 after (control 41,666); delete: 112 ms\n"
        "          before, 21.3 µs after (control 113 ms); at 5,000,000 rows in purchase\n"
        "          and 200,000 rows in customer\n"
        "Also      at 15 more sites: db/archive/schema_2010.sql:41:5,\n"
        "          db/archive/schema_2011.sql:42:5, db/archive/schema_2012.sql:43:5 and\n"
        "          12 more\n"
        "Fix       Create an index on purchase (customer_id).\n"
        "          create index concurrently on purchase (customer_id);"
    )


def test_the_end_sums_up_and_says_what_to_do_next() -> None:
    ending = text.render(shop(), GUIDANCE, width=100).split("\n\n")[-1]

    assert ending == (
        "5 findings at 21 sites: 1 critical, 2 high, 1 medium, 1 low; 2 proven; 1 refuted; "
        "2 approved.\n"
        "Read 42 tables, 27 operations, 5 services, 310 columns and 61 indexes.\n"
        "3 findings at or above --fail-on high.\n"
        "Next      backstay explain row-security-leaks-through-view\n"
        "            why, what it costs, what else one could do\n"
        "          backstay review . --prove --verbose  evidence, limits, every site, 1 patch\n"
    )


def test_proving_is_offered_only_where_it_was_not_done_and_can_be() -> None:
    untried = [
        msgspec.structs.replace(each, proof=None, reason="read from the files; see --prove")
        for each in shop().findings[:3]
    ]

    assert "to the test" not in text.render(shop(), GUIDANCE)
    assert "put 3 findings to the test" in text.render(envelope(untried), GUIDANCE)


def test_what_was_not_read_or_checked_is_grouped_by_reason_and_counted() -> None:
    report = " ".join(text.render(shop(), GUIDANCE).split())

    assert (
        "Not read: 6 files "
        "- legacy/customers.sql, legacy/orders.sql, legacy/prices.sql and 2 more: "
        "is not UTF-8 and names no encoding "
        "- db/dump.sql: is larger than 64 MB (212 MB) "
        "Not checked: 3 "
    ) in report
    assert "legacy/users.sql" in text.render(shop(), GUIDANCE, verbose=True)


def test_many_reasons_are_counted_when_they_are_not_shown() -> None:
    gaps = tuple(Unchecked(what=f"thing {number}", why=f"reason {number}") for number in range(20))

    report = text.render(envelope(not_checked=gaps), GUIDANCE)

    assert "Not checked: 20\n" in report
    assert "and 14 more for 14 other reasons" in report


def test_nothing_found_is_said_of_what_was_read_and_of_that_only() -> None:
    unread = (UnreadFile(file="a.sql", why="is empty"),)

    report = " ".join(text.render(envelope(unread=unread), GUIDANCE).split())

    assert "Nothing found in what was read: 42 tables" in report
    assert "Not read: 1 file - a.sql: is empty" in report
    assert "This says nothing about what was not read or not checked." in report


def test_nothing_read_is_not_called_clean() -> None:
    report = text.render(envelope(read={"unread": 3}), GUIDANCE)

    assert "Nothing found, because nothing was read that could be judged." in report


def test_refuted_findings_stand_apart_with_their_numbers_and_without_a_fix() -> None:
    report = " ".join(text.render(envelope(refuted=[small_table()]), GUIDANCE).split())

    apart = report.partition("Refuted: suspected, tried, and not so here.")[2]
    assert "shipping_rate (country_code)" in apart
    assert "pages read: 2 before and after (control 2)" in apart
    assert "create index" not in apart


def test_a_reason_and_a_practices_own_words_are_said_once() -> None:
    report = text.render(many(20), GUIDANCE)

    assert report.count("PostgreSQL indexes the parent's key") == 1
    assert report.count("There is no experiment for this practice.") == 1
    assert report.count("Mend this at any stage") == 1


def test_a_long_report_names_every_practice_and_counts_what_it_does_not_show() -> None:
    report = text.render(many(60), GUIDANCE, width=100)

    assert "And 35 more findings, all with --verbose:" in report
    rest = report.partition("And 35 more findings")[2].partition("\n\n")[0]
    counts = re.findall(r"(\d+) (?:[a-z]+-)+[a-z]+:", rest)
    assert sum(map(int, counts)) == 35
    assert "And 35 more" not in text.render(many(60), GUIDANCE, verbose=True)


def test_verbose_adds_evidence_limits_repeat_patch_and_every_site() -> None:
    report = " ".join(text.render(shop(), GUIDANCE, verbose=True, width=100).split())

    for words in (
        "policy tenant_only on orders",
        "Inserts into purchase were not timed.",
        "backstay prove b7c1e0a1b2c3 --budget 30",
        "+USER 10001",
        "db/archive/schema_2024.sql:55:5",
        "index: 0 bytes before, 112 MB after",
        "Every insert into the child also writes the index",
        "https://datatracker.ietf.org/doc/html/rfc8288",
    ):
        assert words in report


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_keep_to_the_width_unless_a_word_must_stay_whole_to_be_copied(width: int) -> None:
    for line in text.render(shop(), GUIDANCE, width=width).splitlines():
        pasted = line.startswith(" " * 10) and line.endswith(";")
        assert pasted or cells(line) <= width or len(line.split()) <= 5, line


def test_colour_changes_nothing_but_colour() -> None:
    coloured = text.render(shop(), GUIDANCE, colour=True)

    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured) == text.render(shop(), GUIDANCE)


def test_the_project_cannot_send_commands_to_the_terminal() -> None:
    report = text.render(hostile(), GUIDANCE, verbose=True)

    assert "\x1b" not in report
    assert "\x07" not in report
    assert "\u202e" not in report
    assert "<U+001B>[31mred<U+0007> <U+202E>txt.sql" in report


def test_visible_text_is_one_line() -> None:
    assert visible("a\n\tb\r\n c\u2028d") == "a b c<U+2028>d"


def test_wide_characters_count_twice() -> None:
    assert wrapped("表 表 表", width=5) == ["表 表", "表"]
