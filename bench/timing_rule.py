"""How often the timing rule is wrong, and what it finds: simulated noise and real runs.

    python bench/timing_rule.py [--trials 1000] [--seconds 40] [--seed 1]

Every trial compares a thing with itself, so "faster" and "slower" are both wrong. Two common habits
judge the same number of runs, taken one after the other, all of A and then all of B: the ratio of
the means beyond 3 %, and Welch's test at 1 %. The run fails if the rule is wrong more often than
twice in a thousand.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from backstay.lab.server import throwaway_server
from backstay.lab.timing import Comparison, compare

Cost = Callable[[], float]
WRONG = ("faster", "slower")
ALLOWED = 2 / 1000
BAND = 0.03
WELCH_LIMIT = 2.576
# The A-then-B habits get the runs of a comparison that took this many rounds of three.
LEAST_RUNS, MOST_RUNS = 60, 3840


class Tally(NamedTuple):
    """What came of many trials."""

    outcomes: Counter[str]
    pairs: float
    by_mean: int
    by_welch: int

    @property
    def trials(self) -> int:
        return sum(self.outcomes.values())

    @property
    def wrong(self) -> int:
        return sum(self.outcomes[outcome] for outcome in WRONG)


def quiet(chance: random.Random) -> Cost:
    return lambda: math.exp(chance.gauss(0, 0.01))


def ordinary(chance: random.Random) -> Cost:
    return lambda: math.exp(chance.gauss(0, 0.1))


def wild(chance: random.Random) -> Cost:
    return lambda: math.exp(chance.gauss(0, 1.0))


def heavy_tails(chance: random.Random) -> Cost:
    return lambda: 1 + 0.05 * (chance.paretovariate(1.0) - 1)


def drift(chance: random.Random) -> Cost:
    """Warms up or cools down by as much as a half in the course of 500 runs."""
    by = chance.uniform(-0.001, 0.001)
    run = itertools.count()
    return lambda: max(0.5, 1 + by * next(run)) * math.exp(chance.gauss(0, 0.02))


def bursts(chance: random.Random) -> Cost:
    """A neighbour that comes and goes: three times as slow for forty runs or so in two hundred."""
    state = {"busy": False}

    def cost() -> float:
        if chance.random() < (1 / 40 if state["busy"] else 1 / 160):
            state["busy"] = not state["busy"]
        return (3.0 if state["busy"] else 1.0) * math.exp(chance.gauss(0, 0.02))

    return cost


def wandering(chance: random.Random) -> Cost:
    """A level that wanders and slowly comes back, as clock speed and caches do."""
    level = {"now": 0.0}

    def cost() -> float:
        level["now"] = 0.99 * level["now"] + chance.gauss(0, 0.03)
        return math.exp(level["now"] + chance.gauss(0, 0.02))

    return cost


def two_levels(chance: random.Random) -> Cost:
    """Either of two speeds for each run, as with a plan or a memory layout that flips."""
    return lambda: chance.choice((1.0, 1.4)) * math.exp(chance.gauss(0, 0.005))


def coarse_clock(chance: random.Random) -> Cost:
    """Ten or so ticks of a clock, and nothing between."""
    return lambda: round(max(0.0, chance.gauss(10, 1.5)))


NOISES = (quiet, ordinary, wild, heavy_tails, drift, bursts, wandering, two_levels, coarse_clock)


def simulated(noise: Callable[[random.Random], Cost], trials: int, seed: int) -> Tally:
    def trial(number: int) -> tuple[Comparison, Cost]:
        thing = noise(random.Random(f"{seed} {noise.__name__} {number}"))
        return compare(thing, thing, seed=seed * trials + number), thing

    return tally(trial(number) for number in range(trials))


def tally(trials: Iterator[tuple[Comparison, Cost]]) -> Tally:
    outcomes: Counter[str] = Counter()
    pairs: list[int] = []
    by_mean = by_welch = 0
    for found, thing in trials:
        outcomes[found.verdict] += 1
        pairs.append(found.pairs)
        each = min(max(3 * found.pairs, LEAST_RUNS), MOST_RUNS) // 2
        first = [thing() for _ in range(each)]
        second = [thing() for _ in range(each)]
        by_mean += differ_in_mean(first, second)
        by_welch += differ_by_welch(first, second)
    return Tally(outcomes, statistics.median(pairs), by_mean, by_welch)


def differ_in_mean(first: list[float], second: list[float]) -> bool:
    ratio = statistics.fmean(second) / statistics.fmean(first)
    return not 1 / (1 + BAND) <= ratio <= 1 + BAND


def differ_by_welch(first: list[float], second: list[float]) -> bool:
    error = math.sqrt((statistics.variance(first) + statistics.variance(second)) / len(first))
    gap = abs(statistics.fmean(second) - statistics.fmean(first))
    return gap > WELCH_LIMIT * error


def python_code() -> Cost:
    """Processor time of a millisecond of ordinary Python."""

    def cost() -> float:
        begun = time.process_time_ns()
        words = sorted(str(number * 7919 % 1000) for number in range(2000))
        assert len("".join(words)) > 0
        return float(time.process_time_ns() - begun)

    return cost


@contextlib.contextmanager
def query() -> Iterator[Cost]:
    """Wall time of a query of a millisecond or so on a server of the lab."""
    with (
        throwaway_server() as server,
        server.database() as database,
        contextlib.closing(server.connect(database)) as connection,
    ):
        connection.execute(
            "CREATE TABLE item AS SELECT id, id % 97 AS kind FROM generate_series(1, 20000) id"
        )
        connection.execute("VACUUM ANALYZE item")

        def cost() -> float:
            begun = time.perf_counter_ns()
            connection.execute("SELECT kind, count(*) FROM item GROUP BY kind").fetchall()
            return float(time.perf_counter_ns() - begun)

        yield cost


def real(thing: Cost, seconds: float, seed: int) -> Tally:
    """As many trials as fit the time, of at most a twentieth of it each."""
    deadline = time.monotonic() + seconds

    def trials() -> Iterator[tuple[Comparison, Cost]]:
        for number in itertools.count():
            if time.monotonic() > deadline:
                return
            found = compare(thing, thing, seed=seed + number, budget_seconds=seconds / 20)
            yield found, thing

    return tally(trials())


def costlier(thing: Cost, factor: float) -> Cost:
    return lambda: factor * thing()


def powers(trials: int, seed: int) -> Iterator[str]:
    """What the rule finds where there is something to find."""
    noises = (quiet, ordinary, drift, bursts, wandering)
    for noise, factor in itertools.product(noises, (1.04, 1.05, 1.1, 1.5)):
        outcomes: Counter[str] = Counter()
        pairs = []
        for number in range(trials):
            thing = noise(random.Random(f"{seed} {noise.__name__} {factor} {number}"))
            found = compare(thing, costlier(thing, factor), seed=number)
            outcomes[found.verdict] += 1
            pairs.append(found.pairs)
        found_in = 100 * outcomes["slower"] / trials
        wrong = outcomes["faster"] + outcomes["same"]
        yield (
            f"{noise.__name__:14} {factor - 1:>6.0%} {found_in:>8.1f} % {wrong:>8} "
            f"{outcomes['undecided']:>10} {statistics.median(pairs):>8.0f}"
        )


def line(name: str, tally: Tally) -> str:
    count = tally.trials
    return (
        f"{name:24} {count:>7} {tally.wrong:>7} {tally.outcomes['same']:>7} "
        f"{tally.outcomes['undecided']:>10} {tally.pairs:>6.0f} "
        f"{tally.by_mean / count:>11.1%} {tally.by_welch / count:>8.1%}"
    )


def main() -> int:
    options = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    options.add_argument("--trials", type=int, default=1000, help="of each kind of noise")
    options.add_argument("--seconds", type=float, default=40, help="for each of the real runs")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print("Identical things             trials   wrong    same  undecided  pairs  A-then-B  Welch")
    tallies = []
    for noise in NOISES:
        tallies.append(simulated(noise, chosen.trials, chosen.seed))
        print(line(noise.__name__.replace("_", " "), tallies[-1]), flush=True)
    if chosen.seconds > 0:
        tallies.append(real(python_code(), chosen.seconds, chosen.seed))
        print(line("real: Python, processor", tallies[-1]), flush=True)
        with query() as thing:
            tallies.append(real(thing, chosen.seconds, chosen.seed))
            print(line("real: query, wall clock", tallies[-1]), flush=True)
    print("\nB costs more by      more    found    wrong  undecided    pairs")
    for text in powers(max(chosen.trials // 10, 1), chosen.seed):
        print(text, flush=True)
    wrong, of = sum(one.wrong for one in tallies), sum(one.trials for one in tallies)
    print(f"\nIn all: {wrong} wrong of {of}; {ALLOWED:.1%} are allowed.")
    return any(one.wrong > max(ALLOWED * one.trials, 2) for one in tallies)


if __name__ == "__main__":
    sys.exit(main())
