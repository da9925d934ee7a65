"""Secrets are masked in every text that leaves the tool, and in whatever it stores.

Three kinds are known: what is assigned to a name that says so (``password = ...``), the password
of an address (``scheme://user:...@host``), and texts whose shape tells (private keys, tokens with
a well-known prefix). Each rule runs over the text from left to right, once, in linear time.

Not known: a passphrase of several plain words without quotes, a secret under a harmless name, and
a YAML block scalar that begins on the next line.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from backstay.project.secret_shapes import MASK, mask_shapes
from backstay.project.secret_values import is_harmless_literal, is_harmless_word, is_stand_in

T = TypeVar("T", bound=msgspec.Struct)

_NAME = (
    r"(?:pass(?:word|wd|phrase)|(?<![a-z])(?:db_?)?pass|(?<![a-z])pwd"
    r"|secret(?:[_-]?key(?:[_-]?base)?)?"
    r"|(?<!page)(?<!page[_-])(?<!next)(?<!next[_-])(?<!continuation[_-])(?<!sync[_-])token"
    r"|(?:api|access|private|account|encryption|signing|shared|master|auth)[_-]?key)\d{0,2}"
)
_SECRET_NAME = re.compile(_NAME + r"\Z", re.IGNORECASE)

# A name with what stands between it and its value. ``:-`` is the default of a shell variable,
# ``::`` a cast, and ``:?`` and ``:+`` in a shell variable are followed by no secret.
_ASSIGNED = re.compile(
    _NAME + r"(?:\\{0,7}[\"'`]\]?)?(?P<sign>[ \t]{0,16}(?:=>|:=|:-|={1,3}|:(?![:?+]))[ \t]{0,16})"
    r"|password[ \t]{1,16}(?=[eE]?'[^'])"
    r"|\bidentified\s{1,16}by\s{1,16}(?=')"
    r"|--(?:[a-z]{1,16}-){0,3}(?:password|passwd|passphrase|secret|token|api-key)[ ]{1,4}(?=[^\s-])"
    r"|<[a-z.]{0,32}" + _NAME + r">(?=[^<\s]{1,200}</)",
    re.IGNORECASE,
)
# One of them stands in whatever the expression finds; looking for them first is many times faster.
_HINTS = ("pass", "pwd", "secret", "token", "key", "identified")

_DELIMITER = re.compile(r"[eEbBrRfFuU]?(\"\"\"|'''|\\{0,7}[\"'`])")
_LITERALS = {
    '"': re.compile(r'(?:[^"\\\n]|\\.|"")*(?=")'),
    "'": re.compile(r"(?:[^'\\\n]|\\.|'')*(?=')"),
}
_LINE = re.compile(r"[^\n]*")
# Ends at white space, at a quote, or before what looks like the next name in a list.
_WORD = re.compile(
    r"[^\s\"'`<>]+?(?=[)\]},;.]{0,8}(?:[\s\"'`<>]|\Z)|[&;,][A-Za-z_][\w.-]{0,40}[=:])"
)
_VALUE_KEYS = frozenset({"value", "default", "example"})
_TO_BRACE = re.compile(r"[^}\n]*")
_SHELL_DEFAULT = re.compile(r"\$\{\w{1,64}:?-")


def mask(text: str) -> str:
    """The text with each secret in it replaced by ``***``."""
    text = mask_shapes(text)
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return text
    pieces, done = [], 0
    for found in _ASSIGNED.finditer(text):
        if found.start() >= done:
            start, end = _secret(text, found)
            if start < end:
                pieces += [text[done:start], MASK]
                done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _secret(text: str, found: re.Match[str]) -> tuple[int, int]:
    """Where the secret stands that the name in ``found`` introduces; empty if there is none."""
    start, nothing = found.end(), (0, 0)
    quote = _DELIMITER.match(text, start)
    start = quote.end() if quote else start
    default = _SHELL_DEFAULT.match(text, start)
    if default:
        start = default.end()
    if text.startswith("${", start):  # a variable, or the default of a default: looked at later
        return nothing
    if default or found["sign"] == ":-":
        end = _match_end(_TO_BRACE, text, start)
        return nothing if is_stand_in(text[start:end]) else (start, end)
    if quote:
        end = _literal_end(text, start, quote[1])
        return nothing if is_harmless_literal(text[start:end]) else (start, end)
    end = _match_end(_WORD, text, start)
    harmless = is_harmless_word(text[start:end], found[0], text[end : end + 16])
    return nothing if harmless else (start, end)


def _literal_end(text: str, start: int, delimiter: str) -> int:
    """Where a literal ends; at the end of its line where it is cut off."""
    literal = _LITERALS.get(delimiter)
    found = literal.match(text, start) if literal else None
    if found:
        return found.end()
    end = text.find(delimiter, start) if literal is None else -1
    many_lines = len(delimiter.strip("\\")) > 1
    if end >= 0 and (many_lines or text.find("\n", start, end) < 0):
        return end
    return _match_end(_LINE, text, start)


def _match_end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def is_secret_name(name: str) -> bool:
    """Whether a variable, column or parameter of that name holds a secret, by its name."""
    return _SECRET_NAME.search(name) is not None


def mask_value(name: str, value: str) -> str:
    """The value of a variable, for output: masked as a whole where the name says it is secret."""
    if value and is_secret_name(name) and not is_harmless_literal(value):
        default = _SHELL_DEFAULT.match(value)
        return f"{default[0]}{MASK}}}" if default else MASK
    return mask(value)


def masked(value: T) -> T:
    """The struct with every text in it masked, names of mappings apart."""
    return msgspec.convert(_masked(msgspec.to_builtins(value)), type(value))


def _masked_text(key: str, text: str, name: object) -> str:
    if key in _VALUE_KEYS and isinstance(name, str):
        return mask_value(name, text)
    return mask_value(key, text)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        name = value.get("name")  # of a variable or a parameter, whose value stands beside it
        return {
            key: _masked_text(key, inner, name) if isinstance(inner, str) else _masked(inner)
            for key, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list | tuple) else value
