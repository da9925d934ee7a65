"""What stands where a secret could stand and is none: variables, types, references, prose."""

from __future__ import annotations

import re

# Longer ones are taken for secrets without a closer look, which keeps masking linear.
_LONGEST = 200

_STAND_IN = re.compile(
    r"\*+|x{3,}|\.{3,}|…|\?|-"
    r"|\$\{[^}]*\}?|\$\([^)]*\)?|\$\w+|\{\{.*|\{\w*\}?|<[^<>]*>?|%\(\w+\)?s?|%\w+%|%[sdvq]"
    r"|:[a-z_0-9]+|@\w*(?:pass|pwd|secret|token|key)\w*|env:\w+"
    r"|[\[(]?(?:redacted|masked|filtered|hidden|removed)[\])]?"
    r"|your[-_ ]\S.*",
    re.IGNORECASE | re.DOTALL,
)

# Types and literals of the languages that name their fields and columns "password" or "token".
_TYPE = re.compile(
    r"(?:string|str|text|citext|char|character|varchar|nvarchar|bytea|bytes|byte|blob|int|integer"
    r"|int4|int8|int32|int64|bigint|smallint|serial|bigserial|number|numeric|float|double|bool"
    r"|boolean|uuid|json|jsonb|date|time|timestamp|timestamptz|datetime|object|array|list|map|dict"
    r"|any|unknown|void|optional|option|maybe|vec|secretstr|binary|file|password|enum|union|id"
    r"|null|nil|none|undefined|true|false|yes|no|on|off|not|is|default|required|missing|empty)"
    r"(?:[!?\[\](){}<>,;.|&].*)?",
    re.IGNORECASE | re.DOTALL,
)
_WEAK = {"password"}  # a type in OpenAPI ("format: password"), and a secret people do choose

_PATH = re.compile(
    r"(?:\.{0,2}|~)/(?:[\w.-]+/)*[\w-]+\.\w{1,5}"
    r"|(?:\.{1,2}|~|/(?:run|etc|var|home|usr|opt|mnt|srv|tmp|root|app|secrets|keys))(?:/[\w.-]+)+/?"
)
_STRUCTURE = re.compile(r"[\[({](?!\w+\}\S)|!\w+\Z|[&*]\w+\Z|[|>][+-]?\d?\Z")
_CALL = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)*!?[(\[]")
_REFERENCE = re.compile(
    r"(?:env|environ|process|os|settings|config|self|this|var|local|secrets|excluded|new|old|input"
    r"|params|request|req|data|module|args|props|ctx|context|state|user|users|account|u|t|s|p)"
    r"(?:\??\.|->|::)[A-Za-z_].*|\w+(?:\.\w+){0,4}\.\w*(?:password|passwd|secret|token|key)",
    re.IGNORECASE,
)
_COMPOUND = re.compile(
    r"\w+_(?:password|passwd|secret|token|key)|(?:password|passwd|secret|token|key)_\w+"
    r"|[a-z]+(?:Password|Secret|Token|Key)"
)
_PLACEHOLDER = re.compile(r"(?:[A-Z]+[_-])*(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|KEY)")
_SIGN = re.compile(r"[ \t:=>-]{1,40}\Z")
_SCOPE = re.compile(r"[a-z]+(?::[a-z]+)*")  # "api-token:create"
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z'-]*")
_MORE_WORDS = re.compile(r"[,;]?[ \t]+[A-Za-z(]")


def is_stand_in(value: str) -> bool:
    """Whether a value only says where a secret goes, as ``${PASSWORD}`` or ``***`` do."""
    return len(value) <= _LONGEST and _STAND_IN.fullmatch(value) is not None


def is_harmless_literal(value: str) -> bool:
    """Whether the text of a literal is no secret."""
    if value in _WEAK:
        return False
    return is_stand_in(value) or (len(value) <= _LONGEST and _TYPE.fullmatch(value) is not None)


def is_harmless_word(value: str, introduced: str, following: str) -> bool:
    """Whether a value without quotes is no secret.

    Args:
        value: up to the next white space or separator.
        introduced: what stands before it, with its spaces: "password =", "token: ".
        following: some characters after it.
    """
    if len(value) > _LONGEST:
        return False
    if is_harmless_literal(value) or _STRUCTURE.match(value) or _PATH.fullmatch(value):
        return True
    if _CALL.match(value) or _REFERENCE.fullmatch(value):
        return True
    return _fits_no_secret(value, introduced, following)


def _fits_no_secret(value: str, introduced: str, following: str) -> bool:
    """Whether a word that may be a secret reads as code, a scope or prose where it stands."""
    if introduced.startswith("--") and _PLACEHOLDER.fullmatch(value):  # "--token TOKEN" in a manual
        return True
    found = _SIGN.search(introduced)
    sign = found[0] if found else ""
    if "=" in sign:
        code = sign[0].isspace() or "==" in sign
        return code and _COMPOUND.fullmatch(value) is not None
    if sign == ":" and introduced.lower().endswith("token:"):
        return _SCOPE.fullmatch(value) is not None
    prose = sign.strip() == ":" and _PLAIN_WORD.fullmatch(value)
    return bool(prose and _MORE_WORDS.match(following))
