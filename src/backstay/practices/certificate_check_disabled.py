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
_COMMANDS = re.compile(
    r"\bcurl\s(?:[^|;&\n]*\s)?(?:-[A-Za-jl-z]*k[A-Za-z]*|--insecure|--proxy-insecure)(?=\s)"
    r"|\bwget\s[^|;&\n]*--no-check-certificate\b"
    r"|\bpip3?\s[^|;&\n]*--trusted-host\b"
    r"|\bapt-get\s[^|;&\n]*(?:--allow-unauthenticated|--force-yes)\b"
    r"|\bapk\s[^|;&\n]*--allow-untrusted\b"
    r"|\b(?:yum|dnf|tdnf|microdnf)\s[^|;&\n]*(?:--nogpgcheck\b|--setopt[\s=]+sslverify=(?:false|0))"
    r"|\brpm\s[^|;&\n]*--no(?:digest|signature|verify|filedigest)\b"
    r"|\b(?:npm|yarn|pnpm)\s+config\s+set\s+(?:-\S+\s+)*strict-ssl[\s=]+false\b"
    r"|\bgit\s+config\s[^|;&\n]*http\.sslVerify[\s=]+false\b"
    r"|\bgit\s+-c\s+http\.sslVerify=false\b"
)
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
    for found in _COMMANDS.finditer(instruction.arguments):
        whole = re.split(r"[|;&\n]", instruction.arguments[found.start() :])[0]
        if not _HERE.search(whole):
            words = found.group().split()
            yield f"{words[0]} ... {words[-1]}" if len(words) > 2 else " ".join(words)


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
