from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild, Service
from backstay.model.findings import Finding, Fix
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import Instruction, Variable
    from backstay.model.places import Where

_VARIABLES = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0", "false"),
    "PYTHONHTTPSVERIFY": ("0",),
    "NPM_CONFIG_STRICT_SSL": ("false",),
    "npm_config_strict_ssl": ("false",),
    "YARN_STRICT_SSL": ("false",),
}
# Git and pip look at whether these are set, not at what they say.
_SET_AT_ALL = frozenset(("GIT_SSL_NO_VERIFY", "PIP_TRUSTED_HOST"))
_SWITCHES = {
    **dict.fromkeys(("curl",), r"-[A-Za-jl-z]*k[A-Za-z]*|--insecure|--proxy-insecure"),
    **dict.fromkeys(("wget",), r"--no-check-certificate"),
    **dict.fromkeys(("pip", "pip3"), r"--trusted-host(?:=.*)?"),
    **dict.fromkeys(("apt-get", "apt"), r"--allow-unauthenticated|--force-yes"),
    **dict.fromkeys(("apk",), r"--allow-untrusted"),
    **dict.fromkeys(
        ("yum", "dnf", "tdnf", "microdnf"), r"--nogpgcheck|(?:--setopt=)?sslverify=(?:false|0)"
    ),
    **dict.fromkeys(("rpm",), r"--no(?:digest|signature|verify|filedigest)"),
    **dict.fromkeys(("npm", "yarn", "pnpm"), r"strict-ssl=false"),
    **dict.fromkeys(("git",), r"http\.sslVerify=false"),
}
_COMMAND_END = re.compile(r"[|;&\n]+")
# `npm config set strict-ssl false` is `strict-ssl=false` in two words.
_TWO_WORDS = re.compile(r"\b(strict-ssl|http\.sslVerify) +false\b")
_HERE = re.compile(r"localhost|127\.0\.0\.1|\[::1\]")


@practice(area="security", severity="high")
def certificate_check_disabled(
    subject: Service | ImageBuild,
    backend: Backend,  # noqa: ARG001
) -> Iterator[Finding]:
    """Downloads or calls accept any certificate, so that anybody on the way can answer.

    Why: With the check off TLS still encrypts, but to whoever answers. A build then runs code
        from anybody who gets between it and the server, and a service hands over its tokens.
    Fix: Remove the switch, and install the missing authority's certificate instead.
    Trade-offs: A private authority has to be part of the image, and be renewed.
    Alternatives: For one download, a checksum that is compared; for one client, trust of the one
        certificate.
    Upkeep: Watch the end of the private authority's certificate.
    References: https://cwe.mitre.org/data/definitions/295.html
        https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue

    Bad (Dockerfile):
        FROM debian:trixie-slim
        # finding
        RUN curl -kO https://example.com/tool.tar.gz
    Good (Dockerfile):
        FROM debian:trixie-slim
        COPY acme-ca.crt /usr/local/share/ca-certificates/
        RUN update-ca-certificates && curl -O https://example.com/tool.tar.gz
    """
    if isinstance(subject, Service):
        for variable in subject.environment:
            if _is_off(variable) and subject.role != "development":
                yield _finding(subject, f"{variable.name} of {subject.name}", variable.where)
        return
    for stage in subject.stages:
        for variable in (*stage.environment, *stage.arguments):
            if _is_off(variable):
                yield _finding(subject, f"{variable.name} in {subject.scope}", variable.where)
        for instruction in stage.instructions:
            for command in _switched_off(instruction):
                yield _finding(subject, f"{command!r} in {subject.scope}", instruction.where)


def _switched_off(instruction: Instruction) -> Iterator[str]:
    """Program and switch of each such command; what stands between may hold a secret."""
    if instruction.name != "RUN":
        return
    for command in _COMMAND_END.split(instruction.arguments):
        words = _TWO_WORDS.sub(r"\1=false", command).split()
        start = next((i for i, word in enumerate(words) if _program(word) in _SWITCHES), None)
        if start is None or _HERE.search(command):
            continue
        program = _program(words[start])
        switch = re.compile(_SWITCHES[program])
        found = next((word for word in words[start + 1 :] if switch.fullmatch(word)), None)
        if found:
            yield f"{program} {found.partition('=')[0]}"


def _program(word: str) -> str:
    return word.rpartition("/")[2].lstrip("$(`\"'")


def _is_off(variable: Variable) -> bool:
    value = (variable.value or "").lower()
    if variable.name in _SET_AT_ALL:
        return bool(value)
    return value in _VARIABLES.get(variable.name, ())


def _finding(subject: Service | ImageBuild, what: str, where: Where) -> Finding:
    return Finding(
        message=f"{what} switches the check of certificates or signatures off",
        evidence=(subject,),
        about=what,
        where=where,
        severity="low" if subject.role == "development" else None,
        fix=Fix(text="Remove it, and install the certificate of the authority that is missing."),
    )
