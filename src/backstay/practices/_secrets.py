"""Which settings are secrets, and which of them are worth nothing."""

from __future__ import annotations

import math
import re
from collections import Counter

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|[A-Z0-9]+_PWD|SECRET|TOKEN|CREDENTIALS|API_?KEY"
    r"|SECRET_(?:ACCESS_)?KEY(?:_BASE)?|PRIVATE_KEY|ENCRYPTION_KEY|SIGNING_KEY|MASTER_KEY|AUTH_KEY"
    r"|ACCOUNT_KEY|JWT_KEY|APP_KEY)$"
)
# Settings about secrets, and values that are published with the front end on purpose.
_NO_SECRET = re.compile(
    r"ALLOW|REQUIRE|ENABLE|DISABLE|RANDOM|ONETIME|CHANGE|RESET|POLICY|EXPIR|LENGTH|HEADER|PUBLIC"
    r"|PUBLISHABLE|^VITE_|^REACT_APP_|^NUXT_PUBLIC|^EXPO_PUBLIC|ENDPOINT|_URL$|_FILE$|_PATH$|_NAME$"
    r"|CSRF_TOKEN|_HASH$|SALT_ROUNDS"
)
_SWITCH = re.compile(r"(?i)(?:|true|false|yes|no|on|off|none|null|\d{1,3})")
_PATH_OR_REFERENCE = re.compile(r"(?:/|\./|file:|vault:|arn:|op://|ssm:|secretsmanager:|\{\{|<)")
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?P<user>[^/\s:@]*):(?P<password>[^@\s/]+)@")
_IN_COMMAND = re.compile(r"(?:--requirepass|--(?:\w+-)?(?:password|passwd|secret|token))[ =](\S+)")

# Shapes that issuers give to their keys: whatever the setting is called, these are real.
_ISSUED = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{40,}"
    r"|\bglpat-[\w-]{20,}|\b[sr]k_live_[A-Za-z0-9]{16,}|\bxox[abpr]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[\w-]{35}\b|\bnpm_[A-Za-z0-9]{36}\b|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_WORTHLESS = re.compile(
    r"(?i)change|replace|your|example|sample|placeholder|dummy|fake|insecure|not.?(?:a|so)?.?secret"
    r"|unsafe|default|todo|xxx|password|passwd|secret|admin|root|guest|postgres|mysql|maria|redis"
    r"|mongo|rabbit|minio|dev|local|test|demo|1234|qwerty|foobar|hunter2|letmein|my.?\w*.?key"
)
_LONGEST = 4_000
_LONG_ENOUGH, _MIXED_ENOUGH = 20, 3.5


def is_secret_name(name: str) -> bool:
    """Whether a setting of that name holds a secret."""
    upper = name.upper().replace("-", "_").replace(".", "_")
    return bool(_SECRET_NAME.search(upper)) and not _NO_SECRET.search(upper)


def literal_secret(name: str, value: str | None) -> str | None:
    """The secret that stands in a setting as text; None where it holds none."""
    if value is None:
        return None
    value = value[:_LONGEST]
    issued = _ISSUED.search(value)
    if issued and "EXAMPLE" not in issued.group():
        return issued.group()
    in_url = _IN_URL.search(value) if "://" in value else None
    if in_url and "$" not in in_url["password"]:
        return in_url["password"]
    if not is_secret_name(name) or "$" in value or _SWITCH.fullmatch(value):
        return None
    return None if _PATH_OR_REFERENCE.match(value) or "://" in value else value


def user_in_url(value: str | None) -> str | None:
    """The user of an address with user and password."""
    found = _IN_URL.search(value[:_LONGEST]) if value and "://" in value else None
    return found["user"] if found else None


def secret_in_command(command: str | None) -> str | None:
    """A password that is given on a command line as text."""
    found = _IN_COMMAND.search((command or "")[:_LONGEST])
    return found[1] if found and "$" not in found[1] else None


def is_worthless(secret: str, *words: str | None) -> bool:
    """Whether it is a well-known or made-up value, such as a user's or a service's own name."""
    if len(secret) <= 4 or _WORTHLESS.search(secret):
        return True
    letters = re.sub(r"[^a-z]", "", secret.lower())
    return any(word and _plain(word) and _plain(word)[:20] in letters for word in words)


def _plain(word: str) -> str:
    found = re.sub(r"[^a-z].*", "", word.lower())
    return found if len(found) > 2 else ""


def looks_issued(secret: str) -> bool:
    """Whether it looks like a key that a machine made, and not like a word somebody typed."""
    if _ISSUED.search(secret):
        return "EXAMPLE" not in secret
    if len(secret) < _LONG_ENOUGH or not re.search(r"\d", secret) or " " in secret:
        return False
    counts = Counter(secret)
    bits = -sum(n / len(secret) * math.log2(n / len(secret)) for n in counts.values())
    return bits >= _MIXED_ENOUGH and not _WORTHLESS.search(secret)
