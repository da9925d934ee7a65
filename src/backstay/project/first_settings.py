"""The first settings of a repository: a guess at its stage, and the text of ``backstay.toml``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from backstay.project.settings import settings_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstay.model.findings import Stage

SCHEMA_FILE = ".backstay.schema.json"

# From how many on a repository looks like that of a growing company, and of an enterprise.
_SIGNS: dict[str, tuple[int, int]] = {
    "services": (6, 25),
    "tables": (40, 250),
    "operations": (80, 500),
    "contributors": (6, 40),
}


def guess_stage(
    *, services: int = 0, tables: int = 0, operations: int = 0, contributors: int | None = None
) -> tuple[Stage, str]:
    """A guess at the company's stage from the size of what was read, and the reason in words.

    One sign is not enough: a stage is guessed where two signs point to it, or beyond.
    ``contributors`` is None where it is not known.
    """
    counts = {"services": services, "tables": tables, "operations": operations}
    if contributors is not None:
        counts["contributors"] = contributors
    seen = ", ".join(
        f"{count:,} {name if count != 1 else name[:-1]}" for name, count in counts.items()
    )
    levels = sorted(
        (sum(count >= least for least in _SIGNS[name]) for name, count in counts.items()),
        reverse=True,
    )
    stages: tuple[Stage, ...] = ("startup", "growing", "enterprise")
    stage = stages[levels[1]]
    return stage, f'guessed from {seen}; set stage = "{stage}" in backstay.toml to settle it'


def initial_settings(
    stage: Stage,
    *,
    reason: str = "",
    postgresql: int | None = None,
    tables: Mapping[str, int] | None = None,
    schema: str | None = f"./{SCHEMA_FILE}",
) -> str:
    """The text of a first ``backstay.toml``, with a comment on each setting.

    Args:
        stage: written as a setting.
        reason: why this stage, written as a comment.
        postgresql: major version, where known.
        tables: rows by table, where known.
        schema: path or address of the JSON Schema for editors; see ``schema_text``.
    """
    head = f"#:schema {schema}\n" if schema else ""
    why = f"# {' '.join(reason.partition(';')[0].split())}\n" if reason else ""
    version = f"postgresql = {postgresql}" if postgresql else "# postgresql = 17"
    rows = [f"{json.dumps(name)} = {count}" for name, count in (tables or {}).items()]
    sizes = "\n".join(rows) if rows else '# purchase = 2_000_000\n# "billing.invoice" = 400_000'
    return f"""{head}# Settings of Backstay. Unknown ones are refused, so a slip is never silent.

# What the company is like: startup, growing or enterprise. It changes ranking and advice.
{why}stage = "{stage}"

# A review fails from this severity on: critical, high, medium, low or info.
fail_on = "high"

# Files that are not read, and files that are read though they would be left out: patterns as in
# .gitignore.
# exclude = ["legacy/**"]
# include = ["tests/schema/*.sql"]

# The major version of PostgreSQL in production, 13 to 18.
{version}

# The most seconds that all proofs of one run may take.
# budget_seconds = 120

[practices]
# off = ["name-of-a-practice"]
# on = ["name-of-one-that-is-off-by-default"]

[severity]
# name-of-a-practice = "low"

# Rows in production. A proof about speed holds only where the size is known.
[tables]
{sizes}

# Running systems that may be named as targets; passwords stay in the environment.
# [targets.staging]
# url = "env:DATABASE_URL"
# allow = ["read"]
"""


def schema_text() -> str:
    """The JSON Schema of ``backstay.toml`` as text, for ``SCHEMA_FILE`` beside it."""
    return json.dumps(settings_schema(), indent=2, ensure_ascii=False) + "\n"
