"""Random pairs: is silence right, is no alarm raised for nothing, do witnesses convince?

A small sample; ``python bench/shapes.py`` runs thousands and prints the figures.
"""

from __future__ import annotations

import jsonschema_rs
import pytest

from tests.compatibility.shapes.comparing import compare, root
from tests.compatibility.shapes.generating import Generator, closed
from tests.compatibility.shapes.valuing import Values

PAIRS = 60
TRIES = 60


@pytest.mark.parametrize("seed", range(5))
def test_no_value_contradicts_silence_and_most_breaks_are_shown(seed: int) -> None:
    shown = 0
    breaking = 0
    for number in range(seed * PAIRS, (seed + 1) * PAIRS):
        generator = Generator(50_000 + number)
        old = generator.document()
        new = generator.mutate(old)
        found = compare(old, new)
        if [broken for broken in found.breaks if not broken.undeclared]:
            if not found.comparison.is_empty(root(old)):
                breaking += 1
                shown += any(c.verdict == "confirmed" for c in found.confirmed())
            continue
        if found.breaks:
            continue  # told as undeclared
        senders = [jsonschema_rs.Draft202012Validator(schema) for schema in (old, closed(old))]
        receiver = jsonschema_rs.Draft202012Validator(new)
        values = Values(number)
        for _ in range(TRIES):
            value = values.of(old if values.random.random() < 0.7 else new)
            is_sent = all(sender.is_valid(value) for sender in senders)
            assert not is_sent or receiver.is_valid(value), (old, new, value)
    assert breaking
    assert shown >= breaking * 0.95


@pytest.mark.parametrize("seed", range(5))
def test_rewrites_that_change_nothing_raise_no_alarm(seed: int) -> None:
    for number in range(seed * PAIRS, (seed + 1) * PAIRS):
        generator = Generator(80_000 + number)
        old = generator.document()
        new = generator.rewrite(old)
        assert compare(old, new).kinds == [], (old, new)
        assert compare(new, old, "response").kinds == [], (new, old)
