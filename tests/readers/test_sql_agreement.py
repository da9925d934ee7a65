from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backstay.lab.server import throwaway_server
from tests.readers.sql_agreement import cases, connected, disagreements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.foreign.psycopg import Connection

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
