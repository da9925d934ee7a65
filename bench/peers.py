"""Other tools for comparison, installed by name into a scratch folder where npm or pip can."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from measuring import Usage, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REDOCLY = "@redocly/cli@2.77.0"
SPECTRAL = "@stoplight/spectral-cli@6.16.3"
SQUAWK = "squawk-cli==2.70.0"
GITHUB = "@octokit/openapi@23.0.2"
GITHUB_FILE = "package/generated/api.github.com.json"

COULD_NOT = 2  # all three end with 1 where they found something
_QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
_COUNTS = re.compile(r"\d+ (?:errors? and \d+ warnings?|problems?(?= \()|issues?(?= in))")


class Peer(NamedTuple):
    """Another tool as it is run: its name, its command without the files, how many times."""

    name: str
    command: tuple[str, ...]
    times: int

    def run(self, files: Sequence[Path], output: Path) -> Usage:
        """Run it on files.

        Raises:
            RuntimeError: it could not do its job.
        """
        used = run([*self.command, *map(str, files)], _QUIET, output)
        if used.status >= COULD_NOT:
            raise RuntimeError(f"{self.name} ended with {used.status}; see {output}")
        return used


def counts_in(output: Path) -> str:
    """How many problems a peer said there are, in its words."""
    found = _COUNTS.findall(output.read_text(errors="replace"))
    return str(found[-1]) if found else ""


def contract_linters(scratch: Path) -> list[Peer]:
    """Redocly CLI and Spectral with the rules that they recommend; none where npm is absent."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is absent: Redocly CLI and Spectral are left out\n")
        return []
    quiet = ("--no-audit", "--no-fund", "--silent", "--prefix", str(scratch))
    subprocess.run([npm, "install", *quiet, REDOCLY, SPECTRAL], check=True)
    binaries, rules = scratch / "node_modules/.bin", scratch / "spectral.yaml"
    rules.write_text('extends: ["spectral:oas"]\n')
    redocly = (str(binaries / "redocly"), "lint", "--extends", "recommended")
    spectral = (str(binaries / "spectral"), "lint", "--ruleset", str(rules))
    return [Peer(REDOCLY, redocly, 5), Peer(SPECTRAL, spectral, 1)]


def github_description(scratch: Path) -> Path | None:
    """GitHub's description of its API, 13 MB, in a folder of its own; None where npm is absent."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is absent: GitHub's description is left out\n")
        return None
    folder = scratch / "github"
    folder.mkdir()
    subprocess.run([npm, "pack", "--silent", GITHUB], cwd=scratch, check=True, stdout=sys.stderr)
    with tarfile.open(next(scratch.glob("octokit-openapi-*.tgz"))) as archive:
        content = archive.extractfile(GITHUB_FILE)
        assert content is not None
        (folder / "openapi.json").write_bytes(content.read())
    return folder


def squawk(scratch: Path) -> Peer:
    """Squawk, a linter of single migration statements in Rust."""
    home = scratch / "squawk"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(home / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, SQUAWK], check=True)
    return Peer(SQUAWK, (str(home / "bin/squawk"),), 5)
