"""Formats that can be decided, with texts of each.

The checks here only look for examples; what is reported as broken is judged by the independent
validator. A format that is not in the table (nor known to say nothing) cannot be decided.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Formats of numbers, and what fits them (OpenAPI's registry of formats).
INTEGER_FORMATS: dict[object, tuple[int, int]] = {
    "int8": (-(2**7), 2**7 - 1),
    "uint8": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}

# Formats by which no value is refused: they say how to show or to store it.
SILENT = frozenset(
    [
        "password",
        "binary",
        "float",
        "double",
        "decimal",
        "textarea",
        "html",
        "markdown",
        "commonmark",
        "media-range",
        "contentEncoding:binary",
        "contentEncoding:7bit",
        "contentEncoding:8bit",
    ]
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(
    r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([zZ]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
_EMAIL = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(\.[A-Za-z0-9_-]+)*@{_LABEL}(\.{_LABEL})*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*")
_DURATION = re.compile(
    r"P(\d+W|(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)", re.ASCII
)
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")


def _whole(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _parsed(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, binascii.Error, RecursionError):
            return False
        return True

    return check


def _date_time(text: str) -> bool:
    day, time = text[:10], text[11:]
    return text[10:11] in {"T", "t"} and _date(day) and _TIME.fullmatch(time) is not None


def _date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parsed(date.fromisoformat)(text)


def _base64(text: str) -> bool:
    return text.isascii() and _parsed(lambda t: base64.b64decode(t, validate=True))(text)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "date": _date,
    "date-time": _date_time,
    "time": _whole(_TIME),
    "duration": _whole(_DURATION),
    "uuid": _whole(_UUID),
    "email": _whole(_EMAIL),
    "idn-email": _whole(_EMAIL),
    "hostname": _whole(_HOST),
    "idn-hostname": _whole(_HOST),
    "ipv4": _parsed(ipaddress.IPv4Address),
    "ipv6": lambda text: "%" not in text and _parsed(ipaddress.IPv6Address)(text),
    "uri": _whole(_URI),
    "iri": _whole(_URI),
    "uri-reference": _whole(_REFERENCE),
    "iri-reference": _whole(_REFERENCE),
    "json-pointer": _whole(_POINTER),
    "byte": _base64,
    "contentEncoding:base64": _base64,
    "contentMediaType:application/json": _parsed(json.loads),
}

_SAMPLES: dict[str, tuple[str, ...]] = {
    "date": ("2024-02-29", "1999-12-31"),
    "date-time": ("2024-02-29T12:30:00Z", "1999-12-31T23:59:59.5+01:00"),
    "time": ("12:30:00Z", "23:59:59+01:00"),
    "duration": ("P1D", "PT36H", "P1Y2M3DT4H5M6S"),
    "uuid": ("123e4567-e89b-42d3-a456-426614174000", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"),
    "email": ("a@example.com", "first.last@mail.example.org"),
    "idn-email": ("a@example.com",),
    "hostname": ("example.com", "a", "sub.example.org"),
    "idn-hostname": ("example.com", "a"),
    "ipv4": ("192.0.2.1", "10.0.0.255"),
    "ipv6": ("2001:db8::1", "::1"),
    "uri": ("https://example.com/a", "urn:a:b", "http://example.org"),
    "iri": ("https://example.com/a", "urn:a:b"),
    "uri-reference": ("a", "/a/b", "https://example.com/a"),
    "iri-reference": ("a", "/a/b", "https://example.com/a"),
    "json-pointer": ("", "/a/b"),
    "byte": ("", "YQ==", "YWJj"),
    "contentEncoding:base64": ("", "YQ==", "YWJj"),
    "contentMediaType:application/json": ("0", '"a"', "{}"),
}

# What every text of a format matches: enough to see that there is none, or to look for others.
PATTERNS: dict[str, str] = {
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "date-time": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\\.[0-9]+)?([zZ]|[+-][0-9:]{5})$",
    "time": "^[0-9:]{8}(\\.[0-9]+)?([zZ]|[+-][0-9:]{5})$",
    "duration": "^P[0-9TYMWDHS]+$",
    "uuid": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    "email": "^.+@.+$",
    "idn-email": "^.+@.+$",
    "hostname": "^.+$",
    "idn-hostname": "^.+$",
    "ipv4": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
    "ipv6": "^[0-9a-fA-F:.]{2,}$",
    "uri": "^[A-Za-z][A-Za-z0-9+.-]*:.*$",
    "iri": "^[A-Za-z][A-Za-z0-9+.-]*:.*$",
    "json-pointer": "^(/.*)?$",
    "byte": "^[A-Za-z0-9+/=\\s]*$",
    "contentEncoding:base64": "^[A-Za-z0-9+/=\\s]*$",
    "contentMediaType:application/json": "^[^]+$",
}

# A text of the first format is always one of the second.
_WITHIN = {
    ("email", "idn-email"),
    ("hostname", "idn-hostname"),
    ("uri", "iri"),
    ("uri", "uri-reference"),
    ("uri", "iri-reference"),
    ("iri", "iri-reference"),
    ("uri-reference", "iri-reference"),
    ("byte", "contentEncoding:base64"),
    ("contentEncoding:base64", "byte"),
}


def is_decidable(name: str) -> bool:
    """Whether it is known which texts are of the format."""
    return name in _CHECKS


def is_of(name: str, text: str) -> bool:
    """Whether a text is of a format; true for formats that cannot be decided."""
    check = _CHECKS.get(name)
    return True if check is None else check(text)


def is_within(name: str, wider: str) -> bool:
    """Whether all texts of one format are known to be of the other."""
    return name == wider or wider in SILENT or (name, wider) in _WITHIN


def samples(name: str) -> tuple[str, ...]:
    """Some texts of a format; none for those that cannot be decided."""
    return _SAMPLES.get(name, ())
