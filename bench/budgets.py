"""What must stay fast, checked in CI: exit code 1 where a budget is overrun.

Run: python bench/budgets.py. Each number is a ratio to a yardstick that is measured beside it,
and the median of five; one that is over its limit is measured once more, and the lower counts.
Inputs are made up here, so that nothing is fetched. Limits are about twice of what was measured
when they were set, and never above what the design promises.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import deciding
import scale
import serving
from commands import Backstay
from histories import LONG_HISTORY, history
from measuring import LOOP_SECONDS, bare_python, calibration, median_ratio
from repositories import fleet, openapi, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = 5

# What scans where it should look up gets many times dearer. The 50,000 schemas of a large contract
# outgrow the processor's caches, which alone makes each a third dearer.
MOST_GROWTH = {"migrations": 1.5, "contracts": 2.0, "services": 1.5}
SHOP = Path(__file__).parent.parent / "examples" / "shop"


class Budget(NamedTuple):
    """One thing that must not get slower or larger, and how to measure it."""

    what: str
    limit: float
    unit: str
    measure: Callable[[], float]


def seconds(limit: float) -> float:
    """A limit in seconds of CPU, as a multiple of the calibration loop."""
    return limit / LOOP_SECONDS


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        over = [budget.what for budget in budgets(Path(scratch)) if not is_within(budget)]
    print(
        f"\n{time.monotonic() - began:.0f} s in all. " + ("Over: " + ", ".join(over)) * bool(over)
    )
    return bool(over)


def is_within(budget: Budget) -> bool:
    """Measure, once more where it is over, and print the row."""
    found = budget.measure()
    if found > budget.limit:
        found = min(found, budget.measure())
    within = found <= budget.limit
    print(
        f"{'ok  ' if within else 'OVER'} {budget.what:46}{found:>8.2f}"
        f"  of at most {budget.limit:>6.2f} {budget.unit}",
        flush=True,
    )
    return within


def budgets(scratch: Path) -> Iterator[Budget]:
    """All budgets, in the order in which they are measured."""
    backstay = Backstay(scratch)
    long_history = written(scratch / "history", {**history(LONG_HISTORY), **fleet(2)})
    contract = written(scratch / "contract", openapi(13))
    backstay.run("review", str(long_history), "--json")  # fills the cache, compiles the modules
    backstay.run("review", str(contract), "--json")

    def loops(measure: Callable[[], float]) -> Callable[[], float]:
        return partial(median_ratio, RUNS, measure, calibration)

    def help_text() -> float:
        return median_ratio(RUNS, lambda: backstay.run("--help").cpu_seconds, bare_python)

    yield Budget("start: backstay --help", 4, "times bare Python", help_text)
    yield Budget(
        f"{LONG_HISTORY} migrations, first review",
        seconds(1.5),
        "loops",
        loops(lambda: backstay.cold(long_history).cpu_seconds),
    )
    yield Budget(
        f"{LONG_HISTORY} migrations, next review",
        seconds(0.5),
        "loops",
        loops(lambda: backstay.warm(long_history).cpu_seconds),
    )
    yield Budget(
        "13 MB OpenAPI, first review",
        seconds(2.2),
        "loops",
        loops(lambda: backstay.cold(contract).cpu_seconds),
    )
    yield Budget(
        "13 MB OpenAPI, next review",
        seconds(1.4),
        "loops",
        loops(lambda: backstay.warm(contract).cpu_seconds),
    )
    yield Budget("peak memory", 300, "MB", lambda: peak(backstay, long_history, contract))
    for kind in scale.SUBJECTS:
        yield Budget(
            f"cost of one of 16 times as many {kind}",
            MOST_GROWTH[kind],
            "times",
            partial(scale.growth, kind, 3),
        )
    yield Budget(
        "MCP server ready",
        1.15,
        "times importing the SDK",
        partial(serving.ready_ratio, RUNS),
    )
    yield Budget("MCP call in memory", 5, "ms beyond the capability", call_overhead)
    yield Budget(
        "20 decisions, each model read anew",
        seconds(0.2),
        "loops",
        loops(partial(deciding.seconds_of, 20)),
    )
    yield Budget(
        "review examples/shop --prove",
        30,
        "s on the clock",
        lambda: backstay.run("review", str(SHOP), "--prove", "--json").wall_seconds,
    )


def call_overhead() -> float:
    """Milliseconds that a call adds, the median."""
    return serving.call_overhead(100)


def peak(backstay: Backstay, *folders: Path) -> float:
    """Megabytes that the largest process of a first and of a later review took."""
    runs = [each for folder in folders for each in (backstay.cold(folder), backstay.warm(folder))]
    return max(used.peak_megabytes for used in runs)


if __name__ == "__main__":
    sys.exit(main())
