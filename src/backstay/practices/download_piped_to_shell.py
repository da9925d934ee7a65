from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Instruction

_COMMAND_END = re.compile(r"[;&\n]+")
_PIPE = re.compile(r"\|\s*")
_URL = re.compile(r"https?://[^\s\"')]+")
_DOWNLOADS = frozenset(("curl", "wget"))
_BEFORE_PROGRAM = re.compile(r"(?:sudo|env|-\w+|\w+=\S*)")
_SHELL = re.compile(r"(?:ba|da|z)?sh|python3?|perl|node|php|ruby")


@practice(
    area="security",
    severity="medium",
    stages={"enterprise": "Serve such installers from an internal mirror that keeps versions."},
)
def download_piped_to_shell(build: ImageBuild, backend: Backend) -> Iterator[Finding]:  # noqa: ARG001
    r"""A build runs a script that it has just downloaded, whatever it holds.

    Why: Whoever controls that address, or breaks into it once, runs code in every image built
        from then on. What the script does may differ from one build to the next, and a download
        that breaks off half-way runs as far as it came.
    Fix: Download a fixed version, compare its checksum, then run it; or install a package.
    Trade-offs: The checksum has to be changed together with the version.
    Alternatives: Copy the tool from its official image (COPY --from), named by version or digest.
    Upkeep: A bot can raise version and checksum; without one, twice a year by hand.
    References: https://docs.docker.com/build/building/best-practices/#add-or-copy
        https://slsa.dev/spec/v1.1/threats

    Bad (Dockerfile):
        FROM debian:trixie-slim
        # finding
        RUN curl -fsSL https://example.com/install.sh | bash
    Good (Dockerfile):
        FROM debian:trixie-slim
        ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d \
            https://example.com/install-1.4.sh /tmp/install.sh
        RUN sh /tmp/install.sh
    """
    for stage in build.stages:
        for instruction in stage.instructions:
            for url, shell in _piped(instruction) if instruction.name == "RUN" else ():
                yield Finding(
                    message=f"{build.scope} pipes {url} straight into {shell}",
                    evidence=(build,),
                    about=url,
                    where=instruction.where,
                    severity="low" if build.role == "development" else None,
                    fix=Fix(
                        text="Download a fixed version with ADD --checksum, then run it; or copy "
                        "the tool from its official image."
                    ),
                )


def _piped(instruction: Instruction) -> Iterator[tuple[str, str]]:
    """Address and shell of each download that a shell reads."""
    for command in _COMMAND_END.split(_PIPE.sub("| ", instruction.arguments)):
        parts = command.split("|")
        for source, reader in pairwise(parts):
            url = _URL.search(source)
            shell = _program(reader)
            if url and shell and not _DOWNLOADS.isdisjoint(_names(source.split())):
                yield url.group().rstrip(".,").partition("?")[0], shell


def _program(command: str) -> str:
    """The shell or interpreter that a command starts, "" where it starts something else."""
    words = iter(command.split())
    first = next((word for word in words if not _BEFORE_PROGRAM.fullmatch(word)), "")
    name = first.rpartition("/")[2]
    return name if _SHELL.fullmatch(name) else ""


def _names(words: list[str]) -> set[str]:
    return {word.rpartition("/")[2].lstrip("$(`\"'") for word in words}
