from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backstay.lab.server import Server, throwaway_server
from tests.readers.sql_agreement import cases, disagreements

BOOK = cases(Path(__file__).with_name("sql_agreement.md"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway_server() as running:
        yield running


@pytest.mark.parametrize("title", BOOK)
def test_the_model_is_what_postgresql_makes(title: str, server: Server, tmp_path: Path) -> None:
    assert disagreements(server, tmp_path, BOOK[title]) == []
