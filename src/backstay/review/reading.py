"""All that files say about a backend, through the one pass that finds them."""

from __future__ import annotations

import gc
import importlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from backstay.model.events import Emit, Progress
from backstay.model.facts import Fact

if TYPE_CHECKING:
    from backstay.readers.inventory import Inventory
    from backstay.readers.sources import Sources

Reader = Callable[["Sequence[str]", "Sources"], "Iterator[Fact]"]

# For each kind of input that the inventory knows: module and function of its reader.
READERS = {
    "sql": ("backstay.readers.sql", "read_sql"),
    "openapi": ("backstay.readers.openapi", "read_openapi"),
    "compose": ("backstay.readers.compose", "read_compose"),
    "dockerfile": ("backstay.readers.dockerfile", "read_dockerfiles"),
}


def read_facts(inventory: Inventory, sources: Sources, emit: Emit) -> tuple[Fact, ...]:
    """The facts of every input in the inventory."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for entry in inventory.entries:
        by_kind[entry.kind].append(entry.file)
    facts: list[Fact] = []
    enabled = gc.isenabled()
    gc.disable()  # frozen values have no cycles to collect; loading is several times faster
    try:
        for kind, (module, function) in READERS.items():
            files = by_kind.get(kind)
            if files:
                emit(Progress(step="read", text=f"{len(files)} {kind} file(s)"))
                reader: Reader = getattr(importlib.import_module(module), function)
                facts.extend(reader(files, sources))
    finally:
        if enabled:
            gc.enable()
    return tuple(facts)
