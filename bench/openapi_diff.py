"""Comparing two versions of a big API, breaks confirmed by the independent validator.

Run: python bench/openapi_diff.py OLD.json NEW.json. Nothing of them is kept here; the figures in
the documentation are of GitHub's description, versions 22.0.0 and 23.0.2 of the npm package
@octokit/openapi (generated/api.github.com.json). Prints CPU seconds and the highest memory of whole
processes, least of three, and how many groups of breaks are told. Exits with 1 beyond the limits.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RUNS = 3
MOST_SECONDS = 2.5
MOST_MEGABYTES = 200
MOST_GROUPS = 60


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measured(*map(Path, sys.argv[2:4]))))
        return
    if len(sys.argv) != len(("program", "old", "new")):
        sys.exit(f"usage: {sys.argv[0]} OLD.json NEW.json")
    runs = [child(*sys.argv[1:3]) for _ in range(RUNS)]
    best = min(runs, key=lambda run: run["total"])
    for name, value in best.items():
        print(f"{name:12} {value}")
    kept = (
        best["total"] <= MOST_SECONDS
        and best["megabytes"] <= MOST_MEGABYTES
        and best["groups"] <= MOST_GROUPS
    )
    sys.exit(not kept)


def child(old: str, new: str) -> dict[str, Any]:
    """One run in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", old, new], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measured(old: Path, new: Path) -> dict[str, Any]:
    """CPU seconds by step, and what was found."""
    import gc  # noqa: PLC0415 (in the child only)

    from backstay.compatibility.comparison import Parsed  # noqa: PLC0415 (in the child only)
    from backstay.compatibility.openapi import compare_openapi  # noqa: PLC0415 (as above)
    from backstay.readers.documents import load_document  # noqa: PLC0415 (as above)

    gc.disable()
    loaded = []
    for path in (old, new):
        value = load_document(path.read_bytes(), name=path.name).value
        loaded.append(Parsed(file=path.name, values={path.name: value}))
    after_loading = time.process_time()
    found = compare_openapi(loaded[0], loaded[1])
    after_comparing = time.process_time()
    breaking = [
        change
        for change in found.changes
        if change.compatibility == "breaking" and {"wire", "json"} & set(change.breaks)
    ]
    witnesses = [found.witness(change) for change in breaking]
    after_confirming = time.process_time()
    return {
        "loading": round(after_loading, 2),
        "comparing": round(after_comparing - after_loading, 2),
        "confirming": round(after_confirming - after_comparing, 2),
        "total": round(after_confirming, 2),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "changes": len(found.changes),
        "breaking": len(breaking),
        "confirmed": sum(witness is not None and witness.confirmed for witness in witnesses),
        "groups": len({change.group or str(change) for change in breaking}),
    }


if __name__ == "__main__":
    main()
