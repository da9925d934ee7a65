"""What the models answer to records that projects published; the page says who seems right."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import cast

import msgspec
import pytest

from backstay.decisions.deciding import decide
from backstay.decisions.loading import model_of, topics
from backstay.model.findings import Stage

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "decision-records.md"


class Published(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    topic: str
    stage: Stage
    theirs: str
    first: str | None = None
    choice: str
    stated: dict[str, str] = {}
    read: dict[str, str] = {}

    def facts(self) -> list[str]:
        return [f"{name}={value}" for name, value in (self.stated | self.read).items()]

    def command(self) -> str:
        facts = "".join(f" --fact {fact}" for fact in self.facts())
        return f"backstay decide {self.topic} --stage {self.stage}{facts}"


def published() -> list[Published]:
    text = Path(__file__).with_name("published_records.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["records"], list[Published])


RECORDS = pytest.mark.parametrize("published", published(), ids=lambda each: cast("str", each.name))


@RECORDS
def test_a_published_record_gets_the_answer_that_the_page_states(published: Published) -> None:
    model = model_of(published.topic)
    assert published.theirs in model.entry.options
    assert decide(model, published.stage, published.facts()).choice == published.choice


@RECORDS
def test_the_page_shows_the_command_and_the_choice_of_each_record(published: Published) -> None:
    page = PAGE.read_text("utf-8")
    assert f"$ {published.command()}\n" in page
    rows = [row for row in page.splitlines() if row.startswith(f"| {published.name} |")]
    assert len(rows) == 1
    first = f"`{published.first}`" if published.first else "not asked"
    assert f"| `{published.theirs}` | {first} |" in rows[0]
    assert rows[0].endswith(f"| `{published.choice}` |")


def test_the_page_counts_right_how_often_the_models_agreed_and_agree() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    main = [each for each in published() if ": " in each.name]
    agreed = sum(each.theirs == each.first for each in main)
    agree = sum(each.theirs == each.choice for each in main)
    assert f"In {agreed} of {len(main)} Backstay agreed" in page
    assert f"Today it agrees in {agree} of {len(main)}" in page


def test_every_topic_is_held_against_a_published_record() -> None:
    assert {each.topic for each in published()} == set(topics())
