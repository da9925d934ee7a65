"""Cascade fan-out: what does one delete really take along?

The chain of tables is built at its stated or known sizes and one row is deleted for real, then
undone: the row with the most rows below it, one with about the mean number, and one with none as
the control. What decides is how many rows go, which PostgreSQL itself counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backstay.lab.building import drop_tables
from backstay.lab.planning import Plan, plan_tables
from backstay.model.cascades import Cascade, cascade_from, keys_without_index
from backstay.model.data import ForeignKey, Name, Table
from backstay.model.verdicts import Measure, Receipt, Verdict, not_proven
from backstay.proofs.bounds import Clock, bounded
from backstay.proofs.cascade_measuring import (
    PATIENCE_SECONDS,
    Deletion,
    Deletions,
    Ground,
    measure_deletes,
)
from backstay.proofs.sizes import fanned_sizes, known_sizes, scale_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from backstay.lab.server import Server
    from backstay.model.backend import Backend
    from backstay.model.findings import Finding

METHOD = "cascade-fan-out"
_MANY_ROWS = 1_000  # for a statement that should touch one
_HANDFUL = 10  # of rows that were not meant to go
_MOST_ROWS_BELOW = 20_000  # a row of the root: more would only take longer to delete
_FEWEST_ROOTS = 10
_FANS = (3, 10, 30)
_TABLES_SHOWN = 8


class _Claim(NamedTuple):
    """What a finding says: more rows than ``many`` go, from ``table`` or in all."""

    cascade: Cascade
    many: int
    table: Name | None

    def rows(self, deletion: Deletion) -> int:
        """The rows that go and that the claim is about."""
        if deletion.work is None:
            return 0
        if self.table is None:
            return deletion.work.rows_deleted
        own = deletion.work.tables.get((self.table.schema, self.table.name))
        return own.rows_deleted if own else 0

    @property
    def what(self) -> str:
        """The rows in words."""
        return "rows" if self.table is None else f"rows of {self.table}"


def prove(finding: Finding, backend: Backend, server: Server) -> Verdict:
    """Put "this delete takes many rows along" to the test."""
    fact = finding.evidence[0]
    if isinstance(fact, Table):
        claim = _Claim(cascade_from(fact.name, backend), _MANY_ROWS, None)
    elif isinstance(fact, ForeignKey):
        claim = _Claim(cascade_from(fact.parent, backend, fact), _HANDFUL, fact.table)
    else:
        return not_proven("the finding names neither a table nor a foreign key")
    if not claim.cascade.keys:
        return not_proven("nothing cascades from here")
    return bounded(lambda: _experiment(finding, claim, backend, server))


def _experiment(finding: Finding, claim: _Claim, backend: Backend, server: Server) -> Verdict:
    whole = claim.cascade
    real = known_sizes(backend, (whole.root, *whole.tables))
    known = _within(whole, real)
    about = {whole.root} | ({claim.table} if claim.table else set())
    sized = about <= real.keys() and bool(known.keys)
    cascade = known if sized else whole
    with server.database() as database:
        ground = Ground(
            server=server,
            database=database,
            clock=Clock(),
            plan=_plan(cascade, backend),
            cascade=cascade,
            missing=keys_without_index(cascade, backend),
        )
        if sized:
            return _at_real_sizes(finding, claim, ground, real)
        return _at_made_up_sizes(finding, claim, ground, real)


def _within(cascade: Cascade, real: Collection[Name]) -> Cascade:
    """The part of a cascade that runs through tables of known size."""
    reached = {cascade.root}
    keys = []
    for key in cascade.keys:
        if key.parent in reached and key.table in real:
            reached.add(key.table)
            keys.append(key)
    return msgspec.structs.replace(cascade, keys=tuple(keys))


def _plan(cascade: Cascade, backend: Backend) -> Plan:
    """The tables with these keys alone, and the indexes that serve them."""
    essential = {(key.table, column) for key in cascade.keys for column in key.columns}
    essential |= {(key.parent, column) for key in cascade.keys for column in key.parent_columns}
    return plan_tables(
        backend,
        (cascade.root, *cascade.tables),
        keys=cascade.keys,
        essential=essential,
        wanted=lambda index: any(
            key.table == index.table and index.leads_with(key.columns) for key in cascade.keys
        ),
    )


def _at_real_sizes(
    finding: Finding, claim: _Claim, ground: Ground, real: dict[Name, int]
) -> Verdict:
    root = claim.cascade.root
    rows = _scaled(ground, real)
    found = measure_deletes(ground, rows, instead=claim.table is not None)
    receipt = _receipt(finding, claim, ground, found, real)
    most, usual = claim.rows(found.most), claim.rows(found.usual)
    unknown = [name for name in claim.cascade.tables if name not in rows]
    if usual >= claim.many:
        return Verdict(state="proven", proof=receipt)
    if most >= claim.many:
        return not_proven(
            f"at the stated sizes a usual row of {root} takes {usual:,} {claim.what} along, fewer"
            f" than {claim.many:,}; only if some rows have far more below them than the mean, as in"
            f" the made-up ones ({most:,}), does it hold",
            receipt,
        )
    if unknown and claim.table is None:
        return not_proven(
            f"in the tables whose sizes are known {most:,} rows go at most; not known:"
            f" {_listed(unknown)}",
            receipt,
        )
    return Verdict(
        state="refuted",
        reason=f"at the stated sizes a row of {root} takes {most:,} {claim.what} along at most",
        proof=receipt,
    )


def _scaled(ground: Ground, real: dict[Name, int]) -> dict[Name, int]:
    """The real sizes, or smaller ones that never have more rows below a row of the root."""
    root, below = ground.cascade.root, ground.cascade.tables
    scale: float = scale_of(ground.plan, {name: real[name] for name in (root, *below)})
    total = sum(real[name] for name in below)
    if total > _MOST_ROWS_BELOW * real[root]:
        scale = max(scale, total / (_MOST_ROWS_BELOW * _FEWEST_ROOTS))
    rows = {name: math.ceil(real[name] / scale) for name in below}
    rows[root] = max(2, min(real[root], _FEWEST_ROOTS), math.ceil(real[root] / scale))
    return rows


def _at_made_up_sizes(
    finding: Finding, claim: _Claim, ground: Ground, real: dict[Name, int]
) -> Verdict:
    """Nobody knows the sizes: from how many rows a parent on does the claim hold?"""
    root = claim.cascade.root
    found, fan, enough = None, 0, False
    for fan in _FANS:
        if found is not None:
            with ground.session(autocommit=True) as connection:
                drop_tables(connection, ground.plan)
        found = measure_deletes(
            ground, fanned_sizes(ground.plan, ground.cascade, fan), instead=claim.table is not None
        )
        enough = claim.rows(found.most) >= claim.many
        if enough:
            break
    assert found is not None
    lacking = [name for name in (root, *claim.cascade.tables) if name not in real]
    rows = claim.rows(found.most)
    more = "" if enough else f", fewer than {claim.many:,}"
    return not_proven(
        f"how many rows there are in {_listed(lacking)} is not known; with {fan} rows for each"
        f" parent, deleting one row of {root} takes {rows:,} {claim.what} along{more};"
        " state the sizes in backstay.toml, under [tables]",
        _receipt(finding, claim, ground, found, real),
    )


def _listed(names: list[Name]) -> str:
    shown = ", ".join(map(str, names[:_TABLES_SHOWN]))
    more = len(names) - _TABLES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _receipt(
    finding: Finding, claim: _Claim, ground: Ground, found: Deletions, real: dict[Name, int]
) -> Receipt:
    root = claim.cascade.root
    after = _measures(found.most) if ground.missing else {}
    if found.instead is not None:
        after = _measures(found.instead)
    return Receipt(
        finding=finding.id,
        method=METHOD,
        subject=f"deleting the row of {root} with the most rows below it",
        statements=found.statements,
        before={
            **_measures(found.as_is),
            "rows_deleted": _deleted(found.most),
            "usual_row_rows_deleted": _deleted(found.usual),
            "tables_that_lose_rows": len(_losing(found.most)),
            **_by_table(found.most),
            **_missing(ground),
        },
        after=after,
        control={
            "repeated_rows_deleted": _deleted(found.again),
            **({} if found.lone is None else _measures(found.lone)),
        },
        sizes={str(name): count for name, count in found.rows.items()},
        limits=tuple(_limits(claim, ground, found, real)),
        repeat=f"backstay prove {finding.id}",
        environment={"postgresql": ground.server.version},
    )


def _measures(deletion: Deletion) -> dict[str, Measure]:
    work = deletion.work
    if work is None:
        return {"gave_up_after_s": PATIENCE_SECONDS}
    return {
        "rows_deleted": work.rows_deleted,
        "rows_updated": work.rows_updated,
        "rows_read": work.rows_read,
        "pages": work.pages,
        "delete_ms": round(1000 * work.seconds, 3),
    }


def _deleted(deletion: Deletion) -> int:
    return deletion.work.rows_deleted if deletion.work is not None else 0


def _by_table(deletion: Deletion) -> dict[str, Measure]:
    """The tables that lose most rows."""
    return {f"rows_deleted_from_{name}": rows for name, rows in _losing(deletion)[:_TABLES_SHOWN]}


def _losing(deletion: Deletion) -> list[tuple[str, int]]:
    """Tables with the rows that they lose, most first."""
    tables = deletion.work.tables if deletion.work is not None else {}
    ordered = sorted(tables.items(), key=lambda item: (-item[1].rows_deleted, item[0]))
    return [(name, done.rows_deleted) for (_, name), done in ordered if done.rows_deleted]


def _missing(ground: Ground) -> dict[str, Measure]:
    if not ground.missing:
        return {}
    steps = (f"{key.table} ({', '.join(key.columns)})" for key in ground.missing)
    return {"steps_without_index": ", ".join(steps)}


def _limits(
    claim: _Claim, ground: Ground, found: Deletions, real: dict[Name, int]
) -> Iterator[str]:
    yield (
        "The rows are made up; which row has how many below it is a guess, but that some row has "
        "the mean number or more is certain."
    )
    for name, count in found.rows.items():
        if count < real.get(name, 0):
            yield f"{name} was built with {count:,} of its {real[name]:,} rows."
    absent = [str(name) for name in claim.cascade.tables if name not in found.rows]
    if absent:
        yield f"Left out, since their sizes are not known: {', '.join(absent)}."
    if found.as_is.work is None:
        yield (
            f"Without the missing indexes the delete was given up after {PATIENCE_SECONDS:g} s; "
            "the rows were counted with them in place."
        )
    yield (
        "Only keys that cascade were built: another that refers to these rows refuses the delete, "
        "or does more work."
    )
    yield "One session, all pages in memory, nobody else writing."
    yield from ground.plan.left_out
