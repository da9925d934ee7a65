from __future__ import annotations

import itertools
import math
import random
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstay.lab.timing import LOOKS, compare, median_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

finite = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
alphas = st.floats(min_value=1e-6, max_value=0.5)


def noisy(generator: random.Random, median: float, noise: float) -> Callable[[], float]:
    return lambda: median * math.exp(generator.gauss(0, noise))


def probability_of_missing(population: Sequence[float], count: int, alpha: float) -> Fraction:
    """Of the interval missing the population's median, over every possible sample."""
    ordered = sorted(population)
    median = ordered[len(ordered) // 2]
    missed = 0
    for sample in itertools.product(population, repeat=count):
        low, high = median_interval(sorted(sample), alpha)
        missed += not low <= median <= high
    return Fraction(missed, len(population) ** count)


@settings(max_examples=60, deadline=None)
@given(
    population=st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 5.0]), min_size=3, max_size=3),
    count=st.integers(1, 7),
    alpha=alphas,
)
def test_the_interval_misses_the_median_of_any_population_at_most_so_often(
    population: list[float], count: int, alpha: float
) -> None:
    assert probability_of_missing(population, count, alpha) <= Fraction(alpha)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 12), alpha=alphas)
def test_the_interval_is_as_narrow_as_its_level_allows(count: int, alpha: float) -> None:
    ordered = [float(position) for position in range(1, count + 1)]
    low, high = median_interval(ordered, alpha)
    rank = 0 if math.isinf(low) else round(low)
    assert high == (math.inf if rank == 0 else ordered[-rank])
    missed = [0, 0]  # with this rank, and with the next, over every way the signs may fall
    for signs in itertools.product((False, True), repeat=count):
        fewer = min(signs.count(False), signs.count(True))
        missed[0] += fewer < rank
        missed[1] += fewer < rank + 1
    assert Fraction(missed[0], 2**count) <= Fraction(alpha)
    if 2 * (rank + 1) <= count + 1:
        assert Fraction(missed[1], 2**count) > Fraction(alpha)


@given(values=st.lists(finite, min_size=1, max_size=60), alpha=alphas, smaller=alphas)
def test_a_stricter_level_gives_an_interval_around_that_of_a_laxer(
    values: list[float], alpha: float, smaller: float
) -> None:
    lax, strict = max(alpha, smaller), min(alpha, smaller)
    inner, outer = (median_interval(sorted(values), level) for level in (lax, strict))
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@given(values=st.lists(finite, min_size=1, max_size=60), alpha=alphas)
def test_the_interval_turns_over_with_its_values(values: list[float], alpha: float) -> None:
    low, high = median_interval(sorted(values), alpha)
    assert median_interval(sorted(-value for value in values), alpha) == (-high, -low)


def test_identical_code_looks_different_at_most_once_in_a_thousand_whatever_the_noise() -> None:
    # The worst noise makes the band count for nothing: then only the signs matter, which are fair
    # coins. So this walks through every way in which they may fall, in exact numbers.
    ways, done = [1], 0  # by how many pairs came out above
    crossing = Fraction(0)
    for look in LOOKS:
        for _ in range(look - done):
            ways = [one + other for one, other in zip([*ways, 0], [0, *ways], strict=True)]
        done = look
        low, _ = median_interval(range(look), 0.01 * 0.1 / len(LOOKS))
        fewer = int(low)
        for above in (*range(fewer + 1), *range(look - fewer, look + 1)):
            crossing += Fraction(ways[above], 2**look)
            ways[above] = 0
    assert round(float(crossing), 5) == 0.00056


@pytest.mark.parametrize("noise", [0.001, 0.02, 0.1])
@pytest.mark.parametrize(("factor", "verdict"), [(1.1, "slower"), (1 / 1.1, "faster")])
def test_a_true_difference_of_a_tenth_is_found(noise: float, factor: float, verdict: str) -> None:
    generator = random.Random(7)
    found = compare(
        noisy(generator, 1.0, noise), noisy(generator, factor, noise), seed=1, control=True
    )
    assert (found.verdict, found.reason) == (verdict, None)
    assert found.effect.low < factor < found.effect.high
    assert found.effect.ratio == pytest.approx(factor, abs=0.06)
    assert found.beyond_control
    assert found.control is not None
    assert found.control.low < 1 < found.control.high
    assert found.control.spread[0] < 1 < found.control.spread[1]


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.1])
def test_identical_things_are_the_same(noise: float) -> None:
    generator = random.Random(11)
    thing = noisy(generator, 0.3, noise)
    found = compare(thing, thing, seed=2)
    assert (found.verdict, found.reason) == ("same", None)
    assert 1 / 1.03 <= found.effect.low <= found.effect.ratio <= found.effect.high <= 1.03
    assert not found.beyond_control


def test_drift_and_bursts_do_not_pass_for_a_difference() -> None:
    generator = random.Random(5)
    runs = itertools.count()

    def drifting() -> float:
        run = next(runs)
        burst = 4.0 if (run // 30) % 5 == 0 else 1.0
        return burst * (1 + run / 300) * math.exp(generator.gauss(0, 0.02))

    outcomes = {compare(drifting, drifting, seed=seed).verdict for seed in range(20)}
    assert outcomes <= {"same", "undecided"}


def test_a_difference_at_the_edge_of_the_band_is_left_undecided() -> None:
    generator = random.Random(3)
    found = compare(noisy(generator, 1.0, 0.1), noisy(generator, 1.03, 0.1), seed=3)
    assert found.verdict == "undecided"
    assert found.pairs == LOOKS[-1]
    assert found.reason is not None
    assert found.reason.startswith("1280 pairs do not tell: the ratio lies between")


def test_counts_are_decided_at_the_first_look() -> None:
    for count, verdict, ratio in [(4.0, "faster", 0.04), (100.0, "same", 1.0)]:
        found = compare(lambda: 100.0, lambda count=count: count, seed=1)  # type: ignore[misc]
        assert (found.verdict, found.pairs) == (verdict, LOOKS[0])
        assert found.effect.low == found.effect.high == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("base", "cost", "verdict", "ratio"),
    [(0.0, 0.0, "same", 1.0), (7.0, 0.0, "faster", 0.0), (0.0, 7.0, "slower", math.inf)],
)
def test_a_cost_may_be_zero(base: float, cost: float, verdict: str, ratio: float) -> None:
    found = compare(lambda: base, lambda: cost, seed=1)
    assert (found.verdict, found.effect.ratio) == (verdict, ratio)


@pytest.mark.parametrize("cost", [-1.0, math.nan, math.inf])
def test_a_cost_that_is_none_is_refused(cost: float) -> None:
    with pytest.raises(ValueError, match="finite numbers from zero up"):
        compare(lambda: 1.0, lambda: cost, seed=1)


def test_when_the_time_is_up_what_there_is_decides() -> None:
    def a() -> float:
        time.sleep(0.002)
        return 1.0

    found = compare(a, lambda: 2.0, seed=1, looks=(1000,), budget_seconds=0.15, control=False)
    assert found.verdict == "slower"
    assert 12 < found.pairs < 100
    assert found.control is None
    assert 0.15 <= found.seconds < 5


def test_when_the_time_is_up_too_soon_it_is_undecided() -> None:
    found = compare(lambda: 1.0, lambda: 2.0, seed=1, budget_seconds=0.0)
    assert (found.verdict, found.pairs) == ("undecided", 1)
    assert (found.effect.low, found.effect.high) == (0.0, math.inf)
    assert found.reason == "1 pairs do not tell: the ratio lies between 0.000 and inf"


def test_a_control_that_differs_from_itself_leaves_everything_undecided() -> None:
    # The second run of a thing in a round costs half, as with a cache that the round clears.
    seen = {"a": 0}

    def a() -> float:
        seen["a"] += 1
        return 1.0 if seen["a"] % 2 else 100.0

    def b() -> float:
        return 10.0

    class InOrder(random.Random):
        def shuffle(self, _: object) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backstay.lab.timing.random.Random", InOrder)
        found = compare(a, b, seed=1)
    assert found.effect.outcome == "slower"
    assert found.verdict == "undecided"
    assert found.reason is not None
    assert "the control, the same thing twice, came out slower" in found.reason


def test_the_order_within_pairs_is_random_fair_and_repeatable() -> None:
    def orders(seed: int) -> str:
        ran: list[str] = []

        def run(name: str) -> float:
            ran.append(name)
            return 1.0 + len(ran) % 7 / 100

        compare(lambda: run("a"), lambda: run("b"), seed=seed, looks=(600,), control=False)
        return "".join(ran)

    first = orders(1)
    assert first == orders(1) != orders(2)
    pairs = [first[at : at + 2] for at in range(0, len(first), 2)]
    assert set(pairs) == {"ab", "ba"}
    assert 240 < pairs.count("ab") < 360


@given(
    costs=st.lists(
        st.tuples(*[st.floats(min_value=0, allow_infinity=False)] * 3), min_size=20, max_size=20
    )
)
def test_whatever_the_costs_the_numbers_are_in_order(
    costs: list[tuple[float, float, float]],
) -> None:
    stream = itertools.chain.from_iterable(costs)
    draw = stream.__next__
    found = compare(draw, draw, seed=4, looks=(20,))
    assert found.control is not None
    for effect in (found.effect, found.control):
        assert 0 <= effect.low <= effect.ratio <= effect.high
        assert effect.spread[0] <= effect.spread[1]
