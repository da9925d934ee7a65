from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from histories import LONG_HISTORY, history
from repositories import fleet, openapi, written
from scale import ask, questions

from backstay.model.backend import Backend
from backstay.model.contracts import Operation, Schema
from backstay.model.data import Name, Table
from backstay.model.facts import NotChecked, Unread
from backstay.model.migrations import MigrationStatement
from backstay.project.cache import Cache
from backstay.readers.inventory import take_inventory
from backstay.review.reading import read_facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import FrameType


def backend_of(folder: Path, files: Mapping[str, str]) -> Backend:
    root = written(folder, files)
    return Backend(read_facts(root, take_inventory(root), Cache()))


def steps_of(backend: Backend) -> dict[str, float]:
    """Instructions of the interpreter for one call of each question: no clock, so no noise."""
    found = {}
    for name, calls in questions(backend).items():
        ask(calls)  # the indexes are built on first use
        found[name] = _steps(lambda calls=calls: ask(calls)) / len(calls)
    return found


def _steps(work: Any) -> int:
    steps = 0

    def count(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def dearer(small: Backend, large: Backend) -> list[str]:
    """The questions that cost more in the larger Backend."""
    now = steps_of(large)
    return [name for name, steps in steps_of(small).items() if now[name] > 1.2 * steps + 5]


def test_no_question_costs_more_in_a_larger_backend(tmp_path: Path) -> None:
    def of(size: int) -> Backend:
        files = {**history(12 * size), **openapi(0.1 * size), **fleet(2 * size)}
        return backend_of(tmp_path / str(size), files)

    small, large = of(2), of(8)
    assert len(large.facts) > 3.5 * len(small.facts)
    assert dearer(small, large) == []


def test_a_question_that_searches_all_facts_is_noticed(tmp_path: Path) -> None:
    class Searching(Backend):
        def table(self, name: Name) -> Table | None:
            return next((each for each in self.of(Table) if each.name == name), None)

    files = {size: {**history(size), **openapi(0.1), **fleet(2)} for size in (24, 96)}
    small, large = (
        Searching(backend_of(tmp_path / str(size), made).facts) for size, made in files.items()
    )
    assert dearer(small, large) == ["table"]


def test_the_history_made_up_is_read_without_a_gap(tmp_path: Path) -> None:
    backend = backend_of(tmp_path, history(LONG_HISTORY))
    assert len(backend.of(MigrationStatement)) > 4000
    assert len(backend.of(Table)) > 80
    assert not backend.of(Unread)
    assert not backend.of(NotChecked)


def test_the_contract_made_up_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    files = openapi(2)
    assert 1.8e6 < len(files["openapi.json"]) < 2.2e6
    backend = backend_of(tmp_path, files)
    assert len(backend.of(Operation)) > 200
    assert 20 < len(backend.of(Schema)) / len(backend.of(Operation)) < 40
