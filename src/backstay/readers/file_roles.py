"""What a deployment file is for, as far as its path says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstay.model.deployment import Role

_WORD = re.compile(r"[a-z]+[0-9]?[a-z]*")
_DEVELOPMENT_WORDS = frozenset(
    re.findall(
        r"\S+",
        "dev devel develop development devcontainer devcontainers local localhost test tests "
        "testing e2e integration ci debug override example examples sample samples demo "
        "integrationtest integrationtests loadtest loadtests unittest unittests systemtest hack "
        "playground sandbox fixture fixtures mock bench benchmark quickstart tutorial",
    )
)
_PRODUCTION_WORDS = frozenset(
    ("prod", "production", "live", "deploy", "deployment", "release", "staging", "stage", "swarm")
)


def role_by_name(file: str) -> tuple[Role | None, str]:
    """The role that a path speaks of, with the word that says so; the file's name counts first."""
    for part in reversed(file.lower().split("/")):
        for word in _WORD.findall(part):
            if word in _PRODUCTION_WORDS:
                return "production", word
            if word in _DEVELOPMENT_WORDS:
                return "development", word
    return None, ""
