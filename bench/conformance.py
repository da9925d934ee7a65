"""The MCP conformance suite against our server, as a ratchet: what passes must go on passing.

Run: python bench/conformance.py. Needs npm, and Node 22 or newer as `node` or in $NODE; says so
and does nothing otherwise. Most scenarios of the suite call tools of an example server of its own
and cannot pass here; those that any server can pass are listed below.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

SUITE = "@modelcontextprotocol/conformance@0.1.16"
SHOP = Path(__file__).parent.parent / "examples" / "shop"
OLDEST_NODE = 22
MUST_PASS = {
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-simple-text",
    "tools-call-error",
    "server-sse-multiple-streams",
    "resources-list",
    "prompts-list",
    "dns-rebinding-protection",
}
LINE = re.compile(r"^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed$", re.MULTILINE)


def main() -> int:
    node = os.environ.get("NODE") or shutil.which("node")
    if node is None or shutil.which("npm") is None or major(node) < OLDEST_NODE:
        print(f"MCP conformance: not run; it needs npm and Node {OLDEST_NODE} as node or in $NODE")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", SUITE]
        subprocess.run(command, cwd=scratch, check=True, capture_output=True)
        package = Path(scratch, "node_modules", SUITE.rpartition("@")[0])
        told = against_our_server([node, str(package / "dist" / "index.js")], scratch)
    return compare(told)


def major(node: str) -> int:
    """The major version of a Node."""
    told = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)
    return int(told.stdout.lstrip("v").split(".")[0])


def against_our_server(suite: list[str], scratch: str) -> str:
    """What the suite prints about a server of the example shop."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "backstay", "mcp", str(SHOP), "--http", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/mcp"
        wait_for(url)
        done = subprocess.run(
            [*suite, "server", "--url", url],
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        server.terminate()
        server.wait(30)
    return done.stdout + done.stderr


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)


def compare(told: str) -> int:
    """Say what passes; 1 if something that must pass does not."""
    found = {name: failed == "0" for name, _, failed in LINE.findall(told)}
    passing = {name for name, passes in found.items() if passes}
    lost, more = MUST_PASS - passing, passing - MUST_PASS
    print(f"MCP conformance ({SUITE}): {len(passing)} of {len(found)} scenarios pass")
    if more:
        print(f"  new, to be added to MUST_PASS: {', '.join(sorted(more))}")
    if lost:
        print(f"  LOST: {', '.join(sorted(lost))}")
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main())
