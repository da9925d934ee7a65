"""The door to postgast: PostgreSQL 18's own grammar, as trees of plain values.

postgast (BSD-2) ships libpg_query. Its C call for JSON trees is used, not its protobuf ones: read
by msgspec the trees arrive as dicts, which Python walks five times faster than messages, and
protobuf refuses expressions of 50 nested operators. Only postgast's declarations of the C calls
are loaded; the whole package takes 0.2 s to import. Without postgast: sqlglot, which has no
PL/pgSQL and lacks positions.

A tree is what PostgreSQL's parser makes: ``{"CreateStmt": {"relation": {...}}}``. Fields that are
zero, false or empty are absent. Positions ("location") count bytes from 0 in the parsed text.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

Node = dict[str, Any]


class SqlFault(Exception):  # noqa: N818 (a fault in the text, not in the program)
    """The text is not SQL as PostgreSQL knows it; `offset` is the byte that shows it, or None."""

    def __init__(self, problem: str, offset: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset


@cache
def _library() -> Any:  # noqa: ANN401 (a ctypes library has no type that says more)
    package = importlib.util.find_spec("postgast")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("postgast is not installed: pip install backstay")
    path = Path(package.submodule_search_locations[0]) / "native.py"
    spec = importlib.util.spec_from_file_location("backstay.foreign._postgast_native", path)
    assert spec is not None
    assert spec.loader is not None
    native = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(native)
    return native.lib


def parse(sql: bytes) -> list[Node]:
    """The statements in UTF-8 text: nodes with "stmt", "stmt_location" and "stmt_len".

    The C library recurses: keep chains of operators below some 10,000 (see ``splitter``).

    Raises:
        SqlFault: the text does not parse, or is nested too deeply to walk.
    """
    result = _library().pg_query_parse(sql)
    try:
        _refuse_fault(result)
        tree = msgspec.json.decode(result.parse_tree)
    except RecursionError as error:
        raise SqlFault("nested too deeply", None) from error
    except msgspec.DecodeError as error:
        raise SqlFault(f"its tree cannot be read: {error}", None) from error
    finally:
        _library().pg_query_free_parse_result(result)
    statements: list[Node] = tree["stmts"]
    return statements


def parse_plpgsql(sql: bytes) -> list[Node]:
    """The bodies of the PL/pgSQL functions and DO blocks in UTF-8 text.

    Raises:
        SqlFault: a body does not parse, or is nested too deeply to walk.
    """
    result = _library().pg_query_parse_plpgsql(sql)
    try:
        _refuse_fault(result)
        functions: list[Node] = msgspec.json.decode(result.plpgsql_funcs)
    except RecursionError as error:
        raise SqlFault("nested too deeply", None) from error
    except msgspec.DecodeError as error:
        raise SqlFault(f"its tree cannot be read: {error}", None) from error
    finally:
        _library().pg_query_free_plpgsql_parse_result(result)
    return functions


def _refuse_fault(result: Any) -> None:  # noqa: ANN401 (a ctypes structure)
    if result.error:
        fault = result.error.contents
        problem = (fault.message or b"does not parse").decode("utf-8", "replace")
        raise SqlFault(problem, fault.cursorpos - 1 if fault.cursorpos > 0 else None)
