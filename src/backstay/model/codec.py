"""All kinds of facts, for encoding, decoding and naming."""

from __future__ import annotations

from backstay.model import changes, contracts, data, decisions, deployment, facts, migrations
from backstay.model.facts import Fact

FACT_TYPES: tuple[type[Fact], ...] = tuple(
    sorted(
        {
            value
            for module in (changes, contracts, data, decisions, deployment, facts, migrations)
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Fact) and not value.__subclasses__()
        },
        key=lambda kind: str(kind.__struct_config__.tag),
    )
)

# By the name that reports and `backstay facts --kind` use.
FACT_KINDS: dict[str, type[Fact]] = {str(kind.__struct_config__.tag): kind for kind in FACT_TYPES}
