"""Whether the cost for each thing read stays the same as a repository grows.

Run: python bench/scale.py. For histories of migrations, API contracts and fleets of compose files
of one, four and sixteen times the size it prints CPU microseconds a thing (a statement, an
operation, a service), for reading, for asking the Backend every question about everything it
holds, and for judging. Each size has a process of its own; what is shown is the median of five.

One process of those is: python bench/scale.py KIND SIZE, which prints JSON.
"""

from __future__ import annotations

import gc
import inspect
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from histories import history
from measuring import ordinary_environment
from repositories import contract, fleet, written

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, Operation, Schema
from backstay.model.data import Column, Dialect, Enum, Table
from backstay.model.deployment import ComposeFile, Service
from backstay.model.migrations import MigrationStatement
from backstay.practices.catalogue import all_practices
from backstay.project.cache import Cache
from backstay.readers.inventory import take_inventory
from backstay.review.reading import read_facts

if TYPE_CHECKING:
    from backstay.model.facts import Fact

RUNS = 5
GROWTH = (1, 4, 16)
STAGES = ("read", "ask", "judge")


class Subject(NamedTuple):
    """What grows: so many files of the first size, and the facts that cost is counted by."""

    files: Callable[[int], Mapping[str, str]]
    start: int
    counted: type[Fact]


def contracts(resources: int) -> dict[str, str]:
    return {"openapi.json": json.dumps(contract(resources))}


SUBJECTS = {
    "migrations": Subject(history, 48, MigrationStatement),
    "contracts": Subject(contracts, 20, Operation),
    "services": Subject(fleet, 20, Service),
}


def main() -> None:
    print(f"{'':12}{'':6}" + "".join(f"{size:>9}x" for size in GROWTH) + "   16x / 1x")
    for kind in SUBJECTS:
        costs = measured(kind)
        for stage in STAGES:
            row = [costs[size][stage] * 1e6 for size in GROWTH]
            each = "".join(f"{cost:>10.1f}" for cost in row)
            print(f"{kind:12}{stage:6}{each}{row[-1] / row[0]:>11.2f}")


def measured(kind: str, runs: int = RUNS) -> dict[int, dict[str, float]]:
    """CPU seconds a thing for each stage, by growth: medians, the sizes taken in turns."""
    found = [{size: _in_a_process(kind, size) for size in GROWTH} for _ in range(runs)]
    return {
        size: {stage: statistics.median(run[size][stage] for run in found) for stage in STAGES}
        for size in GROWTH
    }


def growth(kind: str, runs: int = RUNS) -> float:
    """How much dearer a thing gets from the first size to the last, all stages together."""
    costs = measured(kind, runs)
    return sum(costs[GROWTH[-1]].values()) / sum(costs[GROWTH[0]].values())


def _in_a_process(kind: str, size: int) -> dict[str, float]:
    command = [sys.executable, __file__, kind, str(SUBJECTS[kind].start * size)]
    done = subprocess.run(command, check=True, capture_output=True, env=ordinary_environment())
    costs: dict[str, float] = json.loads(done.stdout)
    return costs


def costs_of(kind: str, size: int) -> dict[str, float]:
    """CPU seconds a thing for each stage in this process."""
    subject = SUBJECTS[kind]
    with tempfile.TemporaryDirectory() as folder:
        _stages(subject, Path(folder) / "first", subject.start // 4)  # whatever is loaded late
        return _stages(subject, Path(folder) / "measured", size)


def _stages(subject: Subject, folder: Path, size: int) -> dict[str, float]:
    written(folder, subject.files(size))
    gc.collect()
    inventory = take_inventory(folder)
    began = time.process_time()
    backend = Backend(read_facts(folder, inventory, Cache()))
    read = time.process_time() - began
    calls = [call for each in questions(backend).values() for call in each]
    times = [time.process_time()]
    ask(calls)
    times.append(time.process_time())
    for practice in all_practices():
        for _ in practice.judge(backend):
            pass
    times.append(time.process_time())
    costs = (read, times[1] - times[0], times[2] - times[1])
    return dict(
        zip(STAGES, (cost / len(backend.of(subject.counted)) for cost in costs), strict=True)
    )


def questions(backend: Backend) -> dict[str, list[Callable[[], object]]]:
    """Every question of the Backend, about every fact that it can be asked about, by its name.

    A new question is found by its signature; one about something new stops here until it is
    said what to ask it about.
    """
    subjects = _subjects(backend)
    found: dict[str, list[Callable[[], object]]] = {}
    for name, question in inspect.getmembers(type(backend), inspect.isfunction):
        parameters = list(inspect.signature(question).parameters.values())[1:]
        if not name.startswith("_") and name != "of":
            key = " ".join(f"{each.name}: {each.annotation}" for each in parameters)
            found[name] = [partial(question, backend, *given) for given in subjects[key]]
    return found


def ask(calls: Iterable[Callable[[], object]]) -> None:
    """Ask questions, and hear the answers to their ends."""
    for call in calls:
        answer = call()
        if isinstance(answer, Iterator):
            for _ in answer:
                pass


def _subjects(backend: Backend) -> dict[str, Iterable[tuple[Any, ...]]]:
    tables = [(table.name,) for table in backend.of(Table)]
    columns = [(column.table, column.name) for column in backend.of(Column)]
    schemas = backend.of(Schema)
    members = [(each, name) for each in schemas for name, _ in each.properties[:1]]
    files = {fact.scope for fact in (*backend.of(ApiDocument), *backend.of(ComposeFile))}
    return {
        "table: Name": tables,
        "name: Name": [*tables, *((enum.name,) for enum in backend.of(Enum))],
        "table: Name name: str": columns,
        "database: str": [(dialect.database,) for dialect in backend.of(Dialect)],
        "file: str": [(file,) for file in files],
        "key: str | None": [(schema.key,) for schema in schemas],
        "schema: Schema": [(schema,) for schema in schemas],
        "schema: Schema name: str": members,
        "service: Service": [(service,) for service in backend.of(Service)],
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        gc.disable()  # as the command does
        print(json.dumps(costs_of(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
