"""How right the relation between shapes is, on random pairs: silence, no-op rewrites, witnesses.

Run: python bench/shapes.py [--pairs 10000] [--rewrites 1000] [--old API.json --new API.json]

Schemas, mutations, rewrites and values come from tests/compatibility/shapes, which know nothing of
Backstay; jsonschema-rs judges. A mutation is real where some value is accepted by one side only.
Silence is wrong where a value that the sender may send, closed to what it declares, is refused.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.compatibility.shapes.comparing import compare, root
from tests.compatibility.shapes.generating import Generator, closed
from tests.compatibility.shapes.valuing import Values

from backstay.compatibility.shapes.comparison import Comparison
from backstay.compatibility.shapes.nodes import Documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.compatibility.shapes.reading import Direction

Schema = dict[str, Any]
DIRECTIONS: tuple[Direction, ...] = ("request", "response")
TRIES = 120
SEED = 20_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rewrites", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--old", type=Path, help="an OpenAPI document in JSON")
    parser.add_argument("--new", type=Path, help="its next version")
    given = parser.parse_args()
    began = time.process_time()
    wrong = silence(given.pairs, given.seed) + rewrites(given.rewrites, given.seed)
    print(f"{time.process_time() - began:.0f} s of CPU for the random pairs.")
    if given.old and given.new:
        versions(given.old, given.new)
    return bool(wrong)


def silence(pairs: int, seed: int) -> int:
    """Judge pairs until so many were real; True if more than 1 in 2,000 silences are wrong."""
    tally: Counter[str] = Counter()
    number = seed
    while tally["real"] < pairs:
        number += 1
        generator = Generator(number)
        old = generator.document()
        new = generator.mutate(old)
        direction: Direction = "request" if number % 2 else "response"
        judge(old, new, direction, number, tally)
    if tally["undeclared"]:
        print(f"Only what nobody declares is refused: {tally['undeclared']} pairs, told as such.")
    silent, broken = tally["silent"], tally["breaking"] - tally["empty sender"]
    print(
        f"Pairs with a real mutation: {tally['real']} (of {number - seed} drawn).\n"
        f"Silent: {silent}; contradicted by a value: {tally['contradicted']}"
        f" (one in {silent // max(tally['contradicted'], 1)}).\n"
        f"Breaking: {tally['breaking']}, {tally['empty sender']} of them with an empty sender;"
        f" with a confirmed witness: {tally['shown']} ({tally['shown'] / broken:.2%} of others).\n"
        f"Single breaks: {tally['breaks']}, confirmed {tally['confirmed breaks']}"
        f" ({tally['confirmed breaks'] / tally['breaks']:.2%})."
    )
    return tally["contradicted"] * 2_000 > silent


def judge(old: Schema, new: Schema, direction: Direction, number: int, tally: Counter[str]) -> None:
    """One pair: is it real, what does the relation say, and does a value contradict it?"""
    sent, taken = (old, new) if direction == "request" else (new, old)
    as_written, closed_sender, receiver = map(validator, (sent, closed(sent), taken))
    values = Values(number)
    real = False
    contradiction = None
    for turn in range(TRIES):
        value = values.of(sent if turn % 3 else taken)
        accepted = as_written.is_valid(value)
        if accepted == receiver.is_valid(value):
            continue
        real = True
        if accepted and closed_sender.is_valid(value):
            contradiction = value
            break
    if not real:
        return
    tally["real"] += 1
    found = compare(old, new, direction)
    firm = [broken for broken in found.breaks if not broken.undeclared]
    if firm:
        confirmed = sum(found.comparison.confirm(b).verdict == "confirmed" for b in firm)
        tally["breaking"] += 1
        tally["breaks"] += len(firm)
        tally["confirmed breaks"] += confirmed
        tally["shown"] += bool(confirmed)
        tally["empty sender"] += not confirmed and found.comparison.is_empty(root(sent))
        return
    if found.breaks:
        tally["undeclared"] += 1
        return
    tally["silent"] += 1
    if contradiction is not None:
        tally["contradicted"] += 1
        print(f"contradicted ({direction}, {number}): {contradiction}")


def validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def rewrites(count: int, seed: int) -> int:
    """Rewrites that change nothing, both ways; how many of them raise an alarm."""
    alarms = 0
    for number in range(seed, seed + count):
        generator = Generator(number)
        old = generator.document(4)
        new = generator.rewrite(old)
        for direction in DIRECTIONS:
            if compare(old, new, direction).breaks:
                alarms += 1
                print(f"alarm ({direction}, {number})")
    print(f"Rewrites that change nothing: {count}, both directions; alarms: {alarms}.")
    return alarms


def versions(old_path: Path, new_path: Path) -> None:
    """Two versions of an API: each request and response body that both have, with witnesses."""
    gc.disable()
    old, new = (msgspec.json.decode(path.read_bytes()) for path in (old_path, new_path))
    before, after = Documents(), Documents()
    for documents, content in ((before, old), (after, new)):
        is_old = str(content.get("openapi", "3.1")).startswith("3.0")
        documents.add("api", content, "openapi-3.0" if is_old else "openapi-3.1")
    began = time.process_time()
    comparisons = {direction: Comparison(direction) for direction in DIRECTIONS}
    causes: dict[Any, Any] = {}
    count = 0
    for direction, pointer in bodies(new):
        mine, theirs = before.node("api", pointer), after.node("api", pointer)
        if mine is None or theirs is None:
            continue
        count += 1
        for broken in comparisons[direction].compare(mine, theirs).breaks:
            causes.setdefault((direction, broken.cause), broken)
    related = time.process_time() - began
    confirmed = sum(
        comparisons[direction].confirm(broken).verdict == "confirmed"
        for (direction, _), broken in causes.items()
    )
    print(
        f"{count} bodies of {old_path.name} and {new_path.name}: {len(causes)} root causes,"
        f" {confirmed} confirmed; relation {related:.2f} s,"
        f" with witnesses {time.process_time() - began:.2f} s of CPU,"
        f" peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB."
    )


def bodies(content: Schema) -> Iterator[tuple[Direction, str]]:
    """Direction and pointer of each schema of a request or response body."""
    for path, item in content.get("paths", {}).items():
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            start = f"/paths/{escaped(path)}/{method}"
            for media in operation.get("requestBody", {}).get("content", {}):
                yield "request", f"{start}/requestBody/content/{escaped(media)}/schema"
            for status, response in operation.get("responses", {}).items():
                for media in response.get("content", {}):
                    place = f"{start}/responses/{status}/content/{escaped(media)}"
                    yield "response", f"{place}/schema"


def escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


if __name__ == "__main__":
    sys.exit(main())
