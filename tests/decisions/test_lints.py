"""Each lint finds the fault that it is for, with a witness; the shipped models have none."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from backstay.cli.arguments import input_of, parser_of
from backstay.cli.commands import command_named
from backstay.cli.printing import formats_of
from backstay.decisions.deciding import decide
from backstay.decisions.lint import Fault, lint
from backstay.decisions.loading import model_of, topics
from backstay.model.errors import BadRequest
from tests.decisions.models import every_model, loaded, store, store_text

if TYPE_CHECKING:
    from backstay.decisions.models import Model

MODELS = pytest.mark.parametrize("model", every_model(), ids=lambda model: model.topic)


def faults_of(text: str, limit: int = 20_000) -> dict[str, Fault]:
    return {f"{fault.lint} {fault.about}": fault for fault in lint(loaded(text), limit).faults}


@MODELS
def test_no_lint_has_anything_against_a_model(model: Model) -> None:
    found = lint(model)
    assert found.faults == ()
    assert all(found.wins.values())


@MODELS
def test_the_commands_that_confirm_a_choice_can_be_run(model: Model) -> None:
    for option in model.options:
        for each in option.entry.confirm:
            _, name, *arguments = shlex.split(each.check)
            capability = command_named(name)
            parsed = parser_of(capability, formats_of(capability)).parse_args(arguments)
            assert input_of(capability, parsed)


@MODELS
def test_aliases_lead_to_one_model_only(model: Model) -> None:
    others = [model_of(topic) for topic in topics() if topic != model.topic]
    theirs = {alias.lower() for other in others for alias in (other.topic, *other.entry.aliases)}
    assert not theirs & {alias.lower() for alias in model.entry.aliases}


def without_rule(text: str, start: str) -> str:
    at = text.index(start)
    return text[:at] + text[text.index("\n\n", at) + 2 :]


def test_raising_a_load_must_not_lead_to_what_bears_less_of_it() -> None:
    text = without_rule(store_text(), '[[options.memory.rule_out]]\nwhen = "sessions > 5_000_000"')
    fault = faults_of(text)["monotone facts.sessions"]
    assert "moves the choice from database to memory, which is weaker on capacity" in fault.text
    # The witness shows it: from these facts, more sessions lead to the weaker option.
    stage, *facts = fault.witness.split()
    few = decide(loaded(text), stage.removeprefix("stage="), facts)  # type: ignore[arg-type]
    many = decide(
        loaded(text),
        stage.removeprefix("stage="),  # type: ignore[arg-type]
        [*(fact for fact in facts if not fact.startswith("sessions=")), "sessions=50M"],
    )
    assert (few.choice, many.choice) == ("database", "memory")


def test_an_option_that_never_wins_is_told() -> None:
    text = store_text().replace(
        'upkeep = { score = 2, why = "A server of its own." }\nspeed = { score = 5',
        'upkeep = { score = 1, why = "A server of its own." }\nspeed = { score = 1',
    )
    fault = faults_of(text)["winnable options.cache"]
    assert fault.text == "does not win in any combination that can be"


def test_a_rule_that_changes_nothing_is_told() -> None:
    text = store_text().replace('when = "reads > 20_000"', 'when = "reads > 1_000_000"')
    assert "matters options.database.adjust.2" in faults_of(text)


@pytest.mark.parametrize("always", ["reads >= 0", "must_revoke or not must_revoke"])
def test_a_rule_that_always_holds_belongs_into_the_score(always: str) -> None:
    text = store_text().replace('when = "reads > 20_000"', f'when = "{always}"')
    assert "matters options.database.adjust.2" in faults_of(text)


def test_a_limit_that_another_one_covers_is_told() -> None:
    rule = (
        '[[options.memory.rule_out]]\nwhen = "processes > 4"\nwhy = "Even more so."\n'
        'source = "https://12factor.net/processes"\n\n[[options.memory.confirm]]'
    )
    text = store_text().replace("[[options.memory.confirm]]", rule)
    assert "matters options.memory.rule_out.4" in faults_of(text)


def test_a_fact_that_no_rule_mentions_is_told() -> None:
    fact = '[facts.weather]\nquestion = "?"\nwhy = "!"\ntype = "boolean"\ndefault = false\n\n'
    text = store_text().replace("[criteria.upkeep]", fact + "[criteria.upkeep]")
    assert faults_of(text)["matters facts.weather"].text == "no rule mentions it"


def test_a_combination_that_leaves_nothing_is_told_with_the_limits_that_clash() -> None:
    rule = '\n[[options.{}.rule_out]]\nwhen = "reads > 100_000"\nwhy = "Too slow."\n'
    source = 'source = "https://12factor.net/processes"\n'
    text = store_text() + "".join(rule.format(each) + source for each in ("database", "cache"))
    fault = next(each for name, each in faults_of(text).items() if name.startswith("no dead end"))
    assert "options.cache.rule_out.1" in fault.about
    stage_free = fault.witness.split()
    with pytest.raises(BadRequest, match="Nothing is left"):
        decide(loaded(text), "growing", stage_free)


def test_defaults_that_contradict_each_other_are_told() -> None:
    text = store_text().replace("startup = 1_000,", "startup = 0,")
    text = text.replace('default = "people-sign-in-again"', 'default = "work-is-lost"')
    assert "defaults contradictions.1" in faults_of(text)


def test_where_not_all_combinations_can_be_tried_the_draw_is_the_same_each_time() -> None:
    first, second = lint(store(), limit=30), lint(store(), limit=30)
    assert first == second
    assert first.tried < first.combinations
    told = faults_of(
        store_text().replace('when = "reads > 20_000"', 'when = "reads > 1_000_000"'), 30
    )
    assert "combinations tried" in told["matters options.database.adjust.2"].text
