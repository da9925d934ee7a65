"""The questions by which the search is judged are well-formed and fit the catalogue."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from backstay.practices.catalogue import practice_named

QUESTIONS = tomllib.loads(
    Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"),
)["question"]
ANSWERED = [each for each in QUESTIONS if each["answers"]]
ACCEPTED = sorted({answer for each in QUESTIONS for answer in each["answers"]})
TOPICS = {
    "api-style",
    "api-versioning",
    "authorization",
    "broker",
    "caching",
    "consistency",
    "data-scaling",
    "datastore",
    "deployment",
    "service-boundaries",
    "tenancy",
}
COMMANDS = {
    "agent",
    "approve",
    "ask",
    "claims",
    "decide",
    "explain",
    "facts",
    "init",
    "install",
    "mcp",
    "practices",
    "prove",
    "review",
}


def test_there_are_a_hundred_questions_with_an_answer_and_twenty_without() -> None:
    assert (len(ANSWERED), len(QUESTIONS) - len(ANSWERED)) == (100, 20)


def test_the_questions_are_spread_over_practices_decisions_and_commands() -> None:
    kinds = Counter(each["answers"][0].split(":")[0] for each in ANSWERED)
    assert kinds == {"practice": 65, "decision": 20, "command": 15}


def test_a_question_has_its_words_and_its_answers_and_nothing_else() -> None:
    assert all(each.keys() == {"ask", "answers"} for each in QUESTIONS)


def test_no_question_is_asked_twice() -> None:
    asked = Counter(" ".join(each["ask"].casefold().split()) for each in QUESTIONS)
    assert [words for words, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("question", ANSWERED, ids=lambda each: each["ask"])
def test_a_question_accepts_up_to_three_different_answers(question: dict[str, list[str]]) -> None:
    assert len(question["answers"]) == len(set(question["answers"])) <= 3


@pytest.mark.parametrize("question", ANSWERED, ids=lambda each: each["ask"])
def test_a_question_does_not_name_the_practice_that_answers_it(question: dict[str, str]) -> None:
    asked = question["ask"].casefold().replace("-", " ")
    names = [each.partition(":")[2] for each in question["answers"] if each.startswith("practice:")]
    assert [name for name in names if name.replace("-", " ") in asked] == []


@pytest.mark.parametrize("answer", ACCEPTED)
def test_an_accepted_answer_exists(answer: str) -> None:
    kind, _, name = answer.partition(":")
    if kind == "practice":
        assert practice_named(name).name == name
    else:
        assert name in {"decision": TOPICS, "command": COMMANDS}[kind]
