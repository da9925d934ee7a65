"""Secrets that can be told by their shape alone."""

from __future__ import annotations

import re

from backstay.project.secret_values import is_stand_in

MASK = "***"

_KEY_BEGINS = "-----BEGIN "
_PRIVATE = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}-----")

# The second form has a slash in the password, which is not allowed and does happen.
_ADDRESS = re.compile(
    r"(?<=://)(?P<user>[^\s/:@\"'`<>]*):(?!\d{1,5}[/?#])"
    r"(?:(?P<password>[^\s/\"'`<>]+)|(?P<slashed>[^\s\"'`<>@]{1,512}))@"
    r"|(?<![\w.:/-])(?P<name>[\w.-]{1,64}):(?P<plain>[^\s@/\"'`<>]{1,256})@(?=(?:tcp|unix)\()"
)
_DEFAULT = re.compile(r"(\$\{\w{1,64}:?-)([^}]*)")

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}"
    r"|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{16,}|dop_v1_[a-f0-9]{64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|(?<=hooks\.slack\.com/services/)T\w{6,}/B\w{6,}/\w{16,}"
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{16,}"  # Stripe
    r"|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}|sk-(?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{20,}"
    r"|SG\.[\w-]{16,64}\.[\w-]{16,}|SK[0-9a-f]{32}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens, RFC 7519
    r"|(?-i:Bearer|Basic)[ \t]{1,4}(?=[A-Za-z._~+/=-]{0,64}\d)(?P<credential>[\w.~+/=-]{12,})"
    r"|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|SCRAM-SHA-256\$[\w+/=:$]{20,}|md5[0-9a-f]{32}(?!\w)"
    r")"
)

# One of them stands in whatever the expression finds.
_HINTS = (
    *("AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "npm_"),
    *("pypi-", "dop_v1_", "xox", "hooks.slack.com", "k_live_", "k_test_", "whsec_", "AIza", "hf_"),
    *("sk-", "SG.", "SK", "eyJ", "Bearer", "Basic", "$2", "SCRAM-", "md5"),
)


def mask_shapes(text: str) -> str:
    """The text without private keys, passwords of addresses and well-known tokens."""
    if _KEY_BEGINS in text:
        text = _without_private_keys(text)
    if "://" in text or "@" in text:
        text = _ADDRESS.sub(_masked_address, text)
    if any(hint in text for hint in _HINTS):
        text = _TOKEN.sub(_masked_token, text)
    return text


def _without_private_keys(text: str) -> str:
    pieces, done = [], 0
    while begins := _PRIVATE.search(text, done):
        ends = _KEY_ENDS.search(text, begins.end())
        pieces += [text[done : begins.end()], MASK]
        done = ends.start() if ends else len(text)
    return "".join([*pieces, text[done:]])


def _masked_address(found: re.Match[str]) -> str:
    kind = next(each for each in ("password", "slashed", "plain") if found[each] is not None)
    secret = found[kind]
    masked = _DEFAULT.sub(rf"\1{MASK}", secret) if is_stand_in(secret) else MASK
    start = found.start()
    return found[0][: found.start(kind) - start] + masked + found[0][found.end(kind) - start :]


def _masked_token(found: re.Match[str]) -> str:
    credential = found["credential"]
    return found[0] if credential == "" else found[0].removesuffix(credential or found[0]) + MASK
