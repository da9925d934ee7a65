from __future__ import annotations

import pytest

from backstay.decisions.loading import load
from backstay.decisions.measurements import measurements
from backstay.model.errors import BadRequest
from tests.decisions.models import loaded, store_text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("valid_months = 12", "valid_months = 0", "valid_months"),
        ("valid_months = 12", "valid_month = 12", "unknown field `valid_month`"),
        ("revisit = ", "revise = ", "revise"),
        ('type = "boolean"', 'type = "bool"', "facts.must_revoke: Invalid enum value 'bool'"),
        ("default = true", "default = 3", "facts.must_revoke: 3 is not true or false"),
        ("range = [1, 10_000]", "range = [9, 1]", "facts.processes: the range begins at 9"),
        ("range = [1, 10_000]", "range = [1, inf]", "facts.processes: the range begins at 1"),
        ("Where do the sessions live?", " ", "`question`"),
        ("Where do the sessions live?", "Where \\u001b[31m?", "`question`"),
        ("range = [1, 10_000]", "values = []", "facts.processes: a count has a unit and a range"),
        ('unit = "requests/s"', 'unit = "requests/x"', "facts.reads: 'requests/x' is no unit"),
        ("[facts.loss]", "[facts.Loss-now]", "facts.Loss-now: a fact's name is in snake_case"),
        ('stresses = "durability"', 'stresses = "speeed"', "facts.loss: stresses 'speeed'"),
        ('from = "replica_count"', 'from = "replicas"', "is no observation; close: replica_count"),
        ('from = "replica_count"', 'from = "table_count"', "is a count of tables; make type"),
        ("growing = 50_000,", "", "facts.sessions: default needs a value for each of startup"),
        ("growing = 50_000,", "grown = 50_000,", "facts.sessions"),
        ("enterprise = 30 }", "enterprise = 30_000 }", "30,000 is out of range: 1 to 10,000"),
        (
            'values = ["nothing", "people-sign-in-again", "work-is-lost"]',
            'values = ["nothing"]',
            "facts.loss: values must differ",
        ),
        ("upkeep = { score = 5", "keep = { score = 5", "options.memory.scores"),
        ("score = 4.5", "score = 4.2", "options.signed-cookie"),
        ("score = 4.5", "score = 6", "options.signed-cookie"),
        ('criterion = "speed"', 'criterion = "pace"', "adjust.1.criterion: 'pace' is no criterion"),
        ("add = -1.5", "add = 0", "options.database.adjust.1.add: 0 changes nothing"),
        ("add = -1.5", "add = -9", "options.database"),
        ('when = "processes > 1"', 'when = "proceses > 1"', "rule_out.1.when: 'proceses' is no"),
        ('when = "processes > 1"', 'when = "must_revoke > 1"', "must_revoke is a boolean"),
        ('when = "processes > 1"', 'when = "processes > 1.5"', "no whole number"),
        (
            'source = "https://12factor.net/processes"',
            'source = "judgement"',
            "options.memory.rule_out.1.source: a judgement may not rule out",
        ),
        (
            'source = "https://12factor.net/processes"',
            'source = "bench: never-measured"',
            "measurements.toml has no 'never-measured'",
        ),
        (
            'source = "https://12factor.net/processes"',
            'source = "common sense"',
            "'common sense' is none of",
        ),
        ('check = "backstay facts', 'check = "rm -rf', "options.memory"),
        (
            "[options.cache]",
            "[options.cache]\ncolour = 3",
            "options.cache: Object contains unknown",
        ),
        ("weights = { startup = 3, growing = 2, ", "weights = { ", "criteria.upkeep.weights"),
        ('question = "Where', "question = Where", "not valid TOML"),
    ],
)
def test_a_fault_of_a_model_is_told_with_file_and_key(old: str, new: str, message: str) -> None:
    text = store_text()
    assert old in text
    with pytest.raises(BadRequest) as refused:
        loaded(text.replace(old, new, 1))
    assert str(refused.value).startswith("store.toml: ")
    assert message in str(refused.value)


def test_a_model_without_weight_at_a_stage_is_refused() -> None:
    text = store_text()
    for weight in ("1", "2", "3"):
        text = text.replace(f"startup = {weight}, growing", "startup = 0, growing")
    with pytest.raises(BadRequest, match="nothing has a weight at stage startup"):
        loaded(text)


def test_a_condition_over_too_many_facts_is_refused() -> None:
    facts = "".join(
        f'\n[facts.f{number}]\nquestion = "?"\nwhy = "!"\ntype = "boolean"\ndefault = false\n'
        for number in range(13)
    )
    rule = " and ".join(f"f{number}" for number in range(13))
    text = store_text().replace('when = "processes > 1"', f'when = "{rule}"', 1) + facts
    with pytest.raises(BadRequest, match=r"rule_out.1.when: tells 8192 combinations apart"):
        loaded(text)


def test_a_huge_model_is_refused() -> None:
    with pytest.raises(BadRequest, match="is larger than"):
        load("#" * 2_000_000, topic="huge", shown="huge.toml")


def test_deeply_nested_toml_is_refused() -> None:
    with pytest.raises(BadRequest, match="not valid TOML"):
        load("a = " + "[" * 100_000, topic="deep", shown="deep.toml")


def test_the_digest_tells_versions_of_a_model_apart() -> None:
    assert loaded(store_text()).digest != loaded(store_text() + "\n# later").digest


def test_each_measurement_names_what_was_measured_and_how_to_measure_it_again() -> None:
    for name, each in measurements().items():
        assert each.command.startswith("python bench/decisions.py"), name
        assert each.what, name
        assert each.unit, name
        assert each.machine, name
