from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backstay.foreign.psycopg import Connection
from backstay.lab.server import throwaway_server
from tests.readers.sql_agreement import cases, connected, disagreements

BOOK = cases(Path(__file__).with_name("sql_agreement.md"))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with throwaway_server() as server, connected(server) as made:
        yield made


@pytest.mark.parametrize("title", BOOK)
def test_the_model_is_what_postgresql_makes(
    title: str, connection: Connection, tmp_path: Path
) -> None:
    assert disagreements(connection, tmp_path, BOOK[title]) == []
