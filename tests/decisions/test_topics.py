from __future__ import annotations

import pytest

from backstay.decisions.loading import topics
from backstay.decisions.topics import all_topics, topic_named
from backstay.model.errors import BadRequest


@pytest.mark.parametrize("topic", topics())
def test_a_topic_is_found_by_its_name_however_it_is_written(topic: str) -> None:
    assert topic_named([topic]) == topic
    assert topic_named(topic.split("-")) == topic
    assert topic_named([topic.upper().replace("-", "_")]) == topic


@pytest.mark.parametrize(
    ("topic", "alias"), [(each.topic, alias) for each in all_topics() for alias in each.aliases]
)
def test_each_alias_leads_to_its_topic(topic: str, alias: str) -> None:
    assert topic_named(alias.split()) == topic


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("sql or nosql", "datastore"),
        ("postgres or mongodb?", "datastore"),
        ("which database should we use", "datastore"),
        ("Kafka vs RabbitMQ", "broker"),
        ("rest or graphql", "api-style"),
        ("should I version the API in the path", "api-versioning"),
    ],
)
def test_words_lead_to_the_topic_that_they_are_about(words: str, topic: str) -> None:
    assert topic_named(words.split()) == topic


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("datastroe", "Did you mean datastore?"),
        ("brokr", "Did you mean broker?"),
        ("colour of the button", "Topics: api-style"),
        ("", "Topics: api-style"),
        ("\x1b[31m", "Topics: "),
        ("or the a", "Topics: "),
        ("x" * 10_000, "Topics: "),
    ],
)
def test_other_words_are_refused_with_what_there_is(words: str, hint: str) -> None:
    with pytest.raises(BadRequest) as refused:
        topic_named([words])
    assert hint in str(refused.value)
    assert "See: backstay decide" in str(refused.value)
    assert len(str(refused.value)) < 500
