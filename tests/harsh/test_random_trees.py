"""Trees of files of all kinds made of random pieces: whatever they hold, a review ends as usual."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstay.cli.command import run
from tests.harsh.examples import COMPOSE, CONTRACT, CONTRACT_YAML, DOCKERFILE, SCHEMA
from tests.harsh.running import write

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = [
    *("create table", "alter table", "create index on", "drop table if exists", "create view"),
    *("a", "b", "c", "public.", '"A b"', "references", "primary key", "on delete cascade", "("),
    *(")", ",", ";", "int", "text", "default", "'x", "$$", "--", "/*", "\\i x.sql\n", "add column"),
    *("as select * from", "partition by range", "inherits", "create function f() returns int as"),
    *("openapi: 3.0.3", "swagger: '2.0'", "paths:", "/p/{id}:", "get:", "$ref:", "'#/x'", "'#'"),
    *("components:", "schemas:", "allOf:", "type:", "object", "responses:", "'200':", "security:"),
    *("services:", "image:", "postgres", "build: .", "extends:", "depends_on:", "ports:", "5432"),
    *("- ", ": ", "{", "}", "[", "]", "&a", "*a", "<<:", "|", ">", "'", '"', "? ", "---\n", "\t"),
    *("FROM", "AS", "RUN", "COPY --from=", "ENV", "${", "ARG", "HEALTHCHECK", "<<EOF", "\\\n"),
    *("\n", "\n", "\n  ", "\n    ", " ", "\0", "\ud7ff", "\x1b[0m", "é", "\u202e", "1", "1e999"),
    *("null", "true", "~", "0x1F", "backstay: allow foreign-key-without-index -- x", "[tables]"),
]  # fmt: skip
EXAMPLES = [SCHEMA, CONTRACT, CONTRACT_YAML, COMPOSE, DOCKERFILE]
NAMES = [
    *("schema.sql", "migrations/1_a.up.sql", "migrations/1_a.down.sql", "migrations/2/up.sql"),
    *("migrations/3/down.sql", "db/V1__a.sql", "api.json", "api.yaml", "openapi.yaml", "x.yml"),
    *("compose.yaml", "docker-compose.override.yml", "Dockerfile", "dev/Dockerfile", "a b.sql"),
    *("backstay.toml", "backstay-approvals.toml", ".backstay-baseline.json", ".gitignore"),
]  # fmt: skip

pieces = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)


@st.composite
def mutated(draw: Callable[..., Any]) -> str:
    """An example with parts doubled, dropped or replaced."""
    text: str = draw(st.sampled_from(EXAMPLES))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        text = (
            text[:start]
            + draw(st.sampled_from(WORDS))
            + text[draw(st.sampled_from((start, end))) :]
        )
    return text


texts = (pieces | mutated()).map(lambda text: text.encode("utf-8", "surrogatepass"))
trees = st.dictionaries(st.sampled_from(NAMES), texts | st.binary(max_size=40), max_size=5)


def outcome(folder: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a review in this process: starting one takes longer."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
        code = run(["review", str(folder), "--no-cache", *options])
    out.seek(0)
    return code, out.read(), err.getvalue()


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees, form=st.sampled_from(["text", "sarif", "markdown", "html"]))
def test_whatever_a_tree_holds_the_review_ends_as_usual(tree: dict[str, bytes], form: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="random-tree-"))
    try:
        write(folder, tree)
        code, printed, complaint = outcome(folder, "--json", "--all", "--fail-on", "info")
        assert "Traceback" not in complaint
        if code == 2:
            assert complaint.startswith(("backstay: backstay", "backstay: .backstay"))
            return
        report = json.loads(printed)
        assert complaint == ""
        assert code == (1 if report["findings"] else 0)
        for finding in report["findings"]:
            assert finding["where"]["file"] in {*tree} - {None}
        assert outcome(folder, "--all", "--verbose", "--format", form)[2] == ""
        assert outcome(folder, "--json", "--all", "--fail-on", "info")[1] == printed
    finally:
        shutil.rmtree(folder)
