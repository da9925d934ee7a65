"""Put decision models to the lints.

Run: python tools/lint_decisions.py [TOPIC or FILE ...] [--quick | --all]. Exit code 1 where a model
has a fault. Without names, all models that come with Backstay.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.cli.arguments import input_of, parser_of
from backstay.cli.commands import SUMMARIES, command_named
from backstay.cli.printing import formats_of
from backstay.decisions.lint import MOST_COMBINATIONS, lint
from backstay.decisions.loading import load, model_of, topics
from backstay.model.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.decisions.models import Model

QUICK = 2_000


def main() -> int:
    """Lint what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", metavar="TOPIC or FILE")
    parser.add_argument("--quick", action="store_true", help=f"try {QUICK:,} combinations at most")
    parser.add_argument("--all", action="store_true", help="try all, however many there are")
    given = parser.parse_args()
    limit = sys.maxsize if given.all else QUICK if given.quick else MOST_COMBINATIONS
    faults = [is_faulty(name, limit) for name in given.models or topics()]
    return int(any(faults))


def is_faulty(name: str, limit: int) -> bool:
    """Lint one model and print what is found."""
    began = time.process_time()
    try:
        model = _loaded(name)
    except BadRequest as error:
        print(f"FAULT {error}")
        return True
    found = lint(model, limit)
    commands = list(wrong_commands(model))
    for fault in found.faults:
        print(f"FAULT {model.topic}: {fault.lint}: {fault.about}: {fault.text}")
        if fault.witness:
            print(f"      witness: {fault.witness}")
    for key, why in commands:
        print(f"FAULT {model.topic}: confirm: {key}: {why}")
    for note in found.notes:
        print(f"note  {model.topic}: {note}")
    wins = ", ".join(f"{option} {count:,}" for option, count in found.wins.items())
    rules = sum(len(each.rule_out) + len(each.adjust) for each in model.options)
    print(
        f"{'FAULT' if found.faults or commands else 'ok   '} {model.topic}:"
        f" {len(model.axes)} facts, {len(model.criteria)} criteria, {len(model.options)} options,"
        f" {rules} rules;"
        f" {found.tried:,} possible combinations tried of {found.combinations:,};"
        f" wins over three stages: {wins}; {time.process_time() - began:.1f} s"
    )
    return bool(found.faults or commands)


def _loaded(name: str) -> Model:
    path = Path(name)
    if path.suffix == ".toml":
        return load(path.read_text("utf-8"), topic=path.stem, shown=str(path))
    if name not in topics():
        raise BadRequest(f"There is no model {name!r}. Models: {', '.join(topics())}")
    return model_of(name)


def wrong_commands(model: Model) -> Iterator[tuple[str, str]]:
    """Each confirming command that does not parse, and why."""
    for option in model.options:
        for number, confirm in enumerate(option.entry.confirm, start=1):
            try:
                parsed(confirm.check)
            except (BadRequest, ValueError) as error:
                yield f"options.{option.name}.confirm.{number}", str(error)


def parsed(command: str) -> None:
    """Parse a command line of Backstay as the command itself does.

    Raises:
        BadRequest: it is none.
    """
    _, name, *arguments = shlex.split(command)
    if name not in SUMMARIES:
        raise BadRequest(f"there is no command {name!r}")
    capability = command_named(name)
    input_of(capability, parser_of(capability, formats_of(capability)).parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
