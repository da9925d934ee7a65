"""Whatever comes in: the model agrees with PostgreSQL, and nothing raises."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstay.lab.server import throwaway_server
from backstay.model.facts import NotChecked
from backstay.readers.sources import Sources
from backstay.readers.sql import read_sql
from backstay.readers.sql.run import DEFECT
from tests.readers.random_schemas import START, scripts
from tests.readers.sql_agreement import cases, connected, disagreements, statements, within_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.psycopg import Connection

BOOK = cases(Path(__file__).with_name("sql_agreement.md"))
EVERY_STATEMENT = [statement for script in BOOK.values() for statement in statements(script)]
WORDS = sorted({word for statement in EVERY_STATEMENT for word in statement.split()})


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with throwaway_server() as server, connected(server) as made:
        yield made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=scripts)
def test_random_changes_come_to_the_same_schema(connection: Connection, script: list[str]) -> None:
    kept = within_reach(connection, [*statements(START), *script])
    with tempfile.TemporaryDirectory() as folder:
        assert disagreements(connection, Path(folder), ";\n".join(kept)) == []


def read(text: bytes, name: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(text)
        facts = list(read_sql([name], Sources(Path(folder)), every_doubt=True))
    assert not [fact for fact in facts if isinstance(fact, NotChecked) and DEFECT in fact.why]
    return len(facts)


names = st.sampled_from(("schema.sql", "1_a.sql", "V1__a.sql", "1_a.down.sql"))


@settings(deadline=None)
@given(text=st.binary(max_size=300), name=names)
def test_any_bytes_are_read(text: bytes, name: str) -> None:
    assert read(text, name) >= 0


@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(st.sampled_from(EVERY_STATEMENT), max_size=40), name=names)
def test_statements_in_any_order_are_read(chosen: list[str], name: str) -> None:
    assert read(";\n".join(chosen).encode(), name) >= 0


@settings(max_examples=100, deadline=None)
@given(
    chosen=st.lists(st.sampled_from(EVERY_STATEMENT), min_size=1, max_size=10),
    changes=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(WORDS)), max_size=8),
    name=names,
)
def test_statements_with_other_words_in_them_are_read(
    chosen: list[str], changes: list[tuple[int, str]], name: str
) -> None:
    words = ";\n".join(chosen).split(" ")
    for at, word in changes:
        words[at % len(words)] = word
    assert read(" ".join(words).encode(), name) >= 0
