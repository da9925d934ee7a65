"""A new migration in the layout and numbering of those that are there."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backstay.model.data import Dialect
    from backstay.model.findings import Fix

_DIGITS = re.compile(r"\d+")
_DOWN = re.compile(r"(^|[/.])down\.sql$")
_TIME_DIGITS = 12  # from here on a version is a date and time, not a count
_STEPS = 997


class _New(NamedTuple):
    folder: str
    version: str
    name: str
    sql: str
    undo: str | None  # None where the migrations that are there have no way back
    outside: bool  # of a transaction

    @property
    def stem(self) -> str:
        return f"{self.folder}{self.version}_{self.name}"


def files_for_sql(fix: Fix, dialect: Dialect, title: str) -> dict[str, str]:
    """Paths and texts of the files of one new migration that carries out ``fix``.

    Statements that cannot run in a transaction get the mark by which the tool knows. Empty where
    the tool's way is not known, or where its migrations have a way back and the fix has none.
    """
    build = _LAYOUTS.get(dialect.layout)
    if build is None or not dialect.files or fix.sql is None:
        return {}
    paired = any(_DOWN.search(file) for file in dialect.files)
    if paired and fix.undo is None:
        return {}
    last = dialect.files[-1]
    return build(
        _New(
            folder=_folder(dialect, last),
            version=_next(last, title),
            name=re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_"),
            sql=fix.sql,
            undo=fix.undo if paired else None,
            outside="concurrently" in fix.sql.lower(),
        )
    )


def _folder(dialect: Dialect, last: str) -> str:
    parents = last.split("/")[:-1]
    if dialect.layout == "diesel":
        parents = parents[:-1]
    return "".join(part + "/" for part in parents)


def _next(last: str, title: str) -> str:
    """A version after that of ``last``, as wide as before.

    Numbers go up by one. Times go up by seconds that the title chooses, so that two patches made
    from one review are two versions.
    """
    parts = last.split("/")
    name = parts[-2] if parts[-1] in {"up.sql", "down.sql"} else parts[-1]
    stem = name.split("_")[0]
    numbers = _DIGITS.findall(stem)
    if not numbers:
        return "0001"
    head, _, tail = stem.rpartition(numbers[-1])
    if sum(map(len, numbers)) < _TIME_DIGITS:
        step = 1
    else:
        step = 1 + int(hashlib.sha256(title.encode()).hexdigest(), 16) % _STEPS
    return f"{head}{int(numbers[-1]) + step:0{len(numbers[-1])}d}{tail}"


def _diesel(new: _New) -> dict[str, str]:
    folder = f"{new.folder}{new.version}_{new.name}"
    files = {f"{folder}/up.sql": f"{new.sql}\n"}
    if new.undo is not None:
        files[f"{folder}/down.sql"] = f"{new.undo}\n"
    if new.outside:
        files[f"{folder}/metadata.toml"] = "run_in_transaction = false\n"
    return files


def _golang_migrate(new: _New) -> dict[str, str]:
    files = {f"{new.stem}.up.sql": f"{new.sql}\n"}
    if new.undo is not None:
        files[f"{new.stem}.down.sql"] = f"{new.undo}\n"
    return files


def _sqlx(new: _New) -> dict[str, str]:
    mark = "-- no-transaction\n" if new.outside else ""
    if new.undo is not None:
        up, down = f"{new.stem}.up.sql", f"{new.stem}.down.sql"
        return {up: f"{mark}{new.sql}\n", down: f"{mark}{new.undo}\n"}
    return {f"{new.stem}.sql": f"{mark}{new.sql}\n"}


def _flyway(new: _New) -> dict[str, str]:
    return {f"{new.folder}{new.version}__{new.name}.sql": f"{new.sql}\n"}


def _dbmate(new: _New) -> dict[str, str]:
    mark = " transaction:false" if new.outside else ""
    return {f"{new.stem}.sql": f"-- migrate:up{mark}\n{new.sql}\n\n-- migrate:down\n"}


def _goose(new: _New) -> dict[str, str]:
    mark = "-- +goose NO TRANSACTION\n" if new.outside else ""
    return {f"{new.stem}.sql": f"{mark}-- +goose Up\n{new.sql}\n"}


def _plain(new: _New) -> dict[str, str]:
    return {f"{new.stem}.sql": f"{new.sql}\n"}


_LAYOUTS = {
    "diesel": _diesel,
    "golang-migrate": _golang_migrate,
    "sqlx": _sqlx,
    "flyway": _flyway,
    "dbmate": _dbmate,
    "goose": _goose,
    "plain": _plain,
}
