"""Runs one command and prints what it used: CPU seconds, seconds on the clock, peak size, status.

Run: python -S -E bench/launching.py OUTPUT COMMAND... It is a process of its own because Linux
counts the size of the process that starts another one into the peak of that other one.
"""

from __future__ import annotations

import os
import sys
import time


def main(output: str, *command: str) -> None:
    began = time.perf_counter()
    process = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - began
    cpu = used.ru_utime + used.ru_stime
    print(cpu, wall, used.ru_maxrss, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
