from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backstay.model.backend import Backend
from backstay.model.deployment import ImageBuild
from backstay.model.findings import Finding, Fix
from backstay.practices._secrets import (
    is_secret_name,
    is_worthless,
    literal_secret,
    looks_issued,
    user_in_url,
)
from backstay.practices._services import final_chains
from backstay.practices.practice import practice

if TYPE_CHECKING:
    from backstay.model.deployment import BuildStage, Instruction, Variable
    from backstay.model.places import Place

_SECRET_FILE = re.compile(
    r"(?:^|/)(?:\.env(?:\.(?:local|prod|production|staging))?|\.netrc|\.pypirc|\.git-credentials"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(?:p12|pfx|jks|keystore)"
    r"|(?:[\w.-]*(?:priv|server|tls|ssl|domain|key)[\w.-]*)\.(?:pem|key)|\.aws/credentials"
    r"|(?:service[-_]?account|credentials|gcp[-_]?key)[\w-]*\.json)$",
    re.IGNORECASE,
)
_PUBLIC_FILE = re.compile(r"(?:^|[._-])(?:ca|cert\w*|chain|bundle|pub|public|fullchain)(?:[._-]|$)")


@practice(
    area="security",
    severity="high",
    stages={"enterprise": "Scan images in the registry too: old ones keep what was once in them."},
)
def secret_in_image(build: ImageBuild, backend: Backend) -> Iterator[Finding]:
    """A password, key or private file becomes part of an image.

    Why: Every layer and every ENV value of an image can be read by whoever can pull it, and
        build arguments stand in its history. Removing the file in a later step leaves it in
        the layer below.
    Fix: Give secrets when the container starts, and those that the build needs by
        RUN --mount=type=secret; then replace the secret, since the image has left the house.
    Trade-offs: The build needs BuildKit (the default since Docker 23) and a caller that passes
        the secret in.
    Alternatives: Fetch with the secret in an earlier stage and copy only the result; its layers
        stay in the builder's cache, not in the image.
    Upkeep: Keep .env and keys in .dockerignore, so that COPY . cannot take them along.
    References: https://docs.docker.com/build/building/secrets/
        https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/

    Bad (Dockerfile):
        FROM node:24-slim
        # finding
        ARG NPM_TOKEN
        RUN echo "//npm.acme.example/:_authToken=${NPM_TOKEN}" > .npmrc && npm ci && rm .npmrc
        # finding
        COPY .env .
        CMD ["node", "server.js"]
    Good (Dockerfile):
        FROM node:24-slim
        RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
        COPY .env.example .
        CMD ["node", "server.js"]
    """
    if build.role == "development":
        return
    for stage in final_chains(build, backend):
        for variable in stage.environment:
            secret = literal_secret(variable.name, variable.value)
            if secret and not is_worthless(secret, user_in_url(variable.value)):
                yield _variable(build, variable, "is set to a secret as text")
        for variable in stage.arguments:
            yield from _argument(build, stage, variable)
        for instruction in stage.instructions:
            yield from _copied(build, instruction)


def _argument(build: ImageBuild, stage: BuildStage, variable: Variable) -> Iterator[Finding]:
    secret = literal_secret(variable.name, variable.value)
    if secret and looks_issued(secret):
        yield _variable(build, variable, "has a secret as its default")
    elif variable.value is None and is_secret_name(variable.name):
        used = re.compile(rf"\$\{{?{re.escape(variable.name)}\b")
        named = [i for i in stage.instructions if i.name in ("RUN", "ENV")]
        if any(used.search(instruction.arguments) for instruction in named):
            yield _variable(build, variable, "is a build argument, which stays in the history")


def _copied(build: ImageBuild, instruction: Instruction) -> Iterator[Finding]:
    if instruction.name not in ("COPY", "ADD") or "--from=" in instruction.arguments:
        return
    words = [word.strip("\"',[]") for word in instruction.arguments.split()]
    for source in [word for word in words if not word.startswith("--")][:-1]:
        if _SECRET_FILE.search(source) and not _PUBLIC_FILE.search(source.lower()):
            message = f"{build.scope} copies {source} into the image"
            yield _finding(build, message, source, instruction.where)


def _variable(build: ImageBuild, variable: Variable, what: str) -> Finding:
    message = f"{variable.name} in {build.scope} {what}"
    return _finding(build, message, variable.name, variable.where)


def _finding(build: ImageBuild, message: str, about: str, where: Place) -> Finding:
    return Finding(
        message=message,
        evidence=(build,),
        about=about,
        where=where,
        fix=Fix(
            text="Give it when the container starts, or to one build step by "
            "RUN --mount=type=secret; then replace it, since images already hold it."
        ),
    )
