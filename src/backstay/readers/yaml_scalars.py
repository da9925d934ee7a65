"""What a plain YAML scalar means: the core schema of YAML 1.2 (section 10.3.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from backstay.foreign.yaml import ScalarEvent

Scalar: TypeAlias = str | int | float | bool | None

_NAMED: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

_TEXT_TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary")

# Python refuses to convert longer ones, since that takes quadratic time.
_MAX_DIGITS = 4000


def plain_value(text: str) -> Scalar:
    """The value of an untagged plain scalar."""
    if text in _NAMED:
        return _NAMED[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _MAX_DIGITS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def scalar_value(event: ScalarEvent) -> Scalar:
    """The value of a scalar event; a tag that is not of YAML itself (`!Ref`) is passed over."""
    text: str = event.value
    if event.style:
        return text
    if event.tag in _TEXT_TAGS:
        return text
    return plain_value(text)


def is_merge(event: ScalarEvent) -> bool:
    """Whether this key is the merge key, which takes over the keys of another mapping."""
    return (
        event.value == "<<" and not event.style and event.tag in (None, "tag:yaml.org,2002:merge")
    )


def _integer(text: str) -> int:
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
