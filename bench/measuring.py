"""CPU time and memory of whole processes, and the two yardsticks that numbers are ratios to.

CPU time is used wherever it can be, since other work on the machine changes it less than it changes
the time on the clock; it still does, so each measurement has its yardstick right beside it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# A fixed amount of work for the interpreter: what a budget in seconds is scaled by, so that a
# slow machine is not taken for slow code.
CALIBRATION = "x = 0\nfor i in range(6_000_000): x += i & 7\n"

LAUNCHING = str(Path(__file__).parent / "launching.py")

# What the loop took on the machine (2 cores) where the budgets in seconds were set.
LOOP_SECONDS = 0.32


class Usage(NamedTuple):
    """What one process used."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    status: int


def ordinary_environment() -> dict[str, str]:
    """The environment, with Python free to keep compiled modules as it does for most people."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> Usage:
    """Run a command to its end. What it prints goes to a file, or nowhere."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", LAUNCHING, str(output or os.devnull), *command],
        check=True,
        capture_output=True,
        env={**ordinary_environment(), **(environment or {})},
    )
    cpu, wall, peak, status = done.stdout.split()
    per_megabyte = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Usage(float(cpu), float(wall), float(peak) / per_megabyte, int(status))


def median_of(times: int, measure: Callable[[], float]) -> float:
    """The median of so many measurements."""
    return statistics.median(measure() for _ in range(times))


def median_ratio(times: int, measure: Callable[[], float], yardstick: Callable[[], float]) -> float:
    """The median ratio of measurements to yardsticks that are taken right after each of them."""
    return statistics.median(measure() / yardstick() for _ in range(times))


def bare_python() -> float:
    """CPU seconds of an interpreter that does nothing."""
    return run([sys.executable, "-c", "pass"]).cpu_seconds


def calibration() -> float:
    """CPU seconds of the calibration loop."""
    return run([sys.executable, "-c", CALIBRATION]).cpu_seconds
