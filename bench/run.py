"""The numbers that the documentation quotes, as Markdown tables.

Run: python bench/run.py [PART...]; all parts where none is named. Arms of a table run in random
order, round by round; CPU seconds and peak memory are of whole processes, children included, and
medians of five unless a row says otherwise. The control is the first arm once more: what its ratio
differs from 1 is noise.

What is fetched: npm and pip packages by name, into a scratch folder. What is not fetched is named
by environment variables: BACKSTAY_BENCH_LEMMY and BACKSTAY_BENCH_POLAR are clones of LemmyNet/lemmy
and polarsource/polar. A part that lacks something says so in one line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import scale
from commands import Backstay
from histories import LONG_HISTORY, history
from measuring import Usage, ordinary_environment, run
from peers import contract_linters, counts_in, github_description, squawk
from repositories import openapi, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from peers import Peer

RUNS = 5
HERE = Path(__file__).parent
SHOP = HERE.parent / "examples" / "shop"
SCRIPTS = ("documents", "migration_history", "filling", "proofs", "timing_rule")


class Arm(NamedTuple):
    """One row: a command that is measured, and what it reported."""

    what: str
    measure: Callable[[], Usage]
    times: int = RUNS
    reported: Callable[[], str] = str


class Bench:
    """Measures commands in a scratch folder and prints tables."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.backstay = Backstay(scratch / "home")

    def print_table(self, title: str, arms: Sequence[Arm]) -> None:
        """Measure the arms and print a row each; ratios are to the first."""
        control = arms[0]._replace(what=f"{arms[0].what}, again (control)", reported=str)
        arms = [*arms, control]
        used: list[list[Usage]] = [[] for _ in arms]
        for turn in range(RUNS):
            for number in random.Random(turn).sample(range(len(arms)), len(arms)):
                if turn < arms[number].times:
                    used[number].append(arms[number].measure())
        print(f"### {title}\n\n| | CPU s | peak MB | ratio | reports |\n|---|--:|--:|--:|---|")
        first = statistics.median(each.cpu_seconds for each in used[0])
        for arm, runs in zip(arms, used, strict=True):
            cpu = statistics.median(each.cpu_seconds for each in runs)
            peak = max(each.peak_megabytes for each in runs)
            what = arm.what + (" (one run)" if arm.times == 1 else "")
            shown = f"{cpu:.2f}" if cpu >= 0.1 else f"{cpu:.3f}"
            print(f"| {what} | {shown} | {peak:.0f} | {cpu / first:.2f} | {arm.reported()} |")
        print(flush=True)

    def reviews(self, folder: Path) -> list[Arm]:
        """The first and a later review of a folder."""
        output = self.scratch / "review.json"
        self.backstay.run("review", str(folder), "--json", output=output)
        said = summary(output)
        return [
            Arm(
                "backstay review, first", lambda: self.backstay.cold(folder), reported=lambda: said
            ),
            Arm(
                "backstay review, later", lambda: self.backstay.warm(folder), reported=lambda: said
            ),
        ]

    def peers(self, linters: Sequence[Peer], files: Sequence[Path]) -> list[Arm]:
        """Other tools on the same files."""
        return [self._peer(linter, files) for linter in linters]

    def _peer(self, linter: Peer, files: Sequence[Path]) -> Arm:
        output = self.scratch / "peer.txt"
        kept: list[str] = []

        def measure() -> Usage:
            used = linter.run(files, output)
            kept.append(counts_in(output))
            return used

        return Arm(linter.name, measure, linter.times, lambda: kept[-1])


def summary(output: Path) -> str:
    """How much a review reported."""
    found = json.loads(output.read_bytes())["summary"]
    return f"{found['findings']} findings at {found['sites']} places"


def start(bench: Bench) -> None:
    empty = bench.scratch / "empty"
    empty.mkdir()

    def bare() -> Usage:
        return run([sys.executable, "-c", "pass"])

    commands = {
        "backstay --help": ("--help",),
        "backstay practices": ("practices",),
        "backstay review, of an empty folder": ("review", str(empty)),
    }
    arms = [Arm("python -c pass", bare)]
    arms += [Arm(name, partial(bench.backstay.run, *of)) for name, of in commands.items()]
    bench.print_table("Start", arms)


def made_up(bench: Bench) -> None:
    folder = written(bench.scratch / "history", history(LONG_HISTORY))
    bench.print_table(f"{LONG_HISTORY} migrations, made up", bench.reviews(folder))
    folder = written(bench.scratch / "contract", openapi(13))
    bench.print_table("13 MB of OpenAPI, made up", bench.reviews(folder))


def github(bench: Bench) -> None:
    folder = github_description(bench.scratch)
    if folder is None:
        return
    linters = contract_linters(bench.scratch)
    arms = [*bench.reviews(folder), *bench.peers(linters, [folder / "openapi.json"])]
    bench.print_table("GitHub's description of its API, 13 MB of OpenAPI", arms)


def polar(bench: Bench) -> None:
    clone = clone_of("polarsource/polar", "BACKSTAY_BENCH_POLAR")
    if clone is None:
        return
    bench.print_table("polarsource/polar, the whole repository", bench.reviews(clone))
    contract = max((clone / "docs/openapi").glob("*.json"))
    alone = written(bench.scratch / "polar", {contract.name: contract.read_text()})
    linters = contract_linters(bench.scratch)
    arms = [*bench.reviews(alone), *bench.peers(linters, [contract])]
    bench.print_table(f"polarsource/polar, docs/openapi/{contract.name}", arms)


def lemmy(bench: Bench) -> None:
    clone = clone_of("LemmyNet/lemmy", "BACKSTAY_BENCH_LEMMY")
    if clone is None:
        return
    # Squawk looks at each statement by itself and works out no schema: an anchor, not a contest.
    migrations = sorted(clone.glob("migrations/*/up.sql"))
    arms = [*bench.reviews(clone), *bench.peers([squawk(bench.scratch)], migrations)]
    bench.print_table("LemmyNet/lemmy, the whole repository; squawk: its up.sql files", arms)


def clone_of(name: str, variable: str) -> Path | None:
    """The clone that an environment variable names."""
    if variable in os.environ:
        return Path(os.environ[variable])
    print(f"{variable} does not name a clone of {name}: left out\n")
    return None


def growth(_bench: Bench) -> None:
    print("### Growth: CPU microseconds a statement, an operation, a service\n\n```text")
    scale.main()
    print("```\n", flush=True)


def shop(bench: Bench) -> None:
    """The clock counts here, since most of the work is done by PostgreSQL's processes."""
    runs = [bench.backstay.run("review", str(SHOP), "--prove", "--json") for _ in range(RUNS)]
    walls = sorted(used.wall_seconds for used in runs)
    middle = statistics.median(walls)
    print("### The shop, with proofs\n\n| | s on the clock, median of five | least | most |")
    print("|---|--:|--:|--:|")
    print(
        f"| backstay review --prove | {middle:.1f} | {walls[0]:.1f} | {walls[-1]:.1f} |\n",
        flush=True,
    )


def script(name: str) -> Callable[[Bench], None]:
    """A part that is a script of its own."""

    def part(_bench: Bench) -> None:
        file = HERE / f"{name}.py"
        if not file.exists():
            return
        command = [sys.executable, str(file)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=ordinary_environment()
        )
        print(f"### bench/{name}.py\n\n```text\n{done.stdout.strip()}\n```\n", flush=True)
        if done.returncode:
            print(f"It ended with {done.returncode}. {done.stderr.strip()[-500:]}\n", flush=True)

    return part


PARTS: dict[str, Callable[[Bench], None]] = {
    "start": start,
    "made-up": made_up,
    "github": github,
    "polar": polar,
    "lemmy": lemmy,
    "growth": growth,
    "shop": shop,
    **{name.replace("_", "-"): script(name) for name in SCRIPTS},
}


def main() -> int:
    options = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    options.add_argument(
        "part", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS)
    )
    chosen = options.parse_args().part or list(PARTS)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores.\n", flush=True)
    failed = 0
    for part in chosen:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                PARTS[part](Bench(Path(scratch)))
            except (RuntimeError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"{part} could not be measured: {error}\n", flush=True)
    return failed and 1


if __name__ == "__main__":
    sys.exit(main())
