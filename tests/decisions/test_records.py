"""Records: written, read back, and held against the facts of the day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from backstay.decisions.deciding import decide
from backstay.decisions.loading import model_of, topics
from backstay.decisions.record import expiry, record
from backstay.decisions.seen import Seen
from backstay.model.decisions import DecisionDrift, DecisionExpiry, DecisionRecord
from backstay.model.events import unheard
from backstay.model.facts import NotChecked, Unread
from backstay.readers.decision_records import is_decision_record, read_decision_records
from backstay.readers.sources import Sources
from backstay.review.reading import ReadingOptions, read_backend
from backstay.review.targets import resolve_targets
from tests.decisions.models import store

if TYPE_CHECKING:
    from pathlib import Path

    from backstay.model.backend import Backend

DAY = dt.date(2026, 11, 23)
MADR = (
    "## Context and Problem Statement",
    "## Decision Drivers",
    "## Considered Options",
    "## Decision Outcome",
    "### Consequences",
    "### Confirmation",
    "## Pros and Cons of the Options",
    "## More Information",
)


def read(folder: Path, files: dict[str, str], today: dt.date = DAY) -> Backend:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    options = ReadingOptions(today=today, use_cache=False)
    return read_backend(resolve_targets((str(folder),)), options, unheard).backend


def front_matter(text: str) -> dict[str, dict[str, object]]:
    return yaml.safe_load(text.split("---\n")[1])  # type: ignore[no-any-return]  # YAML


@pytest.mark.parametrize("topic", topics())
def test_a_record_has_all_parts_of_madr_and_is_read_back_as_it_was_decided(
    topic: str, tmp_path: Path
) -> None:
    outcome = decide(model_of(topic), "growing")
    text = record(outcome, model_of(topic), DAY)
    at = [text.index(f"\n{heading}\n") for heading in MADR]
    assert at == sorted(at)
    assert all(option.entry.title in text for option in model_of(topic).options)
    assert all(each.check in text for each in outcome.confirm)
    backend = read(tmp_path, {"docs/decisions/0001.md": text})
    (found,) = backend.of(DecisionRecord)
    assert (found.topic, found.choice, found.advised) == (topic, outcome.choice, outcome.choice)
    assert (found.stage, found.decided, found.model) == ("growing", DAY, outcome.model)
    assert found.expires == expiry(DAY, outcome.valid_months)
    assert {each.name: (each.value, each.source) for each in found.facts} == {
        each.fact: (each.value, each.source) for each in outcome.facts
    }
    assert not backend.of(Unread)
    assert not backend.of(DecisionDrift), "what was just decided has drifted"
    assert not backend.of(DecisionExpiry)


def test_the_record_is_the_same_bytes_each_time() -> None:
    texts = {record(decide(store(), "growing"), store(), DAY) for _ in range(3)}
    assert len(texts) == 1


def test_text_of_the_project_cannot_break_out_of_the_record() -> None:
    hostile = 'db"}\n---\nstatus: gone `rm` <script>| x \x1b[31m \u202e end'
    outcome = decide(store(), "growing", [], {"replica_count": Seen(value=2.0, text=hostile)})
    text = record(outcome, store(), DAY)
    assert text.count("\n---\n") == 1
    facts = front_matter(text)["backstay-decision"]["facts"]
    assert facts["processes"]["value"] == 2  # type: ignore[index]  # YAML
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert '\n| processes | 2 replicas | observed: db"}' in text
    assert "<script>" not in text.split("---\n", 2)[2]


@pytest.mark.parametrize(
    ("decided", "months", "expires"),
    [
        ("2026-11-23", 12, "2027-11-23"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_a_record_expires_so_many_months_later(decided: str, months: int, expires: str) -> None:
    day = dt.date.fromisoformat(decided)
    assert expiry(day, months) == dt.date.fromisoformat(expires)


COMPOSE = "services:\n  shop:\n    build: .\n    deploy:\n      replicas: {}\n"


def sqlite_record() -> str:
    seen = {"replica_count": Seen(value=1.0, text="1 replica of shop")}
    outcome = decide(model_of("datastore"), "startup", ["database_in_use=sqlite"], seen)
    assert outcome.choice == "sqlite"
    return record(outcome, model_of("datastore"), DAY)


def test_a_fact_that_crosses_a_flip_value_is_drift_and_one_that_does_not_is_none(
    tmp_path: Path,
) -> None:
    files = {"adr/1.md": sqlite_record(), "compose.yaml": COMPOSE.format(1)}
    assert not read(tmp_path, files).of(DecisionDrift)
    (drift,) = read(tmp_path, {"compose.yaml": COMPOSE.format(3)}).of(DecisionDrift)
    assert drift.choice == "sqlite"
    assert drift.today not in {None, "sqlite"}
    (changed,) = drift.changed
    assert (changed.name, changed.then, changed.now) == ("replicas", "1 replica", "3 replicas")
    assert changed.decisive
    assert changed.seen == "3 replicas of shop"


def test_a_decision_expires_the_day_after_its_last(tmp_path: Path) -> None:
    text = record(decide(store(), "growing"), store(), DAY).replace("topic: store", "topic: broker")
    last = dt.date(2027, 11, 23)
    assert not read(tmp_path, {"1.md": text}, last).of(DecisionExpiry)
    (gone,) = read(tmp_path, {}, last + dt.timedelta(days=1)).of(DecisionExpiry)
    assert gone.expires == last


def test_a_record_of_an_older_model_that_would_now_choose_otherwise_is_drift(
    tmp_path: Path,
) -> None:
    outcome = decide(model_of("datastore"), "growing")
    text = record(outcome, model_of("datastore"), DAY)
    text = text.replace(f"choice: {outcome.choice}", "choice: mongodb")
    text = text.replace(f"advised: {outcome.choice}", "advised: mongodb")
    same = read(tmp_path, {"1.md": text})
    assert not same.of(DecisionDrift), "edited by hand, and nothing has moved"
    older = text.replace(f'model: "{outcome.model}"', 'model: "000000000000"')
    (drift,) = read(tmp_path, {"1.md": older}).of(DecisionDrift)
    assert (drift.choice, drift.today, drift.changed) == ("mongodb", outcome.choice, ())


GOOD = """---
backstay-decision:
  topic: datastore
  choice: postgresql
  stage: growing
  decided: 2026-01-10
  expires: 2999-01-10
  facts: {}
---
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("topic: datastore", "topic: datastroe", "did you mean datastore?"),
        ("topic: datastore", "topic: 3", "decision record: backstay-decision: Expected `str`"),
        ("  topic: datastore\n", "", "missing required field `topic`"),
        ("choice: postgresql", "choice: '../../etc'", "is no name"),
        ("stage: growing", "stage: grown", "stage"),
        ("expires: 2999-01-10", "expires: soon", "expires: 'soon' is no date"),
        ("expires: 2999-01-10", "expires: 2999-02-30", "is no date"),
        ("facts: {}", "facts: {a: 3}", "Expected `object`"),
        ("facts: {}", "facts: {a: {value: 3, source: guessed}}", "is none of stated"),
        ("facts: {}", "facts: {a: {value: [3], source: stated}}", "value"),
        ("facts: {}", "facts: {}\n  colour: red", "unknown field `colour`"),
        ("facts: {}", "facts: {", "not valid YAML"),
        ("  stage: growing", "  choice: mysql\n  stage: growing", "choice stands there twice"),
        ("facts: {}\n---", "facts: {}", "no line of --- that ends it"),
    ],
)
def test_a_broken_record_is_unread_with_the_reason(
    old: str, new: str, why: str, tmp_path: Path
) -> None:
    assert old in GOOD
    backend = read(tmp_path, {"docs/1.md": GOOD.replace(old, new, 1)})
    (unread,) = backend.of(Unread)
    assert why in unread.why
    assert unread.scope == "docs/1.md"


@pytest.mark.parametrize(
    "text",
    [
        "# Use PostgreSQL\n\nbackstay-decision: no\n",
        "---\nstatus: accepted\n---\n# Use PostgreSQL\n",
        "---\nstatus: [\n---\n",
        "---\nnote: backstay-decision: is a key of theirs\n---\n",
        "",
        "---",
    ],
)
def test_other_documents_are_none_of_our_business(text: str, tmp_path: Path) -> None:
    backend = read(tmp_path, {"docs/1.md": text})
    assert not backend.of(DecisionRecord)
    assert not backend.of(Unread)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        ("peak_commits: {value: lots, source: stated}", "'lots' is not a number"),
        ("peak_commits: {value: -3, source: stated}", "-3 is out of range"),
        ("peak_commits: {value: .nan, source: stated}", "nan is beyond"),
        ("replicas: {value: .inf, source: stated}", "inf is beyond"),
        ("replicas: {value: 2, source: stated, unit: pods}", "in 'pods', where it is in replicas"),
        ("own_copy: {value: no, source: stated, unit: copies}", "where it is without a unit"),
        ("own_cpy: {value: true, source: stated}", "no such fact; facts: database_in_use"),
        ("shape: {value: odd, source: stated}", "'odd' is none of"),
    ],
)
def test_a_fact_that_does_not_fit_the_model_it_was_made_by_is_told(
    fact: str, why: str, tmp_path: Path
) -> None:
    digest = model_of("datastore").digest
    text = GOOD.replace("facts: {}", f'model: "{digest}"\n  facts:\n    {fact}')
    backend = read(tmp_path, {"1.md": text})
    (unread,) = backend.of(Unread)
    assert why in unread.why
    assert len(backend.of(DecisionRecord)) == 1


def test_a_choice_that_is_no_option_is_told_as_not_checked(tmp_path: Path) -> None:
    backend = read(tmp_path, {"1.md": GOOD.replace("choice: postgresql", "choice: postgres")})
    (told,) = backend.of(NotChecked)
    assert "'postgres' is no option that Backstay knows; did you mean postgresql?" in told.why


def test_a_number_without_end_in_a_record_of_another_model_does_no_harm(tmp_path: Path) -> None:
    facts = "facts: {replicas: {value: .inf, source: stated}}"
    assert read(tmp_path, {"1.md": GOOD.replace("facts: {}", facts)}).of(DecisionRecord)


def test_facts_that_the_model_no_longer_knows_do_no_harm(tmp_path: Path) -> None:
    facts = "facts: {gone: {value: 3, source: stated}, replicas: {value: odd, source: stated}}"
    backend = read(tmp_path, {"1.md": GOOD.replace("facts: {}", facts)})
    assert len(backend.of(DecisionRecord)) == 1
    assert not backend.of(Unread)


@given(some.binary(max_size=200))
def test_any_bytes_are_a_record_or_not(data: bytes) -> None:
    assert is_decision_record(data) in {True, False}
    assert is_decision_record(b"---\nbackstay-decision:" + data)


@given(some.text(max_size=120))
def test_any_front_matter_is_read_or_unread(tmp_path_factory: object, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")  # type: ignore[attr-defined]  # pytest's
    data = f"---\nbackstay-decision: {text}\n---\n".encode("utf-8", "replace")
    (folder / "1.md").write_bytes(data)
    (fact,) = read_decision_records(["1.md"], Sources(folder))
    assert isinstance(fact, Unread | DecisionRecord)
