"""Loading and locating in big documents, against what Python has without Backstay.

Run: python bench/documents.py. Prints CPU milliseconds (medians of 5) and their ratio to the first
row of each table; all in one process on one machine, so that the ratios mean something.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from backstay.readers.documents import load_document
from backstay.readers.pointers import pointer_of
from backstay.readers.positions import locate_many

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = [
    "order",
    "customer",
    "invoice",
    "item",
    "price",
    "state",
    "address",
    "note",
    "payment",
    "refund",
    "ledger",
    "entry",
]


def main() -> None:
    json_data = json.dumps(contract(2150), indent=2).encode()
    yaml_data = yaml.dump(contract(670), Dumper=yaml.CSafeDumper, sort_keys=False).encode()
    print_table(
        f"JSON, {len(json_data) / 1e6:.1f} MB",
        {
            "json.loads": lambda: json.loads(json_data),
            "msgspec.json.decode, collector off": without_collector(
                lambda: msgspec.json.decode(json_data)
            ),
            "load_document": lambda: load_document(json_data, name="x.json"),
            "locate 1 place": locating(json_data, "x.json", 1),
            "locate 200 places": locating(json_data, "x.json", 200),
        },
    )
    print_table(
        f"YAML, {len(yaml_data) / 1e6:.1f} MB",
        {
            "yaml.load, C loader": lambda: yaml.load(yaml_data, Loader=yaml.CSafeLoader),
            "yaml.load, C loader, collector off": without_collector(
                lambda: yaml.load(yaml_data, Loader=yaml.CSafeLoader)
            ),
            "load_document": lambda: load_document(yaml_data, name="x.yaml"),
            "locate 1 place": locating(yaml_data, "x.yaml", 1),
            "locate 200 places": locating(yaml_data, "x.yaml", 200),
        },
    )
    print_table("Whole process", {"python -c pass": starting("pass"), **importing()})


def contract(operations: int) -> dict[str, Any]:
    """An OpenAPI document of about 6 kB for each operation."""
    choose = random.Random(7)

    def text(words: int) -> str:
        return " ".join(choose.choice(WORDS) for _ in range(words))

    def schema(level: int = 0) -> dict[str, Any]:
        kind = choose.choice(["string", "integer", "object", "array"] if level < 4 else ["string"])
        made: dict[str, Any] = {"type": kind, "description": text(8)}
        if kind == "object":
            names = [f"{choose.choice(WORDS)}_{n}" for n in range(choose.randint(2, 6))]
            made |= {"properties": {n: schema(level + 1) for n in names}, "required": names[:2]}
        if kind == "array":
            made["items"] = schema(level + 1)
        return made

    def operation(number: int) -> dict[str, Any]:
        return {
            "operationId": f"operation-{number}",
            "description": text(40),
            "parameters": [
                {"name": f"p{n}", "in": "query", "schema": {"type": "string"}} for n in range(6)
            ],
            "responses": {
                "200": {
                    "description": text(4),
                    "content": {
                        "application/json": {
                            "schema": {"$ref": f"#/components/schemas/s{number}"},
                            "example": {word: text(5) for word in WORDS},
                        }
                    },
                }
            },
        }

    return {
        "openapi": "3.0.3",
        "info": {"title": "Generated", "version": "1"},
        "paths": {
            f"/{choose.choice(WORDS)}/{{id}}/{number}": {
                "get": operation(number),
                "post": operation(number),
            }
            for number in range(operations)
        },
        "components": {"schemas": {f"s{number}": schema() for number in range(operations)}},
    }


def locating(data: bytes, name: str, places: int) -> Callable[[], object]:
    pointers: list[str] = []
    todo: list[tuple[tuple[Any, ...], Any]] = [((), load_document(data, name=name).value)]
    while todo:
        segments, value = todo.pop()
        pointers.append(pointer_of(segments))
        children = value.items() if isinstance(value, dict) else enumerate(value)
        if isinstance(value, (dict, list)):
            todo += [((*segments, key), child) for key, child in children]
    asked = random.Random(1).sample(pointers, places)
    return lambda: locate_many(data, asked, name=name)


def without_collector(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        gc.disable()
        try:
            work()
        finally:
            gc.enable()

    return run


def starting(program: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", program], check=True)


def importing() -> dict[str, Callable[[], object]]:
    return {
        "import msgspec": starting("import msgspec"),
        "import documents": starting("import backstay.readers.documents"),
        "import inventory": starting("import backstay.readers.inventory"),
        "read a small YAML file": starting(
            "from backstay.readers.documents import load_document as l; l(b'a: 1', name='a.yaml')"
        ),
    }


def print_table(title: str, rows: dict[str, Callable[[], object]]) -> None:
    print(f"\n{title}\n{'':36} CPU ms   ratio")
    first = None
    for label, work in rows.items():
        milliseconds = statistics.median(cpu(work) for _ in range(5)) * 1000
        first = first or milliseconds
        print(f"{label:36} {milliseconds:6.1f}  {milliseconds / first:6.2f}")


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of those that it waits for."""
    gc.collect()
    before = sum(os_times())
    kept = work()
    after = sum(os_times())
    del kept
    return after - before


def os_times() -> tuple[float, float]:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time(), children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
