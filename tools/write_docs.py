"""Write the pages of the documentation that are made from code: practices, commands, settings.

They are made anew for each build and are not kept in the repository (but for the settings'
JSON Schema, which editors fetch from there).
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import msgspec

from backstay.capabilities.capability import fields_of
from backstay.capabilities.explain import ExplainInput, explain, show
from backstay.cli.commands import SUMMARIES, command_named
from backstay.compatibility.change_kinds import LANGUAGES, change_kinds
from backstay.model.envelope import Envelope
from backstay.practices.catalogue import all_practices
from backstay.project.first_settings import schema_text

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: list[str]) -> int:
    """Write the pages; with --check, fail where a committed one is out of date."""
    check = "--check" in arguments
    stale = [name for name, text in SCHEMAS.items() if write_schema(name, text(), check=check)]
    write_practices()
    write_commands()
    if stale:
        print(f"out of date: {', '.join(stale)}. Run: python tools/write_docs.py")
    return int(bool(stale))


def report_schema_text() -> str:
    """The JSON Schema of what `--json` prints for commands with findings."""
    schema = msgspec.json.schema(Envelope)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Backstay report"}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"


def changes_text() -> str:
    """The page of all kinds of changes that a comparison names."""
    lines = [
        "# Kinds of changes",
        "",
        "What `backstay diff` calls a change (`change.kind` in its report). For API descriptions,",
        "those about values say what is wrong with a value in the eyes of who receives it: a",
        "request that is `too-long` for the new version, or a response that is `too-long` for a",
        "client of the old one.",
        "",
    ]
    for language, kinds in change_kinds().items():
        lines += [f"## {LANGUAGES[language]}", "", "| kind | what |", "|---|---|"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in kinds.items()]
        lines.append("")
    return "\n".join(lines)


# Kept in the repository, since editors, other tools and people read them from there.
SCHEMAS = {
    "backstay.schema.json": schema_text,
    "report.schema.json": report_schema_text,
    "changes.md": changes_text,
}


def write_schema(name: str, text: str, *, check: bool) -> bool:
    """Write a JSON Schema; with ``check``, only say whether it would change."""
    path = DOCS / name
    stale = not path.exists() or path.read_text("utf-8") != text
    if not check:
        path.write_text(text, "utf-8")
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
        capability = command_named(name)
        lines += [f"## backstay {name}", "", f"{capability.summary}.", ""]
        lines += [f"```console\n$ {capability.example}\n```", "", "| option | what |", "|---|---|"]
        for field in fields_of(capability.input):
            flag = field.option.flag or "--" + field.name.replace("_", "-")
            spelled = field.name.upper() if field.option.positional else flag
            lines.append(f"| `{spelled}` | {field.option.help} |")
        lines.append("")
    lines += [
        "## What --json prints",
        "",
        "Commands with findings print one shape, described by",
        "[report.schema.json](report.schema.json). A report that a filter narrowed names it in",
        "`filters`; what could not be read or checked stands in `unread` and `not_checked`.",
        "",
    ]
    (DOCS / "commands.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
