"""Models to test with: a small one of our own, and all that come with Backstay."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from backstay.decisions.loading import load, model_of, topics

if TYPE_CHECKING:
    from backstay.decisions.axes import Axis
    from backstay.decisions.models import Model

EXAMPLES = Path(__file__).parent / "examples"


def store_text() -> str:
    return (EXAMPLES / "store.toml").read_text("utf-8")


def store() -> Model:
    return loaded(store_text())


def loaded(text: str) -> Model:
    return load(text, topic="store", shown="store.toml")


def every_model() -> list[Model]:
    return [store(), *(model_of(topic) for topic in topics())]


def random_values(model: Model, chance: random.Random, share: float) -> dict[str, object]:
    """Values for about that share of the facts, thresholds and their neighbours among them."""
    found: dict[str, object] = {}
    for axis in model.axes:
        if chance.random() < share:
            found[axis.name] = chance.choice(trial_values(axis))
    return found


def trial_values(axis: Axis) -> list[object]:
    """All values of a boolean or choice; of a number each threshold, just beside it, and more."""
    if axis.subject.kind == "boolean":
        return [False, True]
    if axis.subject.kind == "choice":
        return list(axis.subject.values)
    least, most = axis.subject.least, axis.subject.most
    step = 1.0 if axis.subject.kind == "count" else 1e-6
    edges = {cell.least for cell in axis.cells} | {cell.most for cell in axis.cells}
    near = {edge + move for edge in edges for move in (-step, 0.0, step)}
    chance = random.Random(axis.name)
    near |= {float(round(chance.uniform(least, most))) for _ in range(5)}
    return [value for value in sorted(near) if least <= value <= most]
