"""What a decision costs: its model read, the answer weighed, the record written.

Run: python bench/deciding.py
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from importlib import resources

from backstay.decisions.deciding import decide
from backstay.decisions.loading import load, topics
from backstay.decisions.record import record

DAY = dt.date(2026, 1, 1)


def seconds_of(count: int) -> float:
    """CPU seconds of so many decisions, over all topics in turn, each model read anew."""
    folder = resources.files("backstay.decisions") / "models"
    texts = {topic: (folder / f"{topic}.toml").read_text("utf-8") for topic in topics()}
    began = time.process_time()
    for topic in itertools.islice(itertools.cycle(texts), count):
        model = load(texts[topic], topic=topic, shown=topic)
        record(decide(model, "growing"), model, DAY)
    return time.process_time() - began


if __name__ == "__main__":
    seconds_of(11)
    print(f"a decision: {seconds_of(110) / 110 * 1000:.1f} ms CPU, its model read anew")
