"""Comparing two versions of many protobuf files, against buf.

Run: python bench/protobuf.py. Makes up 2 x 200 files with 2,000 messages a side, in 20 packages,
in which the types of ten fields differ. Prints CPU seconds and peak memory of whole processes,
children included (the median, and the largest, of five in random order), and how many of the ten
each finds at their lines. The peak is that of the largest process; ours are three. buf is the
binary that its npm package brings; without npm it is left out.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from commands import Backstay
from measuring import Usage, run
from repositories import written

if TYPE_CHECKING:
    from collections.abc import Callable

BUF = "@bufbuild/buf@1.75.0"
RUNS = 5
FILES, MESSAGES, FIELDS = 200, 10, 10
PLANTED_EVERY = 20
TYPES = ("int32", "string", "bytes", "bool", "double", "int64", "repeated string")
BUF_FOUND_SOMETHING = 100
_PLACE = re.compile(r"^(\S+?\.proto):(\d+):", re.MULTILINE)


class Arm(NamedTuple):
    """One row: what is measured, and the file and line of all that it reported."""

    name: str
    measure: Callable[[], Usage]
    places: Callable[[], set[tuple[str, int]]]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        old = written(scratch / "old", files(changed=False))
        new = written(scratch / "new", files(changed=True))
        arms = [backstay(scratch, old, new)]
        npm = shutil.which("npm")
        if npm is None:
            print("npm is absent: buf is left out\n")
        else:
            arms.append(buf(npm, scratch, old, new))
        print_table(arms)


def files(*, changed: bool) -> dict[str, str]:
    """All files of one version by name."""
    chance = random.Random(7)
    made = {}
    for number in range(FILES):
        package = f"acme.part{number // 10}.v1"
        lines = ['syntax = "proto3";', f"package {package};"]
        if number % 10:
            lines.append(f'import "{file_name(number - 1)}";')
        for each in range(MESSAGES):
            lines.append(f"message File{number}Message{each} {{")
            for field in range(1, FIELDS + 1):
                kind = chance.choice(TYPES)
                if changed and (number % PLANTED_EVERY, each, field) == (3, 2, 5):
                    kind = "fixed64"
                lines.append(f"  {kind} field_{field} = {field};")
            if each:
                lines.append(f"  File{number}Message{each - 1} before = 20;")
            lines.append("}")
        lines.append(f"enum Kind{number} {{ KIND{number}_NONE = 0; KIND{number}_A = 1; }}")
        call = f"rpc Get(File{number}Message0) returns (File{number}Message9);"
        lines.append(f"service Service{number} {{ {call} }}")
        made[file_name(number)] = "\n".join(lines) + "\n"
    return made


def file_name(number: int) -> str:
    return f"acme/part{number // 10}/v1/file{number}.proto"


def planted() -> set[tuple[str, int]]:
    """The files and lines of the fields whose types differ."""
    return {
        (name, number)
        for name, text in files(changed=True).items()
        for number, line in enumerate(text.splitlines(), 1)
        if "fixed64" in line
    }


def backstay(scratch: Path, old: Path, new: Path) -> Arm:
    command = Backstay(scratch / "home")
    output = scratch / "backstay.json"

    def measure() -> Usage:
        arguments = ("diff", str(old), str(new), "--level", "source", "--json")
        return command.run(*arguments, output=output)

    def places() -> set[tuple[str, int]]:
        findings = json.loads(output.read_bytes())["findings"]
        return {(_below(each["where"]["file"]), each["where"]["line"]) for each in findings}

    return Arm("backstay diff, with witnesses", measure, places)


def _below(file: str) -> str:
    return file[file.index("acme/") :]


def buf(npm: str, scratch: Path, old: Path, new: Path) -> Arm:
    quiet = ("--no-audit", "--no-fund", "--silent", "--prefix", str(scratch))
    subprocess.run([npm, "install", *quiet, BUF], check=True)
    binary = next(scratch.glob("node_modules/@bufbuild/buf-*/bin/buf*"))
    output = scratch / "buf.txt"
    home = {"HOME": str(scratch), "BUF_CACHE_DIR": str(scratch / "buf-cache")}

    def measure() -> Usage:
        used = run([str(binary), "breaking", str(new), "--against", str(old)], home, output)
        if used.status != BUF_FOUND_SOMETHING:
            raise RuntimeError(f"buf ended with {used.status}; see {output}")
        return used

    def places() -> set[tuple[str, int]]:
        found = _PLACE.findall(output.read_text())
        return {(_below(file), int(line)) for file, line in found}

    return Arm(f"buf breaking ({BUF})", measure, places)


def print_table(arms: list[Arm]) -> None:
    used: list[list[Usage]] = [[] for _ in arms]
    for turn in range(RUNS):
        for number in random.Random(turn).sample(range(len(arms)), len(arms)):
            used[number].append(arms[number].measure())
    messages = FILES * MESSAGES
    print(f"### 2 x {FILES} protobuf files, {messages:,} messages a side\n")
    print("| | CPU s | peak MB | ratio | planted changes found |\n|---|--:|--:|--:|--:|")
    first = statistics.median(each.cpu_seconds for each in used[0])
    for arm, runs in zip(arms, used, strict=True):
        cpu = statistics.median(each.cpu_seconds for each in runs)
        peak = max(each.peak_megabytes for each in runs)
        found = f"{len(planted() & arm.places())} of {len(planted())}"
        print(f"| {arm.name} | {cpu:.2f} | {peak:.0f} | {cpu / first:.2f} | {found} |")


if __name__ == "__main__":
    main()
