"""Runs the command as a user would, in a process of its own, and tells what that cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A small process between the tests and the command: the peak that the system reports for a process
# begins with that of the process that started it, and the tests' own may be large.
_MEASURE = """
import json, os, signal, sys, time
began = time.monotonic()
child = os.posix_spawn(sys.argv[3], sys.argv[3:], os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]))
_, status, usage = os.wait4(child, 0)
cpu = usage.ru_utime + usage.ru_stime
kilobyte = 1 if sys.platform == "darwin" else 1024
told = [os.waitstatus_to_exitcode(status), cpu, usage.ru_maxrss * kilobyte]
with open(sys.argv[1], "w") as stream:
    json.dump(told, stream)
"""
COMMAND = (sys.executable, "-m", "backstay")
KILLED = -9


class Ended(NamedTuple):
    """How a command ended. `cpu` is in seconds, `peak` the most memory it held, in bytes."""

    code: int
    stdout: str
    stderr: str
    cpu: float
    peak: int

    @property
    def report(self) -> Any:
        """What was printed with --json."""
        return json.loads(self.stdout)

    @property
    def found_in(self) -> set[str]:
        """The files in which the report finds anything."""
        findings = self.report["findings"]
        sites = [site for each in findings for site in (each, *each["also"])]
        return {site["where"]["file"] for site in sites}

    @property
    def unread(self) -> dict[str, str]:
        """The report's files that were not read, with the reason; the last one of each file."""
        return {each["file"]: each["why"] for each in self.report["unread"]}


def backstay(
    *arguments: str | os.PathLike[str],
    cwd: str | Path | None = None,
    env: Mapping[str, str | None] | None = None,
    seconds: float = 60.0,
    command: Sequence[str] = COMMAND,
    **options: Any,
) -> Ended:
    """Run the command to its end; after `seconds` it is killed, and its code is `KILLED`.

    `env` adds to the environment; None takes a variable away.
    """
    with tempfile.TemporaryDirectory() as folder:
        told, out, err = (Path(folder) / name for name in ("told", "out", "err"))
        with out.open("wb") as stdout, err.open("wb") as stderr:
            subprocess.run(
                (
                    *(sys.executable, "-I", "-S", "-c", _MEASURE),
                    *(told, str(seconds), *command, *arguments),
                ),
                cwd=cwd,
                env=environment(env),
                check=True,
                **{"stdin": subprocess.DEVNULL, "stdout": stdout, "stderr": stderr, **options},
            )
        code, cpu, peak = json.loads(told.read_text())
        return Ended(
            code=code,
            stdout=out.read_text(encoding="utf-8", errors="surrogateescape"),
            stderr=err.read_text(encoding="utf-8", errors="surrogateescape"),
            cpu=cpu,
            peak=peak,
        )


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of the tests with changes; None takes a variable away."""
    changed = {**os.environ, **(changes or {})}
    return {name: value for name, value in changed.items() if value is not None}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below `root`, with the folders that they need."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
