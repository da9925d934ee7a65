"""Index trial: does an index on a foreign key's columns pay, at the tables' real sizes?

The tables are built at the stated or known size and one parent row is deleted, without the index,
with an index on another column (which must not help) and with it. Pages and rows decide first, then
wall time under the one rule. The worst parameter is reported: a parent with most children, with
fewest, or with none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backstay.lab.building import drop_tables
from backstay.lab.chance import seed_of
from backstay.lab.planning import Plan, plan_tables
from backstay.model.data import ForeignKey
from backstay.model.verdicts import Measure, Receipt, Verdict, not_proven
from backstay.proofs.bounds import Clock, bounded
from backstay.proofs.index_measuring import Arm, Bench, Operation, Trial, run_trial
from backstay.proofs.sizes import LADDER, known_sizes, most_rows, usual_parents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.lab.server import Server
    from backstay.model.backend import Backend
    from backstay.model.data import Name
    from backstay.model.findings import Finding

METHOD = "index-trial"
_ROWS = {
    "most referred": "the most referred row",
    "least referred": "a least referred row",
    "childless": "a childless row",
}


def prove(finding: Finding, backend: Backend, server: Server) -> Verdict:
    """Put "this foreign key lacks an index" to the test."""
    key = finding.evidence[0]
    if not isinstance(key, ForeignKey):
        return not_proven("the finding names no foreign key")
    return bounded(lambda: _experiment(finding, key, backend, server))


def _experiment(finding: Finding, key: ForeignKey, backend: Backend, server: Server) -> Verdict:
    clock = Clock()
    plan = _plan(key, backend)
    with server.database() as database:
        bench = Bench(server=server, database=database, clock=clock, plan=plan, key=key)
        if backend.size_of(key.table) is not None:
            return _at_real_size(finding, backend, bench)
        return _on_ladder(finding, backend, bench)


def _plan(key: ForeignKey, backend: Backend) -> Plan:
    """Both tables with this key alone, and of the child's indexes those that could serve it."""
    return plan_tables(
        backend,
        (key.parent, key.table),
        keys=(key,),
        essential={
            *((key.table, column) for column in key.columns),
            *((key.parent, column) for column in key.parent_columns),
        },
        wanted=lambda index: (
            index.table == key.table and any(each.column in key.columns for each in index.keys)
        ),
    )


def _at_real_size(finding: Finding, backend: Backend, bench: Bench) -> Verdict:
    key = bench.key
    real = known_sizes(backend, (key.table, key.parent))
    most = most_rows(bench.plan, key.table)
    smaller = []
    if real[key.table] > most:
        for part in (16, 4):
            fewer = _rows(bench, most // part, real.get(key.parent))
            smaller.append(run_trial(bench, fewer, seed=1))
            _make_room(bench)
    rows = _rows(bench, min(real[key.table], most), real.get(key.parent))
    trial = run_trial(bench, rows, seed=seed_of(finding.id))
    receipt = _receipt(finding, backend, bench, trial, _growth(key, [*smaller, trial]))
    return msgspec.structs.replace(_judged(trial, key), proof=receipt)


def _on_ladder(finding: Finding, backend: Backend, bench: Bench) -> Verdict:
    """Nobody knows the size: from which one on does the claim hold?"""
    key = bench.key
    parents = known_sizes(backend, (key.parent,)).get(key.parent)
    most = most_rows(bench.plan, key.table)
    trials: list[Trial] = []
    for size in LADDER:
        if trials:
            _make_room(bench)
        trials.append(run_trial(bench, _rows(bench, min(size, most), parents), seed=1))
    from_size = None
    for trial in reversed(trials):
        if _judged(trial, key).state != "proven":
            break
        from_size = trial.rows[key.table]
    known = f"how many rows {key.table} holds is not known"
    ask = f"state it in backstay.toml, under [tables]: {key.table.name} = ..."
    if from_size is None:
        found = f"on up to {trials[-1].rows[key.table]:,} made-up rows the index did not pay"
    elif from_size == trials[0].rows[key.table]:
        found = f"the index pays already at {from_size:,} made-up rows"
    else:
        found = f"the index pays from {from_size:,} made-up rows on"
    receipt = _receipt(finding, backend, bench, trials[-1], _growth(key, trials))
    return not_proven(f"{known}; {found}; {ask}", receipt)


def _rows(bench: Bench, children: int, parents: int | None) -> dict[Name, int]:
    """Rows of both tables. Two parents at least, so that one can be without children."""
    key = bench.key
    if key.table == key.parent:
        return {key.table: children}
    wanted = usual_parents(children) if parents is None else parents
    most = most_rows(bench.plan, key.parent)
    return {key.parent: max(2, min(wanted, most)), key.table: children}


def _make_room(bench: Bench) -> None:
    """Make room for the same tables at another size."""
    with bench.session(autocommit=True) as connection:
        drop_tables(connection, bench.plan)


def _judged(trial: Trial, key: ForeignKey) -> Verdict:
    """What one trial says by itself, without its receipt."""
    worst = trial.worst
    before, after = (_pages(arm, worst) for arm in (trial.without, trial.indexed))
    size = f"at {trial.rows[key.table]:,} rows of {key.table}"
    delete = f"deleting {_ROWS[worst.parent]} of {key.parent}"
    if all(trial.gain(operation) <= 0 for operation in trial.operations.deletes):
        return Verdict(
            state="refuted",
            reason=f"{size}, {delete} touches {before:,} pages without the index"
            f" and {after:,} with it",
        )
    if trial.gain(worst) <= 0:
        others = [each.parent for each in trial.operations.deletes if trial.gain(each) > 0]
        return not_proven(
            f"{size} the index pays for deleting {' or '.join(_ROWS[each] for each in others)}"
            f" of {key.parent}, but not {_ROWS[worst.parent]} ({worst.children:,} rows refer to it)"
        )
    if trial.times.verdict == "faster":
        return Verdict(state="proven")
    if trial.times.verdict == "undecided":
        return not_proven(f"{size}, {delete}: {trial.times.reason}")
    return Verdict(
        state="refuted",
        reason=f"{size}, {delete} touches {before:,} pages without the index and {after:,} with"
        f" it, which makes no difference in time ({trial.times.effect.ratio:.2f} times)",
    )


def _pages(arm: Arm, operation: Operation) -> int:
    return arm.works[operation.statement].pages


def _growth(key: ForeignKey, trials: list[Trial]) -> str:
    """How the cost grows with the size, where several were tried."""
    if len(trials) == 1:
        return ""
    steps = (
        f"{trial.rows[key.table]:,} rows: {_pages(trial.without, trial.worst):,} pages without, "
        f"{_pages(trial.indexed, trial.worst):,} with the index"
        for trial in trials
    )
    return f"The delete at several sizes: {'; '.join(steps)}."


def _receipt(
    finding: Finding, backend: Backend, bench: Bench, trial: Trial, growth: str
) -> Receipt:
    key, worst = bench.key, trial.worst
    return Receipt(
        finding=finding.id,
        method=METHOD,
        subject=f"deleting {_ROWS[worst.parent]} of {key.parent}, the case of "
        f"{len(trial.operations.deletes)} in which an index on {key.table} "
        f"({', '.join(key.columns)}) gains least",
        statements=trial.statements,
        before={
            **_measures(trial.without, trial),
            **_writes(trial, 0),
            "delete_ms": trial.milliseconds[0],
        },
        after={
            **_measures(trial.indexed, trial),
            **_writes(trial, 1),
            "delete_ms": trial.milliseconds[1],
            "delete_time_ratio": round(trial.times.effect.ratio, 4),
            "index_bytes": trial.index_bytes,
        },
        control=_control(trial),
        sizes={str(name): count for name, count in trial.rows.items()},
        limits=tuple(_limits(backend, bench, trial, growth)),
        repeat=f"backstay prove {finding.id}",
        environment={"postgresql": bench.server.version},
    )


def _measures(arm: Arm, trial: Trial) -> dict[str, Measure]:
    deleted = arm.works[trial.worst.statement]
    looked_up = arm.works[trial.worst_lookup.statement]
    return {
        "delete_pages": deleted.pages,
        "delete_rows_read": deleted.rows_read,
        "lookup_pages": looked_up.pages,
        "lookup_rows_read": looked_up.rows_read,
    }


def _writes(trial: Trial, at: int) -> dict[str, Measure]:
    if not trial.writing:
        return {}
    written = trial.writing[at]
    return {
        "insert_rows": written.rows,
        "insert_pages": written.pages,
        "insert_wal_bytes": written.wal_bytes,
    }


def _control(trial: Trial) -> dict[str, Measure]:
    """The delete again without any change, and with an index that must not help."""
    again = trial.again.works[trial.worst.statement]
    found: dict[str, Measure] = {"delete_pages": again.pages, "delete_rows_read": again.rows_read}
    if trial.other is not None:
        other = trial.other.works[trial.worst.statement]
        found[f"delete_pages_with_index_on_{trial.other_column}"] = other.pages
    if trial.times.control is not None:
        found["delete_time_ratio"] = round(trial.times.control.ratio, 4)
    return found


def _limits(backend: Backend, bench: Bench, trial: Trial, growth: str) -> Iterator[str]:
    key = bench.key
    yield (
        "The rows are made up; some parents have far more children than the mean, as is usual, "
        "but nobody looked at the real ones."
    )
    for name, real in known_sizes(backend, trial.rows).items():
        if trial.rows[name] < real:
            yield f"{name} was built with {trial.rows[name]:,} of its {real:,} rows."
    if backend.size_of(key.parent) is None and key.parent != key.table:
        taken = trial.rows[key.parent]
        yield f"How many rows {key.parent} holds is not known: {taken:,} were taken."
    if growth:
        yield growth
    yield "Only this foreign key was built: a real delete also does the work of the others."
    yield "One session, all pages in memory, nobody else writing."
    yield from bench.plan.left_out
