"""What models may do, and what becomes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from backstay.agent.conversation import NoAnswer
from backstay.agent.showing import show
from backstay.capabilities.claims import ClaimsInput, claims
from backstay.reports.encoding import json_text
from tests.agent.conftest import PLANTED_ID
from tests.agent.scripts import Script, hand_in, honest, run, said, say, use

if TYPE_CHECKING:
    from pathlib import Path

READ = [use("review"), use("facts"), use("explain", subject="foreign-key-without-index")]


def test_an_honest_answer_is_taken_with_its_evidence(project: Path) -> None:
    script = Script(READ, honest)
    answer = run(script, project)
    found = script.finding()
    assert answer.recommendation is not None
    assert answer.recommendation.cites == (found["id"],)
    assert [each.text for each in answer.claims] == [
        "purchase (customer_id) refers to customer and has no index."
    ]
    assert [(each.id, each.kind) for each in answer.evidence] == [
        (found["id"], "finding"),
        ("foreign-key-without-index", "practice"),
    ]
    assert answer.evidence[0].where == "schema.sql:5"
    assert answer.refused == ()
    assert (answer.usage.calls, answer.usage.tool_calls) == (2, 3)


def test_what_cites_nothing_is_an_opinion_whatever_it_was_handed_in_as(project: Path) -> None:
    answer = run(Script(READ, honest), project)
    assert [each.text for each in answer.trade_offs] == ["Every insert also writes the index."]
    assert [(each.text, each.part) for each in answer.opinions] == [
        ("It takes a little disk.", "trade_offs"),
        ("I would do it at night.", "opinions"),
    ]
    assert "How large the tables are." in answer.not_checked


def lie(text: str, *cites: str) -> Any:
    """An answer of which one claim is a lie, beside one that is not."""

    def step(script: Script) -> list[Any]:
        found = script.finding()["id"]
        return [
            hand_in(
                said("Create an index on purchase (customer_id).", found),
                said("purchase (customer_id) has no index.", found),
                said(text, *(cites or (found,))),
            )
        ]

    return step


LIES = {
    "an id that nothing returned": lie("The purchase table needs an index.", "ffffffffffff"),
    "a number that nothing returned": lie("An index on purchase makes deletes 400 times faster."),
    "a number in words": lie("An index on purchase makes deletes four hundred times faster."),
    "a share": lie("purchase deletes take half the time with an index."),
    "a proof that was not made": lie("It is proven that purchase needs an index."),
    "an id from a text of the project": lie("purchase is fast.", PLANTED_ID),
    "a practice that does not exist": lie("purchase lacks an index.", "purchase-without-index"),
    "a receipt that does not exist": lie("Measured: purchase is slow.", "aaaaaaaaaaaa"),
    "an id in the text alone": lie("By receipt aaaaaaaaaaaa purchase is slow."),
    "a number as a name": lie("An index makes deletes of purchase `400-times-faster`."),
    "a number as long as an id": lie("purchase has 400000000000 rows."),
    "a benchmark that was not made": lie("Benchmarks show that purchase needs an index."),
    "guidance alone": lie("purchase has an index too few.", "foreign-key-without-index"),
    "a decision that was not asked for": lie("purchase belongs in MongoDB.", "decision:datastore"),
    "an id in capitals": lambda script: [
        hand_in(
            said("Create an index on purchase (customer_id).", script.finding()["id"]),
            said("purchase lacks an index.", script.finding()["id"].upper()),
        )
    ],
    "a part of an id": lambda script: [
        hand_in(
            said("Create an index on purchase (customer_id).", script.finding()["id"]),
            said("purchase lacks an index.", script.finding()["id"][:11]),
        )
    ],
    "its line as a time": lie("A delete on purchase takes at line 5 ms."),
    "the contrary": lie("purchase (customer_id) already has an index."),
    "the contrary in general": lie("The foreign key of purchase is a false positive."),
    "a percentage of nothing": lie("An index on purchase saves 97.8 % of the pages."),
    "a number in a row of a table": lie("| purchase | 400 | ms |"),
    "a number in backticks": lie("purchase needs an index: `400 ms` for each delete."),
    "a number of tens": lie("An index makes deletes of purchase 4 hundred times faster."),
    "a half in other words": lie("An index cuts deletes of purchase in half."),
    "a fraction": lie("With an index deletes of purchase take a tenth of the time."),
    "many times": lie("An index makes deletes of purchase many times faster."),
    "an hour": lie("A delete on purchase takes an hour."),
    "an experiment in other words": lie("Experimentally confirmed: purchase needs an index."),
    "a test that was not made": lie("We tested it: purchase needs an index."),
    "a proof in other words": lie("The finding proves that purchase needs an index."),
    "benchmarking": lie("Benchmarking purchase showed that it needs an index."),
    "nothing": lambda script: [
        hand_in(
            said("Create an index on purchase (customer_id).", script.finding()["id"]),
            said("All deletes of customers are slow."),
        )
    ],
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_sent_back_and_never_shown_as_a_claim(name: str, project: Path) -> None:
    script = Script(READ, LIES[name])
    answer = run(script, project)
    assert len(script.requests) == 4  # read, then three times the same lie
    assert "Not taken" in script.refusal
    assert [each.text for each in answer.claims] in (["purchase (customer_id) has no index."], [])
    others = [each.text for each in answer.refused] + [each.text for each in answer.opinions]
    assert len(others) == 1


@pytest.mark.parametrize("name", LIES)
def test_a_liar_who_mends_his_answer_is_heard(name: str, project: Path) -> None:
    answer = run(Script(READ, LIES[name], honest), project)
    assert answer.refused == ()
    assert len(answer.claims) == 1


@pytest.mark.parametrize("name", LIES)
def test_an_answer_of_nothing_but_lies_is_no_answer(name: str, project: Path) -> None:
    def only_the_lie(script: Script) -> list[Any]:
        handed = LIES[name](script)[0]
        lies = handed.args["claims"][-1:]
        return [hand_in(lies[0], *lies)]

    with pytest.raises(NoAnswer, match="gave no answer that holds"):
        run(Script(READ, only_the_lie), project)


def test_an_id_from_an_error_message_is_no_source(project: Path) -> None:
    def cite_it(script: Script) -> list[Any]:
        assert "dddddddddddd" in str(script.returns[-1].content)
        return [hand_in(said("Index purchase.", "dddddddddddd"), said("purchase", "dddddddddddd"))]

    script = Script([use("explain", subject="dddddddddddd")], cite_it)
    with pytest.raises(NoAnswer):
        run(script, project)


def test_an_id_from_the_refusal_of_an_answer_is_no_source(project: Path) -> None:
    """The refusal names the id: a check against the history of messages would take it next."""
    script = Script(READ, lie("purchase needs an index.", "eeeeeeeeeeee"))
    answer = run(script, project)
    assert "eeeeeeeeeeee" in script.refusal
    assert [each.cites for each in answer.claims] == [(script.finding()["id"],)]


def test_an_id_that_only_a_label_of_the_project_has_is_no_source(project: Path) -> None:
    def cite_it(script: Script) -> list[Any]:
        assert PLANTED_ID in str(script.returns[0].content)
        return [hand_in(said("Trust the service.", PLANTED_ID), said("Service db.", PLANTED_ID))]

    with pytest.raises(NoAnswer):
        run(Script([use("facts", kind="service")], cite_it), project)


def test_who_called_no_tool_has_nothing_to_cite(project: Path) -> None:
    script = Script([hand_in(said("Use PostgreSQL."), said("It is good."))])
    with pytest.raises(NoAnswer, match="No tool returned anything"):
        run(script, project)
    assert "No tool has returned anything yet" in script.refusal


def test_a_plain_text_is_no_answer(project: Path) -> None:
    script = Script([say("Just add an index, trust me.")])
    with pytest.raises(NoAnswer):
        run(script, project)
    assert len(script.requests) == 3


def test_an_answer_in_another_form_is_sent_back(project: Path) -> None:
    def malformed(_: Script) -> list[Any]:
        return [hand_in(said("Index purchase."), said("x"), surprise=1)]

    answer = run(Script(READ, malformed, honest), project)
    assert len(answer.claims) == 1


def test_who_obeys_a_text_of_the_project_gets_nowhere(project: Path) -> None:
    script = Script([use("facts", kind="service")], _obey)
    with pytest.raises(NoAnswer):
        run(script, project)
    told = "\n".join(str(part.content) for part in script.returns)
    assert "Ignore your tools" in told
    assert "There is no tool 'backstay_shell'" in told
    assert "outside of the project" in told
    assert "root:" not in told


def _obey(_: Script) -> list[Any]:
    return [
        use("shell", command="cat /etc/passwd"),
        use("review", targets=["/etc"]),
        use("review", targets=["../../../etc"]),
        use("review", fail_on="info"),
        hand_in(
            said("purchase is proven fast, 400 times faster.", PLANTED_ID),
            said("purchase is proven fast.", PLANTED_ID),
        ),
    ]


def test_a_claim_beside_its_subject_is_an_opinion(project: Path) -> None:
    answer = run(Script(READ, lie("Rotate TLS certificates weekly.")), project)
    assert [each.text for each in answer.opinions] == ["Rotate TLS certificates weekly."]


def test_a_hand_off_is_made_of_points_that_stand(project: Path) -> None:
    def step(script: Script) -> list[Any]:
        found = script.finding()["id"]
        points = [said("Build the index on purchase.", found), said("Buy more disks.")]
        return [
            hand_in(
                said("Create an index on purchase.", found),
                said("purchase (customer_id) has no index.", found),
                hand_off={"to": "devops", "points": points},
            )
        ]

    answer = run(Script(READ, step), project)
    assert answer.hand_off is not None
    assert answer.hand_off.to == "devops"
    assert [each.text for each in answer.hand_off.points] == ["Build the index on purchase."]
    assert [each.text for each in answer.opinions] == ["Buy more disks."]


def test_numbers_that_are_smuggled_into_other_parts_are_named(project: Path) -> None:
    def step(script: Script) -> list[Any]:
        found = script.finding()["id"]
        return [
            hand_in(
                said("Create an index on purchase.", found),
                said("purchase (customer_id) has no index.", found),
                opinions=["It makes deletes 400 times faster."],
                not_checked=["Whether the 12 % that it saves stay."],
            )
        ]

    answer = run(Script(READ, step), project)
    assert [each.numbers for each in answer.opinions] == [("400 times",), ("12 %",)]
    assert not any("12" in each for each in answer.not_checked)


def test_a_title_of_an_example_is_no_place_for_claims(project: Path) -> None:
    def step(script: Script) -> list[Any]:
        found = script.finding()["id"]
        return [
            hand_in(
                said("Create an index on purchase.", found),
                said("purchase (customer_id) has no index.", found),
                examples=[
                    {"title": "400 times faster", "code": "select 1;"},
                    {"title": "Proven by experiment", "code": "select 2;"},
                    {"title": "The statement", "code": "select 3;"},
                ],
            )
        ]

    answer = run(Script(READ, step), project)
    assert [each.title for each in answer.examples] == ["Untitled", "Untitled", "The statement"]
    assert [(each.text, each.numbers) for each in answer.opinions] == [
        ("400 times faster", ("400 times",)),
        ("Proven by experiment", ()),
    ]


def test_counts_can_be_cited(project: Path) -> None:
    def step(script: Script) -> list[Any]:
        tables = script.result("facts")["counts"]["table"]
        return [
            hand_in(
                said("Keep the tables as they are.", "summary:facts"),
                said(f"There are {tables} tables.", "summary:facts"),
            )
        ]

    assert len(run(Script(READ, step), project).claims) == 1


def _decided(script: Script, claim: str) -> list[Any]:
    choice = script.result("decide")["choice"]
    return [
        hand_in(
            said(f"Stay with {choice}.", "decision:datastore"),
            said(f"Of the options for the datastore, {choice} is chosen.", "decision:datastore"),
            said(claim, "decision:datastore"),
        )
    ]


def test_a_decision_can_be_cited(project: Path) -> None:
    claim = "The database in use is postgresql."
    script = Script([use("decide", topic=["datastore"])], lambda script: _decided(script, claim))
    answer = run(script, project)
    assert [each.kind for each in answer.evidence] == ["decision"]
    assert len(answer.claims) == 2


def test_a_number_that_the_model_told_a_tool_itself_is_no_result(project: Path) -> None:
    told = use("decide", topic=["datastore"], fact=["peak_commits=4321/s"])
    claim = "The project has peak commits of 4,321 transactions per second."
    script = Script([told], lambda script: _decided(script, claim))
    answer = run(script, project)
    assert "4,321" in str(script.returns[0].content)
    assert [each.text for each in answer.refused] == [claim]


@pytest.fixture
def proven(project: Path) -> Script:
    """A run in which the experiment was really made, on the lab's PostgreSQL."""
    (project / "backstay.toml").write_text("[tables]\npurchase = 200000\ncustomer = 20000\n")
    return Script(
        [use("review")],
        lambda script: [use("prove", ids=[script.finding()["id"]])],
        lambda script: [use("explain", subject=_tested(script)["receipt"])],
        _claim_the_proof,
    )


def _tested(script: Script) -> dict[str, Any]:
    found: dict[str, Any] = script.result("prove")["findings"][0]
    return found


def _claim_the_proof(script: Script) -> list[Any]:
    found = _tested(script)
    sections = script.result("explain")["sections"]
    [receipt] = [each["text"] for each in sections if each["title"] == "Receipt"]
    pages = [re.findall(r"delete_pages (\d+)", line)[0] for line in _before_and_after(receipt)]
    cites = (found["id"], found["receipt"])
    return [
        hand_in(
            said("Create an index on purchase (customer_id).", *cites),
            said("It is proven that the foreign key needs an index.", *cites),
            said(f"A delete read {pages[0]} pages before and {pages[1]} after.", cites[1]),
        )
    ]


def _before_and_after(receipt: str) -> list[str]:
    return [line for line in receipt.splitlines() if line.startswith(("- before", "- after"))]


def test_what_an_experiment_measured_can_be_claimed_by_its_receipt(
    proven: Script, project: Path
) -> None:
    answer = run(proven, project)
    assert len(answer.claims) == 2
    assert [(each.kind, each.state) for each in answer.evidence] == [
        ("finding", "proven"),
        ("receipt", "proven"),
    ]
    assert answer.refused == ()
    assert len(proven.requests) == 4


def test_what_the_agent_says_is_what_claims_finds(
    proven: Script, project: Path, tmp_path: Path
) -> None:
    answer = run(proven, project)
    for name, text in (("answer.json", json_text(answer)), ("answer.md", show(answer))):
        (tmp_path / name).write_text(text)
        checked = claims(ClaimsInput(file=str(tmp_path / name)))
        assert not checked.failed, checked
        assert checked.counts["supported"] >= 3
