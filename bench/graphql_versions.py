"""Comparing two versions of a GraphQL schema of the size of GitHub's, against the reference differ.

Run: python bench/graphql_versions.py. Generates a schema of about 70,000 lines and a new version of
it with some 170 differences. Each row is a process of its own: CPU seconds and peak memory, imports
included. The first row is what graphql-core itself does (build both schemas, find_schema_changes),
which gives neither places nor witnesses.

This file is not named graphql.py, because Python would then find it in place of the library.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TYPES = 860
DIFFERENCES = 170
WORDS = ["the", "list", "of", "all", "items", "that", "were", "given", "by", "this", "actor", "now"]
SCALARS = ["String", "Int!", "Boolean!", "ID!", "DateTime", "URI!", "String!", "Float", "State"]


def main() -> None:
    if len(sys.argv) > 1:
        print(_ROWS[sys.argv[1]](*sys.argv[2:4]))
        return
    old, new = generated()
    print(f"{old.count(chr(10)):,} lines, {len(old) / 1e6:.1f} MB, {DIFFERENCES} edits\n")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "old.graphql"), Path(folder, "new.graphql")]
        for path, text in zip(paths, (old, new), strict=True):
            path.write_text(text)
        print(f"{'':44} {'CPU s':>7} {'MB':>5}  found")
        for name in _ROWS:
            command = [sys.executable, __file__, name, *map(str, paths)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            cpu, megabytes, found = done.stdout.strip().split(maxsplit=2)
            print(f"{name:44} {cpu:>7} {megabytes:>5}  {found}")


def generated(types: int = TYPES, differences: int = DIFFERENCES) -> tuple[str, str]:
    """An old and a new version: objects with connections, interfaces, unions, enums and inputs."""
    choose = random.Random(11)
    blocks = [
        "scalar DateTime\n\nscalar URI\n\nenum State {\n  OPEN\n  CLOSED\n}\n",
        "directive @preview(by: String!) on FIELD_DEFINITION\n",
        '"""\nAn object with an ID.\n"""\ninterface Node {\n  id: ID!\n}\n',
    ]
    for number in range(types):
        blocks += [object_text(choose, number, types), input_text(choose, number)]
        if number % 10 == 0:
            members = " | ".join(f"Type{choose.randrange(types)}" for _ in range(4))
            members = " | ".join(dict.fromkeys(members.split(" | ")))
            blocks.append(f"union Union{number} = {members}\n")
    fields = "\n".join(f"  find{n}(id: ID!): Type{n}" for n in range(0, types, 4))
    changes = "\n".join(f"  change{n}(input: Input{n}!): Type{n}" for n in range(types))
    blocks.append(f"type Query {{\n{fields}\n  node(id: ID!): Node\n}}\n")
    blocks.append(f"type Mutation {{\n{changes}\n}}\n")
    return "\n".join(blocks), "\n".join(edited(choose, blocks, differences))


def described(choose: random.Random, indent: str) -> str:
    words = " ".join(choose.choice(WORDS) for _ in range(9))
    return f'{indent}"""\n{indent}{words}\n{indent}"""\n'


def object_text(choose: random.Random, number: int, types: int) -> str:
    parts = ["  id: ID!\n"]
    for at in range(choose.randint(4, 10)):
        type_ = choose.choice([*SCALARS, f"Type{choose.randrange(types)}", f"[Type{at}!]!"])
        arguments = ""
        if at % 4 == 1:
            given = described(choose, "    ")
            arguments = f'(\n{given}    first: Int\n\n{given}    after: String = ""\n  )'
        parts.append(f"{described(choose, '  ')}  field{at}{arguments}: {type_}\n")
    if number % 10 == 0:
        parts.append(f"  one: Union{number}\n")
    return (
        f"{described(choose, '')}type Type{number} implements Node {{\n" + "\n".join(parts) + "}\n"
    )


def input_text(choose: random.Random, number: int) -> str:
    parts = [
        f"{described(choose, '  ')}  value{at}: {choose.choice(SCALARS[:-1])}\n"
        for at in range(choose.randint(2, 4))
    ]
    return f"{described(choose, '')}input Input{number} {{\n" + "\n".join(parts) + "}\n"


def edited(choose: random.Random, blocks: list[str], differences: int) -> list[str]:
    """A new version: fields removed, made nullable or of another type, arguments required."""
    new = list(blocks)
    edits = [
        ("  id: ID!\n", ""),
        ("first: Int\n", "first: Int!\n"),
        (": String!\n", ": String\n"),
        (": Boolean!\n", ": Int\n"),
        ("  value0: ", "  wert0: "),
        (" | ", " # | "),
        (": DateTime\n", ": DateTime @deprecated\n"),
    ]
    left = differences
    while left:
        at, (before, after) = choose.randrange(3, len(new)), choose.choice(edits)
        if before in new[at] and new[at] == blocks[at]:
            new[at] = new[at].replace(before, after, 1)
            left -= 1
    return new


def reference(old: str, new: str) -> str:
    import graphql  # noqa: PLC0415 (each row pays for its own)
    from graphql.utilities import find_schema_changes  # noqa: PLC0415 (each row pays for its own)

    schemas = [graphql.build_schema(Path(path).read_text()) for path in (old, new)]
    return _measured(f"{len(find_schema_changes(*schemas))} changes")


def compared(old: str, new: str) -> str:
    return _compare(old, new, witnesses=False)


def shown(old: str, new: str) -> str:
    return _compare(old, new, witnesses=True)


def _compare(old: str, new: str, *, witnesses: bool) -> str:
    from backstay.compatibility.comparison import Version  # noqa: PLC0415 (each row pays for its own)
    from backstay.compatibility.graphql import compare_graphql  # noqa: PLC0415 (each row pays for its own)

    versions = [
        Version(files={"schema.graphql": Path(path).read_bytes()}, documents=("schema.graphql",))
        for path in (old, new)
    ]
    comparison = compare_graphql(*versions)
    broken = [change for change in comparison.changes if change.compatibility == "breaking"]
    found = f"{len(comparison.changes)} changes, {len(broken)} breaking"
    if witnesses:
        made = [comparison.witness(change) for change in broken if "json" in change.breaks]
        found += (
            f", {sum(each is not None and each.confirmed for each in made)} of {len(made)} shown"
        )
    return _measured(found)


def _measured(found: str) -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{time.process_time():.2f} {peak:.0f} {found}"


_ROWS = {
    "graphql-core alone": reference,
    "compare_graphql": compared,
    "compare_graphql, each break shown": shown,
}

if __name__ == "__main__":
    main()
