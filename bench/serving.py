"""What the MCP server costs: CPU until it answers, and what a call adds to the work itself.

Run: python bench/serving.py
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client

from backstay.capabilities import capability_named
from backstay.capabilities.tools import call
from backstay.mcp.server import server_for

SHOP = Path(__file__).parent.parent / "examples" / "shop"
IMPORTING = "from mcp.server import MCPServer"
HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}
ARGUMENTS = {"subject": "foreign-key-without-index"}


def ready_ratio(runs: int) -> float:
    """CPU of a server until its first answer, over that of importing the SDK; the median."""
    serving = [sys.executable, "-m", "backstay", "mcp", str(SHOP)]
    importing = [sys.executable, "-c", IMPORTING]
    return statistics.median(
        _cpu(serving, json.dumps(HELLO).encode() + b"\n") / _cpu(importing, b"")
        for _ in range(runs)
    )


def _cpu(command: list[str], asked: bytes) -> float:
    """CPU seconds of a process that is asked one line, answers it, and is left alone then."""
    before = _used()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with process:
        assert process.stdin
        assert process.stdout
        if asked:
            process.stdin.write(asked)
            process.stdin.flush()
            assert b'"serverInfo"' in process.stdout.readline()
        process.stdin.close()
    return _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def call_overhead(calls: int) -> float:
    """Milliseconds that a call in memory takes beyond the capability itself; the median."""
    explain = capability_named("explain")

    async def main() -> float:
        async with Client(server_for(SHOP)) as client:
            await client.call_tool("backstay_explain", ARGUMENTS)
            pairs = []
            for _ in range(calls):
                began = time.perf_counter()
                await client.call_tool("backstay_explain", ARGUMENTS)
                through = time.perf_counter()
                call(explain, ARGUMENTS, SHOP)
                pairs.append(2 * through - began - time.perf_counter())
            return statistics.median(pairs) * 1000

    with contextlib.chdir(SHOP):
        return anyio.run(main)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "")
    print(f"server ready: {ready_ratio(5):.2f} times the CPU of importing the SDK")
    print(f"a call in memory: {call_overhead(200):.2f} ms beyond the capability")
