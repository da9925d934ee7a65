from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest

from backstay.model.envelope import Unchecked
from backstay.reports import html
from backstay.reports.characters import visible
from backstay.reports.markup import Markup, anchor, element
from tests.reports.example import (
    GUIDANCE,
    HOSTILE,
    envelope,
    hostile,
    many,
    root_container,
    shop,
    slow_delete,
)

# The end tags that HTML allows to leave out, and elements that have none.
UNENDED = {"li", "td", "th", "tr", "dd", "caption", "meta"}


class Elements(HTMLParser):
    """The elements of a page with their attributes, its texts, and what is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in UNENDED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each element of that name."""
        return [attributes for tag, attributes in self.elements if tag == name]


def body_of(page: str) -> str:
    """The page without its style and script."""
    return re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)


@pytest.fixture(scope="module")
def shop_page() -> str:
    return html.render(shop(), GUIDANCE)


@pytest.mark.parametrize("made", [shop(), hostile(), envelope(), many(3)])
def test_every_element_is_closed_in_order(made: msgspec.Struct) -> None:
    page = Elements(html.render(made, GUIDANCE))  # type: ignore[arg-type]

    assert page.faults == []
    assert page.open == []


def test_text_of_the_project_adds_no_element_and_no_attribute() -> None:
    made = Elements(html.render(hostile(), GUIDANCE))
    ours = Elements(html.render(shop(), GUIDANCE))

    assert {name for name, _ in made.elements} <= {name for name, _ in ours.elements}
    assert {each for _, attributes in made.elements for each in attributes} <= {
        each for _, attributes in ours.elements for each in attributes
    }
    assert len(made.all("script")) == 1


def test_text_of_the_project_is_shown_as_it_is() -> None:
    page = Elements(body_of(html.render(hostile(), GUIDANCE)))

    shown = "".join(page.texts)

    assert visible(HOSTILE) in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_page_may_load_nothing_and_run_only_its_own_script(shop_page: str) -> None:
    [policy] = [
        each["content"]
        for each in Elements(shop_page).all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    ]

    for name, directive in (("style", "style-src"), ("script", "script-src")):
        [text] = re.findall(rf"<{name}>(.*?)</{name}>", shop_page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in (policy or "")
    assert (policy or "").startswith("default-src 'none';")
    assert "unsafe" not in (policy or "")


def test_nothing_in_the_page_is_fetched(shop_page: str) -> None:
    page = Elements(shop_page)
    names = {name for name, _ in page.elements}

    assert not names & {"link", "img", "iframe", "object", "embed", "base", "form"} - {"form"}
    assert not [each for _, attributes in page.elements for each in attributes if each == "src"]
    assert "url(" not in shop_page
    assert "@import" not in shop_page


def test_each_finding_has_its_message_places_fix_proof_limits_and_repeat(shop_page: str) -> None:
    text = " ".join("".join(Elements(body_of(shop_page)).texts).replace("\u00a0", " ").split())

    for words in (
        "purchase (customer_id) refers to customer but has no index",
        "db/schema.sql:41:5",
        "15 more sites",
        "db/archive/schema_2024.sql:55:5",
        "create index concurrently on purchase (customer_id);",
        "index-trial at 5,000,000 rows in purchase and 200,000 rows in customer",
        "41,666",
        "21.3 µs",
        "Inserts into purchase were not timed.",
        "backstay prove b7c1e0a1b2c3 --budget 30",
        "+USER 10001",
        "/paths/~1customers~1{customer_id}~1orders/get",
        "Holds from 120,000 rows in audit.entry; its real size is not known.",
        "role: shop_app before and after (control shop_control)",
        "Mend this at any stage",
    ):
        assert words in text, words


def test_bars_are_as_long_as_their_numbers(shop_page: str) -> None:
    table = shop_page.partition("<caption>pages read")[2].partition("</table>")[0]

    # 4 of 41,666 would not be seen at its true length.
    assert re.findall(r"width=([\d.]+%?)", table) == ["100%", "0.5%", "100%"]


def test_guidance_is_stored_once_however_many_findings_it_has() -> None:
    page = html.render(many(40), GUIDANCE)

    assert page.count("PostgreSQL indexes the parent") == 1
    assert page.count("href=#p-foreign-key-without-index") == 16


def test_links_lead_somewhere(shop_page: str) -> None:
    page = Elements(shop_page)
    targets = {each.get("id") for _, each in page.elements}

    inside = [each["href"] for each in page.all("a") if (each["href"] or "").startswith("#")]

    assert len(inside) > 10
    assert not [each for each in inside if (each or "")[1:] not in targets]


def test_refuted_findings_stand_apart_without_a_fix(shop_page: str) -> None:
    apart = shop_page.partition("<section id=refuted>")[2].partition("</section>")[0]

    assert "shipping_rate (country_code)" in apart
    assert "create index" not in apart
    assert "shipping_rate" not in shop_page.partition("<section id=refuted>")[0]


def test_what_was_not_read_or_checked_is_named_in_full(shop_page: str) -> None:
    text = "".join(Elements(shop_page.partition("<section id=unread")[2]).texts)

    for words in ("legacy/users.sql", "db/dump.sql", "is not UTF-8", "collation de-x-icu"):
        assert words in text


def test_nothing_found_is_said_of_what_was_read_and_of_that_only() -> None:
    gap = (Unchecked(what="views", why="no reader"),)

    page = html.render(envelope(not_checked=gap), GUIDANCE)

    assert "Nothing found in what was read: 42 tables" in page
    assert "This says nothing about what was not read or not checked." in page
    assert "class=toolbar" not in body_of(page)


def test_fifty_findings_stay_below_300_kb_and_each_more_below_2_kb() -> None:
    fifty = len(html.render(many(50), GUIDANCE).encode())
    three_hundred = len(html.render(many(300), GUIDANCE).encode())

    assert fifty < 300_000
    assert (three_hundred - fifty) / 250 < 2_000


def test_very_many_sites_are_counted_where_they_are_not_shown() -> None:
    site = slow_delete().also[0]
    finding = msgspec.structs.replace(slow_delete(), also=(site,) * 900)

    page = html.render(envelope([finding]), GUIDANCE)

    assert page.count("schema_2010.sql:41:5") == 50
    assert "and 850 more, which the JSON report names" in page


def test_a_patch_keeps_its_tabs_and_blanks() -> None:
    patch = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n \tall:\n-\tgo \n+\tgo\n"
    fix = msgspec.structs.replace(root_container().fix, patch=patch)
    finding = msgspec.structs.replace(root_container(), fix=fix)

    page = html.render(envelope([finding]), GUIDANCE)

    assert f"<code>{patch.rstrip()}</code>" in page


def test_markup_escapes_whatever_is_not_markup() -> None:
    made = element("a", "<b>", Markup("<i></i>"), title='"> <x', data_x="a'b")

    assert made == '<a title="&quot;&gt; &lt;x" data-x="a&#x27;b">&lt;b&gt;<i></i></a>'


def test_an_anchor_holds_nothing_but_letters_digits_and_dashes() -> None:
    assert anchor("f", 'a b"><c') == "f-a-b-c"
