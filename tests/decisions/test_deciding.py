from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from backstay.decisions.answers import filled, stated
from backstay.decisions.asking import MOST_QUESTIONS, asked, is_certain
from backstay.decisions.deciding import decide, weigh
from backstay.decisions.expressions import comparisons_of, parse
from backstay.decisions.loading import model_of
from backstay.decisions.seen import Seen
from backstay.model.errors import BadRequest
from backstay.model.findings import STAGES
from tests.decisions.models import (
    every_model,
    loaded,
    random_values,
    store,
    store_text,
    trial_values,
)

if TYPE_CHECKING:
    from backstay.decisions.models import Model
    from backstay.decisions.outcome import Flip

MODELS = pytest.mark.parametrize("model", every_model(), ids=lambda model: model.topic)


def choice_by_hand(model: Model, stage: str, values: dict[str, object]) -> str | None:
    """The choice by the words of the format alone: no cells, no tables."""
    subjects = {axis.name: axis.subject for axis in model.axes}
    best: tuple[float, str] | None = None
    for name, option in model.entry.options.items():
        if any(parse(rule.when, subjects).holds(values) for rule in option.rule_out):  # type: ignore[arg-type]
            continue
        scores = {criterion: each.score for criterion, each in option.scores.items()}
        for rule in option.adjust:
            if parse(rule.when, subjects).holds(values):  # type: ignore[arg-type]
                scores[rule.criterion] += rule.add
        weights = {each: entry.weights[stage] for each, entry in model.entry.criteria.items()}  # type: ignore[index]
        total = sum(min(max(scores[each], 1), 5) * weights[each] for each in weights)
        total = round(total / sum(weights.values()), 6)
        if best is None or total > best[0]:
            best = (total, name)
    return best[1] if best else None


def all_values(model: Model, values: dict[str, object]) -> dict[str, object]:
    return {axis.name: values[axis.name] for axis in model.axes}


@MODELS
def test_the_choice_is_what_the_rules_say_word_by_word(model: Model) -> None:
    chance = random.Random(1)
    for _ in range(40):
        values = random_values(model, chance, 1.0)
        stage = chance.choice(STAGES)
        try:
            outcome = weigh(model, stage, values, {})  # type: ignore[arg-type]  # facts' values
        except BadRequest:
            continue
        assert outcome.choice == choice_by_hand(model, stage, values), values


@MODELS
def test_each_flip_is_exact_and_none_is_missing(model: Model) -> None:
    chance = random.Random(2)
    for _ in range(6):
        given = random_values(model, chance, 0.5)
        stage = chance.choice(STAGES)
        try:
            outcome = weigh(model, stage, given, {})  # type: ignore[arg-type]  # facts' values
        except BadRequest:
            continue
        values = {fact.fact: fact.value for fact in outcome.facts}
        for axis in model.axes:
            flips = [flip for flip in outcome.flips if flip.fact == axis.name]
            for value in trial_values(axis):
                there = {**values, axis.name: value}
                if contradictory(model, there):
                    continue
                covering = [flip for flip in flips if covers(flip, value)]
                expected = choice_by_hand(model, stage, there)
                told = covering[0].choice if covering else outcome.choice
                assert len(covering) <= 1
                assert told == expected, (stage, there)


def covers(flip: Flip, value: object) -> bool:
    """Whether a value lies in the range that a flip states; its far end belongs to the next."""
    if flip.operator == "==":
        return value == flip.value
    begins = {
        ">": value > flip.value,  # type: ignore[operator]
        ">=": value >= flip.value,  # type: ignore[operator]
        "<": value < flip.value,  # type: ignore[operator]
        "<=": value <= flip.value,  # type: ignore[operator]
    }[flip.operator]
    if not begins or flip.until is None:
        return begins
    up = flip.operator.startswith(">")
    inside = value <= flip.until if up else value >= flip.until  # type: ignore[operator]
    return inside and (flip.until_included or value != flip.until)


def contradictory(model: Model, values: dict[str, object]) -> bool:
    subjects = {axis.name: axis.subject for axis in model.axes}
    return any(
        parse(each.when, subjects).holds(values)  # type: ignore[arg-type]
        for each in model.entry.contradictions
    )


@MODELS
def test_what_is_not_asked_cannot_change_the_choice_where_it_is_settled(model: Model) -> None:
    chance = random.Random(3)
    for _ in range(12):
        given = random_values(model, chance, 0.8)
        stage = chance.choice(STAGES)
        try:
            known = filled(model, stage, given, {})  # type: ignore[arg-type]  # facts' values
        except BadRequest:
            continue
        answer = asked(model, stage, known.state, known.facts)
        assert len(answer.questions) <= MOST_QUESTIONS
        unknown = [n for n, fact in enumerate(known.facts) if fact.source == "assumed"]
        reached = set()
        grid = itertools.product(*(range(len(model.axes[n].cells)) for n in unknown))
        for cells in itertools.islice(grid, 3000):
            state = list(known.state)
            for number, cell in zip(unknown, cells, strict=True):
                state[number] = cell
            if model.contradiction(tuple(state)) is None:
                reached.add(model.winner(tuple(state), stage))
        if answer.settled == "exactly":
            assert len(reached) == 1
        sizes = {number: len(model.axes[number].cells) for number in unknown}
        if is_certain(model, stage, known.state, sizes):
            assert len(reached) == 1


@MODELS
def test_few_unknown_facts_are_tried_in_all_combinations(model: Model) -> None:
    chance = random.Random(4)
    for _ in range(12):
        given = random_values(model, chance, 0.75)
        stage = chance.choice(STAGES)
        try:
            known = filled(model, stage, given, {})  # type: ignore[arg-type]  # facts' values
        except BadRequest:
            continue
        answer = asked(model, stage, known.state, known.facts, most_tried=10**9)
        unknown = [n for n, fact in enumerate(known.facts) if fact.source == "assumed"]
        ranges = [range(len(model.axes[number].cells)) for number in unknown]
        winners = {}
        for cells in itertools.islice(itertools.product(*ranges), 5000):
            state = list(known.state)
            for number, cell in zip(unknown, cells, strict=True):
                state[number] = cell
            if model.contradiction(tuple(state)) is None:
                winners[cells] = model.winner(tuple(state), stage)
        for position, number in enumerate(unknown):
            lines: dict[tuple[int, ...], set[int | None]] = {}
            for cells, winner in winners.items():
                lines.setdefault(cells[:position] + cells[position + 1 :], set()).add(winner)
            matters = any(len(line) > 1 for line in lines.values())
            assert (model.axes[number].name in answer.matters) == matters


def test_a_pair_of_facts_that_flips_only_together_is_asked_for() -> None:
    text = store_text().replace('when = "must_revoke"', "when = 'must_revoke or reads < 1000'", 1)
    outcome = decide(loaded(text), "growing", ["sessions=10k", "processes=4", "loss=nothing"])
    asked_for = {each.fact: each for each in outcome.ask}
    assert set(asked_for) == {"reads", "must_revoke"}
    assert not asked_for["must_revoke"].alone
    assert "signed-cookie" in asked_for["must_revoke"].could_become


def test_nothing_is_asked_and_that_is_settled_exactly_when_all_is_known() -> None:
    outcome = decide(
        store(),
        "growing",
        ["sessions=10k", "reads=500/s", "must_revoke=yes", "processes=4", "loss=nothing"],
    )
    assert outcome.ask == ()
    assert outcome.settled == "exactly"
    assert outcome.assumptions == ()


def test_hard_limits_come_first_and_name_their_source() -> None:
    outcome = decide(store(), "growing", ["processes=2"])
    out = {each.option: each for each in outcome.ruled_out}
    assert out["memory"].why == "Another process does not see the session."
    assert out["memory"].source == "https://12factor.net/processes"
    assert "memory" not in {each.option for each in outcome.ranked}


def rests(given: list[str], seen: dict[str, Seen] | None = None) -> dict[str, tuple[str, ...]]:
    """By option that is ruled out, the assumed facts that this rests on."""
    found = decide(model_of("datastore"), "growing", given, seen).ruled_out
    return {each.option: each.assumed for each in found}


def test_an_option_that_only_an_assumption_rules_out_says_so() -> None:
    assert rests([]) == {"sqlite": ("replicas",), "dynamodb": ("questions",)}
    assert rests(["replicas=3"])["sqlite"] == ()
    seen = {"replica_count": Seen(value=3.0, text="3 replicas of web")}
    assert rests([], seen)["sqlite"] == ()


def test_of_the_limits_that_are_crossed_a_known_one_is_told() -> None:
    found = rests(["write_regions=2"])
    assert found["sqlite"] == (), "several regions write, whatever the replicas are"


@MODELS
def test_what_is_out_for_sure_is_out_whatever_is_assumed(model: Model) -> None:
    chance = random.Random(3)
    for _ in range(30):
        values = random_values(model, chance, 0.5)
        try:
            outcome = weigh(model, "growing", values, {})  # type: ignore[arg-type]
        except BadRequest:
            continue
        sure = {each.option for each in outcome.ruled_out if not each.assumed}
        open_facts = [fact.fact for fact in outcome.facts if fact.source == "assumed"]
        for _ in range(10):
            others = random_values(model, chance, 1.0)
            known = {fact.fact: fact.value for fact in outcome.facts}
            there = known | {name: others[name] for name in open_facts}
            state = tuple(axis.cell_of(there[axis.name]) for axis in model.axes)  # type: ignore[arg-type]
            assert all(model.option(name).is_out(state) for name in sure)


def test_what_is_left_alone_by_assumptions_says_so() -> None:
    outcome = decide(model_of("consistency"), "enterprise")
    assert outcome.verdict == "only one left"
    (why,) = outcome.why
    assert why == "Everything else is ruled out, but only by what is assumed: all of it."


def test_the_end_of_what_a_fact_can_be_is_one_value_and_not_or_fewer() -> None:
    outcome = decide(model_of("api-versioning"), "growing", ["breaking_changes=2"])
    values = {flip.values for flip in outcome.flips if flip.fact == "breaking_changes"}
    assert "0 changes" in values
    assert not any("0 changes or fewer" in each for each in values)


def test_a_small_lead_is_too_close_to_call_and_says_what_to_measure() -> None:
    outcome = decide(store(), "growing", ["must_revoke=yes", "processes=4", "sessions=10k"])
    assert outcome.margin is not None
    assert 0 < outcome.margin < 0.3
    assert outcome.verdict == "too close"
    assert outcome.measure == (
        "reads: Count the requests with a session cookie in the access log of the busiest hour."
    )


def test_a_clear_lead_says_so() -> None:
    outcome = decide(store(), "startup", ["must_revoke=no"])
    assert outcome.choice == "signed-cookie"
    assert outcome.verdict == "clear"
    assert outcome.measure is None
    assert outcome.why[0].startswith("How many look-ups per second it answers: 5 against 3")


def test_of_equals_the_first_in_the_file_wins() -> None:
    text = store_text()
    start, end = text.index("[options.cache.scores]"), text.index("[[options.cache.adjust]]")
    scores = text[text.index("[options.database.scores]") : text.index("[[options.database.adju")]
    text = text[:start] + scores.replace("options.database", "options.cache") + text[end:]
    outcome = decide(loaded(text), "growing", ["must_revoke=yes", "processes=4"])
    assert outcome.choice == "database"
    assert outcome.margin == 0
    assert outcome.why == ("It is level with Redis on every criterion, and the plainer of both.",)


def test_stated_goes_before_observed_and_observed_before_assumed() -> None:
    seen = {"replica_count": Seen(value=3.0, text="3 replicas of shop")}
    observed = decide(store(), "startup", [], seen)
    fact = next(each for each in observed.facts if each.fact == "processes")
    assert (fact.value, fact.source, fact.seen) == (3, "observed", "3 replicas of shop")
    said = decide(store(), "startup", ["processes=1"], seen)
    fact = next(each for each in said.facts if each.fact == "processes")
    assert (fact.value, fact.source, fact.observed) == (1, "stated", 3)
    assumed = decide(store(), "startup", [])
    fact = next(each for each in assumed.facts if each.fact == "processes")
    assert (fact.value, fact.source) == (1, "assumed")


def test_the_stage_sets_weights_and_what_is_assumed() -> None:
    outcome = decide(store(), "growing", ["must_revoke=yes"])
    assert outcome.stage_choices == {
        stage: decide(store(), stage, ["must_revoke=yes"]).choice for stage in STAGES
    }
    assert len(set(outcome.stage_choices.values())) > 1


def test_nothing_left_names_the_limits_that_clash_and_the_facts_behind_them() -> None:
    rule = '\n[[options.{}.rule_out]]\nwhen = "reads > 100_000"\nwhy = "Too slow."\n'
    source = 'source = "https://12factor.net/processes"\n'
    text = store_text() + "".join(rule.format(each) + source for each in ("database", "cache"))
    with pytest.raises(BadRequest) as refused:
        decide(loaded(text), "growing", ["reads=200k/s", "must_revoke=yes", "processes=2"])
    message = str(refused.value)
    assert message.startswith("Nothing is left to choose for store.")
    assert "Redis: Too slow. (reads > 100_000)" in message
    assert "reads=200,000 requests/s" in message
    assert "relax one with --fact" in message


def test_facts_that_cannot_hold_together_are_refused_with_the_reason() -> None:
    with pytest.raises(BadRequest, match=r"cannot hold together: sessions=0 sessions \(stated\)"):
        decide(store(), "growing", ["sessions=0", "loss=work-is-lost"])


def test_an_assumption_that_does_not_go_with_the_rest_is_changed_and_that_is_said() -> None:
    text = store_text().replace('default = "people-sign-in-again"', 'default = "work-is-lost"')
    outcome = decide(loaded(text), "growing", ["sessions=0"])
    loss = next(each for each in outcome.facts if each.fact == "loss")
    assert loss.value == "people-sign-in-again"
    assert loss.source == "assumed"
    assert loss.seen is not None
    assert "Without sessions nothing can be lost." in loss.seen


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["sesions=5"], r"store has no fact 'sesions'. Did you mean sessions"),
        (["sessions"], "states no fact. Write it as name=value"),
        (["sessions="], "states no fact"),
        (["=5"], "states no fact"),
        (["sessions=5", "sessions=6"], "sessions is stated twice"),
        (["sessions=5", "SESSIONS=6"], "has no fact"),
        (["sessions=many"], "sessions: 'many' is not a number. Write it as"),
        (["sessions=2.5"], "sessions: 2.5 is no whole number"),
        (["sessions=-1"], r"sessions: -1 is out of range: 0 to 100,000,000"),
        (["sessions=1e9"], "sessions: 1,000,000,000 is out of range"),
        (["reads=5 MB"], "reads: '5 MB' is not in requests/s. Write it as 5000, 5k/s"),
        (["must_revoke=maybe"], "must_revoke: 'maybe' is neither yes nor no"),
        (["loss=all"], "loss: 'all' is none of nothing, people-sign-in-again, work-is-lost"),
    ],
)
def test_a_wrong_fact_is_refused_with_what_would_be_right(given: list[str], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        decide(store(), "growing", given)


def test_facts_are_taken_as_people_write_them() -> None:
    assert stated(store(), ["must-revoke = no", "loss=Work is lost", "reads= 3k rps"]) == {
        "must_revoke": False,
        "loss": "work-is-lost",
        "reads": 3000.0,
    }


def test_each_threshold_of_a_rule_parts_two_cells() -> None:
    for model in every_model():
        subjects = {axis.name: axis.subject for axis in model.axes}
        whens = [each.when for option in model.entry.options.values() for each in option.rule_out]
        whens += [each.when for option in model.entry.options.values() for each in option.adjust]
        for when in whens:
            for comparison in comparisons_of(parse(when, subjects)):
                axis = model.axis(comparison.fact)
                held = [comparison.holds({axis.name: cell.value}) for cell in axis.cells]
                assert any(held), f"{model.topic}: {when} never holds"
                assert not all(held), f"{model.topic}: {when} always holds"
