"""A new migration in the layout and numbering of those that are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstay.model.data import Dialect

_DIGITS = re.compile(r"\d+")


def files_for_sql(sql: str, dialect: Dialect, title: str) -> dict[str, str]:
    """Paths and texts of the files of one new migration that runs ``sql``.

    Statements that cannot run in a transaction get the mark by which the tool knows.
    Empty where the tool's way is not known.
    """
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    last = _last(dialect)
    outside = "concurrently" in sql.lower()
    build = _LAYOUTS.get(dialect.layout)
    if build is None or last is None:
        return {}
    return build(_folder(dialect, last), _next(last), name, sql, outside)


def _last(dialect: Dialect) -> str | None:
    return dialect.files[-1] if dialect.files else None


def _folder(dialect: Dialect, last: str) -> str:
    parents = last.split("/")[:-1]
    if dialect.layout == "diesel":
        parents = parents[:-1]
    return "".join(part + "/" for part in parents)


def _next(last: str) -> str:
    """The version after that of ``last``, one higher, as wide as before."""
    parts = last.split("/")
    name = parts[-2] if parts[-1] in {"up.sql", "down.sql"} else parts[-1]
    stem = name.split("_")[0]
    numbers = _DIGITS.findall(stem)
    if not numbers:
        return "0001"
    head, _, tail = stem.rpartition(numbers[-1])
    return f"{head}{int(numbers[-1]) + 1:0{len(numbers[-1])}d}{tail}"


def _diesel(folder: str, version: str, name: str, sql: str, outside: bool) -> dict[str, str]:
    files = {f"{folder}{version}_{name}/up.sql": sql + "\n"}
    if outside:
        files[f"{folder}{version}_{name}/metadata.toml"] = "run_in_transaction = false\n"
    return files


def _golang_migrate(folder: str, version: str, name: str, sql: str, _: bool) -> dict[str, str]:
    return {f"{folder}{version}_{name}.up.sql": sql + "\n"}


def _sqlx(folder: str, version: str, name: str, sql: str, outside: bool) -> dict[str, str]:
    return {
        f"{folder}{version}_{name}.sql": ("-- no-transaction\n" if outside else "") + sql + "\n"
    }


def _flyway(folder: str, version: str, name: str, sql: str, _: bool) -> dict[str, str]:
    return {f"{folder}{version}__{name}.sql": sql + "\n"}


def _dbmate(folder: str, version: str, name: str, sql: str, outside: bool) -> dict[str, str]:
    mark = " transaction:false" if outside else ""
    return {f"{folder}{version}_{name}.sql": f"-- migrate:up{mark}\n{sql}\n\n-- migrate:down\n"}


def _goose(folder: str, version: str, name: str, sql: str, outside: bool) -> dict[str, str]:
    mark = "-- +goose NO TRANSACTION\n" if outside else ""
    return {f"{folder}{version}_{name}.sql": f"{mark}-- +goose Up\n{sql}\n"}


def _plain(folder: str, version: str, name: str, sql: str, _: bool) -> dict[str, str]:
    return {f"{folder}{version}_{name}.sql": sql + "\n"}


_LAYOUTS = {
    "diesel": _diesel,
    "golang-migrate": _golang_migrate,
    "sqlx": _sqlx,
    "flyway": _flyway,
    "dbmate": _dbmate,
    "goose": _goose,
    "plain": _plain,
}
