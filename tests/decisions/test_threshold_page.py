"""The page on thresholds says what the models and the stored measurements say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backstay.decisions.loading import model_of
from backstay.decisions.measurements import measurements

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "decision-thresholds.md"
MODELS = ("datastore", "broker", "caching", "consistency", "data-scaling")
ROW = re.compile(r"`([a-z0-9-]+)` \|(?:[^|]*\|)?? +([\d.,]+)(/s| ms) \|")


def sources(topic: str) -> set[str]:
    options = model_of(topic).entry.options.values()
    limits = {rule.source for option in options for rule in option.rule_out}
    return (limits | {rule.source for option in options for rule in option.adjust}) - {"judgement"}


@pytest.mark.parametrize("topic", MODELS)
def test_each_source_of_a_rule_is_on_the_page(topic: str) -> None:
    page = PAGE.read_text("utf-8")
    missing = {
        source
        for source in sources(topic)
        if (f"`{source.removeprefix('bench: ')}`" if source.startswith("bench: ") else source)
        not in page
    }
    assert not missing


def test_the_page_quotes_the_stored_measurements() -> None:
    stored = measurements()
    quoted = ROW.findall(PAGE.read_text("utf-8"))
    assert len(quoted) > 30
    for name, value, unit in quoted:
        assert float(value.replace(",", "")) == stored[name].value, name
        assert unit == ("/s" if stored[name].unit == "1/s" else " ms"), name
