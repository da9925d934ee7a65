"""Which of two things costs less: the one rule by which every comparison of costs is decided.

Costs on a real machine drift, come in bursts and have heavy tails, so two means taken one after the
other differ on identical code. Here the two run in pairs, in random order within each pair. On
identical code the sign of a pair's log ratio is then a fair coin, whatever the machine does, and
the exact interval of the sign test on the median holds without any assumption about noise. The
same code compared with itself, in the same rounds, shows what the measuring does by itself.
"""

from __future__ import annotations

import math
import random
import time
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Outcome = Literal["faster", "slower", "same", "undecided"]

LOOKS = (20, 40, 80, 160, 320, 640, 1280)
# A claimed difference is published, and on identical code it is always wrong; a claimed sameness
# is wrong by little more than the band. So the former gets this share of the error budget. Under
# the worst noise, identical code is then called different in 0.06 % of comparisons; were the
# budget of 1 % one for both claims, it would be in 0.63 %.
_SHARE_OF_DIFFERENCES = 0.1
_LARGEST_LOG = 709.0  # of what a float can hold


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What the pairs of one arm showed; each number is a cost divided by that of `a`.

    Attributes:
        outcome: what this arm shows by itself.
        ratio: the median of the pairs' ratios.
        low, high: the exact interval of that median, at the level that decided; it is infinite
            where there were too few pairs.
        spread: the fifth and the ninety-fifth percentile of single pairs.
    """

    outcome: Outcome
    ratio: float
    low: float
    high: float
    spread: tuple[float, float]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How the cost of `b` compares with that of `a`.

    Attributes:
        verdict: "faster" or "slower" is said of `b`; "same" means within the band.
        reason: why it is undecided; None where it is decided.
        effect: `b` against `a`.
        control: `a` against itself, measured in the same rounds; None where none was wanted.
        pairs: how many pairs were run.
        seconds: wall time of it all.
        seed: of the random order.
    """

    verdict: Outcome
    reason: str | None
    effect: Effect
    control: Effect | None
    pairs: int
    seconds: float
    seed: int

    @property
    def beyond_control(self) -> bool:
        """Whether the effect lies outside the control's interval; True without a control."""
        control = self.control
        return control is None or not control.low <= self.effect.ratio <= control.high


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The band of sameness as a log ratio, and the error allowed at each look."""

    band: float
    different: float
    same: float

    def effect(self, log_ratios: Sequence[float]) -> Effect:
        ordered = sorted(log_ratios)
        low, high = median_interval(ordered, self.different)
        outcome: Outcome = "undecided"
        if low > self.band:
            outcome = "slower"
        elif high < -self.band:
            outcome = "faster"
        else:
            near, far = median_interval(ordered, self.same)
            if -self.band <= near and far <= self.band:
                outcome, low, high = "same", near, far
        edge = len(ordered) // 20
        return Effect(
            outcome=outcome,
            ratio=_ratio(_median(ordered)),
            low=_ratio(low),
            high=_ratio(high),
            spread=(_ratio(ordered[edge]), _ratio(ordered[-1 - edge])),
        )


def compare(  # noqa: PLR0913 (one rule, with all that may differ from use to use)
    a: Callable[[], float],
    b: Callable[[], float],
    *,
    seed: int,
    same_band: float = 0.03,
    alpha: float = 0.01,
    looks: Sequence[int] = LOOKS,
    control: bool = True,
    budget_seconds: float | None = None,
) -> Comparison:
    """Compare two costs by pairs in random order, until a look decides.

    Where `a` and `b` are processes of their own, start each anew at least three times, in random
    order, and compare each time: a process can be slow for all its life.

    Args:
        a: runs the one thing once and returns its cost: seconds of processor or wall time, or a
            count such as pages read. Zero is fine.
        b: the same for the other thing.
        seed: of the random order.
        same_band: relative difference up to which two costs are the same.
        alpha: probability of a wrong verdict, over all looks together. A tenth of it is for
            "faster" and "slower", so identical code is called different with probability
            alpha / 10 at most, whatever the noise; the rest is for "same".
        looks: numbers of pairs after which to decide, rising.
        control: whether each round also runs `a` a second time, as the control.
        budget_seconds: wall time after which to stop, with a last look at what there is. Running
            out of time says nothing about which is faster, so that look is as exact as the others.

    Raises:
        ValueError: a cost is negative, infinite or not a number.
    """
    chances = len(looks) + (budget_seconds is not None)
    rule = _Rule(
        band=math.log1p(same_band),
        different=alpha * _SHARE_OF_DIFFERENCES / chances,
        same=alpha * (1 - _SHARE_OF_DIFFERENCES) / chances,
    )
    begun = time.monotonic()
    rounds: list[tuple[float, ...]] = []
    for log_ratios in _rounds((a, b, a) if control else (a, b), random.Random(seed)):  # noqa: S311
        rounds.append(log_ratios)
        seconds = time.monotonic() - begun
        spent = budget_seconds is not None and seconds >= budget_seconds
        if len(rounds) not in looks and not spent:
            continue
        effect, *controls = (rule.effect(arm) for arm in zip(*rounds, strict=True))
        if effect.outcome != "undecided" or spent or len(rounds) >= looks[-1]:
            break
    verdict, reason = _verdict(effect, controls, len(rounds))
    return Comparison(
        verdict=verdict,
        reason=reason,
        effect=effect,
        control=controls[0] if controls else None,
        pairs=len(rounds),
        seconds=seconds,
        seed=seed,
    )


def median_interval(ordered: Sequence[float], alpha: float) -> tuple[float, float]:
    """The exact interval of the median of the distribution that `ordered` was drawn from.

    It misses that median with probability `alpha` at most, for any distribution: it misses on one
    side exactly when fewer than so many of the values lie there, and how many do is binomial with
    one half (the sign test turned round). It is infinite where there are too few values.
    """
    rank = _rank(len(ordered), alpha)
    if rank == 0:
        return -math.inf, math.inf
    return ordered[rank - 1], ordered[-rank]


@lru_cache(maxsize=256)
def _rank(count: int, alpha: float) -> int:
    """The largest rank from either end that keeps within `alpha`; 0 where none does."""
    allowed = Fraction(alpha) * 2**count
    rank, fewer, ways = 0, 0, 1
    while 2 * (fewer + ways) <= allowed:
        fewer += ways
        ways = ways * (count - rank) // (rank + 1)
        rank += 1
    return rank


def _rounds(
    runs: Sequence[Callable[[], float]], order: random.Random
) -> Iterator[tuple[float, ...]]:
    """Log ratios of the other runs' costs to that of the first, round after round for ever."""
    places = list(range(len(runs)))
    costs = [0.0] * len(runs)
    while True:
        order.shuffle(places)
        for place in places:
            costs[place] = runs[place]()
        base = costs[0]
        yield tuple(_log_ratio(cost, base) for cost in costs[1:])


def _log_ratio(cost: float, base: float) -> float:
    if not (0 <= cost < math.inf and 0 <= base < math.inf):
        raise ValueError(f"costs must be finite numbers from zero up, not {cost} and {base}")
    if cost == base:
        return 0.0
    if cost == 0 or base == 0:
        return math.inf if base == 0 else -math.inf
    return math.log(cost) - math.log(base)


def _ratio(log_ratio: float) -> float:
    return math.exp(log_ratio) if log_ratio < _LARGEST_LOG else math.inf


def _median(ordered: Sequence[float]) -> float:
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return 0.0 if math.isnan(middle) else middle  # the two were endless, one either way


def _verdict(effect: Effect, controls: Sequence[Effect], pairs: int) -> tuple[Outcome, str | None]:
    for control in controls:
        if control.outcome in ("faster", "slower"):
            told = f"the control, the same thing twice, came out {control.outcome}"
            return "undecided", f"{told}: {_in_words(control)}"
    if effect.outcome == "undecided":
        return "undecided", f"{pairs} pairs do not tell: {_in_words(effect)}"
    return effect.outcome, None


def _in_words(effect: Effect) -> str:
    return f"the ratio lies between {effect.low:.3f} and {effect.high:.3f}"
