"""Versions of public images that their makers no longer mend, with the day that ended.

A table and no clock, so that a report is the same on every day. It holds what had ended by
``LOOKED_UP``; each product names the page of its maker that says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from backstay.model.deployment import Image

LOOKED_UP = "2026-11-23"


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A version that gets no more security fixes since ``day``."""

    product: str
    version: str
    day: str
    source: str


class _Product(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: str
    ended: dict[str, str]


_PRODUCTS: dict[str, _Product] = {
    "postgres": _Product(
        name="PostgreSQL",
        source="https://www.postgresql.org/support/versioning/",
        ended={
            "9": "2021-11-11", "10": "2022-11-10", "11": "2023-11-09", "12": "2024-11-21",
            "13": "2025-11-13", "14": "2026-11-12",
        },
    ),
    "mysql": _Product(
        name="MySQL",
        source="https://www.mysql.com/support/eol-notice.html",
        ended={"5.5": "2018-12-31", "5.6": "2021-02-28", "5.7": "2023-10-31", "8.0": "2026-04-30"},
    ),
    "mariadb": _Product(
        name="MariaDB",
        source="https://mariadb.org/about/#maintenance-policy",
        ended={
            "10.3": "2023-05-25", "10.4": "2024-06-18", "10.5": "2025-06-24", "10.6": "2026-07-06",
        },
    ),
    "mongo": _Product(
        name="MongoDB",
        source="https://www.mongodb.com/legal/support-policy/lifecycles",
        ended={
            "4.0": "2022-04-30", "4.2": "2023-04-30", "4.4": "2024-02-29", "5.0": "2024-10-31",
            "6.0": "2025-07-31",
        },
    ),
    "redis": _Product(
        name="Redis",
        source="https://github.com/redis/redis/security",
        ended={"5.0": "2022-04-27", "6.0": "2022-05-31", "7.0": "2024-07-29"},
    ),
    "node": _Product(
        name="Node.js",
        source="https://github.com/nodejs/release#end-of-life-releases",
        ended={
            "10": "2021-04-30", "12": "2022-04-30", "14": "2023-04-30", "16": "2023-09-11",
            "17": "2022-06-01", "18": "2025-04-30", "19": "2023-06-01", "20": "2026-04-30",
            "21": "2024-06-01", "23": "2025-06-01",
        },
    ),
    "python": _Product(
        name="Python",
        source="https://devguide.python.org/versions/",
        ended={
            "2.7": "2020-01-01", "3.5": "2020-09-30", "3.6": "2021-12-23", "3.7": "2023-06-27",
            "3.8": "2024-10-07", "3.9": "2025-10-31", "3.10": "2026-10-31",
        },
    ),
    "ruby": _Product(
        name="Ruby",
        source="https://www.ruby-lang.org/en/downloads/branches/",
        ended={
            "2.6": "2022-04-12", "2.7": "2023-03-31", "3.0": "2024-04-23", "3.1": "2025-03-26",
            "3.2": "2026-03-31",
        },
    ),
    "php": _Product(
        name="PHP",
        source="https://www.php.net/eol.php",
        ended={"7.3": "2021-12-06", "7.4": "2022-11-28", "8.0": "2023-11-26", "8.1": "2025-12-31"},
    ),
    "debian": _Product(
        name="Debian",
        source="https://wiki.debian.org/LTS",
        ended={
            "9": "2022-06-30", "stretch": "2022-06-30", "10": "2024-06-30", "buster": "2024-06-30",
            "11": "2026-08-31", "bullseye": "2026-08-31",
        },
    ),
    "ubuntu": _Product(
        name="Ubuntu",
        source="https://ubuntu.com/about/release-cycle",
        ended={
            "16.04": "2021-04-30", "xenial": "2021-04-30", "18.04": "2023-05-31",
            "bionic": "2023-05-31", "20.04": "2025-05-31", "focal": "2025-05-31",
        },
    ),
    "alpine": _Product(
        name="Alpine",
        source="https://alpinelinux.org/releases/",
        ended={
            "3.15": "2023-11-01", "3.16": "2024-05-23", "3.17": "2024-11-22", "3.18": "2025-05-09",
            "3.19": "2025-11-01", "3.20": "2026-04-01",
        },
    ),
}  # fmt: skip

# Images of others that are numbered like what they hold.
_SAME_NUMBERS = {"postgis": "postgres", "pgautoupgrade": "postgres"}
_VERSION = re.compile(r"v?(?:(?P<major>\d{1,2})(?P<minor>\.\d{1,2})?(?![\d])|(?P<name>[a-z]+))")


def ended_version(image: Image) -> Ended | None:
    """The version of a public image that is past its end, None where it is not or unknown."""
    name = _SAME_NUMBERS.get(image.name, image.name)
    product = _PRODUCTS.get(name)
    found = _VERSION.match(image.tag or "")
    if product is None or found is None:
        return None
    major = found["major"] or found["name"]
    for version in (major + (found["minor"] or ""), major):
        if version in product.ended:
            return Ended(
                product=product.name,
                version=version,
                day=product.ended[version],
                source=product.source,
            )
    return None
