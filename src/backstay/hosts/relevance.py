"""Which files may change what a review says, told by name alone: most edits are of other files."""

from __future__ import annotations

from backstay.project.approvals import FILE as APPROVALS
from backstay.project.baseline import FILE as BASELINE
from backstay.project.settings import FILE as SETTINGS
from backstay.readers.recognition import kind_by_name, needs_a_look

ACCEPTING = frozenset((SETTINGS, APPROVALS, BASELINE))
"""Files of the project's root that say what is read, and which findings are accepted."""

_ASIDE = ("Cargo.toml", "metadata.toml")  # they say how migrations are run


def may_matter(name: str) -> bool:
    """Whether a file of this name may be read by a review."""
    return (
        name in ACCEPTING or name in _ASIDE or kind_by_name(name) is not None or needs_a_look(name)
    )


def may_be_referred_to(name: str) -> bool:
    """Whether inputs may refer to a file of this name, or be read otherwise for its sake."""
    return name.lower().endswith((".yaml", ".yml", ".json")) or name in _ASIDE
