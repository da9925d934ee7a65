"""Write the pages of the documentation that are made from code: practices, commands, settings.

They are made anew for each build and are not kept in the repository (but for the settings'
JSON Schema, which editors fetch from there).
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from backstay.capabilities import SUMMARIES, capability_named
from backstay.capabilities.capability import fields_of
from backstay.capabilities.explain import ExplainInput, explain, show
from backstay.practices.catalogue import all_practices
from backstay.project.first_settings import schema_text

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: list[str]) -> int:
    """Write the pages; with --check, fail where a committed one is out of date."""
    stale = write_schema(check="--check" in arguments)
    write_practices()
    write_commands()
    if stale:
        print("docs/backstay.schema.json is out of date: python tools/write_docs.py")
    return int(stale)


def write_schema(*, check: bool) -> bool:
    """Write the settings' JSON Schema; with ``check``, only say whether it would change."""
    path = DOCS / "backstay.schema.json"
    stale = not path.exists() or path.read_text("utf-8") != schema_text()
    if not check:
        path.write_text(schema_text(), "utf-8")
    return stale and check


def write_practices() -> None:
    """One page a practice, and the list of all."""
    folder = DOCS / "practices"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    lines = ["# What Backstay looks for", ""]
    by_area = sorted(all_practices(), key=lambda each: (each.area, each.name))
    for area, members in itertools.groupby(by_area, key=lambda each: each.area):
        lines += [f"## {area.title()}", "", "| practice | severity | proof | what |"]
        lines += ["|---|---|---|---|"]
        for each in members:
            proof = each.proof or ""
            row = f"| [{each.name}]({each.name}.md) | {each.severity} | {proof} | {each.summary} |"
            lines.append(row)
            page = show(explain(ExplainInput(subject=each.name)))
            (folder / f"{each.name}.md").write_text(page + "\n", "utf-8")
        lines.append("")
    (folder / "index.md").write_text("\n".join(lines), "utf-8")


def write_commands() -> None:
    """All commands with their arguments and options."""
    lines = ["# Commands", "", "Every command takes `--json`, `--output FILE` and `--help`.", ""]
    for name in SUMMARIES:
        capability = capability_named(name)
        lines += [f"## backstay {name}", "", f"{capability.summary}.", ""]
        lines += [f"```console\n$ {capability.example}\n```", "", "| option | what |", "|---|---|"]
        for field in fields_of(capability.input):
            flag = field.option.flag or "--" + field.name.replace("_", "-")
            spelled = field.name.upper() if field.option.positional else flag
            lines.append(f"| `{spelled}` | {field.option.help} |")
        lines.append("")
    (DOCS / "commands.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
