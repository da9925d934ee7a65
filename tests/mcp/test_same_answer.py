"""One capability gives the same JSON by every way, for the same limit and cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backstay.capabilities.tools import PREFIX, tools
from tests.mcp.connections import WAYS, ask, command_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mcp.client import Client

    Connect = Callable[[str], Client]

# Each with the command's words and the tool's arguments for the same. "{proven}" stands for the id
# of a finding whose proof is the same each time, since no clock is read in it.
REQUESTS: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
    "review": [
        (("--limit", "3"), {"limit": 3}),
        (("migrations", "--area", "data", "--limit", "50"), {
            "targets": ["migrations"], "area": ["data"], "limit": 50,
        }),
    ],
    "explain": [
        (("foreign-key-without-index", "--limit", "2"), {
            "subject": "foreign-key-without-index", "limit": 2,
        }),
        (("{proven}", "--limit", "9"), {"subject": "{proven}", "limit": 9}),
    ],
    "facts": [
        (("--kind", "column", "--limit", "7"), {"kind": "column", "limit": 7}),
        (("--limit", "1"), {"limit": 1}),
    ],
    "decide": [
        (("datastore", "--fact", "write_regions=2", "--limit", "9"), {
            "topic": ["datastore"], "fact": ["write_regions=2"], "limit": 9,
        }),
        (("--limit", "50"), {"limit": 50}),
    ],
    "diff": [
        (("api/openapi.yaml", "api/later.yaml", "--limit", "9"), {
            "old": "api/openapi.yaml", "new": "api/later.yaml", "limit": 9,
        }),
    ],
    "prove": [(("{proven}", "--limit", "5"), {"ids": ["{proven}"], "limit": 5})],
}  # fmt: skip
CASES = [(name, number) for name, requests in REQUESTS.items() for number in range(len(requests))]


@pytest.fixture(scope="module")
def proven(shop_folder: Path) -> str:
    report = command_json(shop_folder, "review", "--practice", "view-bypasses-row-security")
    return str(report["findings"][0]["id"])


def test_every_tool_is_compared() -> None:
    assert set(REQUESTS) == {each.name for each in tools()}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_commands(
    case: tuple[str, int], way: str, connect: Connect, shop: Path, proven: str
) -> None:
    name, number = case
    words, arguments = REQUESTS[name][number]
    expected = command_json(shop, name, *(each.format(proven=proven) for each in words))
    filled = json.loads(json.dumps(arguments).replace("{proven}", proven))
    got = ask(connect(way), PREFIX + name, filled)
    assert not got.is_error, got.text
    assert got.structured == expected


@pytest.mark.parametrize("way", WAYS)
def test_pages_follow_each_other_and_leave_nothing_out(
    way: str, connect: Connect, shop: Path
) -> None:
    whole = command_json(shop, "review")
    ids: list[str] = []
    cursor: str | None = None
    for _ in range(100):
        again = {"cursor": cursor} if cursor else {}
        page = ask(connect(way), "backstay_review", {"limit": 9, **again})
        words = ("--cursor", cursor) if cursor else ()
        assert page.structured == command_json(shop, "review", "--limit", "9", *words)
        ids += [each["id"] for each in page.structured["findings"]]
        cursor = page.structured["next_cursor"]
        if cursor is None:
            break
    assert ids == [each["id"] for each in whole["findings"]]
