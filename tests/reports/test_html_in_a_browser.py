"""The HTML report as a real browser shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backstay.reports import html
from tests.reports.browser import CHROMIUM, Page, browser
from tests.reports.example import GUIDANCE, envelope, hostile, shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

SHOWN = "[...document.querySelectorAll('#findings .finding')].filter((e) => e.checkVisibility())"
MESSAGES = f"{SHOWN}.map((e) => e.querySelector('h3').textContent.split(' ')[0])"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, made in (("shop", shop()), ("hostile", hostile()), ("nothing", envelope())):
        (folder / f"{name}.html").write_text(html.render(made, GUIDANCE), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.mark.parametrize("name", ["shop", "hostile", "nothing"])
def test_the_page_asks_for_nothing_and_has_no_fault(page: Page, files: Path, name: str) -> None:
    page.open(files / f"{name}.html")

    page.run("new Promise((done) => setTimeout(done, 100))")

    assert page.requests == [(files / f"{name}.html").as_uri()]
    assert page.errors == []


def test_the_policy_stops_what_escaping_would_have_missed(page: Page, files: Path) -> None:
    page.open(files / "shop.html")

    page.run("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:9/\">')")
    page.run("document.body.append(Object.assign(document.createElement('script'), {text: 'x=1'}))")
    page.run("new Promise((done) => setTimeout(done, 100))")

    assert page.run("typeof x") == "undefined"
    assert page.blocked == ["csp"]
    assert [each for each in page.errors if "Content Security Policy" in each]


@pytest.mark.parametrize(
    ("choice", "messages"),
    [
        ("document.querySelector('[data-severity=high]:is(button)').click()", ["purchase", "GET"]),
        ("choose('Any verdict', 'proven')", ["view", "purchase"]),
        ("choose('Any area', 'data')", ["purchase", "audit.entry"]),
        ("choose('Any practice', 'list-without-pagination')", ["GET"]),
        ("choose('Any file', 'Dockerfile')", ["the"]),
        ("choose('Any file', 'db/archive/schema_2024.sql')", ["purchase"]),
        ("type('CURSOR list')", ["GET"]),
    ],
)
def test_filters_leave_what_matches(
    page: Page, files: Path, choice: str, messages: list[str]
) -> None:
    page.open(files / "shop.html")
    page.run(
        """globalThis.choose = (label, value) => {
            const select = document.querySelector(`select[aria-label='${label}']`);
            select.value = value;
            select.dispatchEvent(new Event('change'));
        };
        globalThis.type = (text) => {
            const field = document.querySelector('input[type=search]');
            field.value = text;
            field.dispatchEvent(new Event('input'));
        };"""
    )

    page.run(choice)

    assert page.run(MESSAGES) == messages
    assert page.run("document.querySelector('.count').textContent") == (
        f"{len(messages)} of 5 shown"
    )
    page.run(
        "[...document.querySelectorAll('button')].find((e) => e.textContent == 'Reset').click()"
    )
    assert page.run(f"{MESSAGES}.length") == 5


def test_without_its_script_everything_is_there_and_nothing_is_dead(
    page: Page, files: Path
) -> None:
    page.open(files / "shop.html", script=False)

    assert page.run(f"{MESSAGES}.length") == 5
    assert page.run("document.querySelector('.toolbar').checkVisibility()") is False
    assert page.run("document.querySelectorAll('button').length") == 0
    assert page.run("document.querySelector('#p-money-as-float, #p-image-runs-as-root').id")
    assert page.run("document.querySelector('.tiles').checkVisibility()") is True


@pytest.mark.parametrize("name", ["shop", "hostile", "nothing"])
@pytest.mark.parametrize("script", [True, False])
def test_a_phone_does_not_scroll_sideways(
    page: Page, files: Path, name: str, *, script: bool
) -> None:
    page.open(files / f"{name}.html", width=390, script=script)

    widest = "Math.max(...[...document.querySelectorAll('body *')].map((e) => e.closest('pre')"
    widest += " ? 0 : e.getBoundingClientRect().right))"
    assert page.run("document.documentElement.scrollWidth") == 390
    assert page.run(widest) <= 390


def test_the_theme_follows_the_system_until_somebody_chooses(page: Page, files: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.open(files / "shop.html", dark=True)
    dark = page.run(ground)
    page.run("document.querySelector('.theme').click()")
    light = page.run(ground)

    page.open(files / "shop.html", dark=True)
    chosen = page.run(ground)
    page.run("localStorage.clear()")
    page.open(files / "shop.html", dark=False)

    assert dark != light
    assert chosen == light
    assert page.run(ground) == light


def test_guidance_opens_over_the_finding_and_closes_by_key(page: Page, files: Path) -> None:
    page.open(files / "shop.html")

    page.run("document.querySelector('.finding a[href^=\"#p-\"]').click()")

    assert page.run("document.querySelector('dialog').open") is True
    assert "Whoever may read the view" in page.run("document.querySelector('dialog').textContent")
    page.press("Escape")
    assert page.run("document.querySelector('dialog').open") is False


def test_the_keyboard_reaches_the_findings_first(page: Page, files: Path) -> None:
    page.open(files / "shop.html")

    page.press("Tab")

    assert page.run("document.activeElement.textContent") == "Skip to the findings"
    page.press("Enter")
    assert page.run("location.hash") == "#findings"


def test_a_fix_can_be_copied(page: Page, files: Path) -> None:
    page.open(files / "shop.html")
    page.run(
        "Object.defineProperty(navigator, 'clipboard', "
        "{value: {writeText: async (text) => { globalThis.copied = text; }}})"
    )

    page.run("document.querySelector('.finding .copied button').click()")

    assert page.run("copied") == "alter view open_orders set (security_invoker = true);"


def test_paper_shows_what_is_folded(page: Page, files: Path) -> None:
    page.open(files / "shop.html")

    page.run("dispatchEvent(new Event('beforeprint'))")
    opened = page.run("document.querySelectorAll('details:not([open])').length")
    page.run("dispatchEvent(new Event('afterprint'))")

    assert opened == 0
    assert page.run("document.querySelectorAll('details:not([open])').length") > 0
